/** The behaviours of tests/behaviour/table.yaml, the rows that the Python SDK runs as well. */
import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

import * as sdk from '../../generated/typescript-client/src/index.js';
import { answering, rejection, Scripted, Stub, type Reply } from './stub.js';

const ROOT = resolve(import.meta.dirname, '../..');
const PYTHON = process.env['SPECPIPE_PYTHON'] ?? join(ROOT, '.venv/bin/python');
/** The parser that the rows of the other language go through. */
const LOAD = 'import json, sys, yaml; json.dump(yaml.safe_load(sys.stdin), sys.stdout)';

interface Ends {
  readonly members?: Readonly<Record<string, unknown>>;
  readonly value?: null;
  readonly error?: string;
  readonly status?: number;
  readonly message?: string;
}

interface RowReply {
  readonly status?: number;
  readonly type?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly header_times?: number;
  readonly event?: { readonly set?: Readonly<Record<string, unknown>>; readonly drop?: string[] };
  readonly text?: string;
  readonly times?: number;
  readonly charset?: 'latin-1' | 'utf-8-sig';
  readonly cut?: number;
  readonly raw?: string;
}

interface Row {
  readonly name: string;
  readonly call?: 'get' | 'delete' | 'create' | 'identifiers';
  readonly retries?: number;
  readonly replies: readonly [RowReply, ...RowReply[]];
  readonly ends: Ends;
  readonly requests?: number;
  readonly sends?: 'back';
  readonly except?: { readonly typescript?: { readonly why: string; readonly ends: Ends } };
}

const TABLE = JSON.parse(
  execFileSync(PYTHON, ['-c', LOAD], {
    input: await import('node:fs').then((fs) =>
      fs.readFileSync(join(ROOT, 'tests/behaviour/table.yaml')),
    ),
    encoding: 'utf8',
  }),
) as { readonly event: object; readonly rows: readonly Row[] };

type Json = Record<string, unknown>;

/** The object or array that a path ends in, and its last step. */
function place(data: unknown, path: string): [Json, string] {
  const steps = path.split('.');
  const last = steps.pop() ?? '';
  return [steps.reduce((value, step) => value[step] as Json, data as Json), last];
}

/** The table's event, changed. */
function eventOf({ set = {}, drop = [] }: NonNullable<RowReply['event']>): unknown {
  const event: unknown = structuredClone(TABLE.event);
  for (const [path, value] of Object.entries(set)) {
    const [container, name] = place(event, path);
    container[name] = value;
  }
  for (const path of drop) {
    const [container, name] = place(event, path);
    delete container[name];
  }
  return event;
}

function bodyOf({ event, charset, text = '', times = 1 }: RowReply): string | Uint8Array {
  if (!event) return text.repeat(times);
  const whole = JSON.stringify(eventOf(event));
  if (charset === 'latin-1') return Buffer.from(whole, 'latin1');
  return charset === 'utf-8-sig' ? `\ufeff${whole}` : whole;
}

function replyOf(row: RowReply): Reply {
  const { status, type, cut, headers = {}, header_times = 1 } = row;
  const repeated = Object.entries(headers).map(([name, text]) => [name, text.repeat(header_times)]);
  return {
    body: bodyOf(row),
    headers: Object.fromEntries(repeated) as Record<string, string>,
    ...(status !== undefined && { status }),
    ...(type !== undefined && { type }),
    ...(cut !== undefined && { cut }),
  };
}

function use(client: sdk.PiecesWorkstream, row: Row): Promise<unknown> {
  switch (row.call ?? 'get') {
    case 'get':
      return client.workstreamEvent.get('e');
    case 'delete':
      return client.workstreamEvents.delete('e');
    case 'identifiers':
      return client.workstreamEvents.identifiers({ limit: -1 });
    case 'create':
      return client.workstreamEvents.create({
        application: {
          id: 'a',
          name: 'VS_CODE',
          version: '1',
          platform: 'LINUX',
          onboarded: true,
          privacy: 'OPEN',
        },
        trigger: {},
      });
  }
}

function checkValue(value: unknown, ends: Ends): void {
  if (ends.value === null) expect(value).toBeUndefined();
  for (const [path, wanted] of Object.entries(ends.members ?? {})) {
    const [container, name] = place(value, path);
    const found = container[name];
    const { absent, moment } = (wanted ?? {}) as { absent?: boolean; moment?: string };
    if (absent) {
      expect(Object.hasOwn(container, name), path).toBe(false);
    } else if (moment !== undefined) {
      expect(found, path).toBeInstanceOf(Date);
      expect((found as Date).getTime(), path).toBe(new Date(moment).getTime());
    } else {
      expect(found, path).toEqual(wanted);
    }
  }
}

function checkError(error: unknown, ends: Ends): void {
  const wanted: unknown = (sdk as Readonly<Record<string, unknown>>)[ends.error ?? ''];
  expect(error).toBeInstanceOf(wanted);
  expect((error as sdk.ApiError).status).toBe(ends.status ?? 0);
  expect((error as Error).message).toContain(ends.message ?? '');
  expect((error as Error).message).toMatch(/^[^\p{C}\p{Zl}\p{Zp}]+$/u);
}

/** Make the call of a row and check how it ends; gives the value. */
async function run(row: Row, baseUrl: string): Promise<unknown> {
  const client = new sdk.PiecesWorkstream({ baseUrl, retries: row.retries ?? 0, timeout: 10_000 });
  const ends = row.except?.typescript?.ends ?? row.ends;
  if (ends.error !== undefined) {
    checkError(await rejection(use(client, row)), ends);
    return undefined;
  }
  const value = await use(client, row);
  checkValue(value, ends);
  return value;
}

let stub: Stub;
beforeEach(async () => {
  stub = await Stub.start();
});
afterEach(() => stub.stop());

test.each(TABLE.rows)('$name', async (row) => {
  const [{ raw }] = row.replies;
  if (raw !== undefined) {
    const server = await Scripted.start(answering(raw));
    await run(row, server.url).finally(() => server.stop());
    expect(server.requests).toBe(row.requests ?? 1);
    return;
  }
  stub.answer(...row.replies.map(replyOf));
  const value = await run(row, stub.url);
  expect(stub.seen).toHaveLength(row.requests ?? row.replies.length);
  if (row.sends === 'back') {
    const client = new sdk.PiecesWorkstream({ baseUrl: stub.url });
    await client.workstreamEvent.update(value as sdk.WorkstreamEvent);
    const { event = {} } = row.replies.at(-1) ?? {};
    expect(JSON.parse(stub.seen.at(-1)?.body ?? '')).toEqual(eventOf(event));
  }
});

test('few rows are others here, and each says why', () => {
  const others = TABLE.rows.filter((row) => row.except?.typescript);
  expect(others.length).toBeLessThanOrEqual(2);
  expect(others.every((row) => (row.except?.typescript?.why ?? '').length > 20)).toBe(true);
  expect(TABLE.rows.length).toBeGreaterThan(50);
});
