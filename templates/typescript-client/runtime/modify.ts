/**
 * Read, change, update: as safe as it gets without conditional updates.
 *
 * Right before the update the thing is read again, always: after a change that took longer than a
 * request that is what saves the work of others. It asks for the whole thing: what is found newer
 * is then there to be changed.
 */
import { checkedNames, checkedWhole, isRecord, kind, refuse, unwanted } from './checks.js';
import { checked } from './check.js';
import { encode, encodeBody } from './encode.js';
import type { Engine } from './engine.js';
import { EditConflictError, textOf } from './errors.js';
import type { Check, Operation } from './operation.js';
import type { CallOptions } from './options.js';
import type { RawResponse } from './raw.js';
import { OF_CALL } from './settings.js';
import { slices } from './slices.js';

/** How things of type `T` are read and updated. Names are those on the wire. */
export interface Editing<T> {
  readonly read: Operation<T>;
  readonly update: Operation<T>;
  readonly check: Check<T>;
  readonly id: string;
  readonly created: string;
  /** The path of members to the time of the last update. */
  readonly updated: readonly [string, ...string[]];
  /** Members that a thing has to have. */
  readonly required: readonly string[];
  /** Options that make `read` answer in full; and `update`. */
  readonly fullRead: Members;
  readonly fullUpdate: Members;
}

/** What `modify` takes besides its arguments. */
export interface ModifyOptions extends CallOptions {
  /** How often the function is called at most. 3 unless given. */
  readonly attempts?: number | undefined;
}

/** Changes the thing that it is given, or gives another back. */
export type Change<T> = (thing: T) => T | void | PromiseLike<T | void>;

type Members = Readonly<Record<string, unknown>>;

/**
 * The thing of that id, changed by `change`. Rejects with EditConflictError when others were faster
 * `attempts` times, and with InvalidArgument for a change that cannot be sent.
 */
export async function modify<T>(
  engine: Engine,
  editing: Editing<T>,
  id: string,
  change: Change<T>,
  given: ModifyOptions,
): Promise<T> {
  const known = ['attempts', ...OF_CALL];
  const { attempts, ...options }: ModifyOptions = checkedNames('options', given, known);
  const most = checkedWhole('attempts', attempts, 3, 1);
  if (typeof change !== 'function') {
    unwanted('change', change, 'a function');
  }
  let reading = await read(engine, editing, id, options);
  for (let attempt = 0; attempt < most; attempt++) {
    const changed = reading.result(await change(reading.thing));
    const json = reading.body(changed);
    if (json === null) return changed;
    const latest = await read(engine, editing, id, options);
    if (latest.isSame(reading)) {
      return engine
        .raw(false)
        .call(editing.update, { ...options, ...editing.fullUpdate }, [], undefined, json);
    }
    reading = latest;
  }
  throw new EditConflictError(
    `${editing.update.path}: ${id}: others updated it first, ${most} times; nothing was sent: try again`,
  );
}

async function read<T>(
  engine: Engine,
  editing: Editing<T>,
  id: string,
  options: CallOptions,
): Promise<Reading<T>> {
  const raw = engine.raw().call(editing.read, { ...options, ...editing.fullRead }, [id]);
  const answer = (await raw) as unknown as RawResponse<T>;
  return new Reading(editing, answer.parse(), textOf(answer.body));
}

/** A thing as it was read. `thing` is for the function to change. */
class Reading<T> {
  readonly #before: Members;
  /** The members, to the letter. */
  readonly #sent: ReadonlyMap<string, string>;

  constructor(
    readonly editing: Editing<T>,
    readonly thing: T,
    readonly text: string,
  ) {
    this.#before = JSON.parse(text) as Members;
    this.#sent = slices(text);
  }

  /**
   * Whether nobody updated the thing in between: by the time of its last update if it has one, by
   * all of it otherwise.
   */
  isSame(earlier: Reading<T>): boolean {
    const moment = this.#updated();
    return moment === undefined ? this.text === earlier.text : moment === earlier.#updated();
  }

  /** The members as a copy has them: structuredClone makes plain dates of exact ones. */
  #copied(): Members {
    const thing = checked(this.editing.check, JSON.parse(this.text));
    return JSON.parse(encode(structuredClone(thing))) as Members;
  }

  #updated(): unknown {
    let value: unknown = this.#before;
    for (const name of this.editing.updated) value = (value as Members | undefined)?.[name];
    return value ?? undefined;
  }

  /** The changed thing, for what the function gave back. */
  result(given: T | void): T {
    if (given === undefined || given === null) return this.thing;
    if (isRecord(given)) return given;
    return refuse(
      `change: gave back ${kind(given)}: give the changed thing, or change it and give nothing`,
    );
  }

  /**
   * What an update has to send, as JSON: what differs, and what has to be there as it was sent; null
   * when nothing differs. Throws InvalidArgument for what no update can do.
   */
  body(changed: T): string | null {
    const { check, id, created, updated, required } = this.editing;
    const after = JSON.parse(encodeBody(check, changed)) as Members;
    const copied = this.#copied();
    for (const name of this.#sent.keys()) {
      if (!Object.hasOwn(after, name)) {
        refuse(`change: ${name}: an update cannot remove a member`);
      }
    }
    const differing = Object.keys(after).filter(
      (name) =>
        !this.#sent.has(name) ||
        ![this.#before, copied].some((it) => isAlike(it[name], after[name])),
    );
    for (const name of [id, created, updated[0]]) {
      if (differing.includes(name)) {
        refuse(`change: ${name}: cannot be changed`);
      }
    }
    const kept = [id, ...required].filter((name) => !differing.includes(name));
    const members = new Map(kept.map((name) => [name, this.#sent.get(name)]));
    for (const name of differing) members.set(name, JSON.stringify(after[name]));
    const text = [...members].map(([name, json]) => `${JSON.stringify(name)}:${json}`).join();
    return differing.length ? `{${text}}` : null;
  }
}

/** Whether two values of JSON are the same; members in another order are taken for a change. */
function isAlike(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
