/** Members of JSON objects as they stand in the text: JavaScript's numbers cannot hold them all. */

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],]/g;

/** The text of each member of the object that `text` is, by name. `text` is valid JSON. */
export function slices(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  let depth = 0;
  let name: string | undefined;
  let start = 0;
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    const end = index + token.length;
    if (token === '{' || token === '[') depth += 1;
    else if (depth === 1 && token.startsWith('"') && name === undefined) {
      name = JSON.parse(token) as string;
      start = text.indexOf(':', end) + 1;
    } else if (depth === 1 && (token === ',' || token === '}') && name !== undefined) {
      found.set(name, text.slice(start, index).trim());
      name = undefined;
    }
    if (token === '}' || token === ']') depth -= 1;
  }
  return found;
}
