/** What all calls of a client have in common, and how it becomes requests. */
import { bodyText } from './body.js';
import {
  checkedFunction,
  checkedHeader,
  checkedHeaders,
  checkedNames,
  checkedRecord,
  checkedSignal,
  checkedTimeout,
  checkedUrl,
  checkedWhole,
  USUAL,
  type Limits,
} from './checks.js';
import type { Given, Operation } from './operation.js';
import type { CallOptions, ClientOptions } from './options.js';
import { JSON_TYPE } from './outcome.js';
import { path, query, withExtraQuery } from './url.js';

/** What clients and calls take. */
export const OF_BOTH = ['timeout', 'retries'] as const;
const OF_CLIENT: readonly (keyof ClientOptions)[] = [
  'baseUrl',
  ...OF_BOTH,
  'headers',
  'fetch',
  'log',
];
/** What every method takes. */
export const OF_CALL: readonly (keyof CallOptions)[] = [
  ...OF_BOTH,
  'signal',
  'extraHeaders',
  'extraQuery',
  'extraBody',
];

/** One HTTP request, ready to be sent. Never shown: the key is among its headers. */
export interface Request {
  /** In full, with the query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly timeout: Limits;
  readonly retries: number;
  readonly signal: AbortSignal | undefined;
  /** Method and URL as errors have them, without what the caller added to the query. */
  readonly asked: { readonly method: string; readonly url: string };
  /** The same for messages. */
  readonly line: string;
}

/** What all calls of a client have in common. Keys and headers are private: no log shows them. */
export class Settings {
  readonly baseUrl: string;
  readonly log: ClientOptions['log'];
  readonly #fetch: ClientOptions['fetch'];
  readonly #key: Readonly<Record<string, string>>;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #timeout: Limits;
  readonly #retries: number;

  /** Those of a client. `keyHeader`: in lower case, or null for an API without keys. Throws InvalidArgument. */
  constructor(options: ClientOptions, baseUrl: string, keyHeader: string | null) {
    const known = keyHeader === null ? OF_CLIENT : ['apiKey', ...OF_CLIENT];
    const given: ClientOptions = checkedNames('options', options, known);
    const key = given.apiKey ?? '';
    this.baseUrl = checkedUrl(given.baseUrl === undefined ? baseUrl : given.baseUrl);
    this.log = checkedFunction('log', given.log);
    this.#fetch = checkedFunction('fetch', given.fetch);
    this.#key = key === '' ? {} : { [String(keyHeader)]: checkedHeader('apiKey', key) };
    this.#headers = checkedHeaders('headers', given.headers);
    this.#timeout = checkedTimeout(given.timeout, USUAL);
    this.#retries = checkedWhole('retries', given.retries, 2, 0);
  }

  /** `fetch` as it is now: a mock may have taken the place of the global one. */
  get fetch(): typeof fetch {
    return this.#fetch ?? globalThis.fetch;
  }

  /** The request for one call. Throws InvalidArgument. */
  request(operation: Operation<unknown>, ...[given, values = [], body, json]: Given): Request {
    const known = [...Object.keys(operation.query ?? {}), ...OF_CALL];
    const options: CallOptions = checkedNames('options', given, known);
    const text =
      operation.body &&
      bodyText(operation.body, body, json, checkedRecord('extraBody', options.extraBody ?? {}));
    const { method } = operation;
    const url = this.baseUrl + path(operation, values) + query(operation, { ...options });
    return {
      url: withExtraQuery(url, options.extraQuery),
      headers: {
        accept: operation.accept ?? `${JSON_TYPE}, text/plain`,
        ...(!operation.open && this.#key),
        ...this.#headers,
        ...(text !== undefined && { 'content-type': JSON_TYPE }),
        ...checkedHeaders('extraHeaders', options.extraHeaders),
      },
      body: text,
      timeout: checkedTimeout(options.timeout, this.#timeout),
      retries: checkedWhole('retries', options.retries, this.#retries, 0),
      signal: checkedSignal(options.signal),
      asked: { method, url },
      line: `${method} ${url}`,
    };
  }
}
