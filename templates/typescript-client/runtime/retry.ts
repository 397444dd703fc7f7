/** When a request is sent again, and after how long. */
import type { ApiError, Exchange } from './errors.js';
import { ConnectionError, TimeoutError } from './errors.js';

const STATUSES: readonly number[] = [408, 429, 502, 503, 504];
const FIRST = 200;
const LONGEST = 5_000;
const PATIENCE = 3_600_000;
/**
 * Milliseconds that a server may ask for, however much time there is: what is further off is an
 * outage, and its error says more than silence.
 */

/** The attempts at one call: at most `retries` more than one, all within `budget` milliseconds. */
export class Attempts {
  /** When the call has to be over, by the clock of `performance`. */
  readonly deadline: number;
  /** Of the attempt that runs, from 1. */
  number = 1;
  readonly #repeatable: boolean;
  readonly #retries: number;

  constructor(repeatable: boolean, retries: number, budget: number | null) {
    this.#repeatable = repeatable;
    this.#retries = retries;
    this.deadline = performance.now() + (budget ?? Infinity);
  }

  /** Milliseconds to wait before the next attempt; undefined when `error` is the result. */
  afterError(error: ApiError): number | undefined {
    const lost = error instanceof ConnectionError || error instanceof TimeoutError;
    return lost && (this.#repeatable || !error.sent) ? this.#next(null) : undefined;
  }

  /** Milliseconds to wait before the next attempt; undefined when `answer` is the result. */
  after(answer: Exchange): number | undefined {
    const passes = this.#repeatable && STATUSES.includes(answer.status);
    return passes ? this.#next(retryAfter(answer.headers.get('retry-after') ?? '')) : undefined;
  }

  #next(wanted: number | null): number | undefined {
    const delay = wanted ?? jitter(this.number);
    const isLate = delay > PATIENCE || performance.now() + delay >= this.deadline;
    if (this.number > this.#retries || isLate) {
      return undefined;
    }
    this.number += 1;
    return delay;
  }
}

/** Full jitter: anything up to a bound that doubles with each attempt. */
export function jitter(number: number): number {
  return Math.random() * Math.min(LONGEST, FIRST * 2 ** (number - 1));
}

/** Milliseconds that the server asks for, in either form of RFC 9110, 10.2.3. */
function retryAfter(value: string): number | null {
  if (/^\d+$/.test(value)) {
    return Number(value) * 1000;
  }
  // Other texts are refused here: Date.parse takes "-1" and "1.5" for dates.
  const isDate = /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/.test(value);
  const moment = isDate ? Date.parse(value) : NaN;
  return Number.isNaN(moment) ? null : Math.max(moment - Date.now(), 0);
}
