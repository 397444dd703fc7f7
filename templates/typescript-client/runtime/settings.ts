/** What all calls of a client have in common, and how it becomes requests. */
import { bodyText } from './body.js';
import {
  checkedFunction,
  checkedHeader,
  checkedHeaders,
  checkedNames,
  checkedRetries,
  checkedSignal,
  checkedTimeout,
  checkedUrl,
  USUAL,
  type Limits,
} from './checks.js';
import type { Given, Operation } from './operation.js';
import type { CallOptions, ClientOptions, ViewOptions } from './options.js';
import { path, query, withExtraQuery } from './url.js';

const OF_VIEW: readonly (keyof ViewOptions)[] = ['timeout', 'retries', 'headers'];
const OF_CLIENT: readonly (keyof ClientOptions)[] = ['baseUrl', ...OF_VIEW, 'fetch', 'log'];
const OF_CALL: readonly (keyof CallOptions)[] = [
  'timeout',
  'retries',
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

/** What a view of a client may have other than the client. */
interface Changeable {
  readonly timeout: Limits;
  readonly retries: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** What all calls of a client have in common. Keys and headers are private: no log shows them. */
export class Settings {
  readonly baseUrl: string;
  readonly log: ((line: string) => void) | undefined;
  readonly #fetch: typeof fetch | undefined;
  readonly #key: Readonly<Record<string, string>>;
  readonly #own: Changeable;

  private constructor(
    baseUrl: string,
    key: Readonly<Record<string, string>>,
    given: Pick<ClientOptions, 'fetch' | 'log'>,
    own: Changeable,
  ) {
    this.baseUrl = baseUrl;
    this.log = given.log;
    this.#fetch = given.fetch;
    this.#key = key;
    this.#own = own;
  }

  /** Those of a client. `keyHeader`: null for an API without keys. Throws InvalidArgument. */
  static of(options: ClientOptions, baseUrl: string, keyHeader: string | null): Settings {
    const known = keyHeader === null ? OF_CLIENT : ['baseUrl', 'apiKey', ...OF_CLIENT.slice(1)];
    const given: ClientOptions = checkedNames('options', options, known);
    checkedFunction('fetch', given.fetch ?? globalThis.fetch);
    checkedFunction('log', given.log);
    const key = given.apiKey ?? '';
    const isKeyed = keyHeader !== null && key !== '';
    const headers = isKeyed ? { [keyHeader.toLowerCase()]: checkedHeader('apiKey', key) } : {};
    const usual: Changeable = { timeout: USUAL, retries: 2, headers: {} };
    const url = checkedUrl(given.baseUrl === undefined ? baseUrl : given.baseUrl);
    return new Settings(url, headers, given, changed(usual, given));
  }

  /** `fetch` as it is now: a mock may have taken the place of the global one. */
  get fetch(): typeof fetch {
    return this.#fetch ?? globalThis.fetch;
  }

  /** The same with others for what `options` has. Throws InvalidArgument. */
  changed(options: ViewOptions): Settings {
    const given = checkedNames('options', options, OF_VIEW);
    const same = { fetch: this.#fetch, log: this.log };
    return new Settings(this.baseUrl, this.#key, same, changed(this.#own, given));
  }

  /** The request for one call. Throws InvalidArgument. */
  request(operation: Operation<unknown>, given: Given): Request {
    const known = [...Object.keys(operation.query), ...OF_CALL];
    const options: CallOptions = checkedNames('options', given.options, known);
    const own = changed(this.#own, { timeout: options.timeout, retries: options.retries });
    const body = operation.body && bodyText(operation.body, given, options.extraBody);
    const { method } = operation;
    const url = this.baseUrl + path(operation, given.path ?? []) + query(operation, { ...options });
    return {
      url: withExtraQuery(url, options.extraQuery),
      headers: {
        accept: operation.accept,
        ...own.headers,
        ...(operation.body && body !== undefined && { 'content-type': operation.body.mediaType }),
        ...(operation.secured && this.#key),
        ...checkedHeaders('extraHeaders', options.extraHeaders),
      },
      body,
      timeout: own.timeout,
      retries: own.retries,
      signal: checkedSignal(options.signal),
      asked: { method, url },
      line: `${method} ${url}`,
    };
  }
}

function changed(own: Changeable, given: ViewOptions): Changeable {
  return {
    timeout: checkedTimeout(given.timeout, own.timeout),
    retries: given.retries === undefined ? own.retries : checkedRetries(given.retries),
    headers: { ...own.headers, ...checkedHeaders('headers', given.headers) },
  };
}
