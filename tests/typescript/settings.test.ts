/** How a client's settings become requests: what the operations of our spec alone do not show. */
import { expect, test } from 'vitest';

import type { Operation } from '../../generated/typescript-client/src/runtime/operation.js';
import { Settings } from '../../generated/typescript-client/src/runtime/settings.js';

const OPERATION: Operation<unknown> = {
  method: 'POST',
  path: '/things',
  answers: {},
  failures: [],
  body: { check: (value) => value },
};
const URL = 'http://localhost:1';

test('an operation that is open to all is sent without the key, every other one with it', () => {
  const settings = new Settings({ apiKey: 'a-key' }, URL, 'x-key');
  const asked = (operation: Operation<unknown>) => settings.request(operation, {}).headers;
  expect(asked(OPERATION)['x-key']).toBe('a-key');
  expect(asked({ ...OPERATION, open: true })).not.toHaveProperty('x-key');
});

test("a client's headers replace its key and what is asked for, but not the type of the body", () => {
  const headers = { Accept: 'text/csv', 'Content-Type': 'text/plain', 'X-Key': 'another' };
  const settings = new Settings({ headers, apiKey: 'a-key' }, URL, 'x-key');
  expect(settings.request(OPERATION, {}, [], {}).headers).toEqual({
    accept: 'text/csv',
    'content-type': 'application/json',
    'x-key': 'another',
  });
});
