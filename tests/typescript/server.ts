/** The generated server, running beside tests of the SDK; and a way to store things in it under
 * times of their own, which its API has no way for. */
import { spawn, type ChildProcess, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

/** Of the repository. */
export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

const PYTHON = process.env['SPECPIPE_PYTHON'] ?? join(ROOT, '.venv/bin/python');
const MODULE = 'pieces_workstream_server';
/** Runs a module that ends with the process that holds its standard input, however that ends. */
const TETHERED = 'pieces_workstream_client._tethered';

const IMPORTER = `
import sys
from importlib import import_module
module = import_module(sys.argv[1] + ".__main__")
for line in sys.stdin:
    arguments = ["import", "--database-url", sys.argv[2], line.rstrip("\\n")]
    status = module.main(module.CONTRACT, module.create_app, module.read_document, "it", arguments)
    print(status, flush=True)
`;

/** What a server is started with. */
export interface ServerOptions {
  /** The key that it asks for; none unless given. */
  readonly apiKey?: string;
  /** More of its command line, such as '--allow-origin', 'http://localhost:1'. */
  readonly options?: readonly string[];
}

/** A running server with a database of its own. `await using` stops it. */
export class Server {
  private importer: Importer | undefined;

  constructor(
    readonly url: string,
    readonly apiKey: string | undefined,
    private readonly folder: string,
    private readonly process: ChildProcess,
  ) {}

  /** What a client of it is made with. */
  get client(): { baseUrl: string; apiKey?: string } {
    return { baseUrl: this.url, ...(this.apiKey === undefined ? {} : { apiKey: this.apiKey }) };
  }

  /** Puts things into its database as they are. */
  async store(things: Iterable<object>): Promise<void> {
    const file = join(this.folder, 'things.ndjson');
    await writeFile(file, [...things].map((thing) => `${JSON.stringify(thing)}\n`).join(''));
    this.importer ??= new Importer(database(this.folder));
    await this.importer.take(file);
  }

  /** Stops it and takes its database away. */
  async stop(): Promise<void> {
    this.importer?.stop();
    if (this.process.exitCode === null && this.process.signalCode === null) {
      const ended = once(this.process, 'exit');
      this.process.kill('SIGKILL');
      await ended;
    }
    await rm(this.folder, { recursive: true, force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

/** Imports file after file into a database: a process for each takes half a second to start. It ends
 * with whoever started it. */
class Importer {
  private readonly process: ChildProcessByStdio<Writable, Readable, Readable>;
  private readonly statuses: AsyncIterator<string>;
  private said = '';

  constructor(url: string) {
    const command = ['-c', IMPORTER, MODULE, url];
    this.process = spawn(PYTHON, command, { env: environment(), stdio: 'pipe' });
    this.process.stderr.on('data', (chunk: Buffer) => (this.said += chunk.toString()));
    this.statuses = createInterface(this.process.stdout)[Symbol.asyncIterator]();
  }

  /** Waits until the file is imported. */
  async take(file: string): Promise<void> {
    this.process.stdin.write(`${file}\n`);
    const { value } = await this.statuses.next();
    if (value !== '0') throw new Error(`import: ${this.said}`);
  }

  stop(): void {
    this.process.kill('SIGKILL');
  }
}

/** Starts a server on a free port of 127.0.0.1. */
export async function startServer({ apiKey, options = [] }: ServerOptions = {}): Promise<Server> {
  const folder = await mkdtemp(join(tmpdir(), 'server-'));
  const arguments_ = ['--port', '0', '--database-url', database(folder), ...options];
  const process = spawn(PYTHON, ['-m', TETHERED, MODULE, ...arguments_], {
    env: { ...environment(), ...(apiKey === undefined ? {} : { API_KEY: apiKey }) },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let log = '';
  process.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  for await (const line of createInterface(process.stdout)) {
    const url = /http:\/\/\S+/.exec(line)?.[0];
    if (url !== undefined) {
      process.stdout.resume();
      return new Server(url, apiKey, folder, process);
    }
  }
  await rm(folder, { recursive: true, force: true });
  throw new Error(`the server did not start: ${log}`);
}

function database(folder: string): string {
  return `sqlite:///${folder}/live.db`;
}

function environment(): NodeJS.ProcessEnv {
  const ours = ['HOST', 'PORT', 'DATABASE_URL', 'API_KEY', 'API_KEYS', 'API_KEY_FILE'];
  const kept = Object.entries(process.env).filter(([name]) => !ours.includes(name));
  const packages = ['server', 'python-client'].map((name) => join(ROOT, 'generated', name));
  return { ...Object.fromEntries(kept), PYTHONPATH: packages.join(delimiter) };
}

/** A file of the repository, as text. */
export function repositoryFile(path: string): Promise<string> {
  return readFile(join(ROOT, path), 'utf8');
}
