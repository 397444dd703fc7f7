/** Every operation against the real server: plain, as it came, under its documented name, and each of
 * its documented failures. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  BadRequestError,
  GoneError,
  NotAcceptableError,
  PayloadTooLargeError,
  PiecesWorkstream,
  StatusError,
  UnauthorizedError,
  UnsupportedMediaTypeError,
  ValidationError,
  type CallOptions,
  type RawResponse,
} from '../../generated/typescript-client/src/index.js';
import * as operations from '../../generated/typescript-client/src/operations.js';
import { APPLICATION } from './events.js';
import { startServer, type Server } from './server.js';

type Method = (...given: never[]) => Promise<unknown>;
type Resource = Readonly<Record<string, Method>> & {
  readonly withRawResponse: Readonly<Record<string, Method>>;
};

/** How an operation is called: its resource and method, and its arguments before the options. */
interface Way {
  readonly resource: 'workstreamEvents' | 'workstreamEvent';
  readonly method: string;
  readonly given: (id: string) => readonly unknown[];
  readonly hasBody?: true;
}

const SEED = { application: APPLICATION, trigger: {} };
const SUMMARY = randomUUID();
const TIMES = { created: { value: new Date(0) }, updated: { value: new Date(0) } };
const WAYS: Readonly<Record<keyof typeof operations, Way>> = {
  workstreamEventsSnapshot: { resource: 'workstreamEvents', method: 'snapshot', given: () => [] },
  workstreamEventsCreateNewWorkstreamEvent: {
    ...{ resource: 'workstreamEvents', method: 'create', hasBody: true },
    given: () => [SEED],
  },
  workstreamEventsIdentifiersSnapshot: {
    ...{ resource: 'workstreamEvents', method: 'identifiers' },
    given: () => [],
  },
  workstreamEventsBatch: {
    ...{ resource: 'workstreamEvents', method: 'batch', hasBody: true },
    given: (id) => [[id]],
  },
  workstreamEventsDeleteSpecificWorkstreamEvent: {
    ...{ resource: 'workstreamEvents', method: 'delete' },
    given: (id) => [id],
  },
  workstreamEventUpdate: {
    ...{ resource: 'workstreamEvent', method: 'update', hasBody: true },
    given: (id) => [{ ...SEED, ...TIMES, id, readable: 'r' }],
  },
  workstreamEventsSpecificWorkstreamEventSnapshot: {
    ...{ resource: 'workstreamEvent', method: 'get' },
    given: (id) => [id],
  },
  workstreamEventScoresIncrement: {
    ...{ resource: 'workstreamEvent', method: 'scoresIncrement', hasBody: true },
    given: (id) => [id, { workstream_event: { reuse: true } }],
  },
  workstreamEventAssociateWorkstreamSummary: {
    ...{ resource: 'workstreamEvent', method: 'associateWorkstreamSummary' },
    given: (id) => [id, SUMMARY],
  },
  workstreamEventDisassociateWorkstreamSummary: {
    ...{ resource: 'workstreamEvent', method: 'disassociateWorkstreamSummary' },
    given: (id) => [id, SUMMARY],
  },
};

function deep(levels: number): unknown {
  return levels === 0 ? 0 : [deep(levels - 1)];
}

/** Options with which a call ends in a status; what depends on the operation is none of them. */
const FAILING: Readonly<Record<number, CallOptions>> = {
  400: { extraBody: { much: deep(300) } },
  401: { extraHeaders: { 'X-Application-ID': 'wrong' } },
  406: { extraHeaders: { accept: 'image/png' } },
  413: { extraBody: { much: 'x'.repeat(60_000_000) } },
  415: { extraHeaders: { 'content-type': 'image/png' } },
};
const CLASSES: Readonly<Record<number, typeof StatusError>> = {
  400: BadRequestError,
  401: UnauthorizedError,
  406: NotAcceptableError,
  410: GoneError,
  413: PayloadTooLargeError,
  415: UnsupportedMediaTypeError,
  422: ValidationError,
};

/** Options with a value that the server refuses, where an operation has a place for one. */
function wrongValue(name: string, { hasBody }: Way): CallOptions | undefined {
  if (name === 'workstreamEventsIdentifiersSnapshot') return { extraQuery: { limit: 'neither' } };
  if (hasBody) return { extraBody: { schema: 7, workstream_event: 7 } };
  const { query = {} } = operations[name as keyof typeof operations];
  return 'transferables' in query ? { extraQuery: { transferables: 'neither' } } : undefined;
}

let server: Server;
let client: PiecesWorkstream;

beforeAll(async () => {
  server = await startServer({ apiKey: 'the-key' });
  client = new PiecesWorkstream({ ...server.client, retries: 0 });
});
afterAll(() => server.stop());

function resource({ resource: name }: Way): Resource {
  return client[name] as unknown as Resource;
}

async function stored(): Promise<string> {
  return (await client.workstreamEvents.create(SEED)).id;
}

describe.each(Object.entries(WAYS))('%s', (name, way) => {
  const operation = operations[name as keyof typeof operations];
  const [[status, answer] = []] = Object.entries(operation.answers);
  const call = (method: string, given: readonly unknown[], options: CallOptions = {}) =>
    resource(way)[method]?.call(resource(way), ...([...given, options] as never[]));

  it('gives what the contract says', async () => {
    const result = await call(way.method, way.given(await stored()));
    if (!answer) expect(result).toBeUndefined();
    else expect(result).toBeTypeOf('object');
  });

  it('has its documented name', async () => {
    const id = await stored();
    const result = await call(name, way.given(id));
    expect(typeof result).toBe(answer ? 'object' : 'undefined');
  });

  it('gives its answer as it came', async () => {
    const raw = resource(way).withRawResponse;
    const given = [...way.given(await stored()), {}] as never[];
    const came = (await raw[way.method]?.apply(raw, given)) as RawResponse<unknown>;
    expect(came.status).toBe(Number(status));
    const text = new TextDecoder().decode(came.body);
    if (answer) expect(JSON.parse(JSON.stringify(came.parse()))).toEqual(JSON.parse(text));
    else expect(came.parse()).toBeUndefined();
  });

  // Those of bodies and queries need one; a server that fails, or is full, is nothing to ask for.
  const wrong = wrongValue(name, way);
  const documented = operation.failures.filter(
    (each) => [401, 406, 410].includes(each) || (each === 422 ? wrong : way.hasBody && each < 500),
  );
  it.each(documented)('rejects with %i', async (failing) => {
    const options = failing === 422 ? wrong : FAILING[failing];
    const id = failing === 410 ? randomUUID() : await stored();
    const error: unknown = await call(way.method, way.given(id), options)?.catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(CLASSES[failing]);
    expect(error).toMatchObject({ status: failing, documented: true, method: operation.method });
    expect((error as StatusError).message).not.toContain('the-key');
    expect((error as StatusError).requestId).toBeTypeOf('string');
  });
});

it('has no operation that is not tried', () => {
  expect(Object.keys(WAYS).toSorted()).toEqual(Object.keys(operations).toSorted());
});
