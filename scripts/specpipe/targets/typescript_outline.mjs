// What a TypeScript module declares, read from its source: for the check that nothing got lost.
import ts from 'typescript';

/**
 * {types, methods, values}: the members of each type and interface, the parameters of each method
 * (`Class.method`), the strings in each function and constant. A constant that is another one's
 * name has that one's strings, a function also those of the ones that it passes its argument to.
 */
export function outlineOf(path, source) {
  const outline = { types: {}, methods: {}, values: {} };
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true);
  for (const node of file.statements) {
    if (ts.isTypeAliasDeclaration(node)) outline.types[node.name.text] = membersOf(node.type);
    if (ts.isInterfaceDeclaration(node)) outline.types[node.name.text] = membersOf(node);
    if (ts.isClassDeclaration(node)) addMethods(outline.methods, node);
    if (ts.isFunctionDeclaration(node)) outline.values[node.name.text] = stringsIn(node);
    if (ts.isVariableStatement(node)) addConstants(outline.values, node);
  }
  for (const node of file.statements.filter(ts.isFunctionDeclaration)) {
    const own = outline.values[node.name.text];
    for (const name of passedTo(node)) own.push(...(outline.values[name] ?? []));
  }
  return outline;
}

/** The functions that a function passes its own argument to, as it is. */
function passedTo({ parameters: [given], body }) {
  const calls = body.statements
    .map((it) => ts.isExpressionStatement(it) && it.expression)
    .filter((it) => it && ts.isCallExpression(it) && it.arguments.length === 1);
  return calls
    .filter((it) => ts.isIdentifier(it.arguments[0]) && it.arguments[0].text === given?.name.text)
    .map((it) => it.expression.text);
}

function membersOf(type) {
  return (type.members ?? []).flatMap((it) => (it.name ? [nameOf(it.name)] : []));
}

function nameOf(name) {
  return ts.isComputedPropertyName(name) ? name.expression.text : name.text;
}

function addMethods(methods, { name, members }) {
  for (const it of members.filter(ts.isMethodDeclaration)) {
    methods[`${name.text}.${nameOf(it.name)}`] = it.parameters.map((given) => given.name.text);
  }
}

function addConstants(values, { declarationList }) {
  for (const { name, initializer } of declarationList.declarations) {
    const other = ts.isIdentifier(initializer) && values[initializer.text];
    values[name.text] = other || stringsIn(initializer);
  }
}

/** Strings, and names of members, which are strings as well. */
function stringsIn(node) {
  const found = new Set();
  const visit = (it) => {
    if (ts.isStringLiteralLike(it)) found.add(it.text);
    if (ts.isPropertyAssignment(it)) found.add(nameOf(it.name));
    ts.forEachChild(it, visit);
  };
  visit(node);
  return [...found];
}
