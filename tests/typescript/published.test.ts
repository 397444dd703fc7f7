/**
 * The published SDK, @pieces.app/pieces-os-client 4.1.0, drives the server through the eight of the
 * ten operations that it has. It lacks identifiers and batch.
 */
import {
  ApplicationNameEnum,
  Configuration,
  PlatformEnum,
  PrivacyEnum,
  ResponseError,
  WorkstreamEventApi,
  WorkstreamEventsApi,
  type SeededWorkstreamEvent,
  type WorkstreamEvent,
} from '@pieces.app/pieces-os-client';
import { afterAll, describe, expect, test } from 'vitest';

import * as operations from '../../generated/typescript-client/src/operations.js';
import { startServer } from './server.js';

const KEY = 'the right key';
const SUMMARY = 'c3f7a81e-25d0-4b96-8e4c-1a70d9f5b362';
const LACKS = ['/workstream_events/batch/fetch', '/workstream_events/identifiers'];

const open = await startServer();
const keyed = await startServer({ apiKey: KEY });
afterAll(() => Promise.all([open.stop(), keyed.stop()]));

interface Apis {
  readonly events: WorkstreamEventsApi;
  readonly event: WorkstreamEventApi;
}

/** Both APIs of a server, configured as the SDK documents it. */
function connect(basePath: string, apiKey?: string): Apis {
  const configuration = new Configuration({
    basePath,
    ...(apiKey === undefined ? {} : { apiKey }),
  });
  return {
    events: new WorkstreamEventsApi(configuration),
    event: new WorkstreamEventApi(configuration),
  };
}

/** A seed with every kind of member that the SDK can send. */
function seed(): SeededWorkstreamEvent {
  const id = crypto.randomUUID();
  const flattened = { iterable: [{ id }], indices: { [id]: 0 } };
  return {
    application: {
      id: crypto.randomUUID(),
      name: ApplicationNameEnum.VsCode,
      version: '1.94.2',
      platform: PlatformEnum.Linux,
      onboarded: true,
      privacy: PrivacyEnum.Anonymous,
    },
    trigger: { copy: true, fileOpen: false },
    context: {
      ide: { name: 'Visual Studio Code' },
      nativeOcr: {
        appTitle: 'Terminal',
        windowTitle: 'w',
        ocrText: 'é\u2028\u{1f600}',
        ocrTextHash: 'h',
        isCached: false,
        isMerged: true,
      },
    },
    readable: 'Opened retry.py',
    score: { manual: 0, automatic: 1 },
    summary: { id: SUMMARY },
    internalIdentifier: crypto.randomUUID(),
    workstreamEventsVector: [0.25, -0.5],
    tags: flattened,
    anchors: flattened,
    websites: flattened,
    persons: flattened,
  };
}

/** The answer's status of a call that must fail. */
async function refused(call: Promise<unknown>): Promise<number> {
  const error = await call.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ResponseError)) throw new Error(`not refused: ${error}`);
  return error.response.status;
}

test('it has eight of the ten operations', () => {
  const has = [...names(WorkstreamEventsApi.prototype), ...names(WorkstreamEventApi.prototype)];
  const all = Object.entries(operations);
  const lacks = all.filter(([name]) => !has.includes(name)).map(([, { path }]) => path);
  expect(all).toHaveLength(10);
  expect(lacks.sort()).toEqual(LACKS);
});

function names(prototype: object): string[] {
  return Object.getOwnPropertyNames(prototype);
}

describe.each([
  ['a server without a key', connect(open.url)],
  ['a server with a key', connect(keyed.url, KEY)],
])('%s', (_, { events, event }) => {
  const created = (given: SeededWorkstreamEvent = seed()): Promise<WorkstreamEvent> =>
    events.workstreamEventsCreateNewWorkstreamEvent({ seededWorkstreamEvent: given });

  test('creates with a full body and gives it back', async () => {
    const given = seed();
    const made = await created(given);
    expect(made).toMatchObject({
      id: given.internalIdentifier,
      application: given.application,
      trigger: given.trigger,
      readable: given.readable,
      score: { manual: 0, automatic: 1 },
      workstreamEventsVector: [0.25, -0.5],
    });
    expect(made.context?.nativeOcr).toMatchObject(given.context?.nativeOcr ?? {});
    expect(made.summaries?.iterable.map(({ id }) => id)).toEqual([SUMMARY]);
    for (const member of ['tags', 'anchors', 'websites', 'persons'] as const) {
      expect(made[member]?.iterable).toEqual(
        given[member]?.iterable.map((it) => expect.objectContaining({ id: it.id })),
      );
    }
    expect(made.created.value).toEqual(made.updated.value);
  });

  test('creates with no body at all', async () => {
    const made = await events.workstreamEventsCreateNewWorkstreamEvent();
    expect(made.id).not.toBe('');
  });

  test('reads, in full and without what is heavy', async () => {
    const made = await created();
    const read = { workstreamEvent: made.id };
    const full = await event.workstreamEventsSpecificWorkstreamEventSnapshot(read);
    expect(full).toEqual(made);
    const light = { ...read, transferables: false };
    const brief = await event.workstreamEventsSpecificWorkstreamEventSnapshot(light);
    expect([brief.context, brief.workstreamEventsVector]).toEqual([undefined, undefined]);
  });

  test('updates', async () => {
    const made = await created();
    const changed = { ...made, readable: 'Renamed' };
    const updated = await event.workstreamEventUpdate({ workstreamEvent: changed });
    expect(updated.readable).toBe('Renamed');
    expect(updated.application).toEqual(made.application);
    expect(updated.created).toEqual(made.created);
  });

  test('links and unlinks a summary', async () => {
    const { id } = await created({ ...seed(), summary: undefined as never });
    const both = { workstreamEvent: id, workstreamSummary: SUMMARY };
    const linked = async (): Promise<unknown> => {
      const read = { workstreamEvent: id };
      const found = await event.workstreamEventsSpecificWorkstreamEventSnapshot(read);
      return found.summaries?.iterable.map((summary) => summary.id) ?? [];
    };
    await event.workstreamEventAssociateWorkstreamSummary(both);
    expect(await linked()).toEqual([SUMMARY]);
    await event.workstreamEventDisassociateWorkstreamSummary(both);
    expect(await linked()).toEqual([]);
  });

  test('raises a counter', async () => {
    const { id } = await created();
    const seededScoreIncrement = { workstreamEvent: { reuse: true } };
    await event.workstreamEventScoresIncrement({ workstreamEvent: id, seededScoreIncrement });
    const read = { workstreamEvent: id };
    const { score } = await event.workstreamEventsSpecificWorkstreamEventSnapshot(read);
    expect(score).toMatchObject({ reuse: 1, manual: 1, automatic: 1 });
  });

  test('lists everything, in full and without what is heavy', async () => {
    const { id } = await created();
    const all = await events.workstreamEventsSnapshot();
    const position = all.indices?.[id] ?? -1;
    expect(all.iterable[position]?.context).toBeDefined();
    const light = await events.workstreamEventsSnapshot({ transferables: false });
    expect(light.iterable.find((it) => it.id === id)?.context).toBeUndefined();
  });

  test('deletes, and what is deleted is gone', async () => {
    const { id } = await created();
    await events.workstreamEventsDeleteSpecificWorkstreamEvent({ workstreamEvent: id });
    const read = { workstreamEvent: id };
    expect(await refused(event.workstreamEventsSpecificWorkstreamEventSnapshot(read))).toBe(410);
  });
});

test.each([
  ['without a key', connect(keyed.url)],
  ['with a wrong one', connect(keyed.url, 'wrong')],
])('a server that asks for a key refuses it %s', async (_, { events, event }) => {
  expect(await refused(events.workstreamEventsSnapshot())).toBe(401);
  expect(await refused(event.workstreamEventUpdate())).toBe(401);
});
