/** Opens the portal in chromium with the network cut, as files and on a server, and prints as JSON
 * what it meets: `node portal.mjs <<< '{"files": "file:///…/", "server": "http://…", …}'`. */
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';

import puppeteer from 'puppeteer-core';

const given = JSON.parse(await text(process.stdin));
const AXE = readFileSync(
  new URL('../../node_modules/axe-core/axe.min.js', import.meta.url),
  'utf8',
);
const PHONE = { width: 360, height: 780 };
const DESK = { width: 1280, height: 900 };
const PICTURE = { width: 1280, height: 560 };
const SERIOUS = ['serious', 'critical'];

const browser = await puppeteer.launch({
  executablePath: given.chromium,
  headless: true,
  pipe: true, // it ends when we do, however that happens
  args: [
    // As root, which CI is, chromium has no sandbox. It loads nothing but the tests' own pages.
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    '--disable-dev-shm-usage',
    '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1',
  ],
});

/** An open page, and what went wrong on it since: console messages, failed and foreign requests. */
async function opened() {
  const page = await browser.newPage();
  const trouble = [];
  await page.setRequestInterception(true);
  page.on('request', (request) => {
    const url = request.url();
    const ours = ['data:', given.files, given.hostile, `${given.server}/`].some((it) =>
      url.startsWith(it),
    );
    if (ours) return request.continue();
    trouble.push(`foreign: ${url}`);
    return request.abort();
  });
  page.on('console', (message) => trouble.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => trouble.push(`error: ${error}`));
  page.on('requestfailed', (request) => trouble.push(`failed: ${request.url()}`));
  await page.setViewport(DESK);
  return { page, trouble };
}

/** Everything that starts closed, open. */
const unfold = () => {
  for (const it of document.querySelectorAll('details')) it.open = true;
};
const overflow = () => document.documentElement.scrollWidth - document.documentElement.clientWidth;

const problems = async (page) => {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() =>
    globalThis.axe.run({ resultTypes: ['violations'], preload: false }),
  );
  return violations
    .filter(({ impact }) => SERIOUS.includes(impact))
    .map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 120)} (${nodes.length})`);
};

/** A page as a file: on a desk and a phone, in the light and in the dark. */
async function looked(name) {
  const { page, trouble } = await opened();
  const seen = { name, axe: {}, paper: {}, overflow: {} };
  for (const scheme of ['light', 'dark']) {
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    await page.setViewport(DESK);
    await page.goto(given.files + name);
    await page.screenshot({ path: `${given.reports}/${name}-${scheme}.png` });
    await page.evaluate(unfold);
    seen.axe[scheme] = await problems(page);
    seen.paper[scheme] = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    seen.overflow[scheme] = await page.evaluate(overflow);
    await page.setViewport(PHONE);
    seen.overflow[`${scheme}, phone`] = await page.evaluate(overflow);
    await page.reload();
    await page.screenshot({ path: `${given.reports}/${name}-${scheme}-phone.png` });
  }
  await page.close();
  return { ...seen, trouble };
}

/** A page of the server or of a hostile spec: what it does by itself. */
async function visited(url) {
  const { page, trouble } = await opened();
  const response = await page.goto(url, { waitUntil: 'networkidle0' });
  const policy = response.headers()['content-security-policy'] ?? '';
  const found = await page.evaluate(() => ({
    title: document.title,
    ran: 'ran' in globalThis,
    scripts: [...document.scripts].map((it) => it.getAttribute('src')),
    images: document.querySelectorAll('img, iframe, object, embed').length,
    scripted: document.querySelectorAll('[role=tablist], .search:not([hidden])').length,
  }));
  await page.close();
  return { url, policy, trouble, ...found };
}

/** What the keyboard does. */
async function typed() {
  const { page, trouble } = await opened();
  const place = () => page.evaluate(() => location.pathname.split('/').pop() + location.hash);
  const focus = () =>
    page.evaluate(() => {
      const { id, textContent } = document.activeElement;
      const { outlineStyle } = getComputedStyle(document.activeElement);
      return { id, text: textContent.slice(0, 20), outline: outlineStyle };
    });
  const seen = {};
  await page.goto(`${given.server}/docs/`);
  await page.keyboard.press('Tab');
  seen.skip = await focus();
  await page.keyboard.press('Enter');
  seen.main = (await focus()).id;

  await page.keyboard.press('/');
  seen.search = (await focus()).id;
  await page.keyboard.type(given.wanted.text);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowUp');
  seen.option = await page.evaluate(() => {
    const box = document.activeElement;
    const option = document.getElementById(box.getAttribute('aria-activedescendant'));
    return [box.getAttribute('aria-expanded'), option.getAttribute('aria-selected')];
  });
  await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
  seen.found = await place();
  seen.top = await page.evaluate(
    () => document.getElementById(location.hash.slice(1)).getBoundingClientRect().top,
  );

  const tabs = () =>
    page.evaluate(() => {
      const text = (all) => [...new Set([...all].map((it) => it.textContent ?? it.dataset.title))];
      return {
        chosen: text(document.querySelectorAll('[aria-selected=true][role=tab]')),
        shown: [
          ...new Set(
            [...document.querySelectorAll('.panel')]
              .filter((it) => it.checkVisibility())
              .map((it) => it.dataset.title),
          ),
        ],
      };
    });
  await page.focus('[role=tab]');
  await page.keyboard.press('ArrowRight');
  seen.right = await tabs();
  seen.tab = (await focus()).text;
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  seen.left = await tabs();
  await page.reload();
  seen.remembered = await tabs();

  const theme = () => page.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'light' }]);
  await page.focus('[id="ui:theme"]');
  await page.keyboard.press('Enter');
  seen.theme = [await theme()];
  await page.reload();
  seen.theme.push(await theme());

  await page.setViewport(PHONE);
  const menu = () => page.evaluate(() => document.getElementById('ui:nav').checkVisibility());
  seen.menu = [await menu()];
  await page.focus('[id="ui:menu"]');
  await page.keyboard.press('Enter');
  seen.menu.push(await menu());
  await page.close();
  return { ...seen, trouble };
}

/** Fills in and sends a form; gives what the page tells then. */
async function sent(page, operation, fields) {
  const form = `[id="${operation}"] .try`;
  await page.$eval(form, (it) => (it.open = true));
  for (const [selector, value] of Object.entries(fields)) {
    await page.$eval(`${form} ${selector}`, (it) => (it.value = ''));
    await page.type(`${form} ${selector}`, value);
  }
  await page.focus(`${form} [type=submit]`);
  await page.keyboard.press('Enter');
  await page.waitForSelector(`${form} .result .status`, { timeout: 10_000 });
  return page.$eval(`${form} .result`, (it) => ({
    role: [it.getAttribute('role'), it.getAttribute('aria-live')],
    status: it.querySelector('.status').textContent,
    text: it.textContent,
    blocks: Object.fromEntries(
      [...it.querySelectorAll('pre')].map((pre) => [
        pre.getAttribute('aria-label'),
        pre.textContent,
      ]),
    ),
  }));
}

async function tried() {
  const { page, trouble } = await opened();
  const { create, get, file } = given.forms;
  await page.goto(`${given.server}/docs/${create.page}`);
  await page.setViewport(PICTURE);
  await page.$eval(`[id="${create.operation}"]`, (it) => it.scrollIntoView());
  await page.screenshot({ path: given.picture });
  await page.setViewport(DESK);
  const made = await sent(page, create.operation, { '.key': given.key, '.body': create.body });
  await page.$eval(`[id="${create.operation}"] .result`, (it) => it.scrollIntoView());
  await page.screenshot({ path: `${given.reports}/try.png` });
  const kept = await page.evaluate(
    () => JSON.stringify({ ...localStorage }) + JSON.stringify({ ...sessionStorage }) + location,
  );
  await page.goto(`${given.server}/docs/${get.page}`);
  const form = `[id="${get.operation}"] .try`;
  await page.$eval(form, (it) => (it.open = true));
  await page.focus(`${form} [type=submit]`);
  await page.keyboard.press('Enter');
  const unsent = await page.$eval(`${form} .result`, (it) => it.textContent);
  const before = [...trouble];
  // Without the key, which the page before had; chromium tells the console of every 4xx.
  const refused = await sent(page, get.operation, { '[data-place=path]': 'a/b' });
  await page.goto(given.files + file.page);
  const hint = await page.$eval(`[id="${file.operation}"] .advice`, (it) => it.textContent);
  const base = { '.base': given.server };
  const cut = await sent(page, file.operation, base);
  await page.close();
  return { made, kept, unsent, refused, hint, cut, trouble: before };
}

try {
  const seen = { looked: [], served: [], hostile: [] };
  for (const name of given.pages) {
    seen.looked.push(await looked(name));
    seen.served.push(await visited(`${given.server}/docs/${name}`));
    seen.hostile.push(await visited(given.hostile + name));
  }
  seen.tried = await tried();
  seen.typed = await typed();
  console.log(JSON.stringify(seen));
} finally {
  await browser.close();
}
