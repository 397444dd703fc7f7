// A generated TypeScript SDK, called from another process: JSON lines in, a JSON line out for each.
//
// The first line says which SDK, {entry, client, options}: its sources, the name of its class, and
// what that is made with. The answer is {}. Then each line is a call, {resource, method,
// arguments}. The answer has {value} or {error: {name, message, status}}, and {exchanges}: what the
// SDK gave to fetch and what it got for it. It ends with its standard input.
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

import { build } from 'esbuild';

const exchanges = [];

/** The SDK's exports. */
async function load(entry) {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    write: false,
    logLevel: 'silent',
  });
  const file = join(tmpdir(), 'sdk.mjs');
  await writeFile(file, outputFiles[0].contents);
  return import(pathToFileURL(file).href);
}

const base64 = (bytes) => Buffer.from(bytes).toString('base64');
const lower = (headers) => Object.fromEntries(new Headers(headers));

/** The global fetch, with every exchange on the record. */
async function recording(input, init) {
  const response = await fetch(input, init);
  const body = new Uint8Array(await response.arrayBuffer());
  exchanges.push({
    method: init?.method ?? 'GET',
    url: String(input),
    requestHeaders: lower(init?.headers),
    requestBody: init?.body ? base64(init.body) : null,
    status: response.status,
    headers: lower(response.headers),
    body: base64(body),
  });
  const { status, statusText, headers } = response;
  return new Response(body.length ? body : null, { status, statusText, headers });
}

async function answer(client, { resource, method, arguments: given }) {
  exchanges.length = 0;
  try {
    return { value: await client[resource][method](...given), exchanges };
  } catch (error) {
    const { name, message, status } = error;
    return { error: { name, message, status }, exchanges };
  }
}

let client;
for await (const line of createInterface(process.stdin)) {
  const given = JSON.parse(line);
  if (!client) {
    const sdk = await load(given.entry);
    client = new sdk[given.client]({ ...given.options, fetch: recording });
    process.stdout.write('{}\n');
  } else {
    process.stdout.write(`${JSON.stringify(await answer(client, given))}\n`);
  }
}
