/**
 * The library in a real browser: what `npm run demo` made plays to its end, every part loads as the files that
 * `npm run build` made, without a bundler, and encoders give the bytes that they give in Node.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { blocksOf } from '../support/blocks.ts';
import { findChromium, launchChromium } from './chromium.ts';
import { type FileServer, startFileServer } from './server.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const manifest = JSON.parse(readFileSync(`${ROOT}/package.json`, 'utf8'));

/** `vitrine`, `vitrine/h264` … => URL path of the built module: what a page's import map says. */
const parts: Record<string, string> = Object.fromEntries(
  Object.entries<{ default?: string }>(manifest.exports).flatMap(([part, target]) =>
    target.default?.endsWith('.js') !== true
      ? []
      : [[`${manifest.name}${part.slice(1)}`, target.default!.replace('./', '/')]],
  ),
);

const PAGE = `<!doctype html>
<title>vitrine</title>
<link rel="icon" href="data:,">
<script type="importmap">${JSON.stringify({ imports: parts })}</script>
<video id="video" muted playsinline></video>`;

/** The same page where no WebAssembly may be compiled. */
const STRICT_PAGE = PAGE.replace(
  '<title>',
  `<meta http-equiv="Content-Security-Policy" content="script-src 'self' 'unsafe-inline'">\n<title>`,
);

/** The page of the README, with the package where it is here. */
const README_PAGE = blocksOf(readFileSync(`${ROOT}/README.md`, 'utf8'), 'html')[0]!.replace(
  './node_modules/vitrine/',
  '/',
);

const executable = findChromium();

describe.skipIf(executable === null)('in Chromium', () => {
  let server: FileServer;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    server = await startFileServer(ROOT, {
      ...{ '/': PAGE, '/strict': STRICT_PAGE, '/readme': README_PAGE },
    });
    browser = await launchChromium(executable!);
    page = await browser.newPage();
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('response', (response) => {
      if (response.status() >= 400) complaints.push(`${response.status()} ${response.url()}`);
    });
    await page.goto(`${server.origin}/`);
  });

  beforeEach(() => {
    complaints.length = 0;
  });

  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  /** Runs `source`, the body of an async function, in the page. */
  const inPage = (source: string) => page.evaluate(`(async () => { ${source} })()`);

  it('shows the page of the README', async () => {
    const own = await browser.newPage();
    own.on('pageerror', (error) => complaints.push(String(error)));
    await own.goto(`${server.origin}/readme`);
    const shown = await own.evaluate(`new Promise((resolve) => {
      const video = document.querySelector('video');
      const tell = () => resolve([video.videoWidth, video.videoHeight, video.duration]);
      if (video.readyState > 0) tell();
      else video.onloadedmetadata = tell;
      setTimeout(() => resolve('no video after 30 s'), 30000);
    })`);
    await own.close();
    expect(complaints).toEqual([]);
    expect(shown).toEqual([160, 120, 2]);
  });

  it('plays out/demo.mp4 to its end, picture and sound', async () => {
    if (!existsSync(`${ROOT}/out/demo.mp4`)) {
      execFileSync(process.execPath, [`${ROOT}/dist/tools/demo.js`], { cwd: ROOT });
    }
    const played = await inPage(`
      const video = document.getElementById('video');
      const outcome = new Promise((resolve) => {
        video.onended = () => resolve('ended');
        video.onerror = () => resolve('error: ' + video.error.message);
      });
      video.src = '/out/demo.mp4';
      await video.play().catch((error) => error);
      const how = await outcome;
      return {
        how,
        width: video.videoWidth,
        atEnd: Math.abs(video.currentTime - video.duration) < 0.1,
        frames: video.getVideoPlaybackQuality().totalVideoFrames,
        audioBytes: video.webkitAudioDecodedByteCount,
      };
    `);
    expect(played).toMatchObject({ how: 'ended', atEnd: true });
    const { width, frames, audioBytes } = played as Record<string, number>;
    expect(width).toBeGreaterThan(0);
    expect(frames).toBeGreaterThan(10);
    expect(audioBytes).toBeGreaterThan(0);
  });

  it.each(Object.keys(parts))('loads %s unbundled', async (name) => {
    const names = await inPage(`return Object.keys(await import('${name}')).length;`);
    expect(names).toBeGreaterThan(0);
    expect(complaints).toEqual([]);
  });

  it.each(['makeWav', 'makeMp4'])('%s gives the bytes that it gives in Node', async (program) => {
    const library = await import(/* @vite-ignore */ pathToFileURL(`${ROOT}${parts.vitrine}`).href);
    const programs = await import(
      /* @vite-ignore */ new URL('./programs.js', import.meta.url).href
    );
    const expected: Uint8Array = await programs[program](library);
    const found = await inPage(`
      const programs = await import('/test/browser/programs.js');
      return Array.from(await programs.${program}(await import('vitrine')));
    `);
    expect(complaints).toEqual([]);
    expect(expected.length).toBeGreaterThan(100);
    expect(found).toEqual(Array.from(expected));
  });

  it('has vector kernels, and the same bytes without them where a policy forbids to compile', async () => {
    // Functions of WebAssembly are named by their number.
    const kernelName = `
      const { createKernelBuffer } = await import('/dist/src/codecs/h264/encoder/kernel-buffer.js');
      const { name } = createKernelBuffer(65536, true).kernels.sad16;
    `;
    expect(await inPage(`${kernelName} return name;`)).toMatch(/^\d+$/);
    const makeMp4 = `
      const programs = await import('/test/browser/programs.js');
      const bytes = Array.from(await programs.makeMp4(await import('vitrine')));
    `;
    const expected = await inPage(`${makeMp4} return bytes;`);
    await page.goto(`${server.origin}/strict`);
    const found = await inPage(`${kernelName} ${makeMp4} return { name, bytes };`);
    expect(found).toEqual({ name: 'sad16', bytes: expected });
    await page.goto(`${server.origin}/`);
  });
});
