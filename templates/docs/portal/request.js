'use strict';
// What a form asks for, as a request and as a command line.

/** Text as a word of a shell, and text within its double quotes. */
const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;
const escaped = (text) => text.replace(/[\\$`"]/g, '\\$&');

/** What the fields of a form make up. Throws what a person can act on. */
function requestOf(form) {
  const { method, accept, mediaType, keyHeader } = form.dataset;
  let path = form.dataset.path;
  const query = new URLSearchParams();
  for (const field of form.querySelectorAll('[data-place]')) {
    const { name, place } = field.dataset;
    if (place === 'query' && field.value) query.append(name, field.value);
    if (place !== 'path') continue;
    if (['', '.', '..'].includes(field.value)) throw new Error(`${name}: give a value`);
    path = path.replace(`{${name}}`, () => encodeURIComponent(field.value));
  }
  const asked = query.size ? `?${query}` : '';
  const url = form.querySelector('.base').value.replace(/\/+$/, '') + path + asked;
  const headers = accept ? { Accept: accept } : {};
  const body = form.querySelector('.body')?.value || undefined;
  if (body !== undefined) headers['Content-Type'] = mediaType;
  const key = form.querySelector('.key')?.value;
  if (key) headers[keyHeader] = key;
  return { method, url, headers, body };
}

/** The same for a shell; the key stays out of it. */
function curlOf(form, { method, url, headers, body }) {
  const parts = [`curl -i${method === 'GET' ? '' : ` -X ${method}`} ${quoted(url)}`];
  for (const [name, value] of Object.entries(headers)) {
    const secret = name === form.dataset.keyHeader;
    parts.push(secret ? `-H "${escaped(name)}: $API_KEY"` : `-H ${quoted(`${name}: ${value}`)}`);
  }
  if (body !== undefined) parts.push(`--data-binary ${quoted(body)}`);
  return parts.join(' \\\n  ');
}
