// What remains of TypeScript without its texts: reads {name: source} a line, answers {name: shape}.
import { createHash } from 'node:crypto';
import { createInterface } from 'node:readline';

import ts from 'typescript';

/** A hash of each statement's kinds of nodes and names, what the compiler finds wrong, and all that
 * comments tell it to do. Texts of literals are left out. */
function shapeOf(name, source) {
  const file = ts.createSourceFile(name, source, ts.ScriptTarget.Latest, true);
  const kinds = (node, found) => {
    found.push(node.kind, node.kind === ts.SyntaxKind.Identifier ? node.text : '');
    node.forEachChild((child) => void kinds(child, found));
    return found;
  };
  return [
    file.parseDiagnostics.map((it) => ts.flattenDiagnosticMessageText(it.messageText, ' ')),
    [...file.pragmas.keys()],
    file.referencedFiles.length + file.typeReferenceDirectives.length,
    file.commentDirectives?.length ?? 0,
    file.statements.map((it) =>
      createHash('sha256').update(JSON.stringify(kinds(it, []))).digest('base64').slice(0, 12),
    ),
  ];
}

for await (const line of createInterface({ input: process.stdin })) {
  const shapes = Object.entries(JSON.parse(line)).map(([name, text]) => [name, shapeOf(name, text)]);
  process.stdout.write(`${JSON.stringify(Object.fromEntries(shapes))}\n`);
}
