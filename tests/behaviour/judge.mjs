// What the checks of a generated TypeScript SDK say: reads {validators, vectors: [[schema, JSON
// text], …]} as JSON, writes for each its value as JSON text, or {refused: why}.
import { text } from 'node:stream/consumers';

import { build } from 'esbuild';

const { validators, vectors } = JSON.parse(await text(process.stdin));
const options = { bundle: true, write: false, format: 'esm', logLevel: 'error' };
const { outputFiles } = await build({ ...options, entryPoints: [validators] });
const source = Buffer.from(outputFiles[0].contents).toString('base64');
const check = await import(`data:text/javascript;base64,${source}`);

function judged([schema, given]) {
  const value = JSON.parse(given);
  try {
    return JSON.stringify(check[schema](value));
  } catch (error) {
    if (error.name !== 'Mismatch') throw error;
    return { refused: error.message };
  }
}

process.stdout.write(JSON.stringify(vectors.map(judged)));
