/** When a request is sent again, and after how long. */
import { ConnectionError, TimeoutError, type ApiError, type Exchange } from './errors.js';
import { now } from './watch.js';

const STATUSES: readonly number[] = [408, 429, 502, 503, 504];
const FIRST = 200;
const LONGEST = 5_000;
/**
 * Milliseconds that a server may ask for, however much time there is: what is further off is an
 * outage, and its error says more than silence.
 */
const PATIENCE = 3_600_000;

/**
 * Milliseconds to wait before a call that has not succeeded is tried for the next time; undefined
 * when the way that attempt `number` ended is the result.
 */
export function delayAfter(
  ended: ApiError | Exchange,
  number: number,
  isRepeatable: true | undefined,
  deadline: number,
): number | undefined {
  const isLost = ended instanceof ConnectionError || ended instanceof TimeoutError;
  const passes = isLost
    ? isRepeatable || !ended.sent
    : isRepeatable && STATUSES.includes(ended.status);
  if (!passes) {
    return undefined;
  }
  const delay = retryAfter((ended.headers.get('retry-after') ?? '').trim()) ?? jitter(number);
  return delay > PATIENCE || now() + delay >= deadline ? undefined : delay;
}

/** Full jitter: anything up to a bound that doubles with each attempt. */
export function jitter(number: number): number {
  return Math.random() * Math.min(LONGEST, FIRST * 2 ** (number - 1));
}

/** Milliseconds that the server asks for, in either form of RFC 9110, 10.2.3. */
function retryAfter(value: string): number | undefined {
  if (/^\d+$/.test(value)) {
    return Number(value) * 1000;
  }
  // Other texts are no dates: Date.parse takes "-1" and "1.5" for some.
  const moment = /^\w{3}, .{20} GMT$/.test(value) ? Date.parse(value) : NaN;
  return moment >= 0 ? Math.max(moment - Date.now(), 0) : undefined;
}
