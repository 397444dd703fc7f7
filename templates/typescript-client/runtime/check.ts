/**
 * What checks of schemas are made of.
 *
 * A check throws Mismatch or leaves a value as it is, but for the date-times in it, which become
 * dates: nothing is copied, so nothing is lost. Values are what JSON.parse makes.
 *
 * Checks do not keep track of where they are: that is found out when one has failed (`checked`).
 */
import type { Check } from './operation.js';
import { Timestamp } from './timestamp.js';

/** The members of an object. */
export type Members = Record<string, unknown>;

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;
const NAME = /^[\w$]+$/;
const MISSING = 'Object missing required field';

/** A value is not what a schema says. */
export class Mismatch extends Error {
  /** `path` leads to the place, as `items[3].id`; empty for the whole value. */
  constructor(
    readonly reason: string,
    readonly path = '',
  ) {
    super(path ? `${path}: ${reason}` : reason);
  }
}

/** `value`, with its date-times as dates. Throws Mismatch with the path to what is wrong. */
export function checked<T>(check: Check<T>, value: unknown): T {
  try {
    return check(value) ?? (value as T);
  } catch (error) {
    if (error instanceof RangeError) throw new Mismatch('Nested too deeply');
    throw error instanceof Mismatch ? located(error, check, value) : error;
  }
}

/** `error` with its place: that of the last member that `check`, done anew, looks at. */
function located(error: Mismatch, check: Check<unknown>, value: unknown): Mismatch {
  let place: readonly string[] = [];
  try {
    check(watched(value, place, (path) => (place = path)));
  } catch {
    const missing = error.reason === MISSING;
    const reason = missing ? `${MISSING} \`${place.at(-1)}\`` : error.reason;
    return new Mismatch(reason, written(missing ? place.slice(0, -1) : place));
  }
  return error;
}

/** `value`, telling the path to each member that is looked at. */
function watched(
  value: unknown,
  path: readonly string[],
  tell: (path: readonly string[]) => void,
): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return new Proxy(value, {
    get(target, name) {
      const place = Array.isArray(target) && name === 'length' ? path : [...path, String(name)];
      tell(place);
      return watched(Reflect.get(target, name), place, tell);
    },
  });
}

function written(path: readonly string[]): string {
  const steps = path.map((step) => {
    if (/^\d+$/.test(step)) return `[${step}]`;
    return NAME.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
  });
  return steps.join('').replace(/^\./, '');
}

/** Throws Mismatch: a rule of the schema is broken. `wanted` says which. */
export function broken(wanted: string): never {
  throw new Mismatch(`Expected ${wanted}`);
}

function wrong(wanted: string, value: unknown): never {
  if (value === undefined) throw new Mismatch(MISSING);
  const got = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
  return broken(`\`${wanted}\`, got \`${got}\``);
}

/** An object. */
export function object(value: unknown): asserts value is Members {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) wrong('object', value);
}

/** A member that every object inherits something of the same name for. */
export function own(value: Members, name: string): unknown {
  const member = value[name];
  return Object.hasOwn(value, name) ? member : undefined;
}

/** A member that may be null or not there. */
export function maybe(value: unknown, check: Check<unknown>): void {
  if (value !== undefined && value !== null) check(value);
}

/** Members that may be null or not there. */
export function each(value: Members, names: readonly string[], check: Check<unknown>): void {
  for (const name of names) maybe(value[name], check);
}

/** An array. */
export function list(value: unknown, check: Check<unknown>): asserts value is unknown[] {
  if (!Array.isArray(value)) wrong('array', value);
  const items: unknown[] = value;
  for (let index = 0; index < items.length; index += 1) {
    const made = check(items[index]);
    if (made) items[index] = made;
  }
}

/** An object whose members are all of one kind. */
export function map(value: unknown, check: Check<unknown>): asserts value is Members {
  object(value);
  let names: string[] | undefined;
  // Not by name: there may be many, and looking each up takes longer than to check what is there.
  for (const [index, member] of Object.values(value).entries()) {
    const made = check(member);
    if (made) value[(names ??= Object.keys(value))[index] ?? ''] = made;
  }
}

/** Text. */
export function string(value: unknown): asserts value is string {
  if (typeof value !== 'string') wrong('string', value);
}

/** True or false. */
export function boolean(value: unknown): asserts value is boolean {
  if (typeof value !== 'boolean') wrong('boolean', value);
}

/** A number. JSON.parse makes infinities of those that are too large. */
export function number(value: unknown): asserts value is number {
  if (typeof value !== 'number') wrong('number', value);
  if (!Number.isFinite(value)) broken('a number in range');
}

/**
 * A whole number within bounds that is what was written: beyond 2⁵³ a neighbour may have been.
 */
export function integer(
  value: unknown,
  least = -Infinity,
  most = Infinity,
): asserts value is number {
  if (!Number.isInteger(value)) wrong('integer', value);
  if (!Number.isSafeInteger(value)) broken('an `integer` of at most 53 bits');
  const it = value as number;
  if (it < least) broken(`\`integer\` >= ${least}`);
  if (it > most) broken(`\`integer\` <= ${most}`);
}

/** A UUID, as it is spelled. */
export function uuid(value: unknown): asserts value is string {
  string(value);
  if (!UUID.test(value)) broken('a UUID');
}

/** A date-time, as a date; one that has been made a date already is left alone. */
export function time(value: unknown): Timestamp {
  if (value instanceof Timestamp) return value;
  string(value);
  try {
    return new Timestamp(value);
  } catch {
    throw new Mismatch('Invalid RFC3339 encoded datetime');
  }
}

/** Throws Mismatch for a text that `pattern` is not in. */
export function like(text: string, pattern: RegExp): void {
  if (!pattern.test(text)) broken(`\`string\` matching regex ${pattern.source}`);
}

/** A pattern as JSON Schema means it. */
export function regex(pattern: string): RegExp {
  return new RegExp(pattern, 'u');
}

/** The code points of a text: a length in JSON Schema. */
export function points(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}
