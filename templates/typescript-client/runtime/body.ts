/** How a method's body becomes the body of a request. */
import { checkedRecord, isRecord, kind } from './checks.js';
import { encode, encodeBody } from './encode.js';
import { InvalidArgument } from './errors.js';
import type { Body, Given } from './operation.js';

/** The JSON text for what is given, with `extra` members in it; undefined for none. */
export function bodyText(wanted: Body, given: Given, extraBody: unknown): string | undefined {
  const extra = checkedRecord('extraBody', extraBody);
  const isExtended = Object.keys(extra).length > 0;
  const value = valueOf(wanted, given) ?? (isExtended ? {} : undefined);
  if (value === undefined) {
    if (wanted.required) {
      throw new InvalidArgument('body: is required');
    }
    return undefined;
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
  if (!isRecord(body)) {
    throw new InvalidArgument('extraBody: the body is no object');
  }
  return encode({ ...body, ...extra });
}

function wrapped(members: readonly string[], ids: unknown): unknown {
  if (typeof ids === 'string') {
    throw new InvalidArgument('body: one id; put it in a list');
  }
  if (typeof ids !== 'object' || ids === null || !(Symbol.iterator in ids)) {
    throw new InvalidArgument(`body: ${kind(ids)} where a list of ids is wanted`);
  }
  const outer = [...members];
  const name = outer.pop() ?? '';
  const list = Array.from(ids as Iterable<unknown>, (id, place) => {
    if (typeof id !== 'string') {
      throw new InvalidArgument(`body: [${place}]: ${kind(id)} where an id is wanted`);
    }
    return { [name]: id };
  });
  return outer.reduceRight<unknown>((value, member) => ({ [member]: value }), list);
}
