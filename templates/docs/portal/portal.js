'use strict';
// The pages work without this: it makes a choice of examples, and adds search, a menu and a switch.
const root = document.documentElement;
root.classList.add('scripted');

/** What is remembered between pages: nothing but the colours and the language of examples. */
const memory = {
  get(name) {
    try {
      return localStorage.getItem(`portal-${name}`);
    } catch {
      return null; // storage is switched off
    }
  },
  set(name, value) {
    try {
      localStorage.setItem(`portal-${name}`, value);
    } catch {
      // then it holds for this page
    }
  },
};

/** An element with attributes and children; text never becomes markup. */
function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

const dark = matchMedia('(prefers-color-scheme: dark)');
const theme = () => root.dataset.theme ?? (dark.matches ? 'dark' : 'light');
if (['light', 'dark'].includes(memory.get('theme'))) root.dataset.theme = memory.get('theme');

function setUpTheme() {
  const button = document.getElementById('ui:theme');
  const show = () => {
    const other = theme() === 'dark' ? 'Light' : 'Dark';
    button.textContent = other;
    button.setAttribute('aria-label', `${other} colours`);
  };
  button.addEventListener('click', () => {
    root.dataset.theme = theme() === 'dark' ? 'light' : 'dark';
    memory.set('theme', root.dataset.theme);
    show();
  });
  dark.addEventListener('change', show);
  button.hidden = false;
  show();
}

function setUpMenu() {
  const button = document.getElementById('ui:menu');
  const nav = document.getElementById('ui:nav');
  const turn = (open) => {
    nav.classList.toggle('open', open);
    button.setAttribute('aria-expanded', String(open));
  };
  button.hidden = false;
  button.addEventListener('click', () => turn(!nav.classList.contains('open')));
  nav.addEventListener('click', (click) => click.target.closest('a') && turn(false));
}

/** Shows the panel of that title in every choice that have one. */
function choose(title) {
  for (const tab of document.querySelectorAll('[role=tab]')) {
    const siblings = [...tab.parentElement.children];
    if (!siblings.some((it) => it.textContent === title)) continue;
    const chosen = tab.textContent === title;
    tab.setAttribute('aria-selected', String(chosen));
    tab.tabIndex = chosen ? 0 : -1;
    document.getElementById(tab.getAttribute('aria-controls')).hidden = !chosen;
  }
}

function setUpTabs() {
  document.querySelectorAll('.tabset').forEach((tabset, number) => {
    const list = element('div', {
      class: 'tablist',
      role: 'tablist',
      'aria-label': tabset.dataset.label,
    });
    [...tabset.children].forEach((panel, place) => {
      const id = `ui:tab:${number}:${place}`;
      panel.id = `${id}:panel`;
      panel.setAttribute('role', 'tabpanel');
      panel.setAttribute('aria-labelledby', id);
      const given = { type: 'button', role: 'tab', id, 'aria-controls': panel.id };
      const tab = element('button', given, panel.dataset.title);
      tab.addEventListener('click', () => {
        const before = tab.getBoundingClientRect().top;
        choose(tab.textContent);
        scrollBy({ top: tab.getBoundingClientRect().top - before, behavior: 'instant' });
        memory.set('language', tab.textContent);
      });
      list.append(tab);
    });
    list.addEventListener('keydown', (press) => {
      const all = [...list.children];
      const at = all.indexOf(document.activeElement);
      const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[press.key];
      if (to === undefined) return;
      press.preventDefault();
      const tab = all.at(to % all.length);
      tab.click();
      tab.focus();
    });
    tabset.prepend(list);
    tabset.classList.add('ready');
    choose(list.firstChild.textContent);
  });
  if (memory.get('language')) choose(memory.get('language'));
}

function setUpCopying() {
  if (!navigator.clipboard) return;
  for (const panel of document.querySelectorAll('.panel')) {
    const label = panel.querySelector('pre').getAttribute('aria-label');
    const given = { type: 'button', class: 'copy plain', 'aria-label': `Copy: ${label}` };
    const button = element('button', given, 'Copy');
    button.addEventListener('click', async () => {
      await navigator.clipboard.writeText(panel.querySelector('code').textContent);
      button.textContent = 'Copied';
      setTimeout(() => (button.textContent = 'Copy'), 1500);
    });
    panel.append(button);
  }
}

document.addEventListener('DOMContentLoaded', () => {
  setUpTheme();
  setUpMenu();
  setUpTabs();
  setUpCopying();
  // What is above a place that the address names is shorter now.
  document.querySelector(':target')?.scrollIntoView();
});
