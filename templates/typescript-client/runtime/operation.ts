/** What an operation is. */
import type { CallOptions } from './options.js';

/** Gives `value`, with its date-times as dates, if it is what a schema says; throws Mismatch. */
export type Check<T> = (value: unknown) => T;

/** A documented success. Without a media type it has no body; without a check it is text. */
export interface Answer<T> {
  readonly mediaType?: string;
  readonly check?: Check<T>;
}

/** A documented request body. */
export interface Body {
  readonly mediaType: string;
  readonly required: boolean;
  readonly check: Check<unknown>;
  /** Members that a list of ids is wrapped in, outermost first; the last is each id's own. */
  readonly ids?: readonly string[];
}

/** What a parameter can be. */
export type ParameterType = 'string' | 'integer' | 'number' | 'boolean' | 'date-time';

/** A query parameter's name on the wire, its type, and true when it has to be there. */
export type QueryParameter = readonly [wire: string, type: ParameterType, required?: true];

/** One operation of the API; `T` is what a call gives. */
export interface Operation<T> {
  readonly id: string;
  readonly method: string;
  /** With `{}` where path parameters go. */
  readonly path: string;
  /** Of the arguments for its path. */
  readonly names: readonly string[];
  /** Its query parameters, by the names of the options that they are. */
  readonly query: Readonly<Record<string, QueryParameter>>;
  readonly answers: Readonly<Record<number, Answer<T>>>;
  /** Documented statuses that are no success. */
  readonly failures: readonly number[];
  readonly accept: string;
  /** Whether sending it twice does no more than sending it once. */
  readonly repeatable: boolean;
  readonly secured: boolean;
  readonly body?: Body;
}

/** What a call is given. */
export interface Given {
  readonly path?: readonly string[];
  readonly body?: unknown;
  /** In place of a body: JSON text, which is checked and sent to the letter. */
  readonly json?: string;
  /** Query parameters are among them. */
  readonly options: CallOptions;
}
