/** Date-times: never later than they were, and not lost. */
import { isDeepStrictEqual } from 'node:util';

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { InvalidArgument, Timestamp } from '../../generated/typescript-client/src/index.js';
import { checked, Mismatch } from '../../generated/typescript-client/src/runtime/check.js';
import { GroupedTimestamp } from '../../generated/typescript-client/src/validators.js';

const FINE = '2024-10-08T07:41:12.123456789Z';
const CUT = Date.UTC(2024, 9, 8, 7, 41, 12, 123);

describe('what is finer than a millisecond is cut, never rounded up, and its text is kept', () => {
  it.each([
    [FINE, CUT],
    ['2024-10-08T07:41:12.9999999Z', Date.UTC(2024, 9, 8, 7, 41, 12, 999)],
    ['9999-12-31T23:59:59.9999999Z', Date.UTC(9999, 11, 31, 23, 59, 59, 999)],
    ['1969-12-31T23:59:59.9999Z', -1],
    ['2024-10-08T13:11:12.1230000000+05:30', CUT],
    ['2024-10-08T02:11:12.123456999-05:30', CUT],
    ['2024-10-08T07:41:12.5Z', Date.UTC(2024, 9, 8, 7, 41, 12, 500)],
    ['2024-10-08T07:41:12.07Z', Date.UTC(2024, 9, 8, 7, 41, 12, 70)],
    ['2024-10-07T23:41:12.123-08', CUT],
    ['2024-10-08t07:41:12.123z', CUT],
    ['2024-10-08 13:11:12.123+0530', CUT],
    ['0001-01-01T00:00:00Z', Date.parse('0001-01-01T00:00:00.000Z')],
    ['0099-02-28T23:59:59-00:00', Date.parse('0099-02-28T23:59:59.000Z')],
    ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
    ['2000-02-29T00:00:00Z', Date.UTC(2000, 1, 29)],
    ['2016-12-31T23:59:60Z', Date.UTC(2016, 11, 31, 23, 59, 59, 999)],
    ['2016-12-31T18:59:60.5-0500', Date.UTC(2016, 11, 31, 23, 59, 59, 999)],
    ['1969-12-31T23:59:60Z', -1],
  ])('%s', (text, moment) => {
    const made = new Timestamp(text);
    expect(made.getTime()).toBe(moment);
    expect(JSON.stringify({ made })).toBe(JSON.stringify({ made: text }));
    expect(made.text).toBe(text);
  });
});

describe('there is no such moment, or no offset', () => {
  it.each([
    ...['2016-12-31T22:59:60Z', '2016-12-31T23:59:61Z', '2024-10-08T24:00:00Z', '9999:60Z', ''],
    ...['2024-02-30T07:41:12Z', '2023-02-29T07:41:12Z', '1900-02-29T07:41:12Z', '2024-10-08'],
    ...[
      '2024-04-31T07:41:12Z',
      '2024-13-08T07:41:12Z',
      '2024-00-08T07:41:12Z',
      '2024-10-08T07:41Z',
    ],
    ...['2024-10-08T07:41:12', '2024-10-08T07:41:12.Z', '2024-10-08T07:41:12+24:00', 'x'],
    ...['2024-10-08T07:41:12+05:60', '2024-10-08T07:41:12+5:30', '2024-10-08T07:41:12+053'],
    ...['2024-10-08T07:41:12Z ', '2024-10-08T07:41:12Z\n', ' 2024-10-08T07:41:12Z', '1728373272'],
    ...['+002024-10-08T07:41:12Z', '2024-10-08T07:60:12Z', '٢024-10-08T07:41:12Z'],
  ])('%j', (text) => {
    expect(() => new Timestamp(text)).toThrow(InvalidArgument);
    expect(() => checked(GroupedTimestamp, { value: text })).toThrow(Mismatch);
  });
});

it('every moment of a Date comes back from its text', () => {
  const dates = fc.date({
    min: new Date('0000-01-01T00:00:00Z'),
    max: new Date('9999-12-31T23:59:59.999Z'),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(dates, (date) => {
      expect(new Timestamp(date.toISOString()).getTime()).toBe(date.getTime());
    }),
    { seed: 1, numRuns: 2000 },
  );
});

it('a moment that is set is sent as a Date is; set back, as it was written', () => {
  const made = new Timestamp(FINE);
  made.setUTCFullYear(2025);
  expect(made.toJSON()).toBe('2025-10-08T07:41:12.123Z');
  made.setUTCFullYear(2024);
  expect(made.toJSON()).toBe(FINE);
});

it('what copies dates by their constructor gets a Timestamp of that moment', () => {
  const made = new Timestamp(FINE);
  expect(new Timestamp(made).text).toBe(FINE);
  expect(new Timestamp(CUT).text).toBe('2024-10-08T07:41:12.123Z');
  expect(new Timestamp(new Date(CUT)).text).toBe('2024-10-08T07:41:12.123Z');
  expect(JSON.stringify([new Timestamp(NaN)])).toBe('[null]');
  made.setTime(0);
  expect(new Timestamp(made).text).toBe('1970-01-01T00:00:00.000Z');
});

it('it is a Date in all else', () => {
  const made = new Timestamp(FINE);
  expect(made).toBeInstanceOf(Date);
  expect(made.toISOString()).toBe('2024-10-08T07:41:12.123Z');
  expect(+made).toBe(CUT);
  expect(Object.keys(made)).toEqual([]);
  expect(isDeepStrictEqual(made, new Timestamp('2024-10-08T07:41:12.123Z'))).toBe(true);
  const copy = structuredClone({ made }).made;
  expect(copy).toEqual(new Date(CUT));
  expect(JSON.stringify(copy)).toBe('"2024-10-08T07:41:12.123Z"');
});
