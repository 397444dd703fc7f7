/** Servers on loopback that answer as told: over HTTP, and below it. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import net, { type AddressInfo, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** A request as it arrived. */
export interface Seen {
  readonly method: string;
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Of the connection that it came over. */
  readonly port: number | undefined;
}

/** What to answer; `cut` closes the connection after that many bytes of the body. */
export interface Reply {
  readonly status?: number;
  readonly body?: string | Uint8Array;
  /** application/json unless given; null for none. */
  readonly type?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cut?: number;
}

/** An event as a server sends it. */
export const EVENT = {
  id: 'e',
  application: {
    id: 'a',
    name: 'VS_CODE',
    version: '1',
    platform: 'LINUX',
    onboarded: true,
    privacy: 'OPEN',
  },
  trigger: { file_open: true },
  created: { value: '2024-10-08T07:41:12.518204Z' },
  updated: { value: '2024-10-08T07:41:12.518204Z' },
};

/** The answer with that event, and one with no events. */
export const GOT: Reply = { body: JSON.stringify(EVENT), headers: { 'X-Request-ID': 'r-1' } };
export const NONE: Reply = { body: '{"iterable": []}' };
export const DONE: Reply = { status: 204, type: null };

/** A server that gives out `replies` in order, the last one for ever; null closes the connection. */
export class Stub {
  readonly seen: Seen[] = [];
  /** Makes the answer, in place of `replies`. */
  reply: ((seen: Seen) => Reply | null | Promise<Reply | null>) | undefined;
  #replies: (Reply | null)[] = [DONE];
  readonly #server = createServer((request, response) => {
    void buffer(request).then(async (body) => {
      const seen: Seen = {
        method: request.method ?? '',
        target: request.url ?? '',
        headers: request.headers,
        body: body.toString(),
        port: request.socket.remotePort,
      };
      this.seen.push(seen);
      send(response, await (this.reply ? this.reply(seen) : this.#next()));
    });
  });

  /** One that listens. */
  static async start(): Promise<Stub> {
    const stub = new Stub();
    stub.#server.listen(0, '127.0.0.1');
    await once(stub.#server, 'listening');
    return stub;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Answer with `replies`. */
  answer(...replies: (Reply | null)[]): void {
    this.#replies = replies;
  }

  #next(): Reply | null {
    return (this.#replies.length > 1 ? this.#replies.shift() : this.#replies[0]) ?? null;
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }
}

function send(response: ServerResponse, reply: Reply | null): void {
  if (!reply) {
    response.socket?.destroy();
    return;
  }
  const { status = 200, body = '', type = 'application/json', headers = {}, cut } = reply;
  const content = Buffer.from(body);
  response.statusCode = status;
  if (type !== null) response.setHeader('content-type', type);
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  if (status !== 204 && status !== 304) response.setHeader('content-length', content.length);
  if (cut === undefined) {
    response.end(content);
  } else {
    response.write(content.subarray(0, cut), () => response.socket?.destroySoon());
  }
}

/** What a server does with a connection, once a request is there. */
export type Script = (connection: Socket) => void;

/** A server that plays a script with every connection. */
export class Scripted {
  requests = 0;
  /** Connections with a request whose other side is still there. */
  open = 0;
  readonly #sockets = new Set<Socket>();
  readonly #server: net.Server;

  private constructor(script: Script) {
    this.#server = net.createServer((connection) => {
      this.#sockets.add(connection);
      connection.on('error', () => undefined);
      connection.once('data', () => {
        this.requests += 1;
        this.open += 1;
        connection.on('close', () => (this.open -= 1));
        script(connection);
        connection.resume();
      });
    });
  }

  /** One that listens. */
  static async start(script: Script): Promise<Scripted> {
    const it = new Scripted(script);
    it.#server.listen(0, '127.0.0.1');
    await once(it.#server, 'listening');
    return it;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(this.#server, 'close');
  }
}

export const HEAD =
  'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n';

/** Plays `text`, and closes. */
export function answering(text: string): Script {
  return (connection) => connection.end(text);
}

/** Scripts by what they do. */
export const SCRIPTS = {
  silence: () => undefined,
  'half a head': (connection) => connection.write(HEAD.slice(0, 30)),
  'a head': (connection) => connection.write(HEAD),
  drip: (connection) => {
    connection.write(HEAD);
    const timer = setInterval(() => connection.write(' '), 20);
    connection.on('close', () => clearInterval(timer));
  },
  reset: (connection) => connection.resetAndDestroy(),
  'reset in the body': (connection) => {
    connection.write(`${HEAD}{`);
    setTimeout(() => connection.resetAndDestroy(), 50);
  },
} as const satisfies Record<string, Script>;

/** A port of 127.0.0.1 where nothing listens. */
export async function closedPort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** What a promise rejects with; an Error of its own when it does not. */
export async function rejection(pending: Promise<unknown>): Promise<unknown> {
  try {
    await pending;
  } catch (error) {
    return error;
  }
  throw new Error('it did not reject');
}
