/** Values as JSON text, and nothing sent that JSON would change in silence. */
import { checked, Mismatch, type Members } from './check.js';
import { InvalidArgument } from './errors.js';
import type { Check } from './operation.js';

/** What JSON has, as Object.prototype.toString calls it; members may be left out. */
const KINDS = 'Object Array String Number Boolean Null Undefined BigInt';

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
  const kind = Object.prototype.toString.call(value).slice(8, -1);
  const isHole = value === undefined && Array.isArray(this);
  let fault = isHole || !KINDS.includes(kind) ? `${kind} has no JSON` : '';
  if (kind === 'Number' && !Number.isFinite(value)) fault = `${value} is no number there`;
  // What toJSON made null of.
  if (value === null && (this as Members)[name] !== null) fault = 'a date without a moment';
  if (fault) throw new TypeError(name ? `${name}: ${fault}` : fault);
  return value;
}
