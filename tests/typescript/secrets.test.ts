/** A key goes to the server it is for, and shows nowhere else. */
import { inspect } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { clientOf, KEY, playing, sdk, stubbed } from './clients.js';
import { closedPort, DONE, GOT, rejection, SCRIPTS, Stub } from './stub.js';

const held = stubbed();
const SECRET = { apiKey: KEY, headers: { Authorization: `Bearer ${KEY}`, 'X-Token': KEY } };
const HIDDEN = { extraQuery: { token: KEY }, extraHeaders: { 'X-Other': KEY } };
let elsewhere: Stub;
beforeEach(async () => {
  elsewhere = await Stub.start();
});
afterEach(() => elsewhere.stop());

/** All that a program or a debugger's console can print of a value. */
function shown(value: unknown): string {
  const deep = inspect(value, { depth: 20, showHidden: true, getters: true });
  const { stack = '' } = value instanceof Error ? value : {};
  return [deep, inspect(value), JSON.stringify(value), String(value), stack].join('\n');
}

test.each([301, 302, 303, 307, 308])('a redirect is not followed: %i', async (status) => {
  held.stub.answer({ status, headers: { Location: `${elsewhere.url}/workstream_event/e` } });
  const error = await rejection(clientOf(held.stub, SECRET).workstreamEvent.get('e', HIDDEN));
  expect(error).toBeInstanceOf(sdk.UnexpectedStatusError);
  const found = error as sdk.UnexpectedStatusError;
  expect(found.status).toBe(status);
  expect(found.headers.get('location')).toBe(`${elsewhere.url}/workstream_event/e`);
  expect(held.stub.seen).toHaveLength(1);
  expect(elsewhere.seen).toEqual([]);
});

const FAILURES: Readonly<Record<string, () => Promise<unknown>>> = {
  'a status': () => {
    held.stub.answer({ status: 410, body: 'gone', type: 'text/plain' });
    return clientOf(held.stub, SECRET).workstreamEvent.get('e', HIDDEN);
  },
  'an answer that is no JSON': () => {
    held.stub.answer({ body: '{' });
    return clientOf(held.stub, SECRET).workstreamEvent.get('e', HIDDEN);
  },
  'a broken connection': () => {
    held.stub.answer(null);
    return clientOf(held.stub, SECRET).workstreamEvent.get('e', HIDDEN);
  },
  'a refused connection': async () => {
    const url = `http://127.0.0.1:${await closedPort()}`;
    await clientOf({ url }, SECRET).workstreamEvent.get('e', HIDDEN);
  },
  'a late answer': async () => {
    const server = await playing(SCRIPTS.silence);
    const client = clientOf(server, { ...SECRET, timeout: 100 });
    await client.workstreamEvent.get('e', HIDDEN);
  },
  'a path': () => clientOf(held.stub, SECRET).workstreamEvent.get('..', HIDDEN),
  'a body': () => clientOf(held.stub, SECRET).workstreamEvent.update({} as never, HIDDEN),
  'a header that fetch refuses': () =>
    clientOf(held.stub, SECRET).workstreamEvent.get('e', { extraHeaders: { Upgrade: KEY } }),
  'a fetch that tells everything': () => {
    const telling: typeof fetch = (url, init) =>
      Promise.reject(Object.assign(new TypeError(`${String(url)} ${inspect(init)}`), { init }));
    return clientOf(held.stub, { ...SECRET, fetch: telling }).workstreamEvent.get('e', HIDDEN);
  },
  'a fetch with a cause that tells everything': () => {
    const telling: typeof fetch = (url, init) =>
      Promise.reject(new TypeError('no', { cause: new Error(`${String(url)} ${inspect(init)}`) }));
    return clientOf(held.stub, { ...SECRET, fetch: telling }).workstreamEvent.get('e', HIDDEN);
  },
  'a fetch that tells a token alone': () => {
    const headers = { Authorization: `Bearer ${KEY}` };
    const telling = (): Promise<never> => Promise.reject(new Error(`bad token ${KEY}`));
    return clientOf(held.stub, { headers, fetch: telling }).workstreamEvent.get('e');
  },
  'a fetch that tells a value of the query': () => {
    const extraQuery = { token: `${KEY} &` };
    const telling = (): Promise<never> => Promise.reject(new Error(`bad token ${KEY} &`));
    return clientOf(held.stub, { fetch: telling }).workstreamEvent.get('e', { extraQuery });
  },
};

test.each(Object.entries(FAILURES))('no error shows a secret: %s', async (_, fail) => {
  const error = await rejection(fail());
  expect(error).toBeInstanceOf(sdk.ApiError);
  expect(shown(error)).not.toContain(KEY);
  expect((error as Error).cause).toBeUndefined();
});

test('an error tells what was asked, without what was added to the query', async () => {
  held.stub.answer({ status: 410, body: 'gone', type: 'text/plain' });
  const options = { ...HIDDEN, transferables: true };
  const error = await rejection(clientOf(held.stub, SECRET).workstreamEvent.get('e', options));
  expect(held.stub.seen[0]?.target).toBe(`/workstream_event/e?transferables=true&token=${KEY}`);
  expect(error).toMatchObject({
    method: 'GET',
    url: `${held.stub.url}/workstream_event/e?transferables=true`,
  });
});

test('nothing that a client is made of shows a secret', async () => {
  held.stub.answer(GOT);
  const client = clientOf(held.stub, SECRET);
  const view = client.withOptions({ headers: { 'X-More': KEY } });
  const raw = await view.workstreamEvent.withRawResponse.get('e', HIDDEN);
  expect(held.stub.seen[0]?.headers).toMatchObject({ 'x-more': KEY, 'x-application-id': KEY });
  const error: unknown = new sdk.GoneError();
  for (const value of [client, view, client.workstreamEvent, view.workstreamEvents, raw, error]) {
    expect(shown(value)).not.toContain(KEY);
  }
  expect(JSON.stringify(structuredClone({ ...client }))).not.toContain(KEY);
});

test.each([
  [{ apiKey: `${KEY}\n` }, 'apiKey: a header is one line of printable ASCII'],
  [{ headers: { 'X-Token': `${KEY}é` } }, 'X-Token: a header is one line of printable ASCII'],
  [{ baseUrl: `http://user:${KEY}@h` }, 'baseUrl: write it as http://host:port'],
  [{ baseUrl: `user:${KEY}@h:1` }, 'baseUrl: write it as http://host:port'],
  [{ baseUrl: `http:///user:${KEY}@h` }, 'baseUrl: write it as http://host:port'],
  [{ baseUrl: `http:/user:${KEY}@h` }, 'baseUrl: write it as http://host:port'],
  [{ baseUrl: `//user:${KEY}@h` }, 'baseUrl: write it as http://host:port'],
])('no refusal of a setting shows a secret: %#', (options, message) => {
  let error: unknown;
  try {
    error = new sdk.PiecesWorkstream(options);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(sdk.InvalidArgument);
  expect((error as Error).message).toContain(message);
  expect(shown(error)).not.toContain(KEY);
});

const LINE = /^(GET \S+): attempt (\d): (.+) \(\d+\.\d ms\)$/;

test('the log has a line for each attempt, with no secret and no body', async () => {
  const lines: string[] = [];
  held.stub.answer({ status: 503, headers: { 'Retry-After': '0' } }, null, {
    body: `{"${KEY}": 1}`,
    headers: { 'X-Request-ID': 'r-7' },
  });
  const log = (line: string): number => lines.push(line);
  const client = clientOf(held.stub, { ...SECRET, retries: 2, log });
  await rejection(client.workstreamEvent.get('e', HIDDEN));
  const url = `GET ${held.stub.url}/workstream_event/e`;
  expect(lines.map((line) => LINE.exec(line)?.slice(1))).toEqual([
    [url, '1', '503'],
    [url, '2', 'ConnectionError'],
    [url, '3', '200, request r-7'],
  ]);
  expect(lines.join()).not.toContain(KEY);
});

test('a log that throws changes nothing of what a call comes to', async () => {
  held.stub.answer(DONE);
  const log = (): never => {
    throw new TypeError('the log is full');
  };
  await clientOf(held.stub, { log }).workstreamEvents.delete('e');
  expect(held.stub.seen).toHaveLength(1);
});

test('the log of an aborted call says so', async () => {
  const lines: string[] = [];
  const server = await playing(SCRIPTS.silence);
  const log = (line: string): number => lines.push(line);
  const signal = AbortSignal.timeout(50);
  await rejection(clientOf(server, { log }).workstreamEvent.get('e', { signal }));
  expect(lines.map((line) => LINE.exec(line)?.[3])).toEqual(['aborted']);
});

test('cookies of a server are not kept', async () => {
  held.stub.answer({ ...DONE, headers: { 'Set-Cookie': `a=${KEY}` } });
  const client = clientOf(held.stub);
  await client.workstreamEvents.delete('e');
  await client.workstreamEvents.delete('e');
  expect(held.stub.seen[1]?.headers).not.toHaveProperty('cookie');
});
