/** Calls are repeated when that is safe and useful, and never otherwise. */
import { expect, test } from 'vitest';

import { CALLS, clientOf, playing, sdk, SEED, stubbed } from './clients.js';
import { closedPort, GOT, NONE, rejection, SCRIPTS, type Reply } from './stub.js';

const held = stubbed();
const busy = (status: number, wait = '0'): Reply => ({
  status,
  body: 'no',
  type: 'text/plain',
  headers: { 'Retry-After': wait },
});
const STATUSES = { 408: true, 429: true, 500: false, 501: false, 502: true, 503: true, 504: true };

test.each(CALLS)('%s is repeated after a status as the spec says', async (_, repeatable, use) => {
  for (const [status, passes] of Object.entries(STATUSES)) {
    held.stub.seen.length = 0;
    held.stub.answer(busy(Number(status)));
    const error = await rejection(use(clientOf(held.stub, { retries: 1 })));
    expect(error).toMatchObject({ status: Number(status) });
    expect(held.stub.seen, status).toHaveLength(repeatable && passes ? 2 : 1);
  }
});

test.each(CALLS)('%s is repeated after a lost answer as the spec says', async (_, safe, use) => {
  for (const script of [SCRIPTS.reset, SCRIPTS['reset in the body'], SCRIPTS.silence]) {
    const server = await playing(script);
    const timeout = { total: 10_000, read: 100 };
    const error = await rejection(use(clientOf(server, { retries: 1, timeout })));
    expect(error).toMatchObject({ sent: true, status: 0 });
    expect(server.requests).toBe(safe ? 2 : 1);
  }
});

test.each(CALLS)('%s is repeated when nothing was sent', async (_, __, use) => {
  const lines: string[] = [];
  const url = `http://127.0.0.1:${await closedPort()}`;
  const log = (line: string): number => lines.push(line);
  const error = await rejection(use(clientOf({ url }, { retries: 1, log })));
  expect(error).toMatchObject({ sent: false });
  expect(lines).toHaveLength(2);
});

test('other answers than those that pass are the result at once', async () => {
  held.stub.answer({ status: 500, body: 'broken', type: 'text/plain' });
  const client = clientOf(held.stub, { retries: 5 });
  expect(await rejection(client.workstreamEvents.snapshot())).toBeInstanceOf(sdk.ServerError);
  expect(held.stub.seen).toHaveLength(1);
});

test.each([
  ['seconds', () => '1'],
  ['seconds, and a space', () => '1 '],
  ['a date', () => new Date(Date.now() + 2_000).toUTCString()],
])('Retry-After is obeyed: %s', async (_, wait) => {
  held.stub.answer(busy(503, wait()), NONE);
  const start = performance.now();
  await clientOf(held.stub, { retries: 1 }).workstreamEvents.snapshot();
  expect(performance.now() - start).toBeGreaterThan(900);
});

test.each(['', 'soon', '-1', '1.5', '2', '2100-01-01', 'Wed, 99 Foo 2024 00:00:00 GMT'])(
  'a Retry-After that says nothing is none, and a pause in the past is short: %j',
  async (wait) => {
    held.stub.answer(busy(503, wait === '2' ? 'Mon, 01 Jan 2024 00:00:00 GMT' : wait), NONE);
    const start = performance.now();
    await clientOf(held.stub, { retries: 1 }).workstreamEvents.snapshot();
    expect(performance.now() - start).toBeLessThan(900);
  },
);

test.each([
  ['in an hour and a second', '3601'],
  ['in the year 9999', 'Fri, 31 Dec 9999 23:59:59 GMT'],
  ['after more seconds than there are', '9'.repeat(400)],
])('nobody waits for what comes %s, not even without a limit', async (_, wait) => {
  held.stub.answer(busy(503, wait));
  const client = clientOf(held.stub, { retries: 1, timeout: null });
  expect(await rejection(client.workstreamEvents.snapshot())).toMatchObject({ status: 503 });
  expect(held.stub.seen).toHaveLength(1);
});

test('no wait outlasts the budget', async () => {
  held.stub.answer(busy(429, '5'));
  const start = performance.now();
  const client = clientOf(held.stub, { retries: 3, timeout: 4_000 });
  expect(await rejection(client.workstreamEvents.snapshot())).toMatchObject({ status: 429 });
  expect(performance.now() - start).toBeLessThan(3_500);
});

test('the error is that of the last attempt', async () => {
  held.stub.answer(busy(503), null);
  const client = clientOf(held.stub, { retries: 1 });
  const error = await rejection(client.workstreamEvents.snapshot());
  expect(error).toBeInstanceOf(sdk.ConnectionError);
  expect(error).toMatchObject({ method: 'GET', url: `${held.stub.url}/workstream_events` });
  held.stub.answer(null, { ...busy(503), headers: { 'X-Request-ID': '2' } });
  const answered = await rejection(client.workstreamEvents.snapshot());
  expect(answered).toMatchObject({ status: 503, requestId: '2', text: 'no' });
});

test('one call has as many retries as it asks for', async () => {
  held.stub.answer(busy(503), busy(503), GOT);
  const client = clientOf(held.stub);
  await expect(client.workstreamEvent.get('e', { retries: 2 })).resolves.toMatchObject({ id: 'e' });
  held.stub.answer(busy(503), GOT);
  await expect(client.workstreamEvent.get('e')).rejects.toBeInstanceOf(sdk.ServerError);
});

test('the body is sent again, whole', async () => {
  held.stub.answer(busy(503), { body: '{"workstreamEvents": {"iterable": []}}' });
  await clientOf(held.stub, { retries: 1 }).workstreamEvents.batch(new Set(['a', 'b']));
  const wanted = { workstreamEvents: { iterable: [{ id: 'a' }, { id: 'b' }] } };
  expect(held.stub.seen.map(({ body }) => JSON.parse(body) as unknown)).toEqual([wanted, wanted]);
});

test('create is not repeated when its connection breaks', async () => {
  held.stub.answer(null, GOT);
  const client = clientOf(held.stub, { retries: 2 });
  await expect(client.workstreamEvents.create(SEED)).rejects.toBeInstanceOf(sdk.ConnectionError);
  expect(held.stub.seen).toHaveLength(1);
});
