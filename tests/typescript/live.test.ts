/** All ten operations of the SDK against the real server, from Node. */
import { afterAll, describe, expect, test } from 'vitest';

import { PiecesWorkstream } from '../../generated/typescript-client/src/index.js';
import * as operations from '../../generated/typescript-client/src/operations.js';
import { startServer } from './server.js';
import { CHAPTERS, tell } from './story.js';

const open = await startServer();
const keyed = await startServer({ apiKey: 'the right key' });
afterAll(() => Promise.all([open.stop(), keyed.stop()]));

/** A fetch that notes which operations it is called for. */
function noting(called: Set<string>): typeof fetch {
  return (input, init) => {
    const { pathname } = new URL(String(input));
    const known = Object.values(operations).filter(({ method, path }) => {
      const pattern = path.replaceAll(/\{.*?\}/g, '[^/]+');
      return method === init?.method && new RegExp(`^${pattern}$`).test(pathname);
    });
    // A path without parameters is the better match: /x/create is no /x/{id}.
    known.sort((a, b) => a.path.split('{').length - b.path.split('{').length);
    called.add(known[0]?.path ?? pathname);
    return fetch(input, init);
  };
}

describe('the whole story', () => {
  test('of a server without a key', async () => {
    const called = new Set<string>();
    const client = new PiecesWorkstream({ ...open.client, fetch: noting(called) });
    expect(await tell({ client, stranger: null })).toEqual(CHAPTERS);
    const all = Object.values(operations).map(({ path }) => path);
    expect(all).toHaveLength(10);
    expect([...called].sort()).toEqual(all.sort());
  });

  test('of a server that asks for a key', async () => {
    const client = new PiecesWorkstream(keyed.client);
    const stranger = new PiecesWorkstream({ baseUrl: keyed.url, apiKey: 'a wrong one' });
    expect(await tell({ client, stranger })).toEqual([...CHAPTERS, '401']);
  });

  test('of a server found by its documented names', async () => {
    const { workstreamEvents: events, workstreamEvent: event } = new PiecesWorkstream(open.client);
    const { id } = await events.workstreamEventsCreateNewWorkstreamEvent();
    const found = await event.workstreamEventsSpecificWorkstreamEventSnapshot(id);
    await event.workstreamEventUpdate(found);
    await event.workstreamEventScoresIncrement(id, {});
    await event.workstreamEventAssociateWorkstreamSummary(id, id);
    await event.workstreamEventDisassociateWorkstreamSummary(id, id);
    expect((await events.workstreamEventsBatch([id])).workstreamEvents.iterable).toHaveLength(1);
    expect((await events.workstreamEventsIdentifiersSnapshot()).iterable).toEqual([{ id }]);
    expect((await events.workstreamEventsSnapshot()).iterable).toHaveLength(1);
    await events.workstreamEventsDeleteSpecificWorkstreamEvent(id);
    expect((await events.workstreamEventsSnapshot()).iterable).toEqual([]);
  });
});

test('digits finer than milliseconds survive get, change and update', async () => {
  const moment = '2024-05-06T07:08:09.123456Z';
  const event = await new PiecesWorkstream(open.client).workstreamEvents.create();
  await open.store([
    { ...event, id: 'fine', created: { value: moment }, updated: { value: moment } },
  ]);
  const client = new PiecesWorkstream(open.client);
  const found = await client.workstreamEvent.get('fine');
  expect(JSON.parse(JSON.stringify(found.created))).toEqual({ value: moment });
  found.readable = 'changed';
  const updated = await client.workstreamEvent.update(found);
  expect(JSON.parse(JSON.stringify(updated.created))).toEqual({ value: moment });
  expect(updated.readable).toBe('changed');
  const only = { createdFrom: found.created.value, createdTo: found.created.value };
  expect((await client.workstreamEvents.identifiers(only)).iterable).toEqual([{ id: 'fine' }]);
});
