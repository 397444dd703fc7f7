// One task of a TypeScript SDK, measured in a process of its own: `typescript_task.mjs <adapter>
// <task> <small file> <large file>`. Prints a JSON object of measures.
//
// An adapter is a module of two functions, which are the tasks:
//
// - `whole(bytes)`: the answer that holds everything, as a caller gets it, from the bytes of a body
// - `share(value)`: the same from what JSON.parse made of them, which every SDK needs
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const AGAIN = 7;
const [adapter, task, small, large] = process.argv.slice(2);
const given = task === 'share' ? (file) => JSON.parse(readFileSync(file, 'utf8')) : readFileSync;
const decode = (await import(pathToFileURL(adapter)))[task];

/** Milliseconds of CPU, all threads of the process: what is compiled and collected meanwhile too. */
async function cost() {
  const value = given(large);
  globalThis.gc(); // what it took to make `value` is not to be paid for here
  const before = process.cpuUsage();
  await decode(value);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

await decode(given(small));
const cpu_ms = await cost();
let best_ms = cpu_ms;
for (let round = 0; round < AGAIN; round += 1) best_ms = Math.min(best_ms, await cost());
process.stdout.write(JSON.stringify({ cpu_ms, best_ms }));
