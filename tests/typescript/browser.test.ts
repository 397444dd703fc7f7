/** All ten operations of the SDK against the real server, from a page of another origin. */
import { afterAll, describe, expect, test } from 'vitest';

import {
  PiecesWorkstream,
  type ClientOptions,
} from '../../generated/typescript-client/src/index.js';
import { bundled, visit } from './browser.js';
import type { Actions, Ending } from './page.js';
import { startServer } from './server.js';
import { CHAPTERS } from './story.js';
import { Stub, type Reply } from './stub.js';

declare const actions: Actions;

const { origin, page, close } = await visit(await bundled('page.ts'));
const allow = ['--allow-origin', origin];
const [allowing, keyed, closed] = await Promise.all([
  startServer({ options: allow }),
  startServer({ options: allow, apiKey: 'the right key' }),
  startServer(),
]);
afterAll(() => Promise.all([close(), allowing.stop(), keyed.stop(), closed.stop()]));

const story = (options: ClientOptions, wrongKey: string | null): Promise<Ending> =>
  page.evaluate((given, wrong) => actions.story(given, wrong), options, wrongKey);
const read = (options: ClientOptions): Promise<Ending> =>
  page.evaluate((given) => actions.read(given), options);

describe('a server that allows the page’s origin', () => {
  test('does all ten operations for it', async () => {
    expect(await story(allowing.client, null)).toEqual({ value: CHAPTERS });
  });

  test('does so with its key, and refuses a wrong one', async () => {
    expect(await story(keyed.client, 'a wrong one')).toEqual({ value: [...CHAPTERS, '401'] });
  });
});

describe('a server that does not allow it', () => {
  test('is out of reach: the browser refuses, and a call ends in a ConnectionError', async () => {
    for (const call of ['read', 'write', 'create'] as const) {
      const { value, error } = await page.evaluate(
        (name, options) => actions[name](options),
        call,
        closed.client,
      );
      expect(value).toBeUndefined();
      expect(error).toMatchObject({ name: 'ConnectionError', isConnectionError: true, status: 0 });
      expect(error?.message).toContain(closed.url);
    }
  });

  test('stores nothing that such a page sends', async () => {
    const client = new PiecesWorkstream(closed.client);
    await page.evaluate((options) => actions.create(options), closed.client);
    expect((await client.workstreamEvents.snapshot()).iterable).toEqual([]);
  });
});

describe('in a page', () => {
  const cors = { 'Access-Control-Allow-Origin': origin };
  const answering = async (reply: Reply): Promise<Stub> => {
    const stub = await Stub.start();
    stub.reply = ({ method }) =>
      method === 'OPTIONS'
        ? { status: 204, type: null, headers: { ...cors, 'Access-Control-Allow-Headers': '*' } }
        : { ...reply, headers: { ...cors, ...reply.headers } };
    return stub;
  };

  test('a redirect is not followed, and the key does not reach its target', async () => {
    const target = await answering({ body: '{"iterable":[]}' });
    const stub = await answering({ status: 307, headers: { Location: `${target.url}/elsewhere` } });
    const { error } = await read({ baseUrl: stub.url, apiKey: 'secret', retries: 0 });
    expect(error?.name).toBeDefined();
    expect(error?.message).toContain('redirect');
    expect(target.seen).toEqual([]);
    await Promise.all([stub.stop(), target.stop()]);
  });

  test('neither cookies nor the address of the page are sent', async () => {
    const stub = await answering({ body: '{"iterable":[]}' });
    await page.evaluate(() => (document.cookie = 'session=secret'));
    expect(await read({ baseUrl: stub.url })).toEqual({ value: { iterable: [] } });
    for (const { headers } of stub.seen) {
      expect(headers.cookie).toBeUndefined();
      expect(headers.referer).toBeUndefined();
    }
    await stub.stop();
  });

  test('an answer is asked for each time, whatever may be kept of it', async () => {
    const stub = await answering({
      body: '{"iterable":[]}',
      headers: { 'Cache-Control': 'max-age=3600' },
    });
    await read({ baseUrl: stub.url });
    await read({ baseUrl: stub.url });
    expect(stub.seen.filter(({ method }) => method === 'GET')).toHaveLength(2);
    await stub.stop();
  });

  test('HTML where JSON should be is a DecodeError', async () => {
    const stub = await answering({ type: 'text/html', body: '<h1>Hello</h1>' });
    expect((await read({ baseUrl: stub.url })).error).toMatchObject({ name: 'DecodeError' });
    await stub.stop();
  });

  test('an undocumented status is an UnexpectedStatusError', async () => {
    const stub = await answering({ status: 418, body: '{}' });
    const { error } = await read({ baseUrl: stub.url });
    expect(error).toMatchObject({ status: 418, isUnexpectedStatusError: true });
    await stub.stop();
  });

  test('a server that does not answer ends in a TimeoutError', async () => {
    const stub = await Stub.start();
    stub.reply = () => new Promise(() => undefined);
    const { error } = await read({ baseUrl: stub.url, timeout: 200 });
    expect(error).toMatchObject({ name: 'TimeoutError', isTimeoutError: true });
    await stub.stop();
  });

  test('a caller’s abort ends a call with its own reason', async () => {
    const stub = await Stub.start();
    stub.reply = () => new Promise(() => undefined);
    const { error } = await page.evaluate((url) => actions.abort({ baseUrl: url }), stub.url);
    expect(error).toMatchObject({ name: 'RangeError', message: 'enough' });
    await stub.stop();
  });
});
