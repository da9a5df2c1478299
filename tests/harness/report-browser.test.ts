/** The report in a real browser: quiet, readable in light, dark and on paper, and usable without a mouse. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { reportPage } from '../../src/harness/report/page.js';
import { scriptPage, scriptsPage } from '../../src/harness/report/script-page.js';
import {
  BACKGROUND,
  CHOSEN_THEME,
  FIND_FAINT_TEXT,
  FIND_OBSTACLES,
  FOCUSED,
  type Focused,
  IS_CLIPPED,
  PIXELS_TOO_WIDE,
} from './page-probes.js';
import { description, result, scripts } from './sample-report.js';

const test = suite('report in a browser');

const BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const executablePath = [process.env.CHROMIUM_PATH ?? '', ...BROWSERS].find(path => existsSync(path));
const QUIET = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
/** On a machine that does other things too. */
const TIMEOUT_MS = 60_000;

const PAGES = {
  test: reportPage(description, result),
  script: scriptPage(scripts[0]),
  wrong: scriptPage(scripts[1]),
  scripts: scriptsPage(scripts.map((script, at) => ({ result: script, href: `${at}/report.html` }))),
};
type Name = keyof typeof PAGES;

/** What each page did that it should not: requests, console messages, errors. */
const noises: string[] = [];
const folder = mkdtempSync(join(tmpdir(), 'raftkv-browser-'));
let browser: Browser | null = null;

const urlOf = (name: string): string => `file://${join(folder, `${name}.html`)}`;

async function open(name: Name, colorScheme: 'light' | 'dark' = 'light', width = 1_280): Promise<Page> {
  if (browser === null) throw new Error('no browser');
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
  page.setDefaultTimeout(TIMEOUT_MS);
  page.on('request', request => {
    if (request.url() !== urlOf(name) && !request.url().startsWith('data:')) noises.push(request.url());
  });
  page.on('console', message => noises.push(message.text()));
  page.on('pageerror', error => noises.push(error.message));
  await page.goto(urlOf(name));
  return page;
}

if (executablePath === undefined) {
  process.stdout.write('skipped: needs chromium, which is not installed\n');
  test.skip('the report in a browser', () => undefined);
} else {
  test.before(async () => {
    for (const [name, html] of Object.entries(PAGES)) writeFileSync(join(folder, `${name}.html`), html);
    browser = await chromium.launch({ executablePath, args: QUIET, timeout: TIMEOUT_MS });
  });
  test.after(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const name of Object.keys(PAGES) as Name[]) {
    test(`${name}: nothing is fetched, nothing complained of, everything has a name, all text stands out`, async () => {
      const page = await open(name);
      assert.equal(await page.evaluate(FIND_OBSTACLES), []);
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        assert.equal(await page.evaluate(FIND_FAINT_TEXT), [], colorScheme);
      }
      await page.close();
      assert.equal(noises, []);
    });
  }

  test('light, dark and paper, as the reader has it or chooses', async () => {
    const page = await open('test', 'dark');
    const background = () => page.evaluate<string>(BACKGROUND);
    const dark = await background();
    await page.emulateMedia({ colorScheme: 'light' });
    const light = await background();
    assert.is.not(dark, light);
    await page.click('#theme');
    assert.is(await background(), dark, 'chosen');
    await page.emulateMedia({ media: 'print' });
    assert.is(await background(), 'rgb(255, 255, 255)', 'paper is white');
    const shown = (selector: string) => page.locator(selector).first().isVisible();
    assert.equal([await shown('.bar'), await shown('.moment'), await shown('h1')], [false, false, true]);
    const clipped = await page.evaluate<boolean>(IS_CLIPPED);
    assert.is(clipped, false, 'long tables are printed whole');
    assert.ok((await page.pdf()).length > 10_000);
    await page.close();
  });

  test('Tab goes through everything once, in order, and shows where it is', async () => {
    const page = await open('test');
    const seen: Focused[] = [];
    for (;;) {
      await page.keyboard.press('Tab');
      const now = await page.evaluate<Focused | null>(FOCUSED);
      if (now === null || seen.length > 100) break;
      seen.push(now);
    }
    assert.equal(
      seen.filter(({ isVisible }) => !isVisible),
      [],
    );
    assert.is(seen[0]?.what, 'skip');
    assert.equal(
      seen.map(({ place }) => place),
      seen.map(({ place }) => place).toSorted((a, b) => a - b),
    );
    for (const what of ['theme', 'moment-at', 'thumb', 'event-filter', 'scroll']) {
      assert.ok(
        seen.some(focus => focus.what === what),
        what,
      );
    }
    await page.close();
  });

  test('keys move the moment, hide outcomes, choose a matrix, filter events and change the theme', async () => {
    const page = await open('test');
    const text = (id: string) => page.locator(`#${id}`).textContent();
    await page.focus('#moment-at');
    assert.is(await text('moment-time'), '0.00 s');
    for (let i = 0; i < 60; i++) await page.keyboard.press('ArrowRight');
    assert.is(await text('moment-time'), '0.48 s');
    assert.is(await text('moment-text'), 'leader 0, term 1 · kill leader');
    assert.match((await page.getAttribute('#moment-at', 'aria-valuetext')) ?? '', /^0\.48 s, leader 0/);
    const cursor = Number(await page.getAttribute('svg.chart .cursor >> nth=0', 'x1'));
    assert.ok(cursor > 200 && cursor < 230, `the cursor is at ${cursor}`);
    await page.focus('.thumb');
    await page.keyboard.press('Enter');
    assert.is(await text('moment-time'), '0.01 s');
    assert.is(await page.locator('#matrix tr:nth-of-type(3) td').first().textContent(), '0.5');

    await page.focus('[data-choose=ok]');
    await page.keyboard.press('Space');
    assert.is(await page.locator('#points path.ok').isVisible(), false);
    await page.keyboard.press('Space');
    assert.is(await page.locator('#points path.ok').getAttribute('style'), '');

    await page.focus('#event-filter');
    await page.keyboard.type('nothing like it');
    assert.is(await page.locator('#events tbody tr:visible').count(), 0);
    await page.fill('#event-filter', 'KILL');
    assert.is(await page.locator('#events tbody tr:visible').count(), 1);

    await page.focus('#theme');
    await page.keyboard.press('Enter');
    assert.is(await page.evaluate(CHOSEN_THEME), 'dark');
    assert.equal(noises, []);
    await page.close();
  });

  test('on a narrow screen nothing sticks out, and a chart that is touched shows that moment', async () => {
    const page = await open('wrong', 'light', 375);
    const wide = await page.evaluate<number>(PIXELS_TOO_WIDE);
    assert.ok(wide <= 0, `${wide} pixels too wide`);
    const chart = page.locator('svg.chart').last();
    const box = await chart.boundingBox();
    await chart.click({ position: { x: (box?.width ?? 0) * 0.9, y: 10 } });
    const at = Number.parseFloat((await page.locator('#moment-time').textContent()) ?? '');
    assert.ok(at > 1.5 && at < 2, `the moment is ${at}`);
    await page.close();
  });
}

test.run();
