/** How a method's body becomes the body of a request. */
import { checkedRecord, isRecord, kind } from './checks.js';
import { Mismatch } from './check.js';
import { encode } from './encode.js';
import { InvalidArgument } from './errors.js';
import type { Body } from './operation.js';

/** The JSON text for `value`, with `extra` members in it; undefined for none. */
export function bodyText(wanted: Body, value: unknown, extraBody: unknown): string | undefined {
  const extra = checkedRecord('extraBody', extraBody);
  const isExtended = Object.keys(extra).length > 0;
  const given = value ?? (isExtended ? {} : undefined);
  if (given === undefined) {
    if (wanted.required) {
      throw new InvalidArgument('body: is required');
    }
    return undefined;
  }
  const text = encode(wanted.ids && !isRecord(given) ? wrapped(wanted.ids, given) : given);
  const parsed = checked(wanted, text);
  return isExtended ? extended(parsed, text, extra) : text;
}

function checked(wanted: Body, text: string): unknown {
  try {
    return wanted.check(JSON.parse(text));
  } catch (error) {
    throw error instanceof Mismatch ? new InvalidArgument(`body: ${error.message}`) : error;
  }
}

function extended(parsed: unknown, text: string, extra: object): string {
  if (!isRecord(parsed)) {
    throw new InvalidArgument('extraBody: the body is no object');
  }
  return encode({ ...(JSON.parse(text) as object), ...extra });
}

function wrapped(members: readonly string[], ids: unknown): unknown {
  if (typeof ids === 'string') {
    throw new InvalidArgument('body: one id; put it in a list');
  }
  if (typeof ids !== 'object' || ids === null || !(Symbol.iterator in ids)) {
    throw new InvalidArgument(`body: ${kind(ids)} where a list of ids is wanted`);
  }
  const name = members.at(-1) ?? '';
  const list = Array.from(ids as Iterable<unknown>, (id, place) => ({
    [name]: checkedId(place, id),
  }));
  return members.slice(0, -1).reduceRight<unknown>((value, member) => ({ [member]: value }), list);
}

function checkedId(place: number, value: unknown): unknown {
  if (typeof value !== 'string') {
    throw new InvalidArgument(`body: [${place}]: ${kind(value)} where an id is wanted`);
  }
  return value;
}
