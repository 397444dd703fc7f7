/** What an answer means: a value, or one of the errors in `errors`. */
import { checked, Mismatch } from './check.js';
import { DecodeError, statusError, type Exchange } from './errors.js';
import type { Answer, Operation } from './operation.js';

/** Byte order marks are kept: JSON has none, so its parser refuses them. */
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The documented success that an answer is. Throws StatusError when it is none. */
export function success<T>(operation: Operation<T>, exchange: Exchange): Answer<T> {
  const answer = operation.answers[exchange.status];
  if (!answer) {
    throw statusError(exchange, operation.failures.includes(exchange.status));
  }
  return answer;
}

/** The result of a call. Throws StatusError and DecodeError. */
export function outcome<T>(operation: Operation<T>, exchange: Exchange): T {
  const { mediaType, check } = success(operation, exchange);
  if (mediaType === undefined) {
    return undefined as T;
  }
  checkMediaType(mediaType, exchange);
  const text = decoded(exchange);
  if (!isJson(mediaType)) {
    return text as T;
  }
  const value = parsed(text, exchange);
  try {
    return check ? checked(check, value) : (value as T);
  } catch (error) {
    throw error instanceof Mismatch ? new DecodeError(error.message, exchange) : error;
  }
}

function checkMediaType(wanted: string, exchange: Exchange): void {
  const [type = ''] = (exchange.headers.get('content-type') ?? '').split(';');
  const given = type.trim().toLowerCase();
  if (given && given !== wanted && !(isJson(wanted) && isJson(given))) {
    throw new DecodeError(`expected ${wanted}, got ${given}`, exchange);
  }
}

function isJson(mediaType: string): boolean {
  return mediaType === 'application/json' || mediaType.endsWith('+json');
}

function decoded(exchange: Exchange): string {
  try {
    return UTF8.decode(exchange.body);
  } catch {
    throw new DecodeError('not UTF-8', exchange);
  }
}

function parsed(text: string, exchange: Exchange): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new DecodeError(`not JSON: ${(error as Error).message}`, exchange);
  }
}
