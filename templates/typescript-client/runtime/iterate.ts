/**
 * All things of a collection, newest first.
 *
 * The API lists ids of a range of time, and looks things up by their ids; it has no cursor. The
 * moment at which the last thing of a page was created takes its place: the next page ends there.
 * What is created at the same moment is told apart by id, so these ids are remembered, and no
 * others.
 */
import { checkedNames, checkedWhole, isDate } from './checks.js';
import type { Engine } from './engine.js';
import { ApiError, DecodeError } from './errors.js';
import type { Operation } from './operation.js';
import type { CallOptions } from './options.js';
import { OF_CALL } from './settings.js';
import { momentOf } from './timestamp.js';

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
  readonly largest: number;
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

/** The last millisecond that a date-time can be: its year has four digits. */
const END = 253_402_300_799_999;

/** The things that `options` are for. Throws InvalidArgument at once. */
export function things<T>(
  engine: Engine,
  collection: Collection,
  given: IterateOptions,
): AsyncGenerator<T, void, undefined> {
  const { listing, lookup, bounds, full, largest } = collection;
  const known = [...Object.keys({ ...bounds, ...full }), 'pageSize', ...OF_CALL];
  const { pageSize, ...options } = checkedNames('options', given, known);
  const size = checkedWhole('pageSize', pageSize, collection.pageSize, 1, largest);
  const range = only(options, bounds, full);
  const whole = only(options, full, bounds);
  engine.check(listing, range);
  engine.check(lookup, whole, [], []);
  return pages(engine.raw(false), collection, size, range, whole);
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
  collection: Collection,
  pageSize: number,
  range: Values,
  options: CallOptions,
): AsyncGenerator<T, void, undefined> {
  const { listing, lookup } = collection;
  const end = range[collection.until];
  const walk = new Walk(collection, isDate(end) ? end.getTime() : momentOf(String(end)));
  for (;;) {
    const asked = { ...range, ...walk.next(pageSize) };
    const fresh = walk.fresh(await engine.call(listing, asked));
    if (fresh.length === 0) return;
    for (let at = 0; at < fresh.length; at += pageSize) {
      const body = fresh.slice(at, at + pageSize);
      const answer = await engine.call(lookup, options, [], body);
      yield* walk.found(body, answer) as Iterable<T>;
    }
  }
}

/**
 * Where an iteration is. Says what to list (`next`), picks what is new of that (`fresh`), and gives
 * what was looked up (`found`). Moments are in milliseconds.
 */
class Walk {
  readonly #of: Collection;
  /** The end of the range that is asked for; NaN when it has none. */
  readonly #end: number;
  #limit = 0;
  /** When the last thing of the pages before was created, and the last thing given. */
  #start = Infinity;
  #last = Infinity;
  /**
   * Ids that the next page may list once more, and when they were created. What was deleted before
   * it was looked up has no time.
   */
  readonly #seen = new Map<unknown, number>();

  constructor(collection: Collection, end: number) {
    this.#of = collection;
    this.#end = end;
  }

  /**
   * Options that list what comes next. At least a page of it is new, however many are seen; while
   * many share one moment pages double, so that they are not listed too often.
   */
  next(pageSize: number): Values {
    const { until, limit, largest } = this.#of;
    const seen = this.#seen;
    if (this.#start !== this.#last) {
      this.#start = this.#last;
      for (const [id, created] of seen) if (created > later(this.#start)) seen.delete(id);
    }
    this.#limit = Math.min(seen.size + Math.max(pageSize, seen.size), largest);
    const end = later(this.#start);
    // In the last millisecond of a range its own end is finer.
    const isOpen = this.#start === Infinity || end > this.#end;
    return { ...(!isOpen && { [until]: new Date(end) }), [limit]: this.#limit };
  }

  /** The ids to look up. Throws ApiError when those of one moment are more than can be listed. */
  fresh(listed: unknown): unknown[] {
    const { items, id } = this.#of;
    const ids = new Set(list(listed, items).map((item) => member(item, id)));
    const fresh = [...ids].filter((each) => !this.#seen.has(each));
    if (fresh.length === 0 && ids.size >= this.#limit) {
      throw new ApiError(
        `cannot go beyond ${shown(this.#start)}: ${ids.size} were created then, ` +
          'and the API lists no more at once',
      );
    }
    return fresh;
  }

  /**
   * The things of `ids` that still exist. Throws DecodeError when the answers do not fit together:
   * going on would leave things out.
   */
  *found(ids: readonly unknown[], answer: unknown): Generator<unknown, void, undefined> {
    const { lookup, items, id, found, missing } = this.#of;
    const things = new Map<unknown, unknown>();
    for (const thing of list(member(answer, found), items)) things.set(member(thing, id), thing);
    const gone = new Set(list(answer, missing));
    for (const each of ids) {
      if (!things.has(each) && !gone.has(each)) {
        throw new DecodeError(`${lookup.path}: neither found nor missing: ${each}`);
      }
    }
    for (const each of ids) {
      const thing = things.get(each);
      const created = thing === undefined ? Infinity : this.#created(each, thing);
      this.#seen.set(each, created);
      if (created < Infinity && this.#isNext(each, created)) yield thing;
    }
  }

  #created(id: unknown, thing: unknown): number {
    const { created: path, lookup } = this.#of;
    const created = path.reduce(member, thing);
    if (created instanceof Date) return created.getTime();
    throw new DecodeError(`${lookup.path}: ${id} has no ${path.join('.')}`);
  }

  /**
   * Whether what was created then is to be given. What lies behind the pages before, by less than a
   * Date can tell, was stored since: it would have been listed there.
   */
  #isNext(id: unknown, created: number): boolean {
    const start = this.#start;
    const late = `${id} was created after`;
    if (created > start) {
      if (created <= later(start)) return false;
      throw this.#wrong(`${late} ${shown(start)}, where the list ends`);
    }
    if (created > this.#last) throw this.#wrong(`not newest first: ${late} the one before`);
    this.#last = created;
    return true;
  }

  #wrong(reason: string): DecodeError {
    return new DecodeError(`${this.#of.listing.path}: ${reason}`);
  }
}

function member(thing: unknown, name: string): unknown {
  return (thing as Values | null | undefined)?.[name];
}

function list(thing: unknown, name: string): readonly unknown[] {
  return (member(thing, name) ?? []) as readonly unknown[];
}

/** The end of the range that has all moments which a Date cuts to `moment`. */
function later(moment: number): number {
  return Math.min(moment + 1, END);
}

function shown(moment: number): string {
  return moment < Infinity ? new Date(moment).toISOString() : 'the first page';
}
