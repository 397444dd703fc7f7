/** What a page pays for the client. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';
import { expect, it } from 'vitest';

const FOLDER = fileURLToPath(new URL('../../generated/typescript-client', import.meta.url));
/** 30 kB as esbuild counts them. */
const MOST = 30 * 1024;

it(`the client is at most ${MOST} bytes, minified, and nothing but its own code`, async () => {
  const { outputFiles, metafile } = await build({
    stdin: {
      contents: "export { PiecesWorkstream } from './src/index.js';",
      resolveDir: FOLDER,
    },
    bundle: true,
    minify: true,
    format: 'esm',
    write: false,
    metafile: true,
    absWorkingDir: FOLDER,
  });
  expect(outputFiles[0]?.contents.length).toBeLessThanOrEqual(MOST);
  const foreign = Object.keys(metafile.inputs).filter((it) => !/^(src\/|<stdin>)/.test(it));
  expect(foreign).toEqual([]);
});

it('it has no dependencies', () => {
  const { dependencies, peerDependencies, optionalDependencies } = JSON.parse(
    readFileSync(`${FOLDER}/package.json`, 'utf8'),
  );
  expect([dependencies, peerDependencies, optionalDependencies]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});
