/** Values as JSON text, and nothing sent that JSON would change in silence. */
import { checked, Mismatch } from './check.js';
import { InvalidArgument } from './errors.js';
import type { Check } from './operation.js';

/** `value` as JSON text. Throws InvalidArgument when it has none. */
export function encode(value: unknown): string {
  try {
    const text: string | undefined = JSON.stringify(value, exact);
    if (text === undefined) throw new TypeError(`${typeof value} has no JSON`);
    return text;
  } catch (error) {
    // The first line: V8 shows the way round a cycle in more of them.
    const [reason] = (error instanceof Error ? error.message : String(error)).split('\n', 1);
    throw new InvalidArgument(`cannot be sent as JSON: ${reason}`);
  }
}

/**
 * The JSON text of a body, after a check that the receiver can decode it: what is checked is what
 * is sent. Throws InvalidArgument.
 */
export function encodeBody(check: Check<unknown>, value: unknown): string {
  const text = encode(value);
  try {
    checked(check, JSON.parse(text));
  } catch (error) {
    if (error instanceof Mismatch) throw new InvalidArgument(`body: ${error.message}`);
    throw error;
  }
  return text;
}

/**
 * For JSON.stringify, which calls it after toJSON: refuses what it would make null or `{}` of, or
 * leave out. A member that is undefined is one that is not there.
 */
function exact(this: unknown, name: string, value: unknown): unknown {
  const place = name && `${name}: `;
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`${place}${value} is no number there`);
  } else if (value === null) {
    const given = (this as Record<string, unknown>)[name];
    if (given !== null) throw new TypeError(`${place}a date without a moment`);
  } else if (typeof value === 'object') {
    const kind = Object.prototype.toString.call(value).slice(8, -1);
    if (kind !== 'Object' && kind !== 'Array') throw new TypeError(`${place}${kind} has no JSON`);
  } else if (typeof value === 'function' || typeof value === 'symbol') {
    throw new TypeError(`${place}${typeof value} has no JSON`);
  } else if (value === undefined && Array.isArray(this)) {
    throw new TypeError(`item ${name}: undefined has no JSON`);
  }
  return value;
}
