/** Members of JSON objects as they stand in the text: JavaScript's numbers cannot hold them all. */

/** No string is matched as a whole: that takes stack for each of its characters. */
const TOKEN = /\\.|["{}[\],]/g;

/** The text of each member of the object that `text` is, by name. `text` is valid JSON. */
export function slices(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  let depth = 0;
  let quote: number | undefined;
  let name: string | undefined;
  let start = 0;
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    if (token === '"') {
      if (quote !== undefined && depth === 1 && name === undefined) {
        name = JSON.parse(text.slice(quote, index + 1)) as string;
        start = text.indexOf(':', index) + 1;
      }
      quote = quote === undefined ? index : undefined;
    } else if (quote === undefined) {
      if (depth === 1 && name !== undefined && (token === ',' || token === '}')) {
        found.set(name, text.slice(start, index).trim());
        name = undefined;
      }
      if (token === '{' || token === '[') depth += 1;
      else if (token !== ',') depth -= 1;
    }
  }
  return found;
}
