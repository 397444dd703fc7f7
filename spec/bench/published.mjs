// The published TypeScript SDK, as an adapter of the benchmarks: its functions are described in
// `scripts/specpipe/bench/programs/typescript_task.mjs`. It is in node_modules, pinned by
// package-lock.json.
import { WorkstreamEventsFromJSON } from '@pieces.app/pieces-os-client';

/** What it makes of JSON data. */
export const share = WorkstreamEventsFromJSON;

/** As it reads an answer. */
export const whole = async (bytes) => WorkstreamEventsFromJSON(await new Response(bytes).json());
