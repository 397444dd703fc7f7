/** From a call to its outcome: a value, or one of the errors in `errors`. */
import { attempt } from './attempt.js';
import { ApiError, type Exchange } from './errors.js';
import { redirected } from './failures.js';
import type { Given, Operation } from './operation.js';
import type { ViewOptions } from './options.js';
import { outcome, success } from './outcome.js';
import { RawResponse } from './raw.js';
import { Attempts } from './retry.js';
import type { Request, Settings } from './settings.js';
import { pause } from './watch.js';

/** Makes calls. */
export class Engine {
  readonly #settings: Settings;
  readonly #isRaw: boolean;

  constructor(settings: Settings, isRaw = false) {
    this.#settings = settings;
    this.#isRaw = isRaw;
  }

  /** The same with other settings. Throws InvalidArgument. */
  changed(options: ViewOptions): Engine {
    return new Engine(this.#settings.changed(options), this.#isRaw);
  }

  /** The same, giving answers as they came: a RawResponse in place of each value. */
  raw(): Engine {
    return new Engine(this.#settings, true);
  }

  /** Throws InvalidArgument for what `call` would not send. */
  check(operation: Operation<unknown>, given: Given): void {
    this.#settings.request(operation, given);
  }

  /** The result of `operation`. Rejects with ApiError, or with the reason of the given signal. */
  async call<T>(operation: Operation<T>, given: Given): Promise<T> {
    const request = this.#settings.request(operation, given);
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
    const attempts = new Attempts(operation.repeatable, request.retries, request.timeout.total);
    for (;;) {
      request.signal?.throwIfAborted();
      const ended = await this.#attempt(request, attempts);
      const isError = ended instanceof ApiError;
      const delay = isError ? attempts.afterError(ended) : attempts.after(ended);
      if (delay === undefined) {
        if (isError) {
          throw ended;
        }
        return ended;
      }
      await pause(delay, request.signal);
    }
  }

  /** How one attempt ends. It is logged: without headers, bodies, and additions to the query. */
  async #attempt(request: Request, attempts: Attempts): Promise<Exchange | ApiError> {
    const { log, fetch } = this.#settings;
    const start = performance.now();
    let end = 'aborted';
    try {
      const answer = await attempt(request, fetch, attempts.deadline, request.signal);
      const id = answer.headers.get('x-request-id');
      end = id ? `${answer.status}, request ${id}` : `${answer.status}`;
      return answer;
    } catch (error) {
      if (!(error instanceof ApiError)) {
        throw error;
      }
      end = error.name;
      return error;
    } finally {
      const passed = (performance.now() - start).toFixed(1);
      log?.(`${request.line}: attempt ${attempts.number}: ${end} (${passed} ms)`);
    }
  }
}
