/** What JSON would change in silence is refused, and nothing else is. */
import { runInNewContext } from 'node:vm';

import { describe, expect, it } from 'vitest';

import { InvalidArgument, Timestamp } from '../../generated/typescript-client/src/index.js';
import { encode, encodeBody } from '../../generated/typescript-client/src/runtime/encode.js';
import { SeededWorkstreamEvent } from '../../generated/typescript-client/src/validators.js';

const APPLICATION = {
  id: 'a',
  name: 'VS_CODE',
  version: '1',
  platform: 'LINUX',
  onboarded: true,
  privacy: 'OPEN',
};
const SEED = { application: APPLICATION, trigger: { file_open: true } };

class Point {
  constructor(
    readonly x: number,
    readonly y: number,
  ) {}
}

describe('values that have no JSON', () => {
  const cycle: Record<string, unknown> = {};
  cycle['self'] = { cycle };
  let deep: unknown = [];
  for (let depth = 0; depth < 200_000; depth += 1) deep = [deep];
  const given: [string, unknown, RegExp][] = [
    ['NaN', { a: [NaN] }, /NaN is no number there/],
    ['an infinity', { a: -Infinity }, /a: -Infinity is no number there/],
    ['a bigint', { a: 1n }, /BigInt/i],
    ['an invalid date', { a: new Date('x') }, /a: a date without a moment/],
    ['a timestamp set to no moment', { a: unset() }, /a: a date without a moment/],
    ['a cycle', cycle, /circular/i],
    ['what is deeper than any stack', deep, /call stack/i],
    ['undefined', undefined, /undefined has no JSON/],
    ['undefined in an array', [1, undefined], /1: Undefined has no JSON/],
    ['a hole', [, 1], /0: Undefined has no JSON/], // eslint-disable-line no-sparse-arrays
    ['a function', { a: () => 1 }, /a: Function has no JSON/],
    ['a symbol', { a: Symbol('s') }, /a: Symbol has no JSON/],
    ['a Map', { a: new Map([['x', 1]]) }, /a: Map has no JSON/],
    ['a Set', new Set([1]), /Set has no JSON/],
    ['a promise that was not awaited', Promise.resolve(SEED), /Promise has no JSON/],
    ['an array of bytes', { a: new Uint8Array(2) }, /a: Uint8Array has no JSON/],
    ['a getter that throws', { get a() { throw new Error('not today'); } }, /not today/], // prettier-ignore
    ['a toJSON that throws', { toJSON() { throw 'a string'; } }, /a string/], // prettier-ignore
  ];
  it.each(given)('%s', (_, value, message) => {
    const call = (): string => encode(value);
    expect(call).toThrow(InvalidArgument);
    expect(call).toThrow(message);
    expect(call).toThrow(/^cannot be sent as JSON: [^\n]*$/);
  });

  function unset(): Timestamp {
    const made = new Timestamp('2024-10-08T07:41:12Z');
    made.setTime(NaN);
    return made;
  }
});

describe('values that have', () => {
  const given: [string, unknown, string][] = [
    ['a member that is undefined is not there', { a: undefined, b: null }, '{"b":null}'],
    ['a date', { a: new Date(0) }, '{"a":"1970-01-01T00:00:00.000Z"}'],
    ['an object of a class', new Point(1, 2), '{"x":1,"y":2}'],
    ['an object without a prototype', Object.assign(Object.create(null), { a: 1 }), '{"a":1}'],
    ['an object of another realm', runInNewContext('({a: [1]})'), '{"a":[1]}'],
    ['text that is no Unicode', '\ud800', '"\\ud800"'],
    ['null', null, 'null'],
  ];
  it.each(given)('%s', (_, value, text) => {
    expect(encode(value)).toBe(text);
  });

  it('a member called __proto__', () => {
    const text = '{"__proto__":{"a":1}}';
    expect(encode(JSON.parse(text))).toBe(text);
  });
});

describe('bodies', () => {
  it('are sent as they are, unknown members included', () => {
    const body = { ...SEED, novel: [{ a: null }], readable: null };
    expect(JSON.parse(encodeBody(SeededWorkstreamEvent, body))).toEqual(body);
    expect(body.trigger).toBe(SEED.trigger);
  });

  it('are checked before', () => {
    const call = (): string => encodeBody(SeededWorkstreamEvent, { trigger: {} });
    expect(call).toThrow(InvalidArgument);
    expect(call).toThrow('body: Object missing required field `application`');
  });

  it('what is checked is what is sent, whatever toJSON says the next time', () => {
    let asked = 0;
    const twoFaced = { toJSON: () => (asked++ ? {} : SEED) };
    expect(encodeBody(SeededWorkstreamEvent, twoFaced)).toBe(JSON.stringify(SEED));
    expect(asked).toBe(1);
  });
});
