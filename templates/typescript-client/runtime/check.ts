/**
 * What checks of schemas are made of.
 *
 * A check throws Mismatch, or gives the value that it was given, with date-times in it replaced by
 * dates: nothing is copied, so nothing is lost. Values are what JSON.parse makes.
 */
import { Timestamp } from './timestamp.js';

/** A member's name or an item's place. */
export type Step = string | number;

/** `at` is where in what contains it a value is; not given for a whole value. */
export type CheckAt = (value: unknown, at?: Step) => unknown;

/** The members of an object. */
export type Members = Record<string, unknown>;

/** As deep as schemas that contain themselves are followed. */
const DEEPEST = 500;
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;
const NAME = /^[\w$]+$/;

/** Steps to the object or array that is being checked. */
const trail: Step[] = [];

/** A value is not what a schema says. */
export class Mismatch extends Error {
  override name = 'Mismatch';

  /** `path` leads to the place, as `items[3].id`; empty for the whole value. */
  constructor(
    readonly path: string,
    readonly reason: string,
  ) {
    super(path ? `${path}: ${reason}` : reason);
  }
}

/** Throws Mismatch: a rule of the schema is broken. `wanted` says which. */
export function broken(wanted: string, at?: Step): never {
  throw mismatch(`Expected ${wanted}`, at);
}

function wrong(wanted: string, value: unknown, at: Step | undefined): never {
  if (value === undefined) throw mismatch(`Object missing required field \`${at}\``);
  const got = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
  return broken(`\`${wanted}\`, got \`${got}\``, at);
}

function mismatch(reason: string, at?: Step): Mismatch {
  const steps = trail.splice(0);
  if (at !== undefined) steps.push(at);
  const path = steps.map((step) => {
    if (typeof step === 'string' && NAME.test(step)) return `.${step}`;
    return `[${JSON.stringify(step)}]`;
  });
  return new Mismatch(path.join('').replace(/^\./, ''), reason);
}

function enter(at: Step | undefined): void {
  if (at === undefined) trail.length = 0;
  else if (trail.push(at) > DEEPEST) throw mismatch('Nested too deeply');
}

/** Ends what `members` began. */
export function leave<T>(value: T): T {
  trail.pop();
  return value;
}

/** Any object. */
export function object(value: unknown, at?: Step): Members {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return wrong('object', value, at);
  }
  return value as Members;
}

/** Any object, whose members are checked next. */
export function members(value: unknown, at?: Step): Members {
  const it = object(value, at);
  enter(at);
  return it;
}

/** A member that every object inherits something of the same name for. */
export function own(value: Members, name: string): unknown {
  return Object.hasOwn(value, name) ? value[name] : undefined;
}

/** A member that may be null or not there. */
export function maybe(value: unknown, at: Step, check: CheckAt): void {
  if (value !== undefined && value !== null) check(value, at);
}

/** Members that may be null or not there. */
export function each(value: Members, names: readonly string[], check: CheckAt): void {
  for (const name of names) maybe(value[name], name, check);
}

/** An array. */
export function list(value: unknown, at: Step | undefined, check: CheckAt): unknown[] {
  if (!Array.isArray(value)) return wrong('array', value, at);
  const items: unknown[] = value;
  enter(at);
  for (let index = 0; index < items.length; index += 1) {
    const item = items[index];
    const checked = check(item, index);
    if (checked !== item) items[index] = checked;
  }
  return leave(items);
}

/** An object whose members are all of one kind. */
export function map(value: unknown, at: Step | undefined, check: CheckAt): Members {
  const it = members(value, at);
  for (const name of Object.keys(it)) {
    const member = it[name];
    const checked = check(member, name);
    if (checked !== member) it[name] = checked;
  }
  return leave(it);
}

/** Text. */
export function string(value: unknown, at?: Step): string {
  return typeof value === 'string' ? value : wrong('string', value, at);
}

/** True or false. */
export function boolean(value: unknown, at?: Step): boolean {
  return typeof value === 'boolean' ? value : wrong('boolean', value, at);
}

/** A number. JSON.parse makes infinities of those that are too large. */
export function number(value: unknown, at?: Step): number {
  if (typeof value !== 'number') return wrong('number', value, at);
  return Number.isFinite(value) ? value : broken('a number in range', at);
}

/** A whole number that is what was written: beyond 2⁵³ a neighbour may have been. */
export function integer(value: unknown, at?: Step): number {
  if (typeof value !== 'number' || !Number.isInteger(value)) return wrong('integer', value, at);
  return Number.isSafeInteger(value) ? value : broken('an `integer` of at most 53 bits', at);
}

/** A UUID, as it is spelled. */
export function uuid(value: unknown, at?: Step): string {
  const text = string(value, at);
  return UUID.test(text) ? text : broken('a UUID', at);
}

/** A date-time, as a date. */
export function time(value: unknown, at?: Step): Timestamp {
  const text = string(value, at);
  try {
    return new Timestamp(text);
  } catch {
    throw mismatch('Invalid RFC3339 encoded datetime', at);
  }
}

/** The code points of a text: a length in JSON Schema. */
export function points(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}
