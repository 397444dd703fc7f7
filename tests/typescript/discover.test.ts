/** `discover`: the server of this machine is found, whatever else listens there. */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';

import {
  ConnectionError,
  InvalidArgument,
  PiecesWorkstream,
} from '../../generated/typescript-client/src/index.js';
import * as discover from '../../generated/typescript-client/src/runtime/discover.js';
import { startServer } from './server.js';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: text/plain\r\n\r\n';
type Answer = (socket: Socket) => void;
const find = async (ports: readonly number[], with_: typeof fetch): Promise<number> =>
  Number(new URL(await discover.find(ports, ports.join(', '), with_)).port);
const opened: { server: Server; sockets: Set<Socket> }[] = [];

/** Something that listens at a free port, and what it was asked. */
async function listen(answer: Answer): Promise<{ port: number; heard: string[] }> {
  const sockets = new Set<Socket>();
  const heard: string[] = [];
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', (data) => {
      heard.push(data.toString());
      answer(socket);
    });
  });
  opened.push({ server, sockets });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, heard };
}

/** A port where nothing listens. */
async function closed(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

afterEach(() => {
  for (const { server, sockets } of opened.splice(0)) {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
});

const up: Answer = (socket) => void socket.write(OK);
const later: Answer = (socket) => void setTimeout(() => socket.write(OK), 150);
const HOSTILE: Readonly<Record<string, Answer>> = {
  closes: (socket) => void socket.end(),
  resets: (socket) => void socket.resetAndDestroy(),
  stalls: () => undefined,
  drips: (socket) => {
    const timer = setInterval(() => socket.write('H'), 50);
    socket.on('close', () => clearInterval(timer));
  },
  floods: (socket) => {
    socket.write('HTTP/1.1 500 No\r\n');
    const more = () => void (socket.writable && socket.write(`a: ${'b'.repeat(65536)}\r\n`, more));
    more();
  },
  'breaks off': (socket) => void socket.end('HTTP/1.1 20'),
  redirects: (socket) =>
    void socket.end('HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n\r\n'),
  refuses: (socket) => void socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n'),
  'is another thing': (socket) => void socket.end('SSH-2.0-OpenSSH_9.6\r\n'),
  'talks at random': (socket) =>
    void socket.end(Buffer.from(Array.from({ length: 4096 }, (_, i) => i % 256))),
  'says 2000': (socket) => void socket.end('HTTP/1.1 2000 OK\r\n\r\n'),
};

describe('the server', () => {
  it('is found where it is', async () => {
    const { port } = await listen(up);
    expect(await find([await closed(), port, await closed()], fetch)).toBe(port);
  });

  it('is the first in order, though others are faster', async () => {
    const [slow, fast] = [await listen(later), await listen(up)];
    expect(await find([slow.port, fast.port], fetch)).toBe(slow.port);
  });

  it.each(Object.entries(HOSTILE))('is found behind something that %s', async (_, answer) => {
    const [other, server] = [await listen(answer), await listen(up)];
    expect(await find([other.port, server.port], fetch)).toBe(server.port);
    await expect(find([other.port], fetch)).rejects.toThrow(ConnectionError);
  });

  it('does not wait for those behind it', async () => {
    const [server, other] = [await listen(up), await listen(() => undefined)];
    let answered = false;
    const watching: typeof fetch = async (input, init) => {
      try {
        return await fetch(input, init);
      } finally {
        if (String(input).includes(`:${other.port}/`)) answered = true;
      }
    };
    expect(await discover.find([server.port, other.port], '', watching)).toContain(
      `:${server.port}`,
    );
    expect(answered).toBe(false);
  });

  it('is found behind more ports than are asked at once', async () => {
    const nothing = await closed();
    const { port } = await listen(up);
    expect(await find([...Array<number>(70).fill(nothing), port], fetch)).toBe(port);
  });

  it('is asked without a key, and not followed anywhere', async () => {
    const { port, heard } = await listen(up);
    await find([port], fetch);
    expect(heard[0]).toMatch(/^HEAD \/\.well-known\/health HTTP\/1\.1\r\n/);
    expect(heard[0]?.toLowerCase()).not.toMatch(/x-application-id|cookie|authorization/);
  });

  it('that is nowhere is told of', async () => {
    const error: unknown = await find([], fetch).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toHaveProperty('sent', false);
    const port = await closed();
    await expect(find([port], fetch)).rejects.toThrow(
      `no server is up on 127.0.0.1, ports ${port}: start it, or pass its baseUrl`,
    );
    const nothing = () => Promise.reject(new TypeError('fetch failed'));
    await expect(PiecesWorkstream.discover({ fetch: nothing })).rejects.toThrow(
      'ports 39300-39333, 1000, 5323:',
    );
  });
});

it('gives an ordinary client with the options that it has', async () => {
  const server = await startServer({ apiKey: 'k' });
  const { port } = new URL(server.url);
  // A server of somebody may be up on the documented ports: what is asked there goes to ours.
  const asked: string[] = [];
  const ours: typeof fetch = (input, init) => {
    asked.push(String(input));
    return fetch(String(input).replace(/:\d+/, `:${port}`), init);
  };
  const client = await PiecesWorkstream.discover({ apiKey: 'k', fetch: ours });
  expect(client.baseUrl).toBe('http://127.0.0.1:39300');
  expect((await client.workstreamEvents.snapshot()).iterable).toEqual([]);
  const ports = asked.slice(0, -1).map((url) => Number(new URL(url).port));
  expect(ports).toEqual([...Array.from({ length: 34 }, (_, index) => 39300 + index), 1000, 5323]);
  await server.stop();
});

it.each<[unknown, string]>([
  [null, 'options: null where a plain object is wanted'],
  [{ api_key: 'k' }, 'no such option: api_key; there are apiKey'],
  [{ timeout: 0 }, 'timeout: total: 0'],
  [{ fetch: {} }, 'fetch: Object where a function is wanted'],
  [{ baseUrl: 'http://127.0.0.1:1' }, 'baseUrl: discover finds it'],
])('an option that cannot work is refused, and nobody is asked: %j', async (options, message) => {
  let asked = 0;
  const counting = () => Promise.reject(new Error(`${++asked}`));
  const given = options === null ? options : { fetch: counting, ...(options as object) };
  const error: unknown = await PiecesWorkstream.discover(given as never).catch((it: unknown) => it);
  expect(error).toBeInstanceOf(InvalidArgument);
  expect((error as Error).message).toContain(message);
  expect(asked).toBe(0);
});
