/** Views of a client: the same, with other settings. */
import { InvalidArgument } from './errors.js';
import type { ClientOptions, ViewOptions } from './options.js';

const NAMES: ReadonlySet<string> = new Set(['timeout', 'retries', 'headers']);

/** The options of a client that has `options` but for those that are given. Throws InvalidArgument. */
export function viewed(options: ClientOptions, given: ViewOptions): ClientOptions {
  const changes = Object.entries(given ?? {}).filter(([, value]) => value !== undefined);
  for (const [name] of changes) {
    if (!NAMES.has(name)) throw new InvalidArgument(`${name}: not an option of a view`);
  }
  const headers = { ...options.headers };
  for (const name of Object.keys(given?.headers ?? {})) {
    for (const own of Object.keys(headers)) {
      if (own.toLowerCase() === name.toLowerCase()) delete headers[own];
    }
  }
  const all = { ...headers, ...given?.headers };
  return { ...options, ...Object.fromEntries(changes), headers: all };
}
