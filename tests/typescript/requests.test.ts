/** What goes over the wire: arguments arrive as they were given, or are refused. */
import { runInNewContext } from 'node:vm';

import fc from 'fast-check';
import { expect, test } from 'vitest';

import { clientOf, KEY, sdk, stubbed } from './clients.js';
import { EVENT, GOT, NONE, rejection } from './stub.js';

const held = stubbed();

const ODD = fc.constantFrom(
  '..',
  '.',
  '/',
  '\\',
  '%2e%2e',
  '?',
  '#',
  ';',
  ':',
  '@',
  '\0',
  '\ud800',
);
const ID = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.oneof(ODD, fc.string()), { maxLength: 5 }).map((parts) => parts.join('')),
);

test('any text arrives as exactly one segment of the path, or is refused', async () => {
  const client = clientOf(held.stub);
  await fc.assert(
    fc.asyncProperty(ID, async (id) => {
      held.stub.seen.length = 0;
      const outcome = await client.workstreamEvents.delete(id).catch((error: unknown) => error);
      if (outcome !== undefined) {
        expect(outcome).toBeInstanceOf(sdk.InvalidArgument);
        expect(['', '.', '..'].includes(id) || /\p{Cs}/u.test(id)).toBe(true);
        expect(held.stub.seen).toEqual([]);
        return;
      }
      const segments = held.stub.seen[0]?.target.split('/');
      expect(segments).toHaveLength(4);
      expect(segments?.[2]).toMatch(/^([\w.~-]|%[\dA-F]{2})+$/);
      expect(decodeURIComponent(segments?.[2] ?? '')).toBe(id);
    }),
    { numRuns: 400, examples: [[''], ['.'], ['..'], ["a!'()*b"], ['é/ü'], ['%2e%2e']] },
  );
});

test('any text and number arrive in the query as they were given', async () => {
  held.stub.answer(NONE);
  const client = clientOf(held.stub);
  const value = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.boolean(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
  );
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'grapheme' }), fc.array(value), async (name, values) => {
      held.stub.seen.length = 0;
      const extraQuery = Object.fromEntries([[name, values]]);
      await client.workstreamEvents.snapshot({ transferables: false, extraQuery });
      const { searchParams } = new URL(held.stub.seen[0]?.target ?? '', held.stub.url);
      const wanted = values.map((it) => [name, String(it)]);
      expect([...searchParams]).toEqual([['transferables', 'false'], ...wanted]);
    }),
    { numRuns: 100 },
  );
});

test('parameters are written as the contract says', async () => {
  held.stub.answer(NONE);
  const client = clientOf(held.stub);
  await client.workstreamEvents.identifiers({
    limit: 5,
    createdFrom: new Date(Date.UTC(2024, 0, 2, 3, 4, 5, 6)),
    createdTo: '2024-01-02t03:04:05.123456789-05:30',
    updatedFrom: new sdk.Timestamp('2024-01-02T03:04:05.123456789Z'),
    updatedTo: new sdk.Timestamp('2024-01-02 03:04:05.5+00'),
  });
  const { searchParams } = new URL(held.stub.seen[0]?.target ?? '', held.stub.url);
  expect(Object.fromEntries(searchParams)).toEqual({
    limit: '5',
    created_from: '2024-01-02T03:04:05.006Z',
    created_to: '2024-01-02t03:04:05.123456789-05:30',
    updated_from: '2024-01-02T03:04:05.123456789Z',
    updated_to: '2024-01-02T03:04:05.5+00:00',
  });
});

test.each([
  ['2024-01-02T03:04:05.123456789+0530', '2024-01-02T03:04:05.123456789+05:30'],
  ['2024-01-02 03:04:05.5-08', '2024-01-02T03:04:05.5-08:00'],
  ['2024-01-02 03:04:05Z', '2024-01-02T03:04:05Z'],
])(
  'a date-time in another form is sent as RFC 3339 has it, with every digit: %s',
  async (given, sent) => {
    held.stub.answer(NONE, NONE);
    const { workstreamEvents } = clientOf(held.stub);
    await workstreamEvents.identifiers({ createdFrom: given });
    await workstreamEvents.identifiers({ createdFrom: new sdk.Timestamp(given) });
    for (const { target } of held.stub.seen) {
      expect(new URL(target, held.stub.url).searchParams.get('created_from')).toBe(sent);
    }
  },
);

test('a Date of another context is one', async () => {
  held.stub.answer(NONE);
  const createdFrom = runInNewContext('new Date(0)') as Date;
  await clientOf(held.stub).workstreamEvents.identifiers({ createdFrom });
  expect(held.stub.seen[0]?.target).toContain('created_from=1970-01-01T00%3A00%3A00.000Z');
});

test('a Timestamp set to another moment is sent as that', async () => {
  held.stub.answer(NONE);
  const createdFrom = new sdk.Timestamp('2024-01-02T03:04:05.123456789Z');
  createdFrom.setTime(0);
  await clientOf(held.stub).workstreamEvents.identifiers({ createdFrom });
  expect(held.stub.seen[0]?.target).toContain('created_from=1970-01-01T00%3A00%3A00.000Z');
});

test('what is null or undefined is not sent', async () => {
  held.stub.answer(NONE);
  const nothing = { limit: undefined, createdFrom: null } as unknown as { limit: undefined };
  await clientOf(held.stub).workstreamEvents.identifiers(nothing);
  expect(held.stub.seen[0]?.target).toBe('/workstream_events/identifiers');
});

test('a request has the headers that it needs', async () => {
  held.stub.answer(GOT);
  const client = clientOf(held.stub, { apiKey: KEY });
  await client.workstreamEvent.get('e');
  await client.workstreamEvent.update(EVENT as unknown as sdk.WorkstreamEvent);
  await client.workstreamEvent.update();
  const [got, updated, empty] = held.stub.seen.map(({ headers }) => headers);
  expect(got).toMatchObject({
    accept: 'application/json, text/plain',
    'x-application-id': KEY,
  });
  expect(got).not.toHaveProperty('content-type');
  expect(updated).toMatchObject({ 'content-type': 'application/json' });
  expect(empty).toMatchObject({ 'content-length': '0' });
  expect(empty).not.toHaveProperty('content-type');
});

test.each([[''], [null], [undefined]])('the key %j is none', async (apiKey) => {
  await clientOf(held.stub, { apiKey }).workstreamEvents.delete('e');
  expect(held.stub.seen[0]?.headers).not.toHaveProperty('x-application-id');
});

test("extra headers win over the client's, and those of a view", async () => {
  held.stub.answer(GOT);
  const client = clientOf(held.stub, { apiKey: 'k', headers: { 'X-Trace': 'client', A: '1' } });
  const view = client.withOptions({ headers: { 'x-trace': 'view' } });
  const extraHeaders = { 'X-TRACE': 'call', Accept: 'application/xml', 'X-Application-ID': 'o' };
  await view.workstreamEvent.get('e', { extraHeaders });
  await view.workstreamEvent.get('e');
  await client.workstreamEvent.get('e');
  const [call, second, third] = held.stub.seen.map(({ headers }) => headers);
  expect(call).toMatchObject({
    'x-trace': 'call',
    a: '1',
    accept: 'application/xml',
    'x-application-id': 'o',
  });
  expect(second).toMatchObject({ 'x-trace': 'view', a: '1', 'x-application-id': 'k' });
  expect(third).toMatchObject({ 'x-trace': 'client' });
});

test('an extra body is put into the body, or makes one', async () => {
  held.stub.answer(GOT);
  const client = clientOf(held.stub);
  const extraBody = { windowTitle: 'other', not_yet: { known: [1] } };
  await client.workstreamEvent.update({ ...EVENT, windowTitle: 'first' } as never, { extraBody });
  expect(JSON.parse(held.stub.seen[0]?.body ?? '')).toEqual({ ...EVENT, ...extraBody });
  held.stub.answer({ status: 204, type: null });
  await client.workstreamEvent.scoresIncrement('e', null, { extraBody: { new: true } });
  expect(held.stub.seen[1]).toMatchObject({
    body: '{"new":true}',
    headers: { 'content-type': 'application/json' },
  });
});

test('calls one after the other share connections', async () => {
  held.stub.answer(GOT);
  const client = clientOf(held.stub);
  for (let count = 0; count < 9; count++) await client.workstreamEvent.get('e');
  await client.withOptions({ timeout: 5_000 }).workstreamEvent.get('e');
  expect(new Set(held.stub.seen.map(({ port }) => port)).size).toBeLessThan(3);
});

test('a hundred calls at once each get their own answer', async () => {
  held.stub.reply = async ({ target }) => {
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
    return { body: JSON.stringify({ ...EVENT, id: target.split('/').at(-1) }) };
  };
  const client = clientOf(held.stub);
  const ids = Array.from({ length: 100 }, (_, place) => `id-${place}`);
  const events = await Promise.all(ids.map((id) => client.workstreamEvent.get(id)));
  expect(events.map(({ id }) => id)).toEqual(ids);
});

test('a base URL may have a path, and slashes at its end', async () => {
  const client = new sdk.PiecesWorkstream({ baseUrl: `${held.stub.url}/prefix//` });
  await client.workstreamEvents.delete('e');
  expect(held.stub.seen[0]?.target).toBe('/prefix/workstream_events/e/delete');
});

test('the answer as it came', async () => {
  held.stub.answer(GOT);
  const raw: sdk.RawResponse<unknown> = await clientOf(
    held.stub,
  ).workstreamEvent.withRawResponse.get('e');
  expect(raw).toMatchObject({ status: 200, requestId: 'r-1' });
  expect(raw.headers.get('content-type')).toBe('application/json');
  expect(new TextDecoder().decode(raw.body)).toBe(GOT.body);
  expect(raw.parse()).toMatchObject({ id: 'e' });
  expect(raw.parse()).not.toBe(raw.parse());
});

test('the answer as it came: with nothing in it, with nonsense, and no success', async () => {
  const { workstreamEvents, workstreamEvent } = clientOf(held.stub);
  const raw: sdk.RawResponse<unknown> = await workstreamEvents.withRawResponse.delete('e');
  expect(raw).toMatchObject({ status: 204, body: new Uint8Array() });
  expect(raw.parse()).toBeUndefined();
  held.stub.answer({ body: '<h1>no</h1>', type: 'text/html' });
  const html = await workstreamEvent.withRawResponse.get('e');
  expect(() => html.parse()).toThrow(/: 200: expected application\/json, got text\/html$/);
  held.stub.answer({ status: 410, body: 'gone', type: 'text/plain' });
  const gone = await rejection(workstreamEvent.withRawResponse.get('e'));
  expect(gone).toBeInstanceOf(sdk.GoneError);
});

test('a mock in the place of fetch is used, and a global one that came later', async () => {
  const asked: string[] = [];
  const mock: typeof fetch = (url) => {
    asked.push(String(url));
    return Promise.resolve(Response.json({ iterable: [] }));
  };
  const baseUrl = 'http://nowhere.invalid';
  const client = new sdk.PiecesWorkstream({ baseUrl, fetch: mock });
  await expect(client.workstreamEvents.snapshot()).resolves.toEqual({ iterable: [] });
  const other = new sdk.PiecesWorkstream({ baseUrl });
  const real = globalThis.fetch;
  globalThis.fetch = mock;
  await other.workstreamEvents.snapshot().finally(() => (globalThis.fetch = real));
  expect(asked).toEqual(Array(2).fill(`${baseUrl}/workstream_events`));
});
