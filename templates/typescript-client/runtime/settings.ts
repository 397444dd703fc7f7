/** What all calls of a client have in common. */
import type { ClientOptions } from './options.js';

export class Settings {
  constructor(
    readonly baseUrl: string,
    readonly fetch: typeof globalThis.fetch,
  ) {}

  static of(options: ClientOptions, baseUrl: string, _keyHeader: string | null): Settings {
    return new Settings(options.baseUrl ?? baseUrl, options.fetch ?? globalThis.fetch);
  }
}
