/** Whether what a caller gives can work. Each function throws InvalidArgument if not. */
import { InvalidArgument } from './errors.js';
import type { Timeout } from './options.js';

const LONGEST = 1e12;
/** Milliseconds. */

/** Limits, all there. */
export type Limits = Readonly<Record<keyof Timeout, number | null>>;

/** What a value is, in a word. */
export function kind(value: unknown): string {
  if (value === null || typeof value !== 'object') {
    return value === null ? 'null' : typeof value;
  }
  const made: unknown = value.constructor;
  return Array.isArray(value) ? 'array' : typeof made === 'function' ? made.name : 'object';
}

/** Whether `value` is an object as literals make them: no array, no Headers, no Map. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (value === null || typeof value !== 'object') {
    return false;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** A plain object; an empty one for undefined and null. */
export function checkedRecord(name: string, value: unknown): Readonly<Record<string, unknown>> {
  const given = value ?? {};
  if (!isRecord(given)) {
    throw new InvalidArgument(`${name}: ${kind(given)} where a plain object is wanted`);
  }
  return given;
}

/** A plain object with members of `known` names alone. */
export function checkedNames(
  name: string,
  value: unknown,
  known: readonly string[],
): Readonly<Record<string, unknown>> {
  if (value === null) {
    throw new InvalidArgument(`${name}: null where a plain object is wanted`);
  }
  const given = checkedRecord(name, value);
  const unknown = Object.keys(given).filter((key) => !known.includes(key));
  if (unknown.length) {
    const names = `${unknown.sort().join(', ')}; there are ${known.join(', ')}`;
    throw new InvalidArgument(`${name}: no such option: ${names}`);
  }
  return given;
}

/** A base URL: http or https, a host, perhaps a port and a path. No message shows a password. */
export function checkedUrl(url: unknown): string {
  if (typeof url !== 'string') {
    throw new InvalidArgument(`baseUrl: a string, not ${kind(url)}: http://host:port`);
  }
  if (/^[^:]*:\/\/[^/]*@/.test(url)) {
    throw new InvalidArgument('baseUrl: leave out user and password; send them in a header');
  }
  const shown = url.includes('@') ? '' : `'${url.slice(0, 200)}': `;
  if (!isAddress(url)) {
    throw new InvalidArgument(`baseUrl: ${printable(shown)}write it as http://host:port`);
  }
  if (/[?#\\\0-\x20]/.test(url)) {
    throw new InvalidArgument(`baseUrl: ${printable(shown)}no query, fragment or spaces`);
  }
  return url.replace(/\/+$/, '');
}

function isAddress(url: string): boolean {
  if (!/^https?:\/\/[^/?#\\]/i.test(url)) {
    return false;
  }
  try {
    const { hostname, port } = new URL(url);
    const labels = hostname.replace(/\.$/, '').split('.');
    return port !== '0' && labels.every((label) => label.length > 0 && label.length <= 63);
  } catch {
    return false;
  }
}

function printable(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '\ufffd');
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
    const shown = `timeout: ${kind(timeout)} where milliseconds`;
    throw new InvalidArgument(`${shown}, {total, read} or null for no limit are wanted`);
  }
  const { total, read } = checkedNames('timeout', timeout, ['total', 'read']);
  return {
    total: total === undefined ? USUAL.total : checkedLimit('total', total),
    read: read === undefined ? USUAL.read : checkedLimit('read', read),
  };
}

/** What a client has unless told otherwise. */
export const USUAL: Limits = { total: 60_000, read: 30_000 };

function checkedLimit(name: string, value: unknown): number | null {
  if (value === null || (typeof value === 'number' && value > 0 && value <= LONGEST)) {
    return value;
  }
  const shown = typeof value === 'number' ? String(value) : kind(value);
  throw new InvalidArgument(
    `timeout: ${name}: ${shown}: milliseconds above 0, or null for no limit`,
  );
}

/** A whole number, 0 or more. */
export function checkedRetries(number: unknown): number {
  if (typeof number === 'number' && Number.isInteger(number) && number >= 0) {
    return number;
  }
  const shown = typeof number === 'number' ? String(number) : kind(number);
  throw new InvalidArgument(`retries: ${shown}: a whole number, 0 for none`);
}

/** A function, or undefined. */
export function checkedFunction(name: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'function') {
    throw new InvalidArgument(`${name}: ${kind(value)} where a function is wanted`);
  }
}

/** An AbortSignal, or undefined. */
export function checkedSignal(value: unknown): AbortSignal | undefined {
  if (value === undefined || value === null) {
    return undefined;
  }
  if (!(typeof value === 'object' && 'aborted' in value && 'addEventListener' in value)) {
    throw new InvalidArgument(`signal: ${kind(value)} where an AbortSignal is wanted`);
  }
  return value as AbortSignal;
}

/** Names in lower case, and values. */
export function checkedHeaders(place: string, value: unknown): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, text] of Object.entries(checkedRecord(place, value))) {
    if (!/^[\w!#$%&'*+\-.^`|~]+$/.test(name)) {
      const shown = printable(`'${name.slice(0, 40)}'`);
      throw new InvalidArgument(`${shown}: the name of a header has letters, digits and hyphens`);
    }
    headers[name.toLowerCase()] = checkedHeader(name, text);
  }
  return headers;
}

/** The value of a header. The message does not show it: it may be a key. */
export function checkedHeader(name: string, value: unknown): string {
  if (typeof value !== 'string') {
    throw new InvalidArgument(`${name}: a header is a string, not ${kind(value)}`);
  }
  if (/[^\x20-\x7e]/.test(value) || value !== value.trim()) {
    throw new InvalidArgument(`${name}: a header is one line of printable ASCII`);
  }
  return value;
}
