/** What a caller can set: for a client, for a view of it, for one call. */

/** What can stand in a query. */
export type Scalar = string | number | boolean | Date;

/**
 * Limits in milliseconds; null for no limit. A number in the place of a Timeout is its `total`,
 * with no limit of its own for `read`.
 */
export interface Timeout {
  /** For the whole call: all attempts, and the pauses between them. 60,000 unless given. */
  readonly total?: number | null | undefined;
  /** Between two parts of an answer, the wait for the first one included. 30,000 unless given. */
  readonly read?: number | null | undefined;
}

/** What a client is made with. */
export interface ClientOptions {
  /** Where the server is. */
  readonly baseUrl?: string | undefined;
  /** Sent with every call that needs one. Shows in no message. */
  readonly apiKey?: string | null | undefined;
  /** For each call, unless the call has its own. */
  readonly timeout?: number | Timeout | null | undefined;
  /** How often a call is sent again, at most. 2 unless given. */
  readonly retries?: number | undefined;
  /** Sent with every call. They win over the key and `accept`; the type of a body is its own. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** In place of the global `fetch`: for mocks, proxies, other runtimes. */
  readonly fetch?: typeof fetch | undefined;
  /** Told of each attempt, in one line without keys and bodies. */
  readonly log?: ((line: string) => void) | undefined;
}

/** What a view of a client can have other than the client. */
export interface ViewOptions {
  /** In place of the client's. */
  readonly timeout?: number | Timeout | null | undefined;
  /** In place of the client's. */
  readonly retries?: number | undefined;
  /** Sent as well; they win over the client's own. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** What every method takes besides its own parameters. */
export interface CallOptions {
  /** In place of the client's. */
  readonly timeout?: number | Timeout | null | undefined;
  /** In place of the client's. */
  readonly retries?: number | undefined;
  /** Ends the call, which then fails with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Sent as well; they win over the client's own. */
  readonly extraHeaders?: Readonly<Record<string, string>> | undefined;
  /** Sent as well; an array is sent as one pair for each of its items. No message shows it. */
  readonly extraQuery?: Readonly<Record<string, Scalar | readonly Scalar[]>> | undefined;
  /** Members put into the JSON body, over those that are there. They are not checked. */
  readonly extraBody?: Readonly<Record<string, unknown>> | undefined;
}
