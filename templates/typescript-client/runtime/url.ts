/** How arguments become the path and the query of a request. */
import { checkedRecord, isDate, isRecord, refuse, shown } from './checks.js';
import type { Operation, ParameterType } from './operation.js';
import { momentOf, rfc3339 } from './timestamp.js';

/** The operation's path. Throws InvalidArgument for a value that would change the path. */
export function path(operation: Operation<unknown>, values: readonly unknown[]): string {
  let place = 0;
  return operation.path.replace(/\{(\w+):?(.*?)\}/g, (_, name: string, type: string) =>
    segment(name, (type || 'string') as ParameterType, values[place++]),
  );
}

function segment(name: string, type: ParameterType, value: unknown): string {
  const wire = text(name, type, value);
  if (wire === '' || wire === '.' || wire === '..') {
    refuse(`${name}: '${wire}' cannot be part of a path`);
  }
  return percentEncoded(name, wire);
}

/** `?…` for the parameters that are there; nothing when there are none. */
export function query(
  operation: Operation<unknown>,
  given: Readonly<Record<string, unknown>>,
): string {
  const pairs: string[] = [];
  for (const [name, kind] of Object.entries(operation.query ?? {})) {
    const [type, wire, required] = typeof kind === 'string' ? [kind, name] : kind;
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (value !== undefined && value !== null) {
      pairs.push(pair(name, wire, text(name, type, value)));
    } else if (required) {
      refuse(`${name}: is required`);
    }
  }
  return pairs.length ? `?${pairs.join('&')}` : '';
}

/** `url` with more in its query. */
export function withExtraQuery(url: string, extra: unknown): string {
  const pairs: string[] = [];
  for (const [name, given] of Object.entries(checkedRecord('extraQuery', extra ?? {}))) {
    const place = `extraQuery: ${name}`;
    for (const value of Array.isArray(given) ? (given as readonly unknown[]) : [given]) {
      pairs.push(pair(place, name, scalar(place, value)));
    }
  }
  return pairs.length ? `${url}${url.includes('?') ? '&' : '?'}${pairs.join('&')}` : url;
}

function scalar(name: string, value: unknown): string {
  const wire = written(isDate(value) ? 'date-time' : typeof value, value);
  return wire ?? refuse(`${name}: ${described(value)} cannot be in a query`);
}

function pair(place: string, name: string, value: string): string {
  return `${percentEncoded(place, name)}=${percentEncoded(place, value)}`;
}

/** A parameter's value as it stands on the wire. */
function text(name: string, type: ParameterType, value: unknown): string {
  const wire = written(type, value);
  if (wire !== undefined) {
    return wire;
  }
  if (type === 'date-time' && typeof value === 'string') {
    const start = JSON.stringify(value.slice(0, 40));
    return refuse(`${name}: ${start} is no RFC 3339 date-time with an offset`);
  }
  const advice = isRecord(value) && 'id' in value ? ': give its id' : '';
  return refuse(`${name}: ${described(value)} where ${type} is wanted${advice}`);
}

/** What each type of parameter accepts, but for date-times. */
const IS: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  integer: Number.isSafeInteger,
  number: Number.isFinite,
};

/** A value as it is written; nothing for one of another type. */
function written(type: string, value: unknown): string | undefined {
  if (type === 'date-time') {
    return exactText(isDate(value) ? value.toJSON() : value);
  }
  return Object.hasOwn(IS, type) && IS[type]?.(value) ? String(value) : undefined;
}

/** It may be finer than a date can be. RFC 3339 has no year 0. */
function exactText(value: unknown): string | undefined {
  const isText = typeof value === 'string' && !value.startsWith('0000');
  return isText && !Number.isNaN(momentOf(value)) ? rfc3339(value) : undefined;
}

function described(value: unknown): string {
  return isDate(value) ? 'a Date out of range' : shown(value);
}

/** `wire` with everything but RFC 3986's unreserved characters percent-encoded. */
function percentEncoded(name: string, wire: string): string {
  try {
    return encodeURIComponent(wire).replace(
      /[!'()*]/g,
      (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
    );
  } catch {
    return refuse(`${name}: surrogates not allowed`);
  }
}
