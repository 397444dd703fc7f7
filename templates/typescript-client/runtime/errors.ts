/** Everything a call can throw. The root is `ApiError`. */

/** What was asked and what came back: no request headers, so no key. */
export interface Exchange {
  readonly method: string;
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

/** Root of all errors of this package. What there was no exchange for is empty. */
export class ApiError extends Error {
  override name = 'ApiError';
}

/** An argument that cannot be sent. Nothing was. */
export class InvalidArgument extends ApiError {
  override name = 'InvalidArgument';
}
