/** What an operation is. */
import type { CallOptions } from './options.js';

/**
 * Throws Mismatch unless `value` is what a schema says, of type `T`. Makes dates of the date-times
 * in it; gives one for a value that is a date-time itself.
 */
export type Check<T> = (value: unknown) => T | void;

/** A documented success: JSON when there is a check, text, or nothing. */
export type Answer<T> = Check<T> | 'text' | null;

/** A documented request body, which is JSON. */
export interface Body {
  readonly check: Check<unknown>;
  readonly required?: true;
  /** Members that a list of ids is wrapped in, outermost first; the last is each id's own. */
  readonly ids?: readonly string[];
}

/** What a parameter can be. */
export type ParameterType = 'string' | 'integer' | 'number' | 'boolean' | 'date-time';

/**
 * A query parameter's type, its name on the wire unless that is the option's, and true when it has
 * to be there.
 */
export type QueryParameter =
  ParameterType | readonly [type: ParameterType, wire: string, required?: true];

/** One operation of the API; `T` is what a call gives. */
export interface Operation<T> {
  readonly method: string;
  /** With `{name}` where an argument goes, and with `{name:type}` where it is not text. */
  readonly path: string;
  /** Its query parameters, by the names of the options that they are. */
  readonly query?: Readonly<Record<string, QueryParameter>>;
  readonly answers: Readonly<Record<number, Answer<T>>>;
  /** Documented statuses that are no success. */
  readonly failures: readonly number[];
  /** What is asked for, unless it is JSON and text. */
  readonly accept?: string;
  /** Whether sending it twice does no more than sending it once. */
  readonly repeatable?: true;
  /** Whether it is sent without the key. */
  readonly open?: true;
  readonly body?: Body;
}

/**
 * What a call is given. Query parameters are among its options; `json` stands in the place of a
 * body: JSON text, which is checked and sent to the letter.
 */
export type Given = readonly [
  options: CallOptions,
  path?: readonly unknown[],
  body?: unknown,
  json?: string,
];
