/** How vitest runs the tests of this folder: `node_modules/.bin/vitest run --root tests/typescript`. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  cacheDir: '../../node_modules/.vite',
  test: {
    include: ['*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // pytest runs a process for each file, so no more of them are wanted here.
    maxWorkers: 1,
    cache: false,
  },
});
