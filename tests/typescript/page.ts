/** What the page of the browser tests can do: call the SDK, and say how that ended. */
import * as sdk from '../../generated/typescript-client/src/index.js';
import { tell } from './story.js';

type ClientOptions = sdk.ClientOptions;

/** How a call ended, as JSON can say it. */
export interface Ending {
  readonly value?: unknown;
  readonly error?: {
    readonly name: string;
    readonly message: string;
    readonly status: number;
    readonly isConnectionError: boolean;
    readonly isTimeoutError: boolean;
    readonly isUnexpectedStatusError: boolean;
  };
}

async function ending(work: () => Promise<unknown>): Promise<Ending> {
  try {
    return { value: (await work()) ?? null };
  } catch (error) {
    const { name, message } = error as Error;
    return {
      error: {
        name,
        message,
        status: error instanceof sdk.ApiError ? error.status : -1,
        isConnectionError: error instanceof sdk.ConnectionError,
        isTimeoutError: error instanceof sdk.TimeoutError,
        isUnexpectedStatusError: error instanceof sdk.UnexpectedStatusError,
      },
    };
  }
}

const actions = {
  /** Tells the story of all operations. */
  story: (options: ClientOptions, wrongKey: string | null) =>
    ending(() =>
      tell({
        client: new sdk.PiecesWorkstream(options),
        stranger: wrongKey ? new sdk.PiecesWorkstream({ ...options, apiKey: wrongKey }) : null,
      }),
    ),
  /** Reads. */
  read: (options: ClientOptions) =>
    ending(() => new sdk.PiecesWorkstream(options).workstreamEvents.identifiers()),
  /** Writes, without a body: what browsers send without asking the server first. */
  write: (options: ClientOptions) =>
    ending(() => new sdk.PiecesWorkstream(options).workstreamEvents.delete('somebody')),
  /** Writes, with a body. */
  create: (options: ClientOptions) =>
    ending(() => new sdk.PiecesWorkstream(options).workstreamEvents.create()),
  /** Begins to read, and gives up with a reason of its own. */
  abort: (options: ClientOptions) =>
    ending(() => {
      const controller = new AbortController();
      setTimeout(() => controller.abort(new RangeError('enough')), 50);
      const client = new sdk.PiecesWorkstream(options);
      return client.workstreamEvents.identifiers({ signal: controller.signal });
    }),
};

export type Actions = typeof actions;

Object.assign(globalThis, { actions });
