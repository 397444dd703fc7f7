/** From a call to its outcome: a value, or one of the errors in `errors`. */
import { attempt } from './attempt.js';
import { ApiError, type Exchange } from './errors.js';
import { redirected } from './failures.js';
import type { Given, Operation } from './operation.js';
import { outcome, success } from './outcome.js';
import { RawResponse } from './raw.js';
import { delayAfter } from './retry.js';
import type { Request, Settings } from './settings.js';
import { now, pause } from './watch.js';

/** Makes calls. */
export class Engine {
  readonly #settings: Settings;
  readonly #isRaw: boolean;

  constructor(settings: Settings, isRaw = false) {
    this.#settings = settings;
    this.#isRaw = isRaw;
  }

  /** The same, giving answers as they came: a RawResponse in place of each value. Or giving values. */
  raw(isRaw = true): Engine {
    return new Engine(this.#settings, isRaw);
  }

  /** Throws InvalidArgument for what `call` would not send. */
  check(operation: Operation<unknown>, ...given: Given): void {
    this.#settings.request(operation, ...given);
  }

  /** The result of `operation`. Rejects with ApiError, or with the reason of the given signal. */
  async call<T>(operation: Operation<T>, ...given: Given): Promise<T> {
    const request = this.#settings.request(operation, ...given);
    const exchange = await this.#exchange(operation, request);
    if (exchange.status === 0) {
      throw redirected(request);
    }
    if (!this.#isRaw) {
      return outcome(operation, exchange);
    }
    success(operation, exchange);
    return new RawResponse(operation, exchange) as T;
  }

  async #exchange(operation: Operation<unknown>, request: Request): Promise<Exchange> {
    const { retries, signal, timeout } = request;
    const deadline = now() + (timeout.total ?? Infinity);
    for (let number = 1; ; number++) {
      signal?.throwIfAborted();
      const ended = await this.#attempt(request, number, deadline);
      const delay =
        number > retries ? undefined : delayAfter(ended, number, operation.repeatable, deadline);
      if (delay !== undefined) {
        await pause(delay, signal);
      } else if (ended instanceof ApiError) {
        throw ended;
      } else {
        return ended;
      }
    }
  }

  /** How one attempt ends. It is logged: without headers, bodies, and additions to the query. */
  async #attempt(request: Request, number: number, deadline: number): Promise<Exchange | ApiError> {
    const { log, fetch } = this.#settings;
    const start = now();
    let end = 'aborted';
    try {
      const answer = await attempt(request, fetch, deadline);
      const id = answer.headers.get('x-request-id');
      end = answer.status + (id ? `, request ${id}` : '');
      return answer;
    } catch (error) {
      if (!(error instanceof ApiError)) {
        throw error;
      }
      end = error.name;
      return error;
    } finally {
      const passed = (now() - start).toFixed(1);
      try {
        log?.(`${request.line}: attempt ${number}: ${end} (${passed} ms)`);
      } catch {
        // A call ends as it does, whatever becomes of its log.
      }
    }
  }
}
