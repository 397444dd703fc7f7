// The tools of the TypeScript target that are written in JavaScript, run in one process: types of
// the schemas by @hey-api/openapi-ts, and prettier over every file.
//
// Reads {document, files, models, head, patterns} as JSON, writes {files, outlines, refused}.
// `document` has component schemas only; `models` is the path that their types go to; `refused` are
// those of the `patterns` that are none here.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

import { createClient } from '@hey-api/openapi-ts';
import { format } from 'prettier';
import ts from 'typescript';

import { outlineOf } from './typescript_outline.mjs';

// One line, not the minified line of a tool where it was thrown.
process.on('uncaughtException', (error) => {
  process.stderr.write(`${error.name}: ${String(error.message).split('\n')[0]}\n`);
  process.exit(1);
});

const STYLE = { printWidth: 100, singleQuote: true, trailingComma: 'all', proseWrap: 'preserve' };

/** Enumerations accept what newer servers add; date-times are dates. */
const resolvers = {
  enum: ({ $, nodes, ...context }) =>
    $.type.or(nodes.base({ $, nodes, ...context }), $.type.and($.type('string'), $.type.object())),
  string: ({ $, schema }) => (schema.format === 'date-time' ? $.type('Date') : undefined),
};

async function modelsOf(document) {
  const folder = await mkdtemp(join(tmpdir(), 'specpipe-'));
  try {
    await createClient({
      input: document,
      output: { path: join(folder, 'out'), header: () => [], indexFile: false },
      logs: { level: 'silent', file: false },
      plugins: [
        {
          name: '@hey-api/typescript',
          case: 'preserve',
          definitions: { case: 'preserve', name: '{{name}}' },
          '~resolvers': resolvers,
        },
      ],
    });
    return without(await readFile(join(folder, 'out', 'types.gen.ts'), 'utf8'), 'ClientOptions');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** `source` without the declaration of a type: hey-api always makes one for its own client. */
function without(source, name) {
  const file = ts.createSourceFile('models.ts', source, ts.ScriptTarget.Latest, true);
  const found = file.statements.find(
    (it) => ts.isTypeAliasDeclaration(it) && it.name.text === name,
  );
  return found ? source.slice(0, found.getFullStart()) + source.slice(found.end) : source;
}

/** Markdown with its programs formatted, and the rest as it is. */
async function withPrograms(markdown) {
  const parts = markdown.split(/^```typescript\n(.*?)^```$/ms);
  const made = parts.map(async (part, index) => {
    if (index % 2 === 0) return part;
    const program = await format(part, { ...STYLE, filepath: 'program.ts' });
    return `\`\`\`typescript\n${program}\`\`\``;
  });
  return (await Promise.all(made)).join('');
}

function isPattern(pattern) {
  try {
    return new RegExp(pattern, 'u') !== undefined;
  } catch {
    return false;
  }
}

const { document, models, head, files, patterns } = JSON.parse(await text(process.stdin));
const all = { ...files, [models]: head + (await modelsOf(document)) };
const made = { files: {}, outlines: {}, refused: patterns.filter((it) => !isPattern(it)) };
for (const [path, content] of Object.entries(all)) {
  const source = path.endsWith('.md')
    ? await withPrograms(content)
    : await format(content, { ...STYLE, filepath: path });
  made.files[path] = source;
  if (path.endsWith('.ts')) made.outlines[path] = outlineOf(path, source);
}
process.stdout.write(JSON.stringify(made));
