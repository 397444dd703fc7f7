/** Chromium without a window, and pages for it that are served from an origin of their own. */
import { createServer } from 'node:http';
import { once } from 'node:events';
import { delimiter, isAbsolute, join } from 'node:path';
import { accessSync, constants } from 'node:fs';
import type { AddressInfo } from 'node:net';

import { build } from 'esbuild';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';

import { ROOT } from './server.js';

/** A page of `origin`, on a browser of its own. `close` ends both. */
export interface Visit {
  readonly origin: string;
  readonly page: Page;
  close(): Promise<void>;
}

/** Where chromium is: $CHROMIUM, or one of its names on the PATH. */
export function chromium(): string {
  const given = process.env['CHROMIUM'];
  const names = given ? [given] : ['chromium', 'chromium-browser', 'google-chrome'];
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const places = names.flatMap((name) =>
    isAbsolute(name) ? [name] : folders.map((folder) => join(folder, name)),
  );
  const found = places.find(isExecutable);
  if (found === undefined) throw new Error('no chromium: run make browser');
  return found;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Starts a browser and opens an empty page with `script`, a module, in it. */
export async function visit(script: string): Promise<Visit> {
  const pages = createServer((request, response) => {
    const isScript = request.url === '/script.js';
    response.setHeader('Content-Type', isScript ? 'text/javascript' : 'text/html');
    response.end(
      isScript ? script : '<!doctype html><title>A page</title><script src=/script.js></script>',
    );
  });
  pages.listen(0, '127.0.0.1');
  await once(pages, 'listening');
  const origin = `http://127.0.0.1:${(pages.address() as AddressInfo).port}`;
  const browser = await launch();
  const page = await browser.newPage();
  await page.goto(origin);
  return {
    origin,
    page,
    async close() {
      await browser.close();
      pages.closeAllConnections();
      pages.close();
    },
  };
}

function launch(): Promise<Browser> {
  return puppeteer.launch({
    executablePath: chromium(),
    headless: true,
    pipe: true, // it ends when we do, however that happens
    // As root, which CI is, chromium has no sandbox. It loads nothing but the tests' own pages.
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--disable-dev-shm-usage'],
  });
}

/** A module of this folder with all that it imports, as one minified script. */
export async function bundled(entry: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(ROOT, 'tests/typescript', entry)],
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2022',
    platform: 'browser',
    write: false,
  });
  return outputFiles.map((file) => file.text).join('');
}
