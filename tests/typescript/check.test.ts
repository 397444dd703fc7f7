/** Values that are what a schema says stay the objects they are; of others it is said where. */
import { describe, expect, it } from 'vitest';

import { Timestamp } from '../../generated/typescript-client/src/index.js';
import {
  checked,
  list,
  map,
  maybe,
  Mismatch,
  object,
  own,
  points,
  string,
  time,
} from '../../generated/typescript-client/src/runtime/check.js';
import * as check from '../../generated/typescript-client/src/validators.js';

const EVENT = JSON.stringify({
  id: 'e',
  application: {
    id: 'a',
    name: 'NOT_YET_KNOWN',
    version: '1',
    platform: 'LINUX',
    onboarded: true,
    privacy: 'OPEN',
  },
  trigger: { file_open: true },
  created: { value: '2024-10-08T07:41:12.518204Z' },
  updated: { value: '2024-10-08T07:41:12.518204Z' },
  score: null,
  novel: { __proto__: null, a: [1, null, { b: 2.5 }] },
});

/** The message for an answer of two events; the second has `value` in the place of a member. */
function refusal([first, second]: readonly string[], value: unknown): string {
  const event = JSON.parse(EVENT);
  const holder = second === undefined ? event : event[first ?? ''];
  holder[second ?? first ?? ''] = value;
  try {
    checked(check.WorkstreamEvents, { iterable: [JSON.parse(EVENT), event] });
  } catch (error) {
    expect(error).toBeInstanceOf(Mismatch);
    return (error as Mismatch).message;
  }
  throw new Error('taken');
}

it('a value is the object that it was, with date-times as dates', () => {
  const value = JSON.parse(EVENT);
  const event = checked(check.WorkstreamEvent, value);
  expect(event).toBe(value);
  expect(event.created.value).toBeInstanceOf(Timestamp);
  expect(event.created.value.getTime()).toBe(Date.UTC(2024, 9, 8, 7, 41, 12, 518));
  expect(JSON.stringify(event)).toBe(EVENT);
});

describe('a message says where and what', () => {
  const rows: [string, string[], unknown][] = [
    [': Object missing required field `created`', ['created'], undefined],
    ['.created.value: Invalid RFC3339 encoded datetime', ['created', 'value'], ''],
    ['.updated.value: Expected `string`, got `number`', ['updated', 'value'], 5],
    ['.id: Expected `string`, got `null`', ['id'], null],
    ['.trigger: Expected `object`, got `array`', ['trigger'], []],
    ['.tags: Expected `object`, got `string`', ['tags'], 'x'],
    ['.tags: Object missing required field `iterable`', ['tags'], {}],
    ['.tags.iterable[0]: Expected `object`, got `null`', ['tags'], { iterable: [null] }],
    [
      '.tags.indices["a b"]: Expected `integer` <= 2147483647',
      ['tags'],
      { iterable: [], indices: { x: 1, 'a b': 2 ** 31 } },
    ],
    [
      '.score.manual: Expected an `integer` of at most 53 bits',
      ['score'],
      { manual: 2 ** 53, automatic: 0 },
    ],
    [
      '.workstreamEventsVector[1]: Expected a number in range',
      ['workstreamEventsVector'],
      [1, JSON.parse('1e400')],
    ],
  ];
  it.each(rows)('%s', (message, path, value) => {
    expect(refusal(path, value)).toBe(`iterable[1]${message}`);
  });

  it('of the whole value', () => {
    for (const [value, got] of [
      [null, 'null'],
      [[], 'array'],
      ['x', 'string'],
    ] as const) {
      const call = (): unknown => checked(check.WorkstreamEvent, value);
      expect(call).toThrow(`Expected \`object\`, got \`${got}\``);
    }
  });

  it('of an array that is too long', () => {
    const pair = (it: unknown): void => {
      list(it, string);
      if (it.length > 2) throw new Mismatch('too long');
    };
    const inside = (it: unknown): void => map(it, pair);
    expect(() => checked(inside, { a: ['x'], b: ['x', 'y', 'z'] })).toThrow(/^b: too long$/);
  });
});

it('what objects inherit is no member', () => {
  const named = (it: unknown): void => {
    object(it);
    string(own(it, 'constructor'));
  };
  expect(() => checked(named, {})).toThrow('Object missing required field `constructor`');
  expect(checked(named, { constructor: 'x' })).toEqual({ constructor: 'x' });
});

it('a map may have any names', () => {
  const value = JSON.parse('{"__proto__": "a", "constructor": "b", "": "c"}');
  expect(checked((it) => map(it, string), value)).toBe(value);
  const dates = JSON.parse('{"__proto__": "2024-10-08T07:41:12.5181Z"}');
  checked((it) => map(it, time), dates);
  expect(JSON.stringify(dates)).toBe('{"__proto__":"2024-10-08T07:41:12.5181Z"}');
  expect(Object.getPrototypeOf(dates)).toBe(Object.prototype);
});

it('what contains itself deeper than any stack is refused; free-form data is not followed', () => {
  const node = (it: unknown): void => {
    object(it);
    maybe(it['next'], node);
  };
  const deep = JSON.parse('{"next":'.repeat(200_000) + '{}' + '}'.repeat(200_000));
  expect(() => checked(node, deep)).toThrow('Nested too deeply');
  const event = JSON.parse(EVENT);
  event.novel = deep;
  expect(checked(check.WorkstreamEvent, event)).toBe(event);
});

it('a length is one of code points', () => {
  expect(points('a😀\ud800')).toBe(3);
});
