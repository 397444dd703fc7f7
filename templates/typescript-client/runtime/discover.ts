/**
 * Which port of this machine a server listens on.
 *
 * All ports are asked at once whether a server is up, without a key. Whatever listens there may be
 * no server of this API: it has a short time to answer, and its answer is not read.
 */
import { ALONE } from './attempt.js';
import { ConnectionError } from './errors.js';

const HOST = '127.0.0.1';
/** Ports that are asked at once: a process may not have many more files open. */
const WAVE = 64;
/** For all ports of a wave, in milliseconds. Where nothing listens, the answer is there at once. */
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
    const wave = ports.slice(0, WAVE);
    for (const answer of wave.map((port) => originOf(port, fetch, asking.signal))) {
      const origin = await answer;
      if (origin) return origin;
    }
  } finally {
    clearTimeout(timer);
    asking.abort();
  }
  if (ports.length > WAVE) return find(ports.slice(WAVE), shown, fetch);
  throw new ConnectionError(
    `no server is up on ${HOST}, ports ${shown}: start it, or pass its baseUrl`,
    {},
    false,
  );
}

/** Where the server is that listens at a port; nothing when none is up there. */
async function originOf(
  port: number,
  fetch: typeof globalThis.fetch,
  signal: AbortSignal,
): Promise<string | void> {
  const origin = `http://${HOST}:${port}`;
  try {
    const answer = await fetch(`${origin}/.well-known/health`, {
      method: 'HEAD',
      ...ALONE,
      signal,
    });
    if (answer.status === 200) return origin;
  } catch {
    // Nothing is up there.
  }
}
