// A generated TypeScript SDK, called from another process: JSON lines in, a JSON line out for each.
//
//   {entry}                             loads the SDK of these sources. The answer is {}.
//   {client, options}                   makes a client: the name of its class, and what that is
//                                       made with. The answer is {client: a number}.
//   {of, resource, method, arguments}   is a call of client `of`. The answer has {value} or
//                                       {error: {name, message, status, kinds}}, `kinds` being the
//                                       SDK's classes that it is of, and {exchanges}: what the SDK
//                                       gave to fetch and what it got for it.
//   {shut}                              forgets a client. The answer is {}.
//
// It ends with its standard input.
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

import { build } from 'esbuild';

/** Marks what JSON has not, see `marked` in typescript.py. */
const MARK = '\ue000';

const clients = new Map();
const exchanges = [];
let sdk;
let errors;

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

function revived(name, value) {
  const kind = value && Object.hasOwn(value, MARK) ? value[MARK] : undefined;
  if (kind === 'date') return new Date(value.text);
  if (kind === 'number') return { nan: NaN, inf: Infinity, '-inf': -Infinity }[value.text];
  return value;
}

async function answer({ of, resource, method, arguments: given }) {
  exchanges.length = 0;
  try {
    return { value: await clients.get(of)[resource][method](...given), exchanges };
  } catch (error) {
    const { name, message, status } = error;
    const kinds = errors.filter((known) => error instanceof sdk[known]);
    return { error: { name, message, status, kinds }, exchanges };
  }
}

async function said(given) {
  if (given.entry) {
    sdk = await load(given.entry);
    errors = Object.keys(sdk).filter((name) => sdk[name]?.prototype instanceof Error);
    return {};
  }
  if (given.client) {
    const client = clients.size;
    clients.set(client, new sdk[given.client]({ ...given.options, fetch: recording }));
    return { client };
  }
  if (given.shut !== undefined) {
    clients.set(given.shut, undefined);
    return {};
  }
  return answer(given);
}

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  process.stdout.write(`${JSON.stringify(await said(JSON.parse(line, revived)))}\n`);
}
