/**
 * Draws docs/inspection: pictures of the inspector's views, each as its link opens it, made smaller by our own PNG encoder:
 * `npm run docs:inspection`, after `npm run build:inspector`. Needs a Chromium.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { joinBytes } from '../src/base/byte-stream.ts';
import { optimizePng } from '../src/codecs/png/index.ts';
import { FilterGraph, GraphTrace } from '../src/filters/index.ts';
import { findChromium, launchChromium } from '../test/browser/chromium.ts';

const PAGE = new URL('../dist/inspector.html', import.meta.url).href;
const FOLDER = fileURLToPath(new URL('../docs/inspection/', import.meta.url));

/** Table: name of the file => address, theme, and what is waited for. */
const VIEWS: Readonly<
  Record<string, readonly [address: string, theme: 'dark' | 'light', wait?: string]>
> = {
  picture: ['picture=3&show=vectors,partitions', 'dark'],
  bits: ['picture=3&show=bits,partitions', 'dark'],
  macroblock: ['picture=3&mb=117&layer=residual&show=types,partitions', 'dark'],
  timeline: ['view=timeline&picture=4', 'light'],
  rate: ['view=compare&picture=4&qp2=34', 'dark', '.chart circle:nth-of-type(16)'],
  sound: ['view=sound&frame=48', 'light', '.sound table'],
  png: ['view=image&x=200&y=100&heat=1', 'dark', '#pixel-lead'],
  jpeg: ['view=image&kind=jpeg&x=100&y=100&scan=3', 'light', '.grids'],
  file: ['view=file&byte=1700', 'light', '.tree [aria-selected="true"]'],
  links: ['', 'light', '.graph'],
  tour: ['view=tour&step=7', 'light'],
};

/** A trace of filters, as a file. */
function filterTrace() {
  const inspect = new GraphTrace();
  const graph = new FilterGraph(
    'testsrc2=size=320x192:rate=25:duration=2,split[a][b];[a]scale=160:96,fps=10[c];[b]fps=10,crop=160:96,hue=s=0[d];[c][d]hstack,buffersink',
    { inspect },
  );
  while ((graph.getFrames()?.numFrames ?? 0) > 0);
  inspect.end();
  const buffer = Buffer.from(joinBytes(inspect.take()));
  return { name: 'filters.trace', mimeType: 'application/octet-stream', buffer };
}

async function draw(page: Page, name: string): Promise<void> {
  const [address, theme, wait] = VIEWS[name]!;
  await page.emulateMedia({ colorScheme: theme });
  // Another page each time: what the last one showed must not be seen.
  await page.goto('about:blank');
  await page.goto(`${PAGE}#${address}`);
  await page.waitForFunction(() =>
    /(?:encoded|written) in/.test(document.getElementById('status')?.textContent ?? ''),
  );
  if (name === 'links') await page.setInputFiles('#file', filterTrace());
  if (wait !== undefined) await page.waitForSelector(wait, { timeout: 60_000 });
  // Sound and files are encoded beside the video.
  await page.waitForFunction(
    () => !/Encoding|Drawing/.test(document.getElementById('status')?.textContent ?? ''),
  );
  // Times differ from run to run.
  await page.evaluate(() => {
    const status = document.getElementById('status');
    if (status !== null)
      status.textContent = (status.textContent ?? '').replace(/, (?:encoded|written) in.*/, '.');
  });
  await page.waitForTimeout(500);
  const shot = await page.screenshot();
  const data = optimizePng(shot);
  writeFileSync(`${FOLDER}${name}.png`, data);
  console.log(`${name}.png: ${data.length} bytes`);
}

const executable = findChromium();
if (executable === null) process.exit(1);
mkdirSync(FOLDER, { recursive: true });
const browser = await launchChromium(executable);
const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
for (const name of Object.keys(VIEWS)) await draw(page, name);
await browser.close();
