// What the checks of a generated TypeScript SDK say: reads {sources, vectors: [[schema, JSON
// text], …]} as JSON, writes for each its value as JSON text, or {refused: why}.
import { text } from 'node:stream/consumers';

import { build } from 'esbuild';

const { sources, vectors } = JSON.parse(await text(process.stdin));
const { outputFiles } = await build({
  stdin: {
    contents: "export * as check from './validators.js'; export * from './runtime/check.js';",
    resolveDir: sources,
  },
  bundle: true,
  write: false,
  format: 'esm',
  logLevel: 'error',
});
const source = Buffer.from(outputFiles[0].contents).toString('base64');
const { check, checked, Mismatch } = await import(`data:text/javascript;base64,${source}`);

function judged([schema, given]) {
  const value = JSON.parse(given);
  try {
    return JSON.stringify(checked(check[schema], value));
  } catch (error) {
    if (!(error instanceof Mismatch)) throw error;
    return { refused: error.message };
  }
}

process.stdout.write(JSON.stringify(vectors.map(judged)));
