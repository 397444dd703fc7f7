'use strict';
// Sends the requests of forms. The server and the key are kept for as long as the page is open, in
// its fields and nowhere else.
{
  const MOST = 256 * 1024; // bytes of an answer that are read and shown
  const PATIENCE = 60_000; // milliseconds
  const onServer = location.protocol === 'http:' || location.protocol === 'https:';

  const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;
  const origin = (url) => {
    try {
      return new URL(url).origin;
    } catch {
      return '';
    }
  };

  /** What the fields of a form make up. Throws what a person can act on. */
  function request(form) {
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
  function curl(form, { method, url, headers, body }) {
    const parts = [`curl -i${method === 'GET' ? '' : ` -X ${method}`} ${quoted(url)}`];
    for (const [name, value] of Object.entries(headers)) {
      const secret = name === form.dataset.keyHeader;
      parts.push(secret ? `-H "${name}: $API_KEY"` : `-H ${quoted(`${name}: ${value}`)}`);
    }
    if (body !== undefined) parts.push(`--data-binary ${quoted(body)}`);
    return parts.join(' \\\n  ');
  }

  /** The beginning of an answer's body, and whether that is not all of it. */
  async function beginning(response) {
    const parts = [];
    let size = 0;
    const reader = response.body?.getReader();
    for (let part; reader && size < MOST && !(part = await reader.read()).done; ) {
      parts.push(part.value);
      size += part.value.length;
    }
    const more = size >= MOST;
    if (more) await reader.cancel();
    const text = await new Blob(parts).slice(0, MOST).text();
    return { text, size, more };
  }

  function pretty(text, response) {
    if (!response.headers.get('content-type')?.includes('json')) return text;
    try {
      return JSON.stringify(JSON.parse(text), null, 2);
    } catch {
      return text; // cut off, or none
    }
  }

  function block(label, text) {
    const given = { tabindex: '0', role: 'group', 'aria-label': label };
    return [element('p', {}, label), element('pre', given, element('code', {}, text))];
  }

  function told(response, { text, size, more }, milliseconds) {
    const status = `${response.status} ${response.statusText}`.trim();
    const badge = `status s${Math.floor(response.status / 100)}`;
    const amount = more ? `the first ${MOST / 1024} KiB of it shown` : `${size} bytes`;
    const fields = [...response.headers].map(([name, value]) => `${name}: ${value}`).join('\n');
    const line = element('p', {}, element('span', { class: badge }, status));
    line.append(` in ${Math.round(milliseconds)} ms, ${amount}`);
    const parts = [line, ...block('Headers', fields)];
    return size ? [...parts, ...block('Body', pretty(text, response))] : parts;
  }

  function failed(form, error) {
    const line = element('p', {}, element('span', { class: 'status s0' }, 'No answer'));
    const base = form.querySelector('.base').value;
    const late = error.name === 'TimeoutError';
    if (error instanceof TypeError) {
      const reasons = ` from ${base}: either nothing listens there, or it does not let this page read its answers.`;
      line.append(reasons, onServer && origin(base) === location.origin ? '' : ` ${advice(form)}`);
    } else line.append(late ? ` within ${PATIENCE / 1000} s` : `: ${error.message}`);
    return [line];
  }

  /** What to do so that a server of another origin answers this page. */
  function advice(form) {
    const { program } = form.dataset;
    const base = form.querySelector('.base').value.replace(/\/+$/, '');
    if (onServer) return `Start it with: ${program} --allow-origin ${location.origin}`;
    const here = 'http://127.0.0.1:8080';
    return (
      `A page from a file has no origin that a server can let in. Open ${base}/docs/ instead, where the ` +
      `server has these pages. Or serve this folder (python3 -m http.server 8080 --bind 127.0.0.1), ` +
      `open ${here}/ and start the server with: ${program} --allow-origin ${here}`
    );
  }

  async function send(form) {
    const result = form.querySelector('.result');
    const button = form.querySelector('[type=submit]');
    let line = [];
    button.disabled = true;
    result.replaceChildren(element('p', {}, 'Sending'));
    try {
      const { url, ...given } = request(form);
      line = block('The same with curl', curl(form, { url, ...given }));
      const started = performance.now();
      const response = await fetch(url, {
        ...given,
        signal: AbortSignal.timeout(PATIENCE),
        cache: 'no-store',
        credentials: 'omit',
        redirect: 'error',
        referrerPolicy: 'no-referrer',
      });
      const body = await beginning(response);
      result.replaceChildren(...told(response, body, performance.now() - started), ...line);
    } catch (error) {
      result.replaceChildren(...failed(form, error), ...line);
    }
    button.disabled = false;
  }

  function hint(form) {
    const place = form.querySelector('.hint');
    const base = form.querySelector('.base').value;
    place.hidden = onServer && origin(base) === location.origin;
    place.textContent = advice(form);
  }

  const forms = [...document.querySelectorAll('.try form')];
  for (const form of forms) {
    const base = form.querySelector('.base');
    base.defaultValue = onServer ? location.origin : form.dataset.server;
    for (const kind of ['.base', '.key']) {
      form.querySelector(kind)?.addEventListener('input', (typed) => {
        for (const other of forms) {
          const field = other.querySelector(kind);
          if (field && field !== typed.target) field.value = typed.target.value;
          hint(other);
        }
      });
    }
    form.addEventListener('submit', (submission) => {
      submission.preventDefault();
      void send(form);
    });
    form.addEventListener('reset', () => setTimeout(() => hint(form)));
    hint(form);
    form.parentElement.hidden = false;
  }
}
