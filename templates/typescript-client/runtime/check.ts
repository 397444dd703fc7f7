/**
 * What checks of schemas are made of.
 *
 * A check gives the value that it was given, with date-times in it replaced by dates: nothing is
 * copied, so nothing is lost. It throws Mismatch otherwise. Values are what JSON.parse makes.
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
  override name = 'Mismatch';

  /** `path` leads to the place, as `items[3].id`; empty for the whole value. */
  constructor(
    readonly reason: string,
    readonly path = '',
  ) {
    super(path ? `${path}: ${reason}` : reason);
  }
}

/** What `check` gives for `value`. Throws Mismatch with the path to what is wrong. */
export function checked<T>(check: Check<T>, value: unknown): T {
  try {
    return check(value);
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
export function object(value: unknown): Members {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return wrong('object', value);
  }
  return value as Members;
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
export function list(value: unknown, check: Check<unknown>): unknown[] {
  if (!Array.isArray(value)) return wrong('array', value);
  const items: unknown[] = value;
  for (let index = 0; index < items.length; index += 1) {
    const item = items[index];
    const made = check(item);
    if (made !== item) items[index] = made;
  }
  return items;
}

/** An object whose members are all of one kind. */
export function map(value: unknown, check: Check<unknown>): Members {
  const it = object(value);
  for (const name of Object.keys(it)) {
    const member = it[name];
    const made = check(member);
    if (made !== member) it[name] = made;
  }
  return it;
}

/** Text. */
export function string(value: unknown): string {
  return typeof value === 'string' ? value : wrong('string', value);
}

/** True or false. */
export function boolean(value: unknown): boolean {
  return typeof value === 'boolean' ? value : wrong('boolean', value);
}

/** A number. JSON.parse makes infinities of those that are too large. */
export function number(value: unknown): number {
  if (typeof value !== 'number') return wrong('number', value);
  return Number.isFinite(value) ? value : broken('a number in range');
}

/** A whole number that is what was written: beyond 2⁵³ a neighbour may have been. */
export function integer(value: unknown): number {
  if (typeof value !== 'number' || !Number.isInteger(value)) return wrong('integer', value);
  return Number.isSafeInteger(value) ? value : broken('an `integer` of at most 53 bits');
}

/** A UUID, as it is spelled. */
export function uuid(value: unknown): string {
  const text = string(value);
  return UUID.test(text) ? text : broken('a UUID');
}

/** A date-time, as a date; one that has been made a date already is left alone. */
export function time(value: unknown): Timestamp {
  if (value instanceof Timestamp) return value;
  const text = string(value);
  try {
    return new Timestamp(text);
  } catch {
    throw new Mismatch('Invalid RFC3339 encoded datetime');
  }
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
