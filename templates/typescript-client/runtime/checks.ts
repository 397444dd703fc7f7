/** Whether what a caller gives can work. Each function throws InvalidArgument if not. */
import { InvalidArgument } from './errors.js';
import type { Timeout } from './options.js';

/** Milliseconds. */
const LONGEST = 1e12;

/** Limits, all there. */
export type Limits = Readonly<Record<keyof Timeout, number | null>>;

/** What a client has unless told otherwise. */
export const USUAL: Limits = { total: 60_000, read: 30_000 };

/** Throws InvalidArgument. */
export function refuse(message: string): never {
  throw new InvalidArgument(message);
}

/** Throws InvalidArgument for a value of another kind than `wanted`. */
export function unwanted(name: string, value: unknown, wanted: string): never {
  return refuse(`${name}: ${kind(value)} where ${wanted} is wanted`);
}

/** What a value is, in a word. */
export function kind(value: unknown): string {
  if (typeof value !== 'object' || value === null) {
    return value === null ? 'null' : typeof value;
  }
  return Array.isArray(value) ? 'array' : String(value.constructor?.name || 'object');
}

/** What a value is; of a number, which is never a secret here, all of it. */
export function shown(value: unknown): string {
  return typeof value === 'number' ? String(value) : kind(value);
}

/** Whether `value` is a Date, whichever page or context it comes from. */
export function isDate(value: unknown): value is Date {
  return Object.prototype.toString.call(value) === '[object Date]';
}

/** Whether `value` is an object as literals make them: no array, no Headers, no Map. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) {
    return false;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** A plain object. */
export function checkedRecord(name: string, value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : unwanted(name, value, 'a plain object');
}

/** A plain object with members of `known` names alone. */
export function checkedNames(
  name: string,
  value: unknown,
  known: readonly string[],
): Readonly<Record<string, unknown>> {
  const given = checkedRecord(name, value);
  const unknown = Object.keys(given).filter((key) => !known.includes(key));
  return unknown.length
    ? refuse(`${name}: no such option: ${unknown.join(', ')}; there are ${known.join(', ')}`)
    : given;
}

/** A base URL: http or https, a host, perhaps a port and a path. No message shows a password. */
export function checkedUrl(url: unknown): string {
  if (typeof url !== 'string') {
    return unwanted('baseUrl', url, 'http://host:port');
  }
  const start = url.includes('@') ? '' : `'${url.slice(0, 200).replace(/\p{C}/gu, '\ufffd')}': `;
  return isAddress(url)
    ? url.replace(/\/+$/, '')
    : refuse(
        `baseUrl: ${start}write it as http://host:port, without user, query, fragment or spaces`,
      );
}

function isAddress(url: string): boolean {
  try {
    const isPlain = /^https?:\/\/(?!\.)[^/?#@\\\0-\x20]+(\/[^?#\\\0-\x20]*)?$/i.test(url);
    return isPlain && new URL(url).port !== '0';
  } catch {
    return false;
  }
}

/** Milliseconds above 0 and up to 10¹², or null, for each limit. A number is the total. */
export function checkedTimeout(timeout: unknown, usual: Limits): Limits {
  if (timeout === undefined) {
    return usual;
  }
  if (timeout === null || typeof timeout === 'number') {
    return { total: checkedLimit('total', timeout), read: null };
  }
  if (!isRecord(timeout)) {
    return unwanted('timeout', timeout, 'milliseconds, {total, read} or null');
  }
  const { total = USUAL.total, read = USUAL.read } = checkedNames(
    'timeout',
    timeout,
    Object.keys(USUAL),
  );
  return { total: checkedLimit('total', total), read: checkedLimit('read', read) };
}

function checkedLimit(name: string, value: unknown): number | null {
  return value === null || (typeof value === 'number' && value > 0 && value <= LONGEST)
    ? value
    : refuse(`timeout: ${name}: ${shown(value)}: milliseconds above 0, or null for no limit`);
}

/** A whole number from `least` to `most`; `usual` where none is given. */
export function checkedWhole(
  name: string,
  value: unknown,
  usual: number,
  least: number,
  most = Infinity,
): number {
  if (value === undefined) {
    return usual;
  }
  const number = Number.isInteger(value) ? Number(value) : NaN;
  const range = most < Infinity ? `${least} to ${most}` : least;
  return number >= least && number <= most
    ? number
    : refuse(`${name}: ${shown(value)}: a whole number from ${range}`);
}

/** A function, or nothing. */
export function checkedFunction<T>(name: string, value: T): T {
  return value === undefined || value === null || typeof value === 'function'
    ? value
    : unwanted(name, value, 'a function');
}

/** An AbortSignal, or nothing. */
export function checkedSignal(value: AbortSignal | null | undefined): AbortSignal | undefined {
  const given = value ?? undefined;
  return given === undefined || typeof given.throwIfAborted === 'function'
    ? given
    : unwanted('signal', value, 'an AbortSignal');
}

/** Names in lower case, and values. */
export function checkedHeaders(place: string, value: unknown): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, text] of Object.entries(checkedRecord(place, value ?? {}))) {
    if (!/^[\w!#$%&'*+\-.^`|~]+$/.test(name)) {
      refuse(`${JSON.stringify(name)}: the name of a header has letters, digits and hyphens`);
    }
    headers[name.toLowerCase()] = checkedHeader(name, text);
  }
  return headers;
}

/** The value of a header. The message does not show it: it may be a key. */
export function checkedHeader(name: string, value: unknown): string {
  if (typeof value !== 'string') {
    return refuse(`${name}: a header is a string, not ${kind(value)}`);
  }
  return /^[!-~]([ -~]*[!-~])?$|^$/.test(value)
    ? value
    : refuse(`${name}: a header is one line of printable ASCII`);
}
