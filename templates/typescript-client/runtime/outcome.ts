/** What an answer means: a value, or one of the errors in `errors`. */
import { checked, Mismatch } from './check.js';
import { DecodeError, statusError, type Exchange } from './errors.js';
import type { Answer, Operation } from './operation.js';

export const JSON_TYPE = 'application/json';
/** Byte order marks are kept: JSON has none, so its parser refuses them. */
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The documented success that an answer is. Throws StatusError when it is none. */
export function success<T>(operation: Operation<T>, exchange: Exchange): Answer<T> {
  const answer = operation.answers[exchange.status];
  if (answer === undefined) {
    throw statusError(exchange, operation.failures.includes(exchange.status));
  }
  return answer;
}

/** The result of a call. Throws StatusError and DecodeError. */
export function outcome<T>(operation: Operation<T>, exchange: Exchange): T {
  const answer = success(operation, exchange);
  if (!answer) {
    return undefined as T;
  }
  const check = answer === 'text' ? undefined : answer;
  const [type = ''] = (exchange.headers.get('content-type') ?? '').split(';');
  const given = type.trim().toLowerCase();
  const wanted = check ? JSON_TYPE : 'text/plain';
  if (given && given !== wanted && !(check && given.endsWith('+json'))) {
    throw new DecodeError(`expected ${wanted}, got ${given}`, exchange);
  }
  const content = decoded(exchange);
  try {
    return check ? checked(check, JSON.parse(content)) : (content as T);
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw new DecodeError(`not JSON: ${error.message}`, exchange);
    }
    throw error instanceof Mismatch ? new DecodeError(error.message, exchange) : error;
  }
}

function decoded(exchange: Exchange): string {
  try {
    return UTF8.decode(exchange.body);
  } catch {
    throw new DecodeError('not UTF-8', exchange);
  }
}
