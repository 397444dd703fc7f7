/** JSON text of what a caller gives. */
import { InvalidArgument } from './errors.js';

/** `value` as JSON text. Throws InvalidArgument when it has none. */
export function encode(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) {
    throw new InvalidArgument('body: cannot be sent as JSON');
  }
  return text;
}
