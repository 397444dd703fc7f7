/** Events to be stored. */
import { randomUUID } from 'node:crypto';
import type { Application } from '../../generated/typescript-client/src/index.js';

export const APPLICATION: Application = {
  ...{ id: 'a', name: 'VS_CODE', version: '1', platform: 'MACOS' },
  ...{ onboarded: true, privacy: 'OPEN' },
};

/** An event that was created then, as the server stores it. */
export function event(
  moment: string,
  members: { id?: string; [name: string]: unknown } = {},
): { id: string } {
  const times = { created: { value: moment }, updated: { value: moment } };
  const { id = randomUUID(), ...rest } = members;
  return { id, ...{ application: APPLICATION, trigger: {}, ...times, ...rest } };
}

const FIRST = Date.UTC(2001, 0, 1);
const DAY = 86_400_000;
let days = 0;

/** A day of one's own: no two tests meet. */
export function nextDay(): {
  readonly createdFrom: Date;
  readonly createdTo: Date;
  at(ms: number, finer?: string): string;
} {
  const start = FIRST + days++ * DAY;
  return {
    createdFrom: new Date(start),
    createdTo: new Date(start + DAY - 1),
    at: (ms, finer = '') => new Date(start + ms).toISOString().replace('Z', `${finer}Z`),
  };
}
