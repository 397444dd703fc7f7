/** Ends to waiting: a limit of time, or the caller's wish. */

const LONGEST = 2 ** 31 - 1;
/** Milliseconds that a timer can hold. */

/** Watches over one attempt. Who makes one has to `end` it, or the process lives on. */
export class Watch {
  /** Aborted when the attempt has to end. */
  readonly signal: AbortSignal;
  /** What ended the attempt, if something did. */
  readonly ended: Promise<never>;
  readonly #controller = new AbortController();
  readonly #caller: AbortSignal | undefined;
  readonly #deadline: number;
  readonly #silence: number;
  #reject: (reason: unknown) => void = () => undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #heard = performance.now();

  /** `late` makes the error for a limit that was reached. */
  constructor(
    deadline: number,
    silence: number,
    caller: AbortSignal | undefined,
    readonly late: () => Error,
  ) {
    this.#deadline = deadline;
    this.#silence = silence;
    this.#caller = caller;
    this.signal = this.#controller.signal;
    this.ended = new Promise((_, reject) => (this.#reject = reject));
    this.ended.catch(() => undefined);
    caller?.addEventListener('abort', this.#abort);
    this.#check();
  }

  /** Something came. */
  heard(): void {
    this.#heard = performance.now();
  }

  /** `pending`, or what ended the attempt before. */
  until<T>(pending: Promise<T>): Promise<T> {
    return Promise.race([pending, this.ended]);
  }

  /** Leaves nothing behind. */
  end(): void {
    clearTimeout(this.#timer);
    this.#caller?.removeEventListener('abort', this.#abort);
  }

  readonly #abort = (): void => {
    this.#finish(this.#caller?.reason);
  };

  #finish(reason: unknown): void {
    this.#reject(reason);
    this.#controller.abort(reason);
  }

  /** One timer for both limits: each part that comes only moves the time of its next look. */
  readonly #check = (): void => {
    const left = Math.min(this.#deadline, this.#heard + this.#silence) - performance.now();
    if (left <= 0) {
      this.#finish(this.late());
    } else if (left < Infinity) {
      this.#timer = setTimeout(this.#check, Math.min(Math.ceil(left), LONGEST));
    }
  };
}

/** Waits, unless the caller's signal ends it: then throws its reason. */
export async function pause(milliseconds: number, caller: AbortSignal | undefined): Promise<void> {
  const until = performance.now() + milliseconds;
  const done = new Error();
  const watch = new Watch(until, Infinity, caller, () => done);
  try {
    await watch.ended;
  } catch (error) {
    if (error !== done) {
      throw error;
    }
  } finally {
    watch.end();
  }
}
