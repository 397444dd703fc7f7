'use strict';
// Sends the requests of forms. The server and the key are kept for as long as the page is open, in
// its fields and nowhere else.
{
  const MOST = 256 * 1024; // bytes of an answer that are read and shown
  const PATIENCE = 60_000; // milliseconds
  const onServer = location.protocol === 'http:' || location.protocol === 'https:';

  const origin = (url) => {
    try {
      return new URL(url).origin;
    } catch {
      return '';
    }
  };

  /** The beginning of an answer's body, and whether that is not all of it. */
  async function beginning(response) {
    const parts = [];
    let size = 0;
    const reader = response.body?.getReader();
    for (let part; reader && size < MOST && !(part = await reader.read()).done;) {
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
      const { url, ...given } = requestOf(form);
      line = block('The same with curl', curlOf(form, { url, ...given }));
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

  function advise(form) {
    const place = form.querySelector('.advice');
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
          advise(other);
        }
      });
    }
    form.addEventListener('submit', (submission) => {
      submission.preventDefault();
      void send(form);
    });
    form.addEventListener('reset', () => setTimeout(() => advise(form)));
    advise(form);
    form.parentElement.hidden = false;
  }
}
