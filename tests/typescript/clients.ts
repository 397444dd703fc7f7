/** Clients of a stub, and what tests ask of them. */
import { afterEach, beforeEach } from 'vitest';

import * as sdk from '../../generated/typescript-client/src/index.js';
import { Scripted, Stub, type Script } from './stub.js';

export { sdk };
export const KEY = 'k3y-that-must-not-show';

const scripted: Scripted[] = [];

/** A server that plays `script`, for one test. */
export async function playing(script: Script): Promise<Scripted> {
  const server = await Scripted.start(script);
  scripted.push(server);
  return server;
}

afterEach(async () => {
  await Promise.all(scripted.splice(0).map((server) => server.stop()));
});

/** A stub for each test of a file. */
export function stubbed(): { readonly stub: Stub } {
  const held: { stub: Stub } = { stub: undefined as unknown as Stub };
  beforeEach(async () => {
    held.stub = await Stub.start();
  });
  afterEach(() => held.stub.stop());
  return held;
}

/** A client without retries, with ten seconds. */
export function clientOf(
  server: { readonly url: string },
  options: sdk.ClientOptions = {},
): sdk.PiecesWorkstream {
  return new sdk.PiecesWorkstream({
    baseUrl: server.url,
    retries: 0,
    timeout: 10_000,
    ...options,
  });
}

/** The body that `create` wants. */
export const SEED: sdk.SeededWorkstreamEvent = {
  application: {
    id: 'a',
    name: 'VS_CODE',
    version: '1',
    platform: 'LINUX',
    onboarded: true,
    privacy: 'OPEN',
  },
  trigger: {},
};

/** Every operation, and whether the spec lets it be repeated. */
export const CALLS: readonly (readonly [
  name: string,
  repeatable: boolean,
  use: (client: sdk.PiecesWorkstream) => Promise<unknown>,
])[] = [
  ['snapshot', true, (client) => client.workstreamEvents.snapshot()],
  ['identifiers', true, (client) => client.workstreamEvents.identifiers()],
  ['batch', true, (client) => client.workstreamEvents.batch(['e'])],
  ['delete', true, (client) => client.workstreamEvents.delete('e')],
  ['create', false, (client) => client.workstreamEvents.create(SEED)],
  ['get', true, (client) => client.workstreamEvent.get('e')],
  ['update', false, (client) => client.workstreamEvent.update()],
  ['scoresIncrement', false, (client) => client.workstreamEvent.scoresIncrement('e')],
  ['associate', true, (client) => client.workstreamEvent.associateWorkstreamSummary('e', 's')],
  [
    'disassociate',
    true,
    (client) => client.workstreamEvent.disassociateWorkstreamSummary('e', 's'),
  ],
];
