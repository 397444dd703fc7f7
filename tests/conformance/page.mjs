/** Opens a page in chromium and prints, as JSON, what a person would meet: `node page.mjs <url>`. */
import puppeteer from 'puppeteer-core';

const [url, executablePath] = process.argv.slice(2);
const browser = await puppeteer.launch({
  executablePath,
  headless: true,
  pipe: true, // it ends when we do, however that happens
  // As root, which CI is, chromium has no sandbox. It loads nothing but the tests' own pages.
  args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--disable-dev-shm-usage'],
});
try {
  const page = await browser.newPage();
  const errors = [];
  const requests = [];
  page.on('console', (message) => errors.push(message.text()));
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(url);
  const seen = () =>
    page.evaluate(() => ({
      paper: getComputedStyle(document.body).backgroundColor,
      ink: getComputedStyle(document.body).color,
      overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    }));
  const light = await seen();
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }]);
  await page.setViewport({ width: 390, height: 844 });
  const dark = await seen();
  const stops = [];
  for (let press = 0; press < 100; press += 1) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate(() => {
      const at = document.activeElement;
      return at === document.body ? '' : at.getAttribute('href') || at.textContent.trim();
    });
    if (!stop || stops.includes(stop)) break;
    stops.push(stop);
  }
  const text = await page.evaluate(() => document.body.innerText);
  const title = await page.title();
  const scripts = await page.evaluate(() => document.querySelectorAll('script, img').length);
  console.log(JSON.stringify({ title, text, errors, requests, light, dark, stops, scripts }));
} finally {
  await browser.close();
}
