/**
 * What went wrong between here and the server, as one of the package's errors: one line that names
 * it, and what to do. The library's own error is not kept: nobody knows what it holds.
 */
import { ApiError, ConnectionError, InvalidArgument, TimeoutError } from './errors.js';
import type { Request } from './settings.js';

/** Codes of what happens before a request is on its way, and what to say. */
const UNSENT: readonly (readonly [codes: RegExp, text: string])[] = [
  [/^ECONNREFUSED$/, 'nothing listens there ({}): is the server started?'],
  [/^(ENOTFOUND|EAI_\w+|EINVAL)$/, 'the name of the host is unknown ({}): is the base URL right?'],
  [/^(EHOST|ENET|EADDR|EACCES|bad port)/, 'no connection ({}): is the base URL right?'],
  [
    /^(ERR_(SS|T)L|EPROTO|CERT_|UNABLE_|DEPTH_|SELF_|HOSTNAME_)/,
    'no secure connection ({}): does the server speak https on this port?',
  ],
];

const GARBLED = 'what came back is no HTTP ({}): is it the right port?';
const BROKEN = 'the connection broke before the whole answer was there ({})';
const SILENT =
  'no answer ({}): is the server started, and if this is a browser, does it allow this page?';

/** What was thrown, in a word. */
interface Cause {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly syscall?: unknown;
}

/** The error for what `fetch` or the reading of an answer threw. `begun`: the answer had. */
export function failure(request: Request, thrown: unknown, begun: boolean): ApiError {
  const outer = (thrown ?? {}) as Cause & { readonly cause?: Cause };
  const cause = outer.cause ?? outer;
  const told = String(cause.code ?? cause.message ?? thrown);
  const reason = discreet(request, told);
  const isEarly = !begun && cause.syscall !== 'read' && cause.syscall !== 'write';
  const unsent = isEarly ? UNSENT.find(([codes]) => codes.test(told)) : undefined;
  if (unsent) {
    return connectionError(request, unsent[1], reason, false);
  }
  if (/^UND_ERR_(INVALID_ARG|NOT_SUPPORTED)/.test(told)) {
    return new InvalidArgument(
      `headers: fetch refuses one (${discreet(request, String(cause.message))})`,
    );
  }
  if (/^(UND_ERR_\w+_TIMEOUT|ETIMEDOUT)/.test(told)) {
    const sent = !isEarly || !/CONNECT|^ETIMEDOUT/.test(told);
    const text = sent ? 'no complete answer' : 'no connection';
    return new TimeoutError(`${request.line}: ${text} in time (${reason})`, request.asked, sent);
  }
  const unread = outer.cause || begun ? BROKEN : SILENT;
  return connectionError(request, told.startsWith('HPE_') ? GARBLED : unread, reason);
}

/** The error for a redirect that a browser hides. */
export function redirected(request: Request): ConnectionError {
  return connectionError(
    request,
    '{}, which is not followed: is the base URL right?',
    'a redirect',
  );
}

/** The error for an answer that is not there within the limits of `request`. */
export function late(request: Request): TimeoutError {
  const { total, read } = request.timeout;
  const limits = [];
  if (total !== null) limits.push(`no complete answer within ${total} ms`);
  if (read !== null && read < (total ?? Infinity)) limits.push(`silence for ${read} ms`);
  const text = limits.join(', or ');
  return new TimeoutError(`${request.line}: ${text}`, request.asked);
}

function connectionError(
  request: Request,
  text: string,
  reason: string,
  sent = true,
): ConnectionError {
  const message = `${request.line}: ${text.replace('{}', () => reason)}`;
  return new ConnectionError(message, request.asked, sent);
}

/** `text`, in one short line, or nothing of it when it shows what must not show. */
function discreet(request: Request, text: string): string {
  const added = request.url.slice(request.asked.url.length);
  const secrets = [
    added,
    ...new URLSearchParams(added).values(),
    // The last word: a token is one without its `Bearer` as well.
    ...Object.values(request.headers).map((header) => header.split(' ').pop()),
  ];
  const shows = secrets.some((secret) => secret && text.includes(secret));
  return shows
    ? 'fetch failed'
    : text
        .replace(/[\p{C}\p{Z}]+/gu, ' ')
        .trim()
        .slice(0, 100);
}
