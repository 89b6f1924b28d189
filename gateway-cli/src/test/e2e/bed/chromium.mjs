// Debian's Chromium, headless, driven by playwright-core; and what happens in a page, fetched in order.
import { chromiumFor, packageFor } from './capability.mjs';
import { startPages } from './pages.mjs';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts a browser for the tests of `t`, trusting a `certificate`, or returns undefined after `t` has been skipped. */
export async function startChromium(t, { certificate } = {}) {
  const executablePath = chromiumFor(t);
  const playwright = executablePath && (await packageFor(t, 'playwright-core'));
  if (!playwright) {
    return undefined;
  }
  const trust = certificate ? [`--ignore-certificate-errors-spki-list=${certificate.keyHash}`] : [];
  const browser = await playwright.chromium.launch({ executablePath, args: [...FLAGS, ...trust], timeout: 60_000 });
  const pages = await startPages();
  t.after(async () => {
    await browser.close();
    await pages.close();
  });
  return {
    browser,
    /** Opens the reader page and starts `client` in it, a function of page.mjs. */
    async open(client, argument) {
      const page = await browser.newPage();
      await page.goto(`${pages.origin}/`);
      await page.waitForFunction(() => window.reader !== undefined, undefined, { timeout: 60_000 });
      await page.evaluate(([name, value]) => window.reader[name](value), [client, argument]);
      return new Tab(page);
    },
  };
}

/** One page. Its script keeps what happened; this side fetches it. */
class Tab {
  #timer;
  #fetching = Promise.resolve();
  page;

  constructor(page) {
    this.page = page;
  }

  /** Gives all that happens to `on(happening)`, in order, every 50 ms. */
  follow(on) {
    this.#timer = setInterval(() => {
      this.#fetching = this.#fetching.then(async () => (await this.#fetch()).forEach(on)).catch((error) => {
        if (!this.page.isClosed()) {
          on({ closed: true, note: error.message });
        }
      });
    }, 50);
  }

  state() {
    return this.page.evaluate(() => window.reader.state());
  }

  async stop() {
    clearInterval(this.#timer);
    await this.#fetching;
    if (!this.page.isClosed()) {
      await this.page.close();
    }
  }

  #fetch() {
    return this.page.evaluate(() => window.reader.happened.splice(0));
  }
}
