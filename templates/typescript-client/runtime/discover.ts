/**
 * Which port of this machine a server listens on.
 *
 * All ports are asked at once whether a server is up, without a key. Whatever listens there may be
 * no server of this API: it has a short time to answer, and its answer is not read.
 */
import { ALONE } from './attempt.js';
import { ConnectionError } from './errors.js';

const HOST = '127.0.0.1';
/** For all ports, in milliseconds. Where nothing listens, the answer is there at once. */
const TIME = 500;

/** Where a server is up, at the first of `ports`, `shown` so in messages. Rejects with ConnectionError. */
export async function find(
  ports: readonly number[],
  shown: string,
  fetch: typeof globalThis.fetch,
): Promise<string> {
  const asking = new AbortController();
  const timer = setTimeout(() => asking.abort(), TIME);
  try {
    const origins = ports.map((port) => `http://${HOST}:${port}`);
    const answers = origins.map(
      async (origin) => (await isUp(origin, fetch, asking.signal)) && origin,
    );
    for (const answer of answers) {
      const origin = await answer;
      if (origin) return origin;
    }
  } finally {
    clearTimeout(timer);
    asking.abort();
  }
  throw new ConnectionError(
    `no server is up on ${HOST}, ports ${shown}: start it, or pass its baseUrl`,
    {},
    false,
  );
}

async function isUp(
  origin: string,
  fetch: typeof globalThis.fetch,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const answer = await fetch(`${origin}/.well-known/health`, {
      method: 'HEAD',
      ...ALONE,
      signal,
    });
    return answer.status === 200;
  } catch {
    return false;
  }
}
