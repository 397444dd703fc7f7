/** What goes through `fetch`, and answers of a server that says what it is told to. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A `fetch` that keeps what goes through it; `before` happens first. */
export function recording(before: (line: string) => Promise<void> | void = () => undefined) {
  const lines: string[] = [];
  const bodies: unknown[] = [];
  const headers: Headers[] = [];
  const through: typeof fetch = async (input, init) => {
    const url = new URL(String(input));
    const line = `${init?.method ?? 'GET'} ${url.pathname}${url.search}`;
    await before(line);
    lines.push(line);
    headers.push(new Headers(init?.headers));
    if (typeof init?.body === 'string') bodies.push(JSON.parse(init.body));
    return fetch(input, init);
  };
  return { fetch: through, lines, bodies, headers };
}

/** What a stub is asked. */
export interface Asked {
  readonly line: string;
  readonly body: string;
}

/** A server that answers with JSON texts one after the other, and the last one from then on. */
export class Stub {
  readonly seen: Asked[] = [];
  #answers: string[] = [];
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      void this.#take(request).then((answer) => {
        response.setHeader('content-type', 'application/json').end(answer);
      });
    });
  }

  static async start(): Promise<Stub> {
    const stub = new Stub();
    stub.#server.listen(0, '127.0.0.1');
    await once(stub.#server, 'listening');
    return stub;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  answer(...texts: string[]): void {
    this.#answers = texts;
  }

  async #take(request: IncomingMessage): Promise<string> {
    this.seen.push({ line: `${request.method} ${request.url}`, body: await text(request) });
    return (this.#answers.length > 1 ? this.#answers.shift() : this.#answers[0]) ?? 'null';
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
