/** What a person reads when a call fails: what is wrong, and what to do. */
import { expect, test } from 'vitest';

import { clientOf, playing, sdk, stubbed } from './clients.js';
import { answering, closedPort, HEAD, rejection, SCRIPTS, type Script } from './stub.js';

const held = stubbed();

/** The ConnectionError that a call ends in. */
async function failure(url: string, options: sdk.ClientOptions = {}): Promise<sdk.ConnectionError> {
  const error = await rejection(clientOf({ url }, options).workstreamEvent.get('e'));
  expect(error).toBeInstanceOf(sdk.ConnectionError);
  const found = error as sdk.ConnectionError;
  expect(found.message.startsWith(`GET ${url}/workstream_event/e: `)).toBe(true);
  expect(found.message).toMatch(/^[^\p{C}\p{Zl}\p{Zp}]+$/u);
  expect(found).toMatchObject({ status: 0, method: 'GET', url: `${url}/workstream_event/e` });
  expect(found.body).toEqual(new Uint8Array());
  expect(found.requestId).toBeNull();
  return found;
}

test('a server that is not running', async () => {
  for (const host of ['127.0.0.1', 'localhost']) {
    const error = await failure(`http://${host}:${await closedPort()}`);
    expect(error.message).toMatch(
      /: nothing listens there \(ECONNREFUSED\): is the server started\?$/,
    );
    expect(error.sent).toBe(false);
  }
});

test('what happened is known whatever the headers are', async () => {
  const url = `http://127.0.0.1:${await closedPort()}`;
  const error = await failure(url, { headers: { 'X-Stage': 'E' } });
  expect(error.sent).toBe(false);
  expect(error.message).toContain(': nothing listens there (');
});

test('a host that is unknown', async () => {
  const error = await failure('http://no-such-host.invalid:1000');
  expect(error.message).toMatch(
    /: the name of the host is unknown \(\w+\): is the base URL right\?$/,
  );
  expect(error.sent).toBe(false);
});

test('https on a port that speaks http', async () => {
  const error = await failure(held.stub.url.replace('http', 'https'));
  expect(error.message).toMatch(
    /: no secure connection \(\w+\): does the server speak https on this port\?$/,
  );
  expect(error.sent).toBe(false);
});

test('a port that no fetch goes to', async () => {
  const error = await failure('http://127.0.0.1:9');
  expect(error.message).toMatch(/: no connection \(bad port\): is the base URL right\?$/);
  expect(error.sent).toBe(false);
});

test('a port that speaks something else', async () => {
  const server = await playing(answering('SSH-2.0-OpenSSH_9.6\r\n\r\n'));
  const error = await failure(server.url);
  expect(error.message).toMatch(/: what came back is no HTTP \(HPE_\w+\): is it the right port\?$/);
  expect(error.sent).toBe(true);
});

test.each<readonly [string, Script]>([
  ['reset', SCRIPTS.reset],
  ['reset in the body', SCRIPTS['reset in the body']],
  ['closed', answering('')],
  ['closed in the head', answering('HTTP/1.1 200 OK\r\n')],
  ['closed in the body', answering(`${HEAD}{`)],
])('a connection that breaks: %s', async (_, script) => {
  const error = await failure((await playing(script)).url);
  expect(error.message).toMatch(
    /: the connection broke before the whole answer was there \(\w+\)$/,
  );
  expect(error.sent).toBe(true);
});

test('a body that cannot be unpacked', async () => {
  held.stub.answer({ body: 'no gzip', headers: { 'Content-Encoding': 'gzip' } });
  const error = await failure(held.stub.url);
  expect(error.sent).toBe(true);
});

test('a browser, which does not say why', async () => {
  const fetch = (): Promise<never> => Promise.reject(new TypeError('Failed to fetch'));
  const error = await failure(held.stub.url, { fetch });
  expect(error.message).toMatch(/: no answer \(Failed to fetch\): .*does it allow this page\?$/);
  expect(error.sent).toBe(true);
});

test('a redirect in a browser, which hides it', async () => {
  // What `redirect: 'manual'` gives there: no status, no headers.
  const hidden = { status: 0, type: 'opaqueredirect', headers: new Headers(), body: null };
  const answer = { ...hidden, arrayBuffer: () => Promise.resolve(new ArrayBuffer(0)) };
  const fetch = (): Promise<Response> => Promise.resolve(answer as unknown as Response);
  const error = await failure(held.stub.url, { fetch });
  expect(error.message).toMatch(/: a redirect, which is not followed: is the base URL right\?$/);
});

test.each([
  [new Error('x', { cause: { code: 'UND_ERR_CONNECT_TIMEOUT' } }), false],
  [new Error('x', { cause: { code: 'UND_ERR_HEADERS_TIMEOUT' } }), true],
  [new Error('x', { cause: { code: 'ETIMEDOUT', syscall: 'read' } }), true],
  [new Error('x', { cause: { code: 'ETIMEDOUT', syscall: 'connect' } }), false],
])('limits of time that fetch has of its own: %#', async (thrown, sent) => {
  const client = clientOf(held.stub, { fetch: () => Promise.reject(thrown) });
  const error = await rejection(client.workstreamEvent.get('e'));
  expect(error).toBeInstanceOf(sdk.TimeoutError);
  expect(error).toMatchObject({ sent });
});

test.each([
  [new Error('x', { cause: { code: 'EHOSTUNREACH', syscall: 'read' } }), true],
  [new Error('x', { cause: { code: 'EHOSTUNREACH', syscall: 'connect' } }), false],
  [null, true],
  ['just text', true],
  [new Error('x', { cause: null }), true],
])('whatever fetch throws is a ConnectionError: %#', async (thrown, sent) => {
  // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
  const client = clientOf(held.stub, { fetch: () => Promise.reject(thrown) });
  const error = await rejection(client.workstreamEvent.get('e'));
  expect(error).toBeInstanceOf(sdk.ConnectionError);
  expect(error).toMatchObject({ sent });
});

test('a fetch that gives no answer is told', async () => {
  const fetch = (() => Promise.resolve()) as unknown as typeof globalThis.fetch;
  const error = await rejection(clientOf(held.stub, { fetch }).workstreamEvent.get('e'));
  expect(error).toBeInstanceOf(sdk.InvalidArgument);
  expect((error as Error).message).toBe('fetch: undefined where a Response is wanted');
});

test('a fetch that throws at once', async () => {
  const fetch = (): never => {
    throw new TypeError('not today');
  };
  expect((await failure(held.stub.url, { fetch })).message).toContain('(not today)');
});

const STATUSES: Readonly<Record<number, keyof typeof sdk>> = {
  400: 'BadRequestError',
  401: 'UnauthorizedError',
  403: 'ForbiddenError',
  404: 'NotFoundError',
  405: 'MethodNotAllowedError',
  406: 'NotAcceptableError',
  409: 'ConflictError',
  410: 'GoneError',
  413: 'PayloadTooLargeError',
  415: 'UnsupportedMediaTypeError',
  422: 'ValidationError',
  429: 'RateLimitError',
  500: 'ServerError',
  503: 'ServerError',
  599: 'ServerError',
};
const DOCUMENTED = [401, 406, 410, 422];

test.each(Object.entries(STATUSES))('%s is a %s', async (status, name) => {
  const headers = { 'X-Request-ID': 'r' };
  held.stub.answer({ status: Number(status), body: 'because', type: 'text/plain', headers });
  const error = await rejection(clientOf(held.stub).workstreamEvent.get('e'));
  const documented = DOCUMENTED.includes(Number(status));
  expect(error).toBeInstanceOf(sdk[name]);
  expect(error).toBeInstanceOf(sdk.StatusError);
  expect(error instanceof sdk.UnexpectedStatusError).toBe(!documented);
  const url = `${held.stub.url}/workstream_event/e`;
  expect(error).toMatchObject({
    name,
    message: `GET ${url}: ${status}: because`,
    status: Number(status),
    text: 'because',
    requestId: 'r',
    documented,
  });
  expect(JSON.parse(JSON.stringify(error))).toEqual({
    name,
    message: `GET ${url}: ${status}: because`,
    status: Number(status),
    method: 'GET',
    url,
    requestId: 'r',
  });
  expect((error as Error).stack).toMatch(new RegExp(`^${name}: GET http`));
});

test('errors of one class are not those of another', async () => {
  held.stub.answer({ status: 418 });
  const error = await rejection(clientOf(held.stub).workstreamEvent.get('e'));
  expect(error).toMatchObject({ name: 'UnexpectedStatusError' });
  expect((error as Error).message).toMatch(/: 418: no body$/);
  for (const other of [sdk.GoneError, sdk.ServerError, sdk.DecodeError, sdk.ConnectionError]) {
    expect(error).not.toBeInstanceOf(other);
  }
  for (const other of [undefined, null, {}, new sdk.DecodeError('x'), new sdk.GoneError()]) {
    expect(other instanceof sdk.UnexpectedStatusError).toBe(false);
  }
});

test('a message is one line, however long and odd the body is', async () => {
  const text = `\u202eevil\u2028\x00\x1b[31m${'x'.repeat(290)}😀${'y'.repeat(1000)}`;
  held.stub.answer({ status: 410, body: text, type: 'text/plain' });
  const error = await rejection(clientOf(held.stub).workstreamEvent.get('e'));
  const { message, text: whole } = error as sdk.GoneError;
  expect(message).toMatch(/^[^\p{C}\p{Zl}\p{Zp}]+…$/u);
  expect(message.length).toBeLessThan(400);
  expect(whole).toBe(text);
});

test('errors can be made from a message alone', () => {
  for (const made of [sdk.ApiError, sdk.InvalidArgument, sdk.EditConflictError, sdk.DecodeError]) {
    const error = new made('because');
    expect(error).toMatchObject({ message: 'because', status: 0, method: '', url: '', text: '' });
  }
  expect(new sdk.ConnectionError('x').sent).toBe(true);
});
