/** Ends to waiting: limits of time, and the caller's wish. */

/** Milliseconds that a timer surely can hold. */
const LONGEST = 1e9;

/** Milliseconds by a clock that nobody sets. */
export function now(): number {
  return performance.now();
}

/** What to do when a signal aborts. All of it is one listener. */
class Ends extends Set<() => void> {
  handleEvent(): void {
    this.forEach((end) => end());
  }
}

/** A signal may be shared by many calls, but Node.js takes more than ten listeners for a leak. */
const ENDS = /* @__PURE__ */ new WeakMap<AbortSignal, Ends>();

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
  let last = now();
  const ends = (signal && ENDS.get(signal)) ?? new Ends();
  let abort = (): void => undefined;
  const ended = new Promise<never>((_, reject) => {
    const end = (reason: unknown): void => {
      reject(reason);
      controller.abort(reason);
    };
    // One timer for both limits: a sign of life only moves the time of its next look.
    const look = (): void => {
      const left = Math.min(deadline, last + silence) - now();
      if (left <= 0) {
        end(late());
      } else if (left < Infinity) {
        timer = setTimeout(look, Math.min(Math.ceil(left), LONGEST));
      }
    };
    abort = () => end(signal?.reason);
    look();
  });
  ends.add(abort);
  if (signal) ENDS.set(signal, ends);
  signal?.addEventListener('abort', ends);
  try {
    const working = work(controller.signal, () => (last = now()));
    return await Promise.race([ended, working]);
  } finally {
    clearTimeout(timer);
    ends.delete(abort);
    if (!ends.size) signal?.removeEventListener('abort', ends);
  }
}

/** Waits, unless the caller ends it: then rejects with the signal's reason. */
export async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  // It may have aborted since the attempt: while that was logged, say.
  signal?.throwIfAborted();
  const over = new Error();
  const deadline = now() + milliseconds;
  const limits = { deadline, silence: Infinity, signal, late: () => over };
  await watched(limits, () => new Promise<void>(() => undefined)).catch((reason: unknown) => {
    if (reason !== over) throw reason;
  });
}
