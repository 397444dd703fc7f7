/** How a method's body becomes the body of a request. */
import { isRecord, refuse, unwanted } from './checks.js';
import { encode, encodeBody } from './encode.js';
import type { Body } from './operation.js';

/**
 * The JSON text for a body, or for `json` as it is, with `extra` members in it; undefined for none.
 */
export function bodyText(
  wanted: Body,
  body: unknown,
  json: string | undefined,
  extra: object,
): string | undefined {
  const isExtended = Object.keys(extra).length > 0;
  const whole = json === undefined ? wrapped(wanted, body) : JSON.parse(json);
  const value: unknown = whole ?? (isExtended ? {} : undefined);
  if (value === undefined) {
    return wanted.required ? refuse('body: is required') : undefined;
  }
  const text = encodeBody(wanted.check, value);
  return isExtended ? extended(text, extra) : (json ?? text);
}

function extended(text: string, extra: object): string {
  const body: unknown = JSON.parse(text);
  return isRecord(body)
    ? encode({ ...body, ...extra })
    : refuse('extraBody: the body is no object');
}

/** `body`, or the one for a list of ids. */
function wrapped({ ids: members }: Body, ids: unknown): unknown {
  if (!members || isRecord(ids) || ids === undefined || ids === null) {
    return ids;
  }
  if (typeof ids !== 'object' || !(Symbol.iterator in ids)) {
    return unwanted('body', ids, 'a list of ids');
  }
  const outer = [...members];
  const name = outer.pop() ?? '';
  const list = Array.from(ids as Iterable<unknown>, (id, place) => {
    return typeof id === 'string' ? { [name]: id } : unwanted(`body: [${place}]`, id, 'an id');
  });
  return outer.reduceRight<unknown>((value, member) => ({ [member]: value }), list);
}
