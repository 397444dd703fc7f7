/** Answers as they came. */

/** A success, not yet parsed. */
export interface RawResponse<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
  /** What the call would have given. Throws DecodeError. */
  parse(): T;
}

/** The methods of a resource, each giving its answer as it came. */
export type Raw<R> = {
  readonly [K in keyof R as R[K] extends (...given: never[]) => Promise<unknown>
    ? K
    : never]: R[K] extends (...given: infer A) => Promise<infer T>
    ? (...given: A) => Promise<RawResponse<T>>
    : never;
};
