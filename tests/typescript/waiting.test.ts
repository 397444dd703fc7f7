/** Every wait has an end: near where it was set, or when the caller wants it. */
import { execFile } from 'node:child_process';
import { getEventListeners } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { expect, onTestFinished, test } from 'vitest';

import { clientOf, playing, sdk, stubbed } from './clients.js';
import { GOT, HEAD, NONE, rejection, SCRIPTS, type Script } from './stub.js';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';

const held = stubbed();
const { silence, drip, 'half a head': halfAHead, 'a head': aHead } = SCRIPTS;
const SLOW: readonly (readonly [string, Script])[] = [
  ['silence', silence],
  ['half a head', halfAHead],
  ['a head', aHead],
  ['drip', drip],
];

/** The error that a snapshot ends in, and after how many milliseconds. */
async function timed(
  url: string,
  timeout: sdk.ClientOptions['timeout'],
  retries = 0,
): Promise<[sdk.TimeoutError, number]> {
  const start = performance.now();
  const client = clientOf({ url }, { timeout, retries });
  const error = await rejection(client.workstreamEvents.snapshot());
  expect(error).toBeInstanceOf(sdk.TimeoutError);
  return [error as sdk.TimeoutError, performance.now() - start];
}

test.each(SLOW)('the total ends every wait: %s', async (_, script) => {
  const server = await playing(script);
  const [error, passed] = await timed(server.url, 400);
  expect(error.sent).toBe(true);
  expect(error.message).toBe(
    `GET ${server.url}/workstream_events: no complete answer within 400 ms`,
  );
  expect(passed).toBeGreaterThan(390);
  await expect.poll(() => server.open).toBe(0);
});

test.each(SLOW.slice(0, 3))('silence is limited by itself: %s', async (_, script) => {
  const server = await playing(script);
  const [error, passed] = await timed(server.url, { total: 20_000, read: 300 });
  expect(error.message).toMatch(/no complete answer within 20000 ms, or silence for 300 ms$/);
  expect(passed).toBeGreaterThan(290);
  expect(passed).toBeLessThan(10_000);
});

test('silence is limited without a total as well', async () => {
  const server = await playing(aHead);
  const [error] = await timed(server.url, { total: null, read: 200 });
  expect(error.message).toMatch(/: silence for 200 ms$/);
});

test('a slow answer is no silence', async () => {
  const server = await playing((connection) => {
    connection.write(HEAD.replace('100000', '16'));
    for (const [place, part] of ['{"iterable', '": [', ']', '}'].entries()) {
      setTimeout(() => connection.write(part), 250 * (place + 1));
    }
  });
  const client = clientOf(server, { timeout: { total: 20_000, read: 800 } });
  await expect(client.workstreamEvents.snapshot()).resolves.toEqual({ iterable: [] });
});

test('all attempts share the total', async () => {
  const server = await playing(silence);
  const [, passed] = await timed(server.url, { total: 1_000, read: 200 }, 50);
  expect(server.requests).toBeGreaterThan(1);
  expect(passed).toBeLessThan(5_000);
});

test.each([[null], [{ total: null, read: null }], [1e12], [{}]])(
  'no limit, and a distant one, are possible: %j',
  async (timeout) => {
    held.stub.answer(NONE);
    const client = clientOf(held.stub);
    await expect(client.workstreamEvents.snapshot({ timeout })).resolves.toEqual({ iterable: [] });
  },
);

test('an abort before the call ends it, with its reason, and nothing is sent', async () => {
  const reason = new RangeError('enough');
  const signal = AbortSignal.abort(reason);
  expect(await rejection(clientOf(held.stub).workstreamEvent.get('e', { signal }))).toBe(reason);
  expect(held.stub.seen).toEqual([]);
});

test.each(SLOW)('an abort during the call ends it, with its reason: %s', async (_, script) => {
  const server = await playing(script);
  const controller = new AbortController();
  const reason = new RangeError('enough');
  const pending = clientOf(server, { retries: 3 }).workstreamEvent.get('e', {
    signal: controller.signal,
  });
  setTimeout(() => controller.abort(reason), 100);
  expect(await rejection(pending)).toBe(reason);
  await expect.poll(() => server.open).toBe(0);
  expect(server.requests).toBe(1);
});

test('an abort in a pause ends the call, with its reason', async () => {
  held.stub.answer({ status: 503, headers: { 'Retry-After': '30' } });
  const controller = new AbortController();
  const { signal } = controller;
  const client = clientOf(held.stub, { retries: 1, timeout: null });
  const pending = client.workstreamEvent.get('e', { signal });
  setTimeout(() => controller.abort(), 200);
  expect(await rejection(pending)).toBe(signal.reason);
  expect(held.stub.seen).toHaveLength(1);
});

test('an abort is no error of this package, even when it is one of its errors', async () => {
  const server = await playing(silence);
  const reason = new sdk.ConnectionError('elsewhere');
  const controller = new AbortController();
  const pending = clientOf(server, { retries: 3 }).workstreamEvent.get('e', {
    signal: controller.signal,
  });
  setTimeout(() => controller.abort(reason), 50);
  expect(await rejection(pending)).toBe(reason);
  expect(server.requests).toBe(1);
});

test("the caller's own limit of time is an abort", async () => {
  const server = await playing(silence);
  const signal = AbortSignal.timeout(100);
  const error = await rejection(clientOf(server).workstreamEvent.get('e', { signal }));
  expect(error).toBe(signal.reason);
  expect(error).not.toBeInstanceOf(sdk.ApiError);
});

test('an abort while an attempt is logged ends the call, without the pause', async () => {
  held.stub.answer({ status: 503, headers: { 'Retry-After': '3000' } });
  const controller = new AbortController();
  const { signal } = controller;
  const options = { retries: 1, timeout: null, log: () => controller.abort() };
  expect(await rejection(clientOf(held.stub, options).workstreamEvent.get('e', { signal }))).toBe(
    signal.reason,
  );
  expect(held.stub.seen).toHaveLength(1);
});

test('many calls at once share a signal: one listener, no warning, and an abort ends all', async () => {
  const warnings: Error[] = [];
  const warned = (warning: Error): number => warnings.push(warning);
  process.on('warning', warned);
  onTestFinished(() => void process.off('warning', warned));
  const server = await playing(silence);
  const controller = new AbortController();
  const { signal } = controller;
  const client = clientOf(server);
  const calls = Array.from({ length: 100 }, () =>
    rejection(client.workstreamEvent.get('e', { signal })),
  );
  await expect.poll(() => server.requests).toBeGreaterThan(20);
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  controller.abort();
  expect(new Set(await Promise.all(calls))).toEqual(new Set([signal.reason]));
  expect(getEventListeners(signal, 'abort')).toEqual([]);
  expect(warnings).toEqual([]);
});

test('no listener stays at the signal, whatever the end', async () => {
  const { signal } = new AbortController();
  const listening = new Set<unknown>();
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  let added = 0;
  signal.addEventListener = (type: string, listener: EventListenerOrEventListenerObject) => {
    added += 1;
    listening.add(listener);
    add(type, listener);
  };
  signal.removeEventListener = (type: string, listener: EventListenerOrEventListenerObject) => {
    listening.delete(listener);
    remove(type, listener);
  };
  held.stub.answer({ status: 503, headers: { 'Retry-After': '0' } }, null, GOT, { status: 410 });
  const client = clientOf(held.stub, { retries: 2 });
  await client.workstreamEvent.get('e', { signal });
  await rejection(client.workstreamEvent.get('e', { signal }));
  expect(added).toBeGreaterThan(3);
  expect(listening.size).toBe(0);
});

test('a process ends at once after a call, and after one that timed out', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sdk-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const outfile = join(folder, 'program.mjs');
  await build({
    stdin: {
      contents: `
        import { PiecesWorkstream } from './index.ts';
        const [good, silent] = process.argv.slice(2);
        const { signal } = new AbortController();
        const start = performance.now();
        await new PiecesWorkstream({ baseUrl: good }).workstreamEvents.delete('e', { signal });
        await new PiecesWorkstream({ baseUrl: silent, retries: 0 }).workstreamEvents
          .delete('e', { timeout: { total: 60000, read: 100 } }).catch((error) => console.log(error.name));
        process.on('exit', () => console.log(performance.now() - start < 5000));
      `,
      resolveDir: join(import.meta.dirname, '../../generated/typescript-client/src'),
      loader: 'ts',
    },
    bundle: true,
    format: 'esm',
    platform: 'node',
    outfile,
  });
  const silent = await playing(silence);
  const { stdout } = await promisify(execFile)(process.execPath, [
    outfile,
    held.stub.url,
    silent.url,
  ]);
  expect(stdout).toBe('TimeoutError\ntrue\n');
});
