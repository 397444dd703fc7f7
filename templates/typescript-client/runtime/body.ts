/** How a method's body becomes the body of a request. */
import { checkedRecord, isRecord, refuse, unwanted } from './checks.js';
import { encode, encodeBody } from './encode.js';
import type { Body, Given } from './operation.js';

/** The JSON text for what is given, with `extra` members in it; undefined for none. */
export function bodyText(wanted: Body, given: Given, extraBody: unknown): string | undefined {
  const extra = checkedRecord('extraBody', extraBody ?? {});
  const isExtended = Object.keys(extra).length > 0;
  const value = valueOf(wanted, given) ?? (isExtended ? {} : undefined);
  if (value === undefined) {
    return wanted.required ? refuse('body: is required') : undefined;
  }
  const text = encodeBody(wanted.check, value);
  return isExtended ? extended(text, extra) : (given.json ?? text);
}

function valueOf({ ids }: Body, { body, json }: Given): unknown {
  if (json !== undefined) {
    return JSON.parse(json);
  }
  const isWhole = !ids || isRecord(body) || body === undefined || body === null;
  return isWhole ? body : wrapped(ids, body);
}

function extended(text: string, extra: object): string {
  const body: unknown = JSON.parse(text);
  return isRecord(body)
    ? encode({ ...body, ...extra })
    : refuse('extraBody: the body is no object');
}

function wrapped(members: readonly string[], ids: unknown): unknown {
  if (typeof ids === 'string') {
    return refuse('body: one id; put it in a list');
  }
  if (typeof ids !== 'object' || ids === null || !(Symbol.iterator in ids)) {
    return unwanted('body', ids, 'a list of ids');
  }
  const outer = [...members];
  const name = outer.pop() ?? '';
  const list = Array.from(ids as Iterable<unknown>, (id, place) => {
    return typeof id === 'string' ? { [name]: id } : unwanted(`body: [${place}]`, id, 'an id');
  });
  return outer.reduceRight<unknown>((value, member) => ({ [member]: value }), list);
}
