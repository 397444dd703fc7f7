// The public surface of a TypeScript package: what its declarations say, from what it exports.
// Reads {packages: [{path: source}], entry} as JSON, writes a list of entries for each package.
import path from 'node:path';
import { text } from 'node:stream/consumers';
import ts from 'typescript';

const { packages, entry } = JSON.parse(await text(process.stdin));
const ROOT = '/package';
const options = {
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  strict: true,
  types: [],
  declaration: true,
  emitDeclarationOnly: true,
  stripInternal: true,
  noCheck: true,
};

const libraries = new Map();

/** A file of TypeScript's own, read once for all packages. */
function library(file, target, source) {
  if (!libraries.has(file)) libraries.set(file, ts.createSourceFile(file, source, target, true));
  return libraries.get(file);
}

/** The declarations of every module of a package, by its path without a suffix. */
function declared(files) {
  const host = ts.createCompilerHost(options);
  const onDisk = { ...host };
  const ours = (file) => (file.startsWith(ROOT) ? files[path.relative(ROOT, file)] : undefined);
  host.fileExists = (file) =>
    file.startsWith(ROOT) ? ours(file) !== undefined : onDisk.fileExists(file);
  host.readFile = (file) => (file.startsWith(ROOT) ? ours(file) : onDisk.readFile(file));
  host.getSourceFile = (file, target) => {
    const source = host.readFile(file);
    if (source === undefined) return undefined;
    if (!file.startsWith(ROOT)) return library(file, target, source);
    return ts.createSourceFile(file, source, target, true);
  };
  host.getCurrentDirectory = () => ROOT;
  host.directoryExists = undefined;
  const found = {};
  host.writeFile = (file, source) => {
    found[stem(path.relative(ROOT, file))] = ts.createSourceFile(
      file,
      source,
      options.target,
      true,
    );
  };
  ts.createProgram([path.join(ROOT, entry)], options, host).emit();
  return found;
}

function stem(file) {
  return file.replace(/(\.d)?\.(ts|js)$/, '');
}

/** Public names to where they are declared: [shown name, module, name there]; null is all of it. */
function* exported(modules, module) {
  for (const node of modules[module]?.statements ?? []) {
    if (!ts.isExportDeclaration(node) || !node.moduleSpecifier) continue;
    const from = stem(path.join(path.dirname(module), node.moduleSpecifier.text));
    if (!node.exportClause) continue; // the same names again: `models` has them
    if (ts.isNamespaceExport(node.exportClause)) {
      for (const name of namesOf(modules[from]))
        yield [`${node.exportClause.name.text}.${name}`, from, name];
    } else {
      for (const it of node.exportClause.elements) {
        yield [it.name.text, from, (it.propertyName ?? it.name).text];
      }
    }
  }
}

function namesOf(file) {
  return file.statements.flatMap((node) =>
    ts.isVariableStatement(node)
      ? node.declarationList.declarations.map((it) => it.name.text)
      : node.name
        ? [node.name.text]
        : [],
  );
}

function find(file, name) {
  return file.statements.find((node) =>
    ts.isVariableStatement(node)
      ? node.declarationList.declarations.some((it) => it.name.text === name)
      : node.name?.text === name,
  );
}

/** The lines of names and `Class.member`s in the source of a module, 1-based. */
function linesOf(files, module) {
  const file = ts.createSourceFile('', files[`${module}.ts`] ?? '', options.target, true);
  const lines = {};
  const note = (name, node) => {
    lines[name] ??= file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;
  };
  for (const node of file.statements) {
    for (const name of namesOf({ statements: [node] })) note(name, node);
    for (const it of membersOf(node)) note(`${node.name?.text}.${nameOf(it)}`, it);
  }
  return lines;
}

function membersOf(node) {
  if (ts.isTypeAliasDeclaration(node)) return node.type.members ?? [];
  return ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node) ? node.members : [];
}

function nameOf(node) {
  if (ts.isConstructorDeclaration(node)) return 'constructor';
  if (ts.isIndexSignatureDeclaration(node)) return '[name]';
  return node.name
    ? ts.isComputedPropertyName(node.name)
      ? node.name.getText()
      : node.name.text
    : '()';
}

function typesOf(node) {
  if (!node) return ['void'];
  if (ts.isParenthesizedTypeNode(node)) return typesOf(node.type);
  if (ts.isUnionTypeNode(node)) return node.types.flatMap(typesOf);
  return [
    node
      .getText()
      .replace(/\/\*[^]*?\*\//g, '')
      .replace(/\s+/g, ' ')
      .replace(/\bmodels\./g, '')
      .trim(),
  ];
}

function argumentsOf(node) {
  return node.parameters.map((it) => ({
    name: it.name.getText(),
    required: !it.questionToken && !it.initializer && !it.dotDotDotToken,
    rest: Boolean(it.dotDotDotToken),
    types: typesOf(it.type),
  }));
}

function hidden(node) {
  const flags = ts.getCombinedModifierFlags(node);
  return (
    Boolean(flags & ts.ModifierFlags.Private) || (node.name && ts.isPrivateIdentifier(node.name))
  );
}

function* membersIn(node, name) {
  const isOptions = /Options$/.test(name);
  for (const it of membersOf(node)) {
    if (hidden(it)) continue;
    const where = `${name}.${nameOf(it)}`;
    if (it.parameters && !ts.isIndexSignatureDeclaration(it) && !ts.isAccessor(it)) {
      yield {
        name: where,
        kind: 'method',
        types: it.type ? typesOf(it.type) : [],
        arguments: argumentsOf(it),
      };
    } else {
      const types = typesOf(it.type);
      if (it.questionToken) types.push('undefined');
      const direction = isOptions ? 'request' : ts.isClassDeclaration(node) ? 'response' : null;
      yield { name: where, kind: 'attribute', types, required: !it.questionToken, direction };
    }
  }
}

function* entriesOf(node, name) {
  if (ts.isTypeAliasDeclaration(node) && !ts.isTypeLiteralNode(node.type)) {
    const literals = typesOf(node.type).filter((it) => /^['"]/.test(it));
    yield { name, kind: 'type', types: literals.length ? [] : typesOf(node.type) };
    for (const it of literals) yield { name: `${name}.${it}`, kind: 'literal' };
    return;
  }
  if (ts.isFunctionDeclaration(node)) {
    yield { name, kind: 'function', types: typesOf(node.type), arguments: argumentsOf(node) };
    return;
  }
  if (ts.isVariableStatement(node)) {
    yield { name, kind: 'constant' };
    return;
  }
  const bases = (node.heritageClauses ?? []).flatMap((it) =>
    it.types.map((base) => base.getText()),
  );
  yield { name, kind: ts.isClassDeclaration(node) ? 'class' : 'type', bases };
  yield* membersIn(node, name);
}

function surfaceOf(files) {
  const modules = declared(files);
  const found = [];
  for (const [shown, module, name] of exported(modules, stem(entry))) {
    const node = modules[module] && find(modules[module], name);
    if (!node) continue;
    const lines = linesOf(files, module);
    const seen = {};
    for (const it of entriesOf(node, shown)) {
      const within = it.name.slice(shown.length);
      seen[it.name] = (seen[it.name] ?? 0) + 1;
      const again = seen[it.name] > 1 ? `#${seen[it.name]}` : '';
      const line = lines[`${name}${within}`] ?? lines[name] ?? 1;
      found.push({ ...it, name: `${it.name}${again}`, file: `${module}.ts`, line });
    }
  }
  return found;
}

process.stdout.write(JSON.stringify(packages.map(surfaceOf)));
