'use strict';
// Search over the operations and models in search.js. `/` goes there from anywhere.
{
  const MOST = 12;
  const box = document.getElementById('ui:search');
  const list = document.getElementById('ui:found');
  let chosen = -1;

  /** How well a row fits all words, the lower the better; Infinity when it does not. */
  const rank = ([, title, line, , also], words) => {
    const name = title.toLowerCase();
    const all = `${name} ${line} ${also}`.toLowerCase();
    const each = words.map((word) => {
      if (name === word) return 0;
      if (name.startsWith(word)) return 1;
      if (name.includes(word)) return 2;
      return all.includes(word) ? 3 : Infinity;
    });
    return each.reduce((sum, it) => sum + it, 0);
  };

  const found = (text) => {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    if (!words.length) return [];
    return self.portalIndex
      .map((row) => [rank(row, words), row])
      .filter(([points]) => points < Infinity)
      .sort(([a], [b]) => a - b)
      .slice(0, MOST)
      .map(([, row]) => row);
  };

  const close = () => {
    list.hidden = true;
    chosen = -1;
    box.setAttribute('aria-expanded', 'false');
    box.removeAttribute('aria-activedescendant');
  };

  const choose = (to) => {
    const options = [...list.querySelectorAll('[role=option]')];
    if (!options.length) return;
    chosen = (to + options.length) % options.length;
    options.forEach((it, at) => it.setAttribute('aria-selected', String(at === chosen)));
    options[chosen].scrollIntoView({ block: 'nearest', behavior: 'instant' });
    box.setAttribute('aria-activedescendant', options[chosen].id);
  };

  const go = (href) => {
    close();
    box.value = '';
    box.blur();
    location.href = href;
  };

  const show = () => {
    const rows = found(box.value);
    list.replaceChildren(
      ...rows.map(([kind, title, line, href], at) => {
        const badge = kind === 'model' ? 'model-kind' : kind.toLowerCase();
        const given = { role: 'option', id: `ui:found:${at}`, 'aria-selected': 'false' };
        const option = element(
          'li',
          given,
          element('span', { class: `method ${badge}` }, kind),
          element('span', {}, title),
          element('small', {}, line),
        );
        option.addEventListener('pointerdown', (press) => press.preventDefault());
        option.addEventListener('click', () => go(href));
        return option;
      }),
    );
    if (!rows.length) {
      const given = { class: 'none', role: 'option', 'aria-selected': 'false' };
      list.append(element('li', { ...given, 'aria-disabled': 'true' }, 'Nothing found'));
    }
    list.hidden = !box.value.trim();
    box.setAttribute('aria-expanded', String(!list.hidden));
    if (rows.length && !list.hidden) choose(0);
    list.go = () => rows[chosen] && go(rows[chosen][3]);
  };

  box.addEventListener('input', show);
  box.addEventListener('focus', () => box.value && show());
  box.addEventListener('blur', close);
  box.addEventListener('keydown', (press) => {
    const act = {
      ArrowDown: () => (list.hidden ? show() : choose(chosen + 1)),
      ArrowUp: () => choose(chosen - 1),
      Enter: () => list.go?.(),
      Escape: () => (list.hidden ? box.blur() : close()),
    }[press.key];
    if (!act) return;
    press.preventDefault();
    act();
  });
  document.addEventListener('keydown', (press) => {
    const busy = press.target.closest?.('input, textarea, select, [contenteditable]');
    if (press.key !== '/' || busy || press.ctrlKey || press.metaKey || press.altKey) return;
    press.preventDefault();
    box.focus();
  });
  box.closest('.search').hidden = false;
}
