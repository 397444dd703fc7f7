/** What JavaScript lets through is refused by name, and nothing is sent. */
import { expect, test } from 'vitest';

import { clientOf, sdk, SEED, stubbed } from './clients.js';
import { EVENT, rejection } from './stub.js';

const held = stubbed();
type Loose = Record<string, Record<string, (...given: unknown[]) => Promise<unknown>>>;

/** The message that a call of a program without types ends in. */
async function refused(resource: string, method: string, ...given: unknown[]): Promise<string> {
  const client = clientOf(held.stub) as unknown as Loose;
  const error = await rejection(client[resource]?.[method]?.(...given) ?? Promise.resolve());
  expect(error).toBeInstanceOf(sdk.InvalidArgument);
  expect(held.stub.seen).toEqual([]);
  const { message } = error as Error;
  expect(message).toMatch(/^[^\p{C}\p{Zl}\p{Zp}]{1,200}$/u);
  return message;
}

const event = 'workstreamEvent';
const events = 'workstreamEvents';
class Uuid {
  readonly id = 'e';
}

test.each([
  [undefined, 'undefined where string is wanted'],
  [null, 'null where string is wanted'],
  [5, '5 where string is wanted'],
  [true, 'boolean where string is wanted'],
  [['e'], 'array where string is wanted'],
  [EVENT, 'Object where string is wanted: give its id'],
  [new Uuid(), 'Uuid where string is wanted'],
  ['', "'' cannot be part of a path"],
  ['.', "'.' cannot be part of a path"],
  ['..', "'..' cannot be part of a path"],
  ['\ud800', 'surrogates not allowed'],
])('an id that is none: %j', async (id, message) => {
  expect(await refused(event, 'get', id)).toBe(`workstreamEvent: ${message}`);
});

test('the argument of a path is named', async () => {
  const message = await refused(event, 'associateWorkstreamSummary', 'e');
  expect(message).toBe('workstreamSummary: undefined where string is wanted');
});

test.each([
  ['limit', true, 'boolean where integer is wanted'],
  ['limit', '3', 'string where integer is wanted'],
  ['limit', 3.5, '3.5 where integer is wanted'],
  ['limit', NaN, 'NaN where integer is wanted'],
  ['limit', 2 ** 53, '9007199254740992 where integer is wanted'],
  ['createdFrom', 1704164645, '1704164645 where date-time is wanted'],
  ['createdFrom', true, 'boolean where date-time is wanted'],
  ['createdFrom', new Date(NaN), 'a Date out of range'],
  ['createdFrom', new Date(8.64e15), 'a Date out of range'],
  ['createdFrom', 'yesterday', '"yesterday" is no RFC 3339 date-time with an offset'],
  ['createdFrom', '', '"" is no RFC 3339'],
  ['createdFrom', '2024-01-02', 'is no RFC 3339'],
  ['createdFrom', '2024-01-02T03:04:05', 'is no RFC 3339'],
  ['createdFrom', '2024-02-30T03:04:05Z', 'is no RFC 3339'],
  ['createdFrom', '2024-01-02T03:04:05Z\n', 'is no RFC 3339'],
  ['createdFrom', '0000-01-02T03:04:05Z', 'is no RFC 3339'],
  ['createdFrom', '٢٠٢٤-01-02T03:04:05Z', 'is no RFC 3339'],
])('a parameter of another type: %s %j', async (name, value, message) => {
  const found = await refused(events, 'identifiers', { [name]: value });
  expect(found.startsWith(`${name}: `)).toBe(true);
  expect(found).toContain(message);
});

test.each([1, 0, 'true', '', 1.5])('only a boolean is a boolean: %j', async (value) => {
  const message = await refused(events, 'snapshot', { transferables: value });
  expect(message).toMatch(/^transferables: \S+ where boolean is wanted$/);
});

const OPTIONS = ['timeout', 'retries', 'signal', 'extraHeaders', 'extraQuery', 'extraBody'];

test.each([
  [{ tiemout: 1 }, `no such option: tiemout; there are transferables, ${OPTIONS.join(', ')}`],
  [{ created_from: 'x' }, 'no such option: created_from'],
  [null, 'options: null where a plain object is wanted'],
  [5000, 'options: number where a plain object is wanted'],
  [[], 'options: array where a plain object is wanted'],
  [new AbortController().signal, 'options: AbortSignal where a plain object is wanted'],
  [{ signal: { aborted: false } }, 'signal: Object where an AbortSignal is wanted'],
  [{ signal: new AbortController() }, 'signal: AbortController where an AbortSignal is wanted'],
  [{ timeout: '1' }, 'timeout: string where milliseconds'],
  [{ timeout: true }, 'timeout: boolean where milliseconds'],
  [{ timeout: 0 }, 'timeout: total: 0: milliseconds above 0, or null for no limit'],
  [{ timeout: { total: -1 } }, 'timeout: total: -1: milliseconds above 0'],
  [{ timeout: { read: NaN } }, 'timeout: read: NaN: milliseconds above 0'],
  [{ timeout: { read: '5' } }, 'timeout: read: string: milliseconds above 0'],
  [{ timeout: { connect: 5 } }, 'no such option: connect; there are total, read'],
  [{ timeout: Infinity }, 'timeout: total: Infinity: milliseconds above 0'],
  [{ retries: -1 }, 'retries: -1: a whole number from 0'],
  [{ retries: 1.5 }, 'retries: 1.5: a whole number from 0'],
  [{ retries: '1' }, 'retries: string: a whole number from 0'],
  [{ extraHeaders: { 'X-A': 5 } }, 'X-A: a header is a string, not number'],
  [{ extraHeaders: { 'X-A': 'a\r\nb' } }, 'X-A: a header is one line of printable ASCII'],
  [{ extraHeaders: { 'X-A': ' a' } }, 'X-A: a header is one line of printable ASCII'],
  [{ extraHeaders: { 'X A': 'a' } }, '"X A": the name of a header has letters'],
  [{ extraHeaders: { '': 'a' } }, '"": the name of a header has letters'],
  [{ extraHeaders: new Headers({ a: 'b' }) }, 'extraHeaders: Headers where a plain object'],
  [{ extraHeaders: [['a', 'b']] }, 'extraHeaders: array where a plain object is wanted'],
  [{ extraQuery: new URLSearchParams('a=b') }, 'extraQuery: URLSearchParams where a plain'],
  [{ extraQuery: { odd: {} } }, 'extraQuery: odd: Object cannot be in a query'],
  [{ extraQuery: { odd: null } }, 'extraQuery: odd: null cannot be in a query'],
  [{ extraQuery: { odd: NaN } }, 'extraQuery: odd: NaN cannot be in a query'],
  [{ extraQuery: { odd: [['a']] } }, 'extraQuery: odd: array cannot be in a query'],
  [{ extraQuery: { odd: '\ud800' } }, 'extraQuery: odd: surrogates not allowed'],
  [{ extraQuery: { odd: new Date(NaN) } }, 'extraQuery: odd: a Date out of range'],
])('an option that cannot work: %#', async (options, message) => {
  expect(await refused(event, 'get', 'e', options)).toContain(message);
});

test.each([
  ['batch', 'e', 'body: string where a list of ids is wanted'],
  ['batch', 5, 'body: number where a list of ids is wanted'],
  ['batch', (async function* () {})(), 'body: object where a list of ids is wanted'],
  ['batch', [5], 'body: [0]: number where an id is wanted'],
  ['batch', ['a', EVENT], 'body: [1]: Object where an id is wanted'],
  ['batch', undefined, 'body: is required'],
  ['batch', null, 'body: is required'],
  ['create', [], 'body: Expected `object`, got `array`'],
  ['create', 'x', 'body: Expected `object`, got `string`'],
  ['create', { ...SEED, application: undefined }, 'application'],
  ['create', { ...SEED, trigger: null }, 'body: trigger: '],
  ['create', { ...SEED, new: NaN }, 'cannot be sent as JSON: '],
  ['create', { ...SEED, new: 5n }, 'cannot be sent as JSON: '],
  ['create', () => SEED, 'cannot be sent as JSON: '],
])('a body that cannot be sent: %s %#', async (method, body, message) => {
  expect(await refused(events, method, body)).toContain(message);
});

test('an extra body needs an object, and JSON', async () => {
  const looped: Record<string, unknown> = {};
  looped['self'] = looped;
  const wrong = await refused(events, 'create', SEED, { extraBody: looped });
  expect(wrong).toContain('cannot be sent as JSON: ');
  const list = await refused(events, 'create', SEED, { extraBody: [] });
  expect(list).toBe('extraBody: array where a plain object is wanted');
});

test.each<readonly [unknown, string]>([
  [null, 'options: null where a plain object is wanted'],
  ['http://h', 'options: string where a plain object is wanted'],
  [{ base_url: 'x' }, 'no such option: base_url; there are apiKey, baseUrl, timeout, retries'],
  [{ apiKey: 5 }, 'apiKey: a header is a string, not number'],
  [{ fetch: 'x' }, 'fetch: string where a function is wanted'],
  [{ log: {} }, 'log: Object where a function is wanted'],
  [{ headers: null, retries: null }, 'retries: null: a whole number from 0'],
  [{ baseUrl: null }, 'baseUrl: null where http://host:port is wanted'],
  [{ baseUrl: 5 }, 'baseUrl: number where http://host:port is wanted'],
  ...[
    ...['', 'localhost:1000', 'ftp://h', 'http:/h', 'http:///h', 'http://', 'http://[::1'],
    ...['http://h:x', 'http://h:99999', 'http://h:0', 'http://:80', 'http://[x]/'],
    'http://h h',
  ].map((baseUrl) => [{ baseUrl }, `baseUrl: '${baseUrl}': write it as http://host:port`] as const),
  [
    { baseUrl: 'http://h?x=1' },
    "baseUrl: 'http://h?x=1': write it as http://host:port, without user, query, fragment or spaces",
  ],
  [
    { baseUrl: 'http://h/a b' },
    "baseUrl: 'http://h/a b': write it as http://host:port, without user, query, fragment or spaces",
  ],
  [{ baseUrl: 'http://h/\n' }, 'without user, query, fragment or spaces'],
  [{ baseUrl: 'http://h/\\..' }, 'without user, query, fragment or spaces'],
])('a setting that cannot work: %j', (options, message) => {
  const make = (): unknown => new sdk.PiecesWorkstream(options as sdk.ClientOptions);
  expect(make).toThrow(sdk.InvalidArgument);
  expect(make).toThrow(message);
});

test.each(['http://[::1]:80', 'HTTP://Host/', 'http://h:65535/p', 'http://h:', 'https://h.'])(
  'a base URL that works: %s',
  (baseUrl) => {
    expect(new sdk.PiecesWorkstream({ baseUrl })).toBeInstanceOf(sdk.PiecesWorkstream);
  },
);

test.each([
  [{ header: {} }, 'no such option: header; there are timeout, retries, headers'],
  [{ apiKey: 'k' }, 'no such option: apiKey'],
  [{ timeout: 0 }, 'timeout: total: 0'],
  [{ retries: -1 }, 'retries: -1'],
  [{ headers: { a: 'x\r\ny' } }, 'a: a header is one line'],
  [null, 'options: null where a plain object is wanted'],
])('a view that cannot work: %j', (options, message) => {
  const view = (): unknown => clientOf(held.stub).withOptions(options as sdk.ViewOptions);
  expect(view).toThrow(sdk.InvalidArgument);
  expect(view).toThrow(message);
});
