/** One request, and its whole answer. */
import { unwanted } from './checks.js';
import { ApiError, type Exchange } from './errors.js';
import { failure, late } from './failures.js';
import type { Request } from './settings.js';
import { watched } from './watch.js';

/** No redirect is followed and nothing but our headers is sent: a key goes nowhere else. */
export const ALONE = {
  redirect: 'manual',
  credentials: 'omit',
  cache: 'no-store',
  referrerPolicy: 'no-referrer',
} as const satisfies RequestInit;

/** Sends `request`. Throws ConnectionError, TimeoutError, and the reason of the caller's signal. */
export function attempt(request: Request, send: typeof fetch, deadline: number): Promise<Exchange> {
  const { asked, headers, body = null, signal } = request;
  const silence = request.timeout.read ?? Infinity;
  const limits = { deadline, silence, signal, late: () => late(request) };
  return watched(limits, async (ending, heard) => {
    let begun = false;
    try {
      const response = await send(request.url, {
        method: asked.method,
        headers,
        body,
        ...ALONE,
        signal: ending,
      });
      if (!response) unwanted('fetch', response, 'a Response');
      begun = true;
      const { status } = response;
      return { ...asked, status, headers: response.headers, body: await read(response, heard) };
    } catch (error) {
      throw error instanceof ApiError ? error : failure(request, error, begun);
    }
  });
}

/** All of a body. Part by part, so that silence is noticed. */
async function read(response: Response, heard: () => void): Promise<Uint8Array> {
  const reader = response.body?.getReader();
  if (!reader) {
    return new Uint8Array(await response.arrayBuffer());
  }
  const parts: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    heard();
    const { done, value } = await reader.read();
    if (done) {
      return parts.length === 1 && parts[0] ? parts[0] : joined(parts, size);
    }
    parts.push(value);
    size += value.length;
  }
}

function joined(parts: readonly Uint8Array[], size: number): Uint8Array {
  const whole = new Uint8Array(size);
  let place = 0;
  for (const part of parts) {
    whole.set(part, place);
    place += part.length;
  }
  return whole;
}
