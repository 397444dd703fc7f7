/** `iterate`: everything exactly once, newest first, whatever others do meanwhile. */
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import {
  ApiError,
  DecodeError,
  InvalidArgument,
  PiecesWorkstream,
  Timestamp,
  type WorkstreamEvent,
} from '../../generated/typescript-client/src/index.js';
import { APPLICATION, event, nextDay } from './events.js';
import { recording, Stub } from './recording.js';
import { startServer, type Server } from './server.js';

let server: Server;
let client: PiecesWorkstream;
let stub: Stub;
let stubbed: PiecesWorkstream;

beforeAll(async () => {
  server = await startServer();
  client = new PiecesWorkstream(server.client);
});
beforeEach(async () => {
  stub?.stop();
  stub = await Stub.start();
  stubbed = new PiecesWorkstream({ baseUrl: stub.url });
});
afterAll(async () => {
  stub.stop();
  await server.stop();
});

async function stored(things: { id: string }[]): Promise<string[]> {
  if (things.length > 0) await server.store(things);
  return things.map((thing) => thing.id);
}

async function ids(given: AsyncIterable<WorkstreamEvent>): Promise<string[]> {
  const found: string[] = [];
  for await (const each of given) found.push(each.id);
  return found;
}

describe('against the real server', () => {
  it('gives the newest first, within the range', async () => {
    const day = nextDay();
    const all = await stored([0, 1, 2, 3, 4].map((hour) => event(day.at(hour * 3_600_000))));
    const { createdFrom, createdTo } = day;
    expect(await ids(client.workstreamEvents.iterate({ createdFrom, createdTo }))).toEqual(
      all.toReversed(),
    );
    const inner = { createdFrom: day.at(3_600_000), createdTo: new Date(day.at(3 * 3_600_000)) };
    const given = client.workstreamEvents.iterate({ ...inner, pageSize: 1 });
    expect(await ids(given)).toEqual([all[3], all[2], all[1]]);
  });

  it('asks for what the other call has', async () => {
    const { createdFrom, createdTo, at } = nextDay();
    const context = { native_clipboard: { content: { text: 't' }, isCached: false } };
    await stored([event(at(0), { context })]);
    for (const [transferables, found] of [
      [undefined, undefined],
      [true, context],
    ] as const) {
      for await (const each of client.workstreamEvents.iterate({
        createdFrom,
        createdTo,
        transferables,
      })) {
        expect(each.context).toEqual(found);
      }
    }
  });

  it('tells moments apart that are finer than a Date', async () => {
    const { createdFrom, createdTo, at } = nextDay();
    const finer = ['', '1', '12', '123', '1234', '5', '999999'].map((text) => event(at(7, text)));
    const all = await stored(finer);
    const [later] = await stored([event(at(8))]);
    for (let pageSize = 1; pageSize < 9; pageSize++) {
      const given = client.workstreamEvents.iterate({ createdFrom, createdTo, pageSize });
      const [first, ...rest] = await ids(given);
      expect(first).toBe(later);
      expect(rest.toSorted()).toEqual(all.toSorted());
    }
  });

  it('keeps within a range that ends between moments finer than a Date', async () => {
    const { createdFrom, at } = nextDay();
    const inside = ['1', '12', '123'].map((text) => event(at(7, text)));
    const all = await stored([event(at(6)), ...inside]);
    await stored(['4', '5'].map((text) => event(at(7, text))));
    for (const end of [at(7, '123'), new Timestamp(at(7, '123'))]) {
      for (let pageSize = 1; pageSize < 5; pageSize++) {
        const range = { createdFrom, createdTo: end, pageSize };
        expect(await ids(client.workstreamEvents.iterate(range))).toEqual(all.toReversed());
      }
    }
  });

  it('goes through many of one moment in few requests', async () => {
    const { createdFrom, at } = nextDay();
    const all = await stored(Array.from({ length: 400 }, () => event(at(0))));
    const { fetch, lines } = recording();
    const counted = new PiecesWorkstream({ ...server.client, fetch });
    const range = { createdFrom, createdTo: createdFrom, pageSize: 10 };
    const given = await ids(counted.workstreamEvents.iterate(range));
    expect(given.toSorted()).toEqual(all.toSorted());
    expect(lines.filter((line) => line.startsWith('POST'))).toHaveLength(40);
    expect(lines.filter((line) => line.startsWith('GET')).length).toBeLessThan(12);
  });

  it('gives each exactly once whatever others do', async () => {
    const layout = fc.array(fc.tuple(fc.integer({ min: 1, max: 6 }), fc.nat(2)), { maxLength: 8 });
    const deeds = fc.array(
      fc.tuple(fc.constantFrom('delete', 'create', 'late', 'update'), fc.nat(99)),
      { maxLength: 20 },
    );
    const size = fc.integer({ min: 1, max: 12 });
    const property = fc.asyncProperty(layout, size, deeds, async (groups, pageSize, others) => {
      const { createdFrom, createdTo, at } = nextDay();
      let moment = 0;
      const things = groups.flatMap(([count, gap]) => {
        moment += gap;
        return Array.from({ length: count }, (_, index) => ({
          moment,
          ...event(at(moment, index % 2 ? '5' : '')),
        }));
      });
      const all = await stored(things);
      const deleted = new Set<string>();
      const late = new Set<string>();
      const seen: string[] = [];
      const range = { createdFrom, createdTo, pageSize };
      for await (const each of client.workstreamEvents.iterate(range)) {
        const [deed, number] = others[seen.length] ?? ['nothing', 0];
        seen.push(each.id);
        const target = all[number % all.length] as string;
        if (deed === 'delete' && !deleted.has(target)) {
          await client.workstreamEvents.delete(target);
          deleted.add(target);
        } else if (deed === 'create') {
          await client.workstreamEvents.create({ application: APPLICATION, trigger: {} });
        } else if (deed === 'late') {
          const back = Math.max(0, moment - (number % 4));
          for (const id of await stored([event(at(back))])) late.add(id);
        } else if (deed === 'update' && !deleted.has(target)) {
          await client.workstreamEvent.modify(target, (it) => void (it.readable = `${number}`));
        }
      }
      expect(new Set(seen).size).toBe(seen.length);
      for (const id of all) expect(seen.includes(id) || deleted.has(id)).toBe(true);
      for (const id of seen) expect(all.includes(id) || late.has(id)).toBe(true);
      const moments = new Map(things.map((thing) => [thing.id, thing.moment]));
      const times = seen.flatMap((id) => moments.get(id) ?? []);
      expect(times).toEqual(times.toSorted((a, b) => b - a));
    });
    await fc.assert(property, { numRuns: 12 });
  }, 240_000);

  it('leaves out what is created after the start', async () => {
    const create = () => client.workstreamEvents.create({ application: APPLICATION, trigger: {} });
    const things: WorkstreamEvent[] = [];
    for (let number = 0; number < 6; number++) {
      things.push(await create());
      await new Promise((resolve) => setTimeout(resolve, 3)); // a Date tells them apart
    }
    const seen: string[] = [];
    const createdFrom = things[0]?.created.value;
    for await (const each of client.workstreamEvents.iterate({ createdFrom, pageSize: 2 })) {
      seen.push(each.id);
      await create();
    }
    expect(seen).toEqual(things.map((thing) => thing.id).toReversed());
  });

  it('skips what is deleted between the two calls', async () => {
    const { createdFrom, createdTo, at } = nextDay();
    const all = await stored([0, 1, 2, 3, 4, 5].map((ms) => event(at(ms))));
    const left = all.slice(3);
    const { fetch } = recording(async (line) => {
      if (!line.startsWith('POST')) return;
      for (const id of left.splice(0)) await client.workstreamEvents.delete(id);
    });
    const hasty = new PiecesWorkstream({ ...server.client, fetch });
    const given = hasty.workstreamEvents.iterate({ createdFrom, createdTo, pageSize: 3 });
    expect(await ids(given)).toEqual([all[2], all[1], all[0]]);
  });

  it('goes through five thousand', async () => {
    const { createdFrom, createdTo, at } = nextDay();
    const all = await stored(
      Array.from({ length: 5000 }, (_, number) => event(at(Math.floor(number / 3)))),
    );
    const given = await ids(client.workstreamEvents.iterate({ createdFrom, createdTo }));
    expect(given).toHaveLength(5000);
    expect(new Set(given)).toEqual(new Set(all));
  }, 60_000);

  it('asks no more once it is left', async () => {
    const { createdFrom, at } = nextDay();
    await stored([0, 0, 0, 0].map((ms) => event(at(ms))));
    const { fetch, lines } = recording();
    const watched = new PiecesWorkstream({ ...server.client, fetch });
    const given = watched.workstreamEvents.iterate({ createdFrom, pageSize: 2 });
    for await (const each of given) {
      expect(each.application.id).toBe('a');
      break;
    }
    expect(lines).toHaveLength(2);
    expect(await ids(given)).toEqual([]);
    expect(lines).toHaveLength(2);
  });

  it('ends with the reason of an aborted signal', async () => {
    const { createdFrom, createdTo, at } = nextDay();
    await stored([0, 1, 2, 3].map((ms) => event(at(ms))));
    const controller = new AbortController();
    const options = { createdFrom, createdTo, pageSize: 2, signal: controller.signal };
    const given = client.workstreamEvents.iterate(options);
    await given.next();
    const reason = new Error('enough');
    controller.abort(reason);
    await given.next(); // the page is there
    await expect(given.next()).rejects.toBe(reason);
    expect(await given.next()).toEqual({ done: true, value: undefined });
  });

  it('sends its options with every request', async () => {
    const { createdFrom, createdTo, at } = nextDay();
    await stored([event(at(0))]);
    const { fetch, headers } = recording();
    const watched = new PiecesWorkstream({ ...server.client, fetch });
    const extraHeaders = { 'X-Trace': 't' };
    await ids(watched.workstreamEvents.iterate({ createdFrom, createdTo, extraHeaders }));
    expect(headers.map((each) => each.get('x-trace'))).toEqual(['t', 't', 't']);
  });
});

function listing(...names: string[]): string {
  return JSON.stringify({ iterable: names.map((id) => ({ id })) });
}

function found(...things: [id: string, second: string][]): string {
  const events = things.map(([id, second]) => event(`2024-01-01T00:00:0${second}Z`, { id }));
  return JSON.stringify({ workstreamEvents: { iterable: events }, notFound: [] });
}

describe('against a server that says what it is told to', () => {
  it('asks nothing before the first is wanted, nor after the last', async () => {
    stub.answer('{"iterable": []}');
    const given = stubbed.workstreamEvents.iterate();
    expect(stub.seen).toEqual([]);
    expect(await ids(given)).toEqual([]);
    expect(await ids(given)).toEqual([]);
    expect(stub.seen).toHaveLength(1);
  });

  it.each<[object, string]>([
    [{ createdTo: 'yesterday' }, 'createdTo: '],
    [{ createdFrom: 5 }, 'createdFrom: '],
    [{ pageSize: 0 }, 'pageSize: 0: a whole number from 1 to 2147483647'],
    [{ pageSize: true }, 'pageSize: boolean: a whole number from 1 to 2147483647'],
    [{ pageSize: 1.5 }, 'pageSize: 1.5: a whole number from 1 to 2147483647'],
    [{ pageSize: 2 ** 31 }, 'pageSize: 2147483648: a whole number from 1 to 2147483647'],
    [{ transferables: 1 }, 'transferables: '],
    [{ timeout: -1 }, 'timeout: total: -1'],
    [{ extraHeaders: { a: '\n' } }, 'a: a header is one line'],
    [
      { size: 1 },
      'options: no such option: size; there are createdFrom, createdTo, transferables, pageSize, timeout',
    ],
    [{ limit: 5 }, 'no such option: limit; there are createdFrom'],
    [[], 'options: array where a plain object is wanted'],
  ])('refuses %j at once', (options, message) => {
    const call = () => stubbed.workstreamEvents.iterate(options);
    expect(call).toThrow(InvalidArgument);
    expect(call).toThrow(message);
    expect(stub.seen).toEqual([]);
  });

  it('gives all of them to a program that asks for raw answers, which there are none of', async () => {
    const { id } = await client.workstreamEvents.create();
    const raw = client.workstreamEvents
      .withRawResponse as unknown as typeof client.workstreamEvents;
    const ids: string[] = [];
    for await (const each of raw.iterate()) ids.push(each.id);
    expect(ids).toContain(id);
  });

  it.each<[string, string[], string]>([
    ['forgets an id', [listing('a', 'b'), found(['a', '2'])], 'neither found nor missing: b'],
    [
      'lists the oldest first',
      [listing('a', 'b'), found(['a', '1'], ['b', '2'])],
      'not newest first: b was created after the one before',
    ],
    [
      'takes no bound',
      [listing('a'), found(['a', '2']), listing('b'), found(['b', '9'])],
      'b was created after 2024-01-01T00:00:02.000Z, where the list ends',
    ],
  ])('tells of one that %s', async (_, answers, message) => {
    stub.answer(...answers);
    const error: unknown = await ids(stubbed.workstreamEvents.iterate({ pageSize: 2 })).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(DecodeError);
    expect((error as ApiError).message).toContain(message);
  });

  it('ends a page behind all that a Date stands for', async () => {
    stub.answer(listing('a'), found(['a', '2']), listing('a'));
    await ids(stubbed.workstreamEvents.iterate({ pageSize: 1 }));
    expect(stub.seen.at(-1)?.line).toContain('created_to=2024-01-01T00%3A00%3A02.001Z');
  });

  it('lets what is stored between two pages be', async () => {
    stub.answer(
      ...[listing('a'), found(['a', '2']), listing('b', 'a'), found(['b', '2.001'])],
      ...[listing('b', 'a', 'c'), found(['c', '1']), listing('c')],
    );
    expect(await ids(stubbed.workstreamEvents.iterate({ pageSize: 1 }))).toEqual(['a', 'c']);
  });

  it('ends when ids are listed for ever and never there', async () => {
    const ghosts = '{"workstreamEvents": {"iterable": []}, "notFound": ["a", "b"]}';
    stub.answer(listing('a', 'b'), ghosts, listing('a', 'b'));
    expect(await ids(stubbed.workstreamEvents.iterate({ pageSize: 2 }))).toEqual([]);
  });

  it('ends when they are listed for ever behind things that are', async () => {
    const ghosts = '{"workstreamEvents": {"iterable": []}, "notFound": ["b", "c"]}';
    stub.answer(
      ...[listing('a', 'b'), found(['a', '2']).replace('"notFound":[]', '"notFound":["b"]')],
      ...[listing('a', 'b', 'c'), ghosts, listing('a', 'b', 'c')],
    );
    expect(await ids(stubbed.workstreamEvents.iterate({ pageSize: 2 }))).toEqual(['a']);
    expect(stub.seen).toHaveLength(5);
  });

  it('reaches the last moment there is', async () => {
    const last = found(['a', '2']).replaceAll('2024-01-01T00:00:02Z', '9999-12-31T23:59:59.999Z');
    stub.answer(listing('a'), last, listing('a'));
    expect(await ids(stubbed.workstreamEvents.iterate())).toEqual(['a']);
    expect(stub.seen.at(-1)?.line).toContain('created_to=9999-12-31T23%3A59%3A59.999Z');
  });
});
