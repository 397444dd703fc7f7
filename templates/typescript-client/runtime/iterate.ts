/**
 * All things of a collection, newest first.
 *
 * The API lists ids of a range of time, and looks things up by their ids; it has no cursor. The
 * moment at which the last thing of a page was created takes its place: the next page ends there.
 * What is created at the same moment is told apart by id, so these ids are remembered, and no
 * others.
 */
import { checkedRecord } from './checks.js';
import type { Engine } from './engine.js';
import { ApiError, DecodeError, InvalidArgument } from './errors.js';
import type { Operation } from './operation.js';
import type { CallOptions } from './options.js';

/** How things are listed and looked up. Members are those on the wire. */
export interface Collection {
  readonly listing: Operation<unknown>;
  readonly lookup: Operation<unknown>;
  /** Options of an iteration and what `listing` calls them; and those of `lookup`. */
  readonly bounds: Readonly<Record<string, string>>;
  readonly full: Readonly<Record<string, string>>;
  /** Options of `listing`: the end of its range, and how many it lists at most. */
  readonly until: string;
  readonly limit: string;
  /** The most that `limit` can be. */
  readonly largest: number | null;
  /** How many are looked up at once, unless told otherwise. */
  readonly pageSize: number;
  readonly items: string;
  readonly id: string;
  readonly found: string;
  readonly missing: string;
  readonly created: readonly string[];
}

/** What an iteration takes besides its range. */
export interface IterateOptions extends CallOptions {
  /** How many are read at once. */
  readonly pageSize?: number | undefined;
}

type Values = Readonly<Record<string, unknown>>;

/** The things that `options` are for. Throws InvalidArgument at once. */
export function things<T>(
  engine: Engine,
  collection: Collection,
  given: IterateOptions,
): AsyncGenerator<T, void, undefined> {
  const { listing, lookup, bounds, full } = collection;
  const { pageSize = collection.pageSize, ...options } = checkedRecord('options', given);
  const size = checkedSize(pageSize, collection.largest);
  const range = only(options, bounds, full);
  const whole = only(options, full, bounds);
  engine.check(listing, { options: range });
  engine.check(lookup, { body: [], options: whole });
  return pages(engine, new Walk(collection, size, range), whole);
}

/** `options` without those in `without`; those in `names` renamed. */
function only(
  options: Values,
  names: Readonly<Record<string, string>>,
  without: Readonly<Record<string, string>>,
): Values {
  const kept = Object.entries(options).filter(([name]) => !Object.hasOwn(without, name));
  return Object.fromEntries(kept.map(([name, value]) => [names[name] ?? name, value]));
}

async function* pages<T>(
  engine: Engine,
  walk: Walk,
  whole: CallOptions,
): AsyncGenerator<T, void, undefined> {
  const { listing, lookup } = walk.collection;
  for (;;) {
    const batches = walk.batches(await engine.call(listing, { options: walk.options() }));
    if (batches.length === 0) return;
    for (const body of batches) {
      const found = await engine.call(lookup, { body, options: whole });
      for (const thing of walk.things(body, found)) yield thing as T;
    }
  }
}

/**
 * Where an iteration is. Asks for ids (`options`), is told them (`batches`), and is told what was
 * looked up by them (`things`).
 */
class Walk {
  #range: Values;
  #limit: number;
  /** When the last thing of the pages before was created, and the last thing given. */
  #start: Date | undefined;
  #last: Date | undefined;
  /**
   * Ids that the next page may list once more, and when they were created if that is known: what
   * was deleted before it was looked up has no time.
   */
  #seen = new Map<string, Date | null>();

  constructor(
    readonly collection: Collection,
    readonly pageSize: number,
    range: Values,
  ) {
    this.#range = range;
    this.#limit = pageSize;
  }

  /**
   * The options that list what comes next. At least a page of it is new, however many are seen;
   * while many share one moment pages double, so that they are not listed too often.
   */
  options(): Values {
    const { limit, largest } = this.collection;
    if (this.#last !== undefined && this.#last.getTime() !== this.#start?.getTime()) {
      this.#move(this.#last);
    }
    const seen = this.#seen.size;
    this.#limit = Math.min(seen + Math.max(this.pageSize, seen), largest ?? Infinity);
    return { ...this.#range, [limit]: this.#limit };
  }

  #move(start: Date): void {
    const end = later(start);
    this.#start = start;
    this.#range = { ...this.#range, [this.collection.until]: end };
    for (const [id, created] of this.#seen) {
      if (created === null || created > end) this.#seen.delete(id);
    }
  }

  /**
   * The ids to look up, page by page; none at the end. Throws ApiError when those of one moment are
   * more than can be listed.
   */
  batches(listed: unknown): string[][] {
    const { items, id } = this.collection;
    const ids = new Set(list(listed, items).map((item) => member(item, id) as string));
    const fresh = [...ids].filter((each) => !this.#seen.has(each));
    if (fresh.length === 0 && ids.size >= this.#limit) {
      throw new ApiError(
        `cannot go beyond ${shown(this.#start)}: ${ids.size} were created then, ` +
          'and the API lists no more at once',
      );
    }
    const count = Math.ceil(fresh.length / this.pageSize);
    return Array.from({ length: count }, (_, page) =>
      fresh.slice(page * this.pageSize, (page + 1) * this.pageSize),
    );
  }

  /**
   * The things of `ids` that still exist. Throws DecodeError when the answers do not fit together:
   * going on would leave things out.
   */
  *things(ids: readonly string[], answer: unknown): Generator<unknown, void, undefined> {
    const { lookup, items, id, found, missing } = this.collection;
    const things = new Map(
      list(member(answer, found), items).map((thing) => [member(thing, id), thing]),
    );
    const gone = new Set(list(answer, missing));
    const lost = ids.find((each) => !things.has(each) && !gone.has(each));
    if (lost !== undefined) {
      throw new DecodeError(`${lookup.id}: neither found nor missing: ${lost}`);
    }
    for (const each of ids) {
      const thing = things.get(each);
      const created = thing === undefined ? null : this.#created(each, thing);
      this.#seen.set(each, created);
      if (created !== null && this.#isNext(each, created)) yield thing;
    }
  }

  #created(id: string, thing: unknown): Date {
    const { created: path, lookup } = this.collection;
    const created = path.reduce(member, thing);
    if (created instanceof Date) return created;
    throw new DecodeError(`${lookup.id}: ${id} has no ${path.join('.')}`);
  }

  /**
   * Whether what was created then is to be given. What lies behind the pages before, by less than a
   * Date can tell, was stored since: it would have been listed there.
   */
  #isNext(id: string, created: Date): boolean {
    const name = this.collection.listing.id;
    if (this.#start !== undefined && created > this.#start) {
      if (created <= later(this.#start)) return false;
      throw new DecodeError(
        `${name}: ${id} was created after ${shown(this.#start)}, where the list ends`,
      );
    }
    if (this.#last !== undefined && created > this.#last) {
      throw new DecodeError(`${name}: not newest first: ${id} was created after the one before`);
    }
    this.#last = created;
    return true;
  }
}

function checkedSize(size: unknown, largest: number | null): number {
  if (typeof size !== 'number' || !Number.isInteger(size) || size < 1) {
    throw new InvalidArgument(`pageSize: ${String(size)}: a whole number, at least 1`);
  }
  if (largest !== null && size > largest) {
    throw new InvalidArgument(`pageSize: ${size}: at most ${largest}`);
  }
  return size;
}

function member(thing: unknown, name: string): unknown {
  return typeof thing === 'object' && thing !== null ? (thing as Values)[name] : undefined;
}

function list(thing: unknown, name: string): readonly unknown[] {
  const found = member(thing, name);
  return Array.isArray(found) ? found : [];
}

/** The end of the range that has all moments which a Date cuts to `moment`. */
function later(moment: Date): Date {
  const next = new Date(moment.getTime() + 1);
  return next.getUTCFullYear() > 9999 ? moment : next;
}

function shown(moment: Date | undefined): string {
  return moment === undefined ? 'the start' : moment.toISOString();
}
