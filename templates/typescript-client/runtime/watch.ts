/** Ends to waiting: limits of time, and the caller's wish. */

/** Milliseconds that a timer can hold. */
const LONGEST = 2 ** 31 - 1;

/** What may end work before it is done. */
export interface Limits {
  /** By the clock of `performance`; Infinity for none. */
  readonly deadline: number;
  /** Milliseconds between two signs of life; Infinity for any number. */
  readonly silence: number;
  readonly signal: AbortSignal | undefined;
  /** Makes the error for a limit that was reached. */
  readonly late: () => Error;
}

/**
 * What `work` gives, unless a limit ends it: then its signal is aborted, and nobody waits for it any
 * more. It calls `heard` for each sign of life. No timer and no listener is left behind.
 */
export async function watched<T>(
  { deadline, silence, signal, late }: Limits,
  work: (signal: AbortSignal, heard: () => void) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last = performance.now();
  let abort = (): void => undefined;
  const ended = new Promise<never>((_, reject) => {
    const end = (reason: unknown): void => {
      reject(reason);
      controller.abort(reason);
    };
    // One timer for both limits: a sign of life only moves the time of its next look.
    const look = (): void => {
      const left = Math.min(deadline, last + silence) - performance.now();
      if (left <= 0) {
        end(late());
      } else if (left < Infinity) {
        timer = setTimeout(look, Math.min(Math.ceil(left), LONGEST));
      }
    };
    abort = () => end(signal?.reason);
    look();
  });
  signal?.addEventListener('abort', abort);
  try {
    const working = work(controller.signal, () => (last = performance.now()));
    return await Promise.race([ended, working]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}

/** Waits, unless the caller ends it: then rejects with the signal's reason. */
export function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', abort, { once: true });
  });
}
