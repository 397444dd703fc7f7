/** Everything a call can throw. The root is `ApiError`. */

const SHOWN = 300;

/** What was asked and what came back: no request headers, so no key. */
export interface Exchange {
  readonly method: string;
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  /** What the server sent, untouched. */
  readonly body: Uint8Array;
}

/**
 * Root of all errors of this package. `message` is one line. What there was no exchange for is
 * empty, and `status` is 0 when there was no answer.
 */
export class ApiError extends Error {
  /** The answer's status. */
  readonly status: number;
  readonly #exchange: Partial<Exchange>;

  constructor(message: string, exchange: Partial<Exchange> = {}) {
    super(message);
    this.#exchange = exchange;
    this.status = exchange.status ?? 0;
  }

  /** The request's method. */
  get method(): string {
    return this.#exchange.method ?? '';
  }

  /** The request's URL, without what the caller added to its query. */
  get url(): string {
    return this.#exchange.url ?? '';
  }

  /** The answer's headers. */
  get headers(): Headers {
    return this.#exchange.headers ?? new Headers();
  }

  /** The answer's body. */
  get body(): Uint8Array {
    return this.#exchange.body ?? new Uint8Array();
  }

  /** The answer's body as text. */
  get text(): string {
    return textOf(this.body).trim();
  }

  /** The server's name for this exchange, if it gave one. */
  get requestId(): string | null {
    return this.headers.get('x-request-id');
  }

  /** What structured logs need: neither headers nor body. */
  toJSON(): object {
    return {
      name: this.name,
      message: this.message,
      status: this.status,
      method: this.method,
      url: this.url,
      requestId: this.requestId,
    };
  }
}

/** An argument that cannot be sent. Nothing was. */
export class InvalidArgument extends ApiError {}

/** Others updated the thing each time while it was being changed here. Nothing was sent. */
export class EditConflictError extends ApiError {}

/** No answer. */
class LostError extends ApiError {
  /** `sent`: false when it is certain that the server never saw the request. */
  constructor(
    message: string,
    exchange?: Partial<Exchange>,
    readonly sent = true,
  ) {
    super(message, exchange);
  }
}

/** No connection, or one that broke before the whole answer was there. */
export class ConnectionError extends LostError {}

/** No complete answer in time. */
export class TimeoutError extends LostError {}

/** An answer that is no result. */
export class AnswerError extends ApiError {
  /** What is wrong with it; empty for a StatusError. */
  readonly reason: string;

  constructor(reason: string, exchange: Partial<Exchange> = {}) {
    const { method, url, status, body } = exchange;
    const place = status ? `${method} ${url}: ${status}: ` : '';
    super(place + (line(reason || textOf(body)) || 'no body'), exchange);
    this.reason = reason;
  }
}

/** The text of a body; what is not UTF-8 in it is replaced. */
export function textOf(body?: Uint8Array): string {
  return new TextDecoder().decode(body);
}

/** The beginning of `text`, fit for logs and terminals. */
function line(text: string): string {
  const words = text.slice(0, SHOWN + 1).replace(/[\s\x1c-\x1f\x85]+/g, ' ');
  const shown = words.trim().replace(/[^\P{C} ]|[^\P{Z} ]/gu, '\ufffd');
  return text.length > SHOWN ? `${shown.slice(0, SHOWN)}…` : shown;
}

/** An answer that is not what the contract says. `reason` says what is wrong and where. */
export class DecodeError extends AnswerError {}

/** An answer whose status is not a success. */
export class StatusError extends AnswerError {
  /** Whether the contract lists this status for this operation. */
  readonly documented: boolean;

  constructor(exchange: Partial<Exchange> = {}, documented = true) {
    super('', exchange);
    this.documented = documented;
  }
}

/** 400: the request cannot be understood. */
export class BadRequestError extends StatusError {
  declare readonly status: 400;
}

/** 401: the key is missing or wrong. */
export class UnauthorizedError extends StatusError {
  declare readonly status: 401;
}

/** 403: not allowed. */
export class ForbiddenError extends StatusError {
  declare readonly status: 403;
}

/** 404: there is no such thing. */
export class NotFoundError extends StatusError {
  declare readonly status: 404;
}

/** 405: the path does not have this method. */
export class MethodNotAllowedError extends StatusError {
  declare readonly status: 405;
}

/** 406: the server has none of the accepted media types. */
export class NotAcceptableError extends StatusError {
  declare readonly status: 406;
}

/** 409: in conflict with what is stored. */
export class ConflictError extends StatusError {
  declare readonly status: 409;
}

/** 410: not there, or no longer there. */
export class GoneError extends StatusError {
  declare readonly status: 410;
}

/** 413: the body is too large. */
export class PayloadTooLargeError extends StatusError {
  declare readonly status: 413;
}

/** 415: the body's media type is not accepted. */
export class UnsupportedMediaTypeError extends StatusError {
  declare readonly status: 415;
}

/** 422: understood, and refused because of a value in it. */
export class ValidationError extends StatusError {
  declare readonly status: 422;
}

/** 429: too many requests. */
export class RateLimitError extends StatusError {
  declare readonly status: 429;
}

/** 5xx: the server failed. */
export class ServerError extends StatusError {}

/**
 * A status that the contract does not list for this operation, successes included.
 *
 * It is also an instance of the class for its status, if there is one: an unlisted 503 is a
 * ServerError, an unlisted 429 a RateLimitError.
 */
export class UnexpectedStatusError extends StatusError {
  declare readonly documented: false;

  /** Whether `value` is one, whatever its class. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof StatusError && !value.documented;
  }
}

const CLASSES: Readonly<Record<number, typeof StatusError>> = {
  400: BadRequestError,
  401: UnauthorizedError,
  403: ForbiddenError,
  404: NotFoundError,
  405: MethodNotAllowedError,
  406: NotAcceptableError,
  409: ConflictError,
  410: GoneError,
  413: PayloadTooLargeError,
  415: UnsupportedMediaTypeError,
  422: ValidationError,
  429: RateLimitError,
};

/** The error for an answer that is no success. */
export function statusError(exchange: Exchange, documented: boolean): StatusError {
  const usual = documented ? StatusError : UnexpectedStatusError;
  const Known = CLASSES[exchange.status] ?? (exchange.status >= 500 ? ServerError : usual);
  return new Known(exchange, documented);
}

const NAMED = {
  ApiError,
  InvalidArgument,
  EditConflictError,
  ConnectionError,
  TimeoutError,
  AnswerError,
  DecodeError,
  StatusError,
  BadRequestError,
  UnauthorizedError,
  ForbiddenError,
  NotFoundError,
  MethodNotAllowedError,
  NotAcceptableError,
  ConflictError,
  GoneError,
  PayloadTooLargeError,
  UnsupportedMediaTypeError,
  ValidationError,
  RateLimitError,
  ServerError,
  UnexpectedStatusError,
};
// Names of classes are lost when code is minified; errors keep theirs.
for (const [value, known] of Object.entries(NAMED)) {
  Object.defineProperty(known.prototype, 'name', { value });
}
