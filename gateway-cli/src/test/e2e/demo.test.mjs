// The sample app's pages in Chromium: the load-then-subscribe handshake of the chat, the four panes, the live load.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import assert from 'node:assert/strict';
import { startChromium } from './bed/chromium.mjs';
import { startDemo } from './bed/gateway.mjs';
import { until } from './bed/wait.mjs';

const PANES = ['websocket', 'sse', 'long-poll', 'poll'];
const PICTURES = process.env.SLUICE_E2E_SCREENSHOTS;

test('the sample app', async (t) => {
  const chromium = await startChromium(t);
  if (!chromium) {
    return;
  }
  const demo = await startDemo(t);
  const site = new Site(chromium.browser, `http://${demo.origin}`);
  await t.test('a chat message between load and subscribe is shown, once', (t) => handshake(t, site));
  await t.test('a chat message is shown to all, once', (t) => talk(t, site));
  await t.test('the load page is live', (t) => load(t, site));
  await t.test('each pane of the playground resumes after a cut', (t) => playground(t, site, demo));
  if (PICTURES !== undefined) {
    await t.test('pictures', (t) => pictures(t, site));
  }
});

/** The pages, each opened so that an error in one fails its test. */
class Site {
  #browser;
  #url;

  constructor(browser, url) {
    this.#browser = browser;
    this.#url = url;
  }

  /** Opens a page; `before(page)` may prepare it. */
  async open(t, target, { before = async () => {}, ...options } = {}) {
    const page = await this.#browser.newPage(options);
    page.setDefaultTimeout(60_000);
    const errors = [];
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    t.after(async () => {
      await page.close();
      assert.deepEqual(errors, [], `errors in the page ${target}`);
    });
    await before(page);
    await page.goto(this.#url + target, { waitUntil: 'commit' });
    return page;
  }

  /** Writes into the chat as a page without script does. */
  async say(author, text) {
    const answer = await fetch(`${this.#url}/chat`, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ author, text }),
      signal: AbortSignal.timeout(30_000),
    });
    assert.equal(answer.status, 303);
  }
}

async function handshake(t, site) {
  await site.say('Ada', 'before the page');
  let go;
  const held = new Promise((resolve) => (go = resolve));
  const page = await site.open(t, '/chat', {
    // The page is there with its cursor, its script is not: nothing is subscribed.
    before: (page) => page.route('**/app/chat.js', (route) => held.then(() => route.continue())),
  });
  await page.locator('#messages li').first().waitFor();
  await site.say('Grace', 'in between');
  assert.equal(await page.getByText('in between').count(), 0, 'it was published after the page was made');
  go();
  await page.getByText('in between').waitFor();
  await site.say('Ada', 'after it');
  await page.getByText('after it').waitFor();
  await delay(300); // a repeat would come now
  assert.deepEqual(await page.locator('#messages li p').allTextContents(), ['before the page', 'in between', 'after it']);
}

async function talk(t, site) {
  const [one, two] = [await site.open(t, '/chat'), await site.open(t, '/chat')];
  for (const page of [one, two]) {
    await page.getByText('connected', { exact: true }).waitFor();
  }
  await one.getByLabel('Name').fill('Edsger');
  await one.getByLabel('Message', { exact: true }).fill('<b>bold</b> & said once');
  await one.getByRole('button', { name: 'Send' }).click();
  for (const page of [one, two]) {
    await page.getByText('<b>bold</b> & said once').waitFor();
  }
  await delay(300);
  for (const page of [one, two]) {
    assert.equal(await page.getByText('said once').count(), 1);
  }
  const line = () => one.getByLabel('Message', { exact: true }).inputValue();
  await until('the line to be ready for the next', async () => (await line()) === '', { state: line });
}

async function load(t, site) {
  const page = await site.open(t, '/');
  const look = () => page.locator('main').innerText();
  await page.waitForLoadState('load');
  const first = await look();
  await until('other figures', async () => (await look()) !== first, { state: look });
}

async function playground(t, site, demo) {
  const page = await site.open(t, '/playground');
  const pane = (name) => page.locator(`[data-transport="${name}"]`);
  const count = async (name) => Number(await pane(name).locator('[data-part=count]').innerText());
  const tally = (name) => pane(name).locator('[data-part=tally]').innerText();
  const counts = (least) =>
    Promise.all(PANES.map((name) => until(`${name} to reach ${least}`, async () => (await count(name)) >= least, { state: () => tally(name) })));
  await until('the first number', async () => (await count('websocket')) > 0);
  await counts((await count('websocket')) + 2);

  for (const name of PANES) {
    await pane(name).getByRole('button', { name: 'Cut' }).click();
  }
  await demo.publish('demo', 'hello while cut');
  const cutAt = await count('websocket');
  await delay(2500);
  assert.equal(await count('websocket'), cutAt, 'a cut pane stands still');
  for (const name of PANES) {
    await pane(name).getByRole('button', { name: 'Restore' }).click();
  }
  await counts(cutAt + 4);
  for (const name of PANES) {
    assert.match(await tally(name), /\b0 missing, 0 repeated/, name);
    assert.equal(await pane(name).getByText('hello while cut').count(), 1, `${name} shows what was said while it was cut`);
  }
}

async function pictures(t, site) {
  mkdirSync(PICTURES, { recursive: true });
  for (const width of [375, 1280]) {
    for (const colorScheme of ['light', 'dark']) {
      for (const [name, target] of [['load', '/'], ['chat', '/chat'], ['playground', '/playground']]) {
        const page = await site.open(t, target, { viewport: { width, height: 800 }, colorScheme });
        await delay(2500);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        await page.screenshot({ path: path.join(PICTURES, `${name}-${width}-${colorScheme}.png`), fullPage: true });
        assert.ok(wide <= width, `${name} is ${wide} px wide on a screen of ${width}`);
      }
    }
  }
}
