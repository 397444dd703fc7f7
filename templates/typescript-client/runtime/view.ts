/** Views of a client: the same, with other settings. */
import { checkedHeaders, checkedNames } from './checks.js';
import type { ClientOptions, ViewOptions } from './options.js';
import { OF_BOTH } from './settings.js';

/** The options of a client that has `options`, but for what `given` has. Throws InvalidArgument. */
export function viewed(options: ClientOptions, given: ViewOptions): ClientOptions {
  const { headers, ...changes } = checkedNames('options', given, [...OF_BOTH, 'headers']);
  const changed = Object.entries(changes).filter(([, value]) => value !== undefined);
  return {
    ...options,
    ...Object.fromEntries(changed),
    headers: {
      ...checkedHeaders('headers', options.headers),
      ...checkedHeaders('headers', headers),
    },
  };
}
