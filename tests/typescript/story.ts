/** A story of all ten operations, told by the SDK to a server: the same in Node and in a page. */
import {
  GoneError,
  UnauthorizedError,
  ValidationError,
  type ApiError,
  type PiecesWorkstream,
  type SeededWorkstreamEvent,
  type WorkstreamEvent,
} from '../../generated/typescript-client/src/index.js';

/** What the story needs. */
export interface Told {
  readonly client: PiecesWorkstream;
  /** Of the same server, with a wrong key; null when it asks for none. */
  readonly stranger: PiecesWorkstream | null;
}

const NOBODY = '00000000-0000-4000-8000-000000000000';
const SUMMARY = 'c3f7a81e-25d0-4b96-8e4c-1a70d9f5b362';

/** Tells it. Gives the chapters that came out as they should; throws at the first that did not. */
export async function tell({ client, stranger }: Told): Promise<string[]> {
  const { workstreamEvents: events, workstreamEvent: event } = client;
  const told: string[] = [];

  const created = await events.create(seed());
  same(created.readable, 'Opened “retry.py” \u{1f600}', 'create: readable');
  same(created.score, { manual: 0, automatic: 1 }, 'create: score');
  same(created.created.value.getTime(), created.updated.value.getTime(), 'create: times');
  same(unknown(created), 'kept', 'create: a member that the SDK does not know');
  told.push('create');

  same(await event.get(created.id), created, 'get');
  const light = await event.get(created.id, { transferables: false });
  same([light.context, light.workstreamEventsVector], [undefined, undefined], 'get: light');
  told.push('get');

  created.readable = 'Renamed';
  const updated = await event.update(created);
  same([updated.readable, unknown(updated)], ['Renamed', 'kept'], 'update');
  same(`${updated.created.value.toJSON()}`, `${created.created.value.toJSON()}`, 'update: digits');
  same(updated.updated.value >= created.updated.value, true, 'update: time');
  told.push('update');

  await event.associateWorkstreamSummary(created.id, SUMMARY);
  same(ids((await event.get(created.id)).summaries), [SUMMARY], 'associate');
  told.push('associate');

  await event.scoresIncrement(created.id, { workstream_event: { reuse: true } });
  const score = (await event.get(created.id)).score;
  same([score?.reuse, score?.manual], [1, 1], 'increment');
  told.push('increment');

  const at = created.created.value;
  const within = await events.identifiers({ createdFrom: at, createdTo: at.toJSON(), limit: 5 });
  same(ids(within), [created.id], 'identifiers: of that moment');
  same(ids(await events.identifiers({ limit: 0 })), [], 'identifiers: none');
  told.push('identifiers');

  const batch = await events.batch([created.id, NOBODY], { transferables: true });
  same(ids(batch.workstreamEvents), [created.id], 'batch: found');
  same(batch.notFound, [NOBODY], 'batch: not found');
  told.push('batch');

  const all = await events.snapshot({ transferables: false });
  same(ids(all).includes(created.id), true, 'snapshot');
  told.push('snapshot');

  await event.disassociateWorkstreamSummary(created.id, SUMMARY);
  same(ids((await event.get(created.id)).summaries), [], 'disassociate');
  told.push('disassociate');

  const refused = await failure(events.create(seed(), { extraBody: { readable: 5 } }));
  same(refused instanceof ValidationError, true, `422: ${refused}`);
  same(refused.message.includes('readable'), true, `422: ${refused}`);
  told.push('422');

  await events.delete(created.id);
  told.push('delete');

  const gone = await failure(event.get(created.id));
  same([gone instanceof GoneError, gone.status], [true, 410], `410: ${gone}`);
  const again = await failure(events.delete(created.id));
  same(again instanceof GoneError, true, `410: ${again}`);
  told.push('410');

  const raw = await events.withRawResponse.identifiers();
  same([raw.status, ids(raw.parse())], [200, []], 'raw');
  told.push('raw');

  if (stranger) {
    const stopped = await failure(stranger.workstreamEvents.snapshot());
    same(stopped instanceof UnauthorizedError, true, `401: ${stopped}`);
    told.push('401');
  }
  return told;
}

/** The chapters of a story that went well. */
export const CHAPTERS: readonly string[] = [
  ...['create', 'get', 'update', 'associate', 'increment', 'identifiers', 'batch', 'snapshot'],
  ...['disassociate', '422', 'delete', '410', 'raw'],
];

/** A seed with text of all kinds, and with a member of a newer server. */
function seed(): SeededWorkstreamEvent {
  const made: SeededWorkstreamEvent = {
    readable: 'Opened “retry.py” \u{1f600}',
    application: {
      id: NOBODY,
      name: 'VS_CODE',
      version: '1.94.2',
      platform: 'LINUX',
      onboarded: true,
      privacy: 'OPEN',
    },
    trigger: { copy: true },
    score: { manual: 0, automatic: 1 },
    context: { native_clipboard: { content: { text: 'é\u2028' }, isCached: false } },
    workstreamEventsVector: [0.25, -0.5],
  };
  return { ...made, ...{ from_a_newer_server: 'kept' } };
}

function unknown(event: WorkstreamEvent): unknown {
  return (event as WorkstreamEvent & { from_a_newer_server?: unknown }).from_a_newer_server;
}

function ids(list: { iterable: readonly { id: string }[] } | null | undefined): string[] {
  return list?.iterable.map((item) => item.id) ?? [];
}

/** What a call ends in that must not succeed. */
async function failure(call: Promise<unknown>): Promise<ApiError> {
  try {
    await call;
  } catch (error) {
    return error as ApiError;
  }
  throw new Error('a call succeeded that must not');
}

/** Throws unless the two are the same JSON, whatever the order of members. */
function same(found: unknown, wanted: unknown, what: string): void {
  const [left, right] = [found, wanted].map((value) => JSON.stringify(sorted(value)));
  if (left !== right) throw new Error(`${what}: ${left} is not ${right}`);
}

function sorted(value: unknown): unknown {
  const plain: unknown = JSON.parse(JSON.stringify(value) ?? 'null');
  if (Array.isArray(plain)) return plain.map(sorted);
  if (typeof plain !== 'object' || plain === null) return plain;
  const members = Object.entries(plain).sort(([a], [b]) => (a < b ? -1 : 1));
  return members.map(([name, member]) => [name, sorted(member)]);
}
