/** One request, and its whole answer. */
import type { Exchange } from './errors.js';
import { failure, late } from './failures.js';
import type { Request } from './settings.js';
import { Watch } from './watch.js';

/** Sends `request`. Throws ConnectionError, TimeoutError, and the reason of the caller's signal. */
export async function attempt(
  request: Request,
  send: typeof fetch,
  deadline: number,
  caller: AbortSignal | undefined,
): Promise<Exchange> {
  const silence = request.timeout.read ?? Infinity;
  const watch = new Watch(deadline, silence, caller, () => late(request));
  let begun = false;
  try {
    const response = await watch.until(send(request.url, init(request, watch.signal)));
    begun = true;
    const { status, headers } = response;
    return { ...request.asked, status, headers, body: await read(response, watch) };
  } catch (error) {
    if (watch.signal.aborted) {
      throw watch.signal.reason;
    }
    throw failure(request, error, begun);
  } finally {
    watch.end();
  }
}

/** No redirect is followed and nothing but our headers is sent: a key goes nowhere else. */
function init(request: Request, signal: AbortSignal): RequestInit {
  return {
    method: request.asked.method,
    headers: request.headers,
    body: request.body ?? null,
    redirect: 'manual',
    credentials: 'omit',
    cache: 'no-store',
    referrerPolicy: 'no-referrer',
    signal,
  };
}

/** All of a body. Part by part, so that silence is noticed. */
async function read(response: Response, watch: Watch): Promise<Uint8Array> {
  if (!response.body) {
    return new Uint8Array(await watch.until(response.arrayBuffer()));
  }
  const reader = response.body.getReader();
  const parts: Uint8Array[] = [];
  try {
    for (;;) {
      watch.heard();
      const { done, value } = await watch.until(reader.read());
      if (done) {
        return joined(parts);
      }
      parts.push(value);
    }
  } finally {
    reader.cancel().catch(() => undefined);
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [first] = parts;
  if (first && parts.length === 1) {
    return first;
  }
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let place = 0;
  for (const part of parts) {
    whole.set(part, place);
    place += part.length;
  }
  return whole;
}
