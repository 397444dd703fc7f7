/** Answers as they came. */
import type { Exchange } from './errors.js';
import type { Operation } from './operation.js';
import { outcome } from './outcome.js';

/** A documented success, not parsed yet; `T` is what the method would have given. */
export class RawResponse<T> {
  readonly status: number;
  readonly #operation: Operation<T>;
  readonly #exchange: Exchange;

  constructor(operation: Operation<T>, exchange: Exchange) {
    this.status = exchange.status;
    this.#operation = operation;
    this.#exchange = exchange;
  }

  /** The headers. */
  get headers(): Headers {
    return this.#exchange.headers;
  }

  /** What the server sent, untouched. */
  get body(): Uint8Array {
    return this.#exchange.body;
  }

  /** The server's name for this exchange, if it gave one. */
  get requestId(): string | null {
    return this.headers.get('x-request-id');
  }

  /** What the method would have given, made anew each time. Throws DecodeError. */
  parse(): T {
    return outcome(this.#operation, this.#exchange);
  }
}

/** The methods of a resource, each giving its answer as it came. */
export type Raw<R> = {
  readonly [
    K in Exclude<keyof R, 'withRawResponse'> as R[K] extends (...given: never[]) => Promise<unknown>
      ? K
      : never
  ]: R[K] extends (...given: infer A) => Promise<infer T>
    ? (...given: A) => Promise<RawResponse<T>>
    : never;
};
