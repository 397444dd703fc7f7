/** `modify`: what a function changes is sent, and what others change meanwhile stays. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  EditConflictError,
  GoneError,
  InvalidArgument,
  PiecesWorkstream,
  ValidationError,
  type Change,
  type WorkstreamEvent,
} from '../../generated/typescript-client/src/index.js';
import { APPLICATION, event } from './events.js';
import { recording, Stub } from './recording.js';
import { startServer, type Server } from './server.js';

const MOMENT = '2024-05-06T07:08:09.123456789Z';
let server: Server;
let client: PiecesWorkstream;

beforeAll(async () => {
  server = await startServer();
  client = new PiecesWorkstream(server.client);
});
afterAll(() => server.stop());

/** The id of an event with these members. */
async function create(members: object = {}): Promise<string> {
  const seed = { application: APPLICATION, trigger: {}, ...members };
  return (await client.workstreamEvents.create(seed)).id;
}

/** What is stored, as the server sends it. */
async function read(id: string): Promise<Record<string, unknown>> {
  const answer = await client.workstreamEvent.withRawResponse.get(id, { transferables: true });
  return JSON.parse(new TextDecoder().decode(answer.body)) as Record<string, unknown>;
}

function json(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

function titled(text: string) {
  return (it: WorkstreamEvent): void => {
    it.windowTitle = text;
  };
}

function watched() {
  const seen = recording();
  return {
    ...seen,
    events: new PiecesWorkstream({ ...server.client, fetch: seen.fetch }).workstreamEvent,
  };
}

describe('a change', () => {
  it('is made in place', async () => {
    const id = await create({ readable: 'r' });
    const before = await read(id);
    const result = await client.workstreamEvent.modify(id, titled('new'));
    const after = await read(id);
    expect(json(result)).toEqual(after);
    expect(after).toEqual({ ...before, windowTitle: 'new', updated: after['updated'] });
    expect(after['updated']).not.toEqual(before['updated']);
  });

  it('can be another object, and wait for something', async () => {
    const id = await create();
    const result = await client.workstreamEvent.modify(id, async (it) => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      return { ...it, readable: 'r' };
    });
    expect(result.readable).toBe('r');
    expect((await read(id))['readable']).toBe('r');
  });

  it('is sent alone, with what has to be there', async () => {
    const context = { native_clipboard: { content: { text: 't' }, isCached: false } };
    const id = await create({ context, readable: 'r', anywhere: { b: 1, a: [2] } });
    const { events, lines, bodies } = watched();
    await events.modify(id, titled('new'));
    const path = `GET /workstream_event/${id}?transferables=true`;
    expect(lines).toEqual([path, path, 'POST /workstream_event/update?transferables=true']);
    const names = ['application', 'created', 'id', 'trigger', 'updated', 'windowTitle'];
    expect(Object.keys(bodies[0] as object).toSorted()).toEqual(names);
    expect((await read(id))['context']).toEqual(context);
  });

  it('of something inside a member sends that as a whole', async () => {
    const context = {
      native_clipboard: { content: { text: 't' }, isCached: false },
      odd: { b: 1 },
    };
    const id = await create({ context });
    await client.workstreamEvent.modify(id, (it) => {
      if (it.context?.native_clipboard) it.context.native_clipboard.isCached = true;
    });
    context.native_clipboard.isCached = true;
    expect((await read(id))['context']).toEqual(context);
  });

  it('that changes nothing sends nothing', async () => {
    const id = await create({ anywhere: { b: 1, a: 2 } });
    const { events, lines } = watched();
    const before = await read(id);
    // Its dates have fewer digits than the server's texts: that is no change.
    await events.modify(id, (it) => structuredClone(it));
    const same = await events.modify(id, (it) => {
      (it as unknown as { anywhere: unknown }).anywhere = { b: 1, a: 2 };
    });
    expect(json(same)).toEqual(before);
    expect(lines.filter((line) => line.startsWith('POST'))).toEqual([]);
  });

  it('keeps unknown members, and can be one of them', async () => {
    const id = await create({ odd: { deep: [{ a: null }], n: 1.5 }, other: 1 });
    await client.workstreamEvent.modify(id, titled('t'));
    await client.workstreamEvent.modify(id, (it) => {
      (it as unknown as { odd: { deep: unknown[] } }).odd.deep.push(2);
    });
    const after = await read(id);
    expect(after['odd']).toEqual({ deep: [{ a: null }, 2], n: 1.5 });
    expect(after['other']).toBe(1);
  });

  it('to null is sent, and refused by a server that has no null there', async () => {
    const id = await create({ readable: 'r' });
    const { events, bodies } = watched();
    const call = events.modify(id, (it) => void (it.readable = null));
    await expect(call).rejects.toThrow(ValidationError);
    expect(bodies[0]).toHaveProperty('readable', null);
  });
});

describe('what is not changed', () => {
  it('is sent to the letter where it has to be there', async () => {
    const stub = await Stub.start();
    const trigger = `{"n":1.50,"big":123456789012345678901234567890,"at":["${MOMENT}", "}]{\\""]}`;
    const updated = '{"value":"2024-01-01t00:00:00z"}';
    const application = JSON.stringify(APPLICATION);
    stub.answer(
      `{"id":"e","application":${application},"trigger": ${trigger} ,` +
        `"created":{"value":"${MOMENT}"},"upd\\u0061ted":${updated}}`,
    );
    const stubbed = new PiecesWorkstream({ baseUrl: stub.url });
    await stubbed.workstreamEvent.modify('e', titled('t'));
    const body = stub.seen.at(-1)?.body;
    expect(body).toBe(
      `{"id":"e","application":${application},"trigger":${trigger},` +
        `"created":{"value":"${MOMENT}"},"updated":${updated},"windowTitle":"t"}`,
    );
    stub.stop();
  });

  it('stays on the server, digit by digit', async () => {
    const trigger = { odd: { at: MOMENT } };
    const thing = event(MOMENT, { trigger });
    await server.store([thing]);
    await client.workstreamEvent.modify(thing.id, titled('t'));
    const after = await read(thing.id);
    expect(after['trigger']).toEqual(trigger);
    expect(after['created']).toEqual({ value: MOMENT });
  });
});

describe('refused, with nothing sent, is', () => {
  it.each<[string, Change<WorkstreamEvent>, string]>([
    ['a member taken out', (it) => void delete it.readable, 'change: readable: an update cannot'],
    [
      'one set to undefined',
      (it) => void Object.assign(it, { readable: undefined }),
      'change: readable: an update',
    ],
    ['another id', (it) => void (it.id = 'x'), 'change: id: cannot be changed'],
    [
      'another time',
      (it) => void it.created.value.setTime(0),
      'change: created: cannot be changed',
    ],
    ['a text about a time', (it) => void (it.updated.readable = 'y'), 'change: updated: cannot be'],
    ['a value that no schema has', (it) => void Object.assign(it, { readable: 5 }), 'readable'],
    ['no number', (it) => void Object.assign(it, { odd: NaN }), 'odd'],
    ['true for a thing', (() => true) as never, 'change: gave back boolean: give'],
    ['a list for a thing', (() => []) as never, 'change: gave back array: give'],
  ])('%s', async (_, change, message) => {
    const id = await create({ readable: 'r' });
    const before = await read(id);
    const { events, lines } = watched();
    const error: unknown = await events.modify(id, change).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(InvalidArgument);
    expect((error as InvalidArgument).message).toContain(message);
    expect(lines).toHaveLength(1);
    expect(await read(id)).toEqual(before);
  });

  it.each([0, true, 1.5, '3'])('%j for attempts', async (attempts) => {
    const call = client.workstreamEvent.modify('a', titled('t'), { attempts } as never);
    await expect(call).rejects.toThrow(/^attempts: .*: a whole number from 1$/);
  });

  it('an option that there is not, and no function', async () => {
    const call = client.workstreamEvent.modify('a', titled('t'), { limit: 3 } as never);
    await expect(call).rejects.toThrow('no such option: limit; there are attempts, timeout');
    const other = client.workstreamEvent.modify('a', undefined as never);
    await expect(other).rejects.toThrow('change: undefined where a function is wanted');
  });
});

it('gives what is stored to a program that asks for a raw answer, which there is none of', async () => {
  const raw = client.workstreamEvent.withRawResponse as unknown as typeof client.workstreamEvent;
  const id = await create({ readable: 'r' });
  expect((await raw.modify(id, titled('new'))).windowTitle).toBe('new');
});

describe('others', () => {
  it('have deleted it', async () => {
    await expect(client.workstreamEvent.modify(randomUUID(), titled('t'))).rejects.toThrow(
      GoneError,
    );
    const id = await create();
    const call = client.workstreamEvent.modify(id, async (it) => {
      it.readable = 'r';
      await client.workstreamEvents.delete(id);
    });
    await expect(call).rejects.toThrow(GoneError);
  });

  it('were faster: the function sees what they made of it', async () => {
    const id = await create({ readable: 'first' });
    const found: unknown[] = [];
    await client.workstreamEvent.modify(id, async (it) => {
      found.push(it.readable);
      it.windowTitle = `seen: ${it.readable}`;
      if (found.length > 1) return;
      await client.workstreamEvent.modify(id, (other) => void (other.readable = 'second'));
    });
    expect(found).toEqual(['first', 'second']);
    const after = await read(id);
    expect([after['readable'], after['windowTitle']]).toEqual(['second', 'seen: second']);
  });

  it.each([1, 3])('were faster %i times', async (attempts) => {
    const id = await create();
    let calls = 0;
    const call = client.workstreamEvent.modify(
      id,
      async (it) => {
        calls += 1;
        it.windowTitle = 'mine';
        await client.workstreamEvent.modify(id, (other) => void (other.readable = `${calls}`));
      },
      { attempts },
    );
    const error: unknown = await call.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(EditConflictError);
    expect((error as EditConflictError).message).toContain(`${id}: others updated it`);
    expect(calls).toBe(attempts);
    expect(await read(id)).not.toHaveProperty('windowTitle');
  });

  it('change other members at the same time', async () => {
    const id = await create();
    const names = ['readable', 'windowTitle', 'browserUrl'] as const;
    await Promise.all(
      names.map((name) =>
        client.workstreamEvent.modify(id, (it) => void (it[name] = 'mine'), { attempts: 20 }),
      ),
    );
    const after = await read(id);
    // Those that looked before any update are not told of one; the last one of them wins its own.
    for (const name of names) expect(after[name]).toBe('mine');
  });
});

it('comes out with what the function throws, and sends nothing', async () => {
  const id = await create();
  const { events, lines } = watched();
  const reason = new RangeError('mine');
  const call = events.modify(id, (it) => {
    it.readable = 'lost';
    throw reason;
  });
  await expect(call).rejects.toBe(reason);
  expect(lines).toHaveLength(1);
});

it('sends its options with every request', async () => {
  const id = await create();
  const { events, lines } = watched();
  await events.modify(id, titled('t'), { extraQuery: { x: 1 } });
  expect(lines.map((line) => line.endsWith('&x=1'))).toEqual([true, true, true]);
});

it('ends with the reason of an aborted signal', async () => {
  const id = await create();
  const controller = new AbortController();
  const reason = new Error('enough');
  const { events, lines } = watched();
  const call = events.modify(
    id,
    (it) => {
      it.readable = 'lost';
      controller.abort(reason);
    },
    { signal: controller.signal },
  );
  await expect(call).rejects.toBe(reason);
  expect(lines).toHaveLength(1);
});
