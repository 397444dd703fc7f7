/** A program of a user, with all of the SDK in it: the compiler accepts it under every strict option,
 * and it runs against the real server. Its environment: the server's URL and its key. */
import {
  ApiError,
  BASE_URL,
  ConnectionError,
  DecodeError,
  GoneError,
  InvalidArgument,
  PiecesWorkstream,
  StatusError,
  Timestamp,
  TimeoutError,
  UnauthorizedError,
  UnexpectedStatusError,
  ValidationError,
  type Application,
  type CallOptions,
  type Change,
  type ClientOptions,
  type Raw,
  type RawResponse,
  type SeededWorkstreamEvent,
  type Timeout,
  type ViewOptions,
  type WorkstreamEvent,
  type WorkstreamEventGetOptions,
  type WorkstreamEventsIterateOptions,
  type WorkstreamEventsResource,
} from 'pieces-workstream-client';

declare const process: { readonly env: Readonly<Record<string, string | undefined>> };

const timeout: Timeout = { total: 20_000, read: null };
const options: ClientOptions = {
  baseUrl: process.env['BASE_URL'] ?? BASE_URL,
  apiKey: process.env['API_KEY'],
  timeout,
  retries: 1,
  headers: { 'X-Trace': 'a' },
  fetch: (input, init) => fetch(input, init),
  log: (line: string): void => void line,
};
const client: PiecesWorkstream = new PiecesWorkstream(options);
const view: ViewOptions = { timeout: 5000, retries: 0 };
const patient: PiecesWorkstream = client.withOptions(view).withOptions({ timeout: null });

// Known and new members of an enumeration, null where a member is not required.
const application: Application = {
  id: 'a',
  name: 'VS_CODE',
  version: '1.94.2',
  platform: 'MACOS',
  onboarded: true,
  privacy: 'OPEN',
};
const newer: Application = { ...application, platform: 'A_NEWER_PLATFORM' };
const seed: SeededWorkstreamEvent = { application, trigger: {}, readable: 'r' };
const event: WorkstreamEvent = await client.workstreamEvents.create(seed, { transferables: true });
const moment: Date = event.created.value;
if (!(moment instanceof Timestamp) || !moment.text.startsWith('20'))
  throw new Error(moment.toJSON());

const call: CallOptions = {
  timeout: 1000,
  signal: new AbortController().signal,
  extraQuery: { a: [1, true] },
};
const get: WorkstreamEventGetOptions = { ...call, transferables: undefined };
const again = await patient.workstreamEvent.get(event.id, get);
again.windowTitle = null;
again.windowTitle = 'w';
const kept: WorkstreamEvent = await client.workstreamEvent.update(again);
const title: string | null | undefined = kept.windowTitle;
await client.workstreamEvent.scoresIncrement(event.id, { workstream_event: { reuse: true } });
const nothing: void = await client.workstreamEvent.associateWorkstreamSummary(
  event.id,
  'b1d5cb0c-6d5c-4b39-a7c1-3d3c4e0b8f6e',
);
await client.workstreamEvent.disassociateWorkstreamSummary(
  event.id,
  'b1d5cb0c-6d5c-4b39-a7c1-3d3c4e0b8f6e',
);

const batch = await client.workstreamEvents.batch(new Set([event.id]));
const found: WorkstreamEvent[] | undefined = batch.workstreamEvents.iterable;
await client.workstreamEvents.batch({ workstreamEvents: { iterable: [{ id: event.id }] } });
const ids = await client.workstreamEvents.identifiers({
  limit: 1,
  createdFrom: moment,
  createdTo: moment.toISOString(),
});
const id: string | undefined = ids.iterable[0]?.id;
for (const each of (await client.workstreamEvents.workstreamEventsSnapshot()).iterable) {
  const readable: string = each.readable ?? '';
  void readable;
}

const resource: WorkstreamEventsResource = client.workstreamEvents;
const raw: Raw<WorkstreamEventsResource> = resource.withRawResponse;
const answer: RawResponse<{ iterable: { id: string }[] }> = await raw.identifiers({ limit: 2 });
const parsed: { id: string }[] = answer.parse().iterable;
const length: number =
  answer.body.length + parsed.length + Number(answer.headers.get('content-length'));

const range: WorkstreamEventsIterateOptions = {
  createdFrom: moment,
  pageSize: 5,
  signal: undefined,
};
const generator: AsyncGenerator<WorkstreamEvent, void, undefined> =
  client.workstreamEvents.iterate(range);
for await (const each of generator) void each.id;
const change: Change<WorkstreamEvent> = async (it) => ({ ...it, readable: 'n' });
await client.workstreamEvent.modify(event.id, change, { attempts: 2 });
const modified = await client.workstreamEvent.modify(event.id, (it) => {
  it.browserUrl = 'https://a.b';
});

async function failing(work: Promise<unknown>): Promise<ApiError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof UnauthorizedError || error instanceof GoneError) {
      const status: 401 | 410 = error.status;
      return Object.assign(error, { seen: status });
    }
    if (error instanceof ConnectionError || error instanceof TimeoutError)
      void (error.sent satisfies boolean);
    if (error instanceof StatusError) void (error.documented satisfies boolean);
    if (error instanceof DecodeError || error instanceof ValidationError) void error.reason.length;
    if (error instanceof UnexpectedStatusError) void error.headers.get('location');
    if (error instanceof ApiError) return error;
  }
  throw new Error('no error');
}

await client.workstreamEvents.delete(event.id);
const gone: ApiError = await failing(client.workstreamEvent.get(event.id));
const refused: ApiError = await failing(client.workstreamEvent.get('..'));
if (!(gone instanceof GoneError) || !(refused instanceof InvalidArgument)) throw gone;
const request: string | null = gone.requestId;
const said: string = gone.message + gone.method + gone.url;
void [newer, title, nothing, found, id, length, modified.id, request, said];
