/** Members are cut out of a text to the letter, whatever is in its strings. */
import { expect, it } from 'vitest';

import { slices } from '../../generated/typescript-client/src/runtime/slices.js';

it.each<readonly [string, Readonly<Record<string, string>>]>([
  ['{}', {}],
  [' { "a" : 1.0 , "b":\n[1, {"c": "}"}] } ', { a: '1.0', b: '[1, {"c": "}"}]' }],
  ['{"a":12345678901234567890,"a":-0}', { a: '-0' }],
  ['{"\\u0061":"x\\"],}","{":"\\\\","":{}}', { a: '"x\\"],}"', '{': '"\\\\"', '': '{}' }],
  ['{"a":{"a":"b"},"b:":null}', { a: '{"a":"b"}', 'b:': 'null' }],
])('%s', (text, members) => {
  expect([...slices(text)]).toEqual(Object.entries(members));
});

it.each(['a', '\\n'])('a string has any length: of %j', (part) => {
  const long = `"${part.repeat(2e7)}"`;
  expect(slices(`{"a":${long},"b":1}`).get('b')).toBe('1');
});
