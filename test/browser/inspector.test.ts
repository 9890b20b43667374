/**
 * The inspector in a real browser: from a server and from `file:`, every layer, a macroblock whose numbers are the encoder's own,
 * files of each kind, links. Needs `dist/inspector.html` (`npm run build:inspector`).
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { encodePictures } from '../../inspector/engine.ts';
import type { Coded, Settings } from '../../inspector/protocol.ts';
import { type Recording, recordingOfEncode } from '../../inspector/recording.ts';
import { createSample } from '../../inspector/sample.ts';
import { LAYERS, OVERLAYS } from '../../inspector/state.ts';
import type { Output } from '../../src/cli/command.ts';
import { inspect } from '../../src/cli/inspect.ts';
import { findChromium, launchChromium } from './chromium.ts';
import { type FileServer, startFileServer } from './server.ts';

const PAGE = fileURLToPath(new URL('../../dist/inspector.html', import.meta.url));
const LOCAL = pathToFileURL(PAGE).href;
const executable = existsSync(PAGE) ? findChromium() : null;

const SETTINGS: Settings = {
  preset: 'superfast',
  qp: 32,
  profile: 'main',
  bframes: 2,
  coding: 'CAVLC',
};
const LINK = 'preset=superfast&qp=32';

describe.skipIf(executable === null)('the inspector', () => {
  let server: FileServer;
  let browser: Browser;
  let page: Page;
  let coded: Coded;
  let recording: Recording;
  const complaints: string[] = [];

  const newPage = async (width = 1280, height = 800): Promise<Page> => {
    const made = await browser.newPage({ viewport: { width, height } });
    made.on('pageerror', (error) => complaints.push(String(error)));
    made.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    return made;
  };
  const ready = (on: Page): Promise<unknown> =>
    on.waitForFunction(() =>
      /encoded in/.test(document.getElementById('status')?.textContent ?? ''),
    );
  const statusOf = (on: Page): Promise<string | null> => on.textContent('#status');
  /** Drops a file on the page. */
  const drop = (on: Page, name: string, bytes: Uint8Array): Promise<void> =>
    on.setInputFiles('#file', {
      name,
      mimeType: 'application/octet-stream',
      buffer: Buffer.from(bytes),
    });

  beforeAll(async () => {
    server = await startFileServer(fileURLToPath(new URL('../../dist', import.meta.url)), {});
    browser = await launchChromium(executable!);
    page = await newPage();
    const source = createSample();
    coded = await encodePictures(source, SETTINGS, true);
    recording = await recordingOfEncode(source, coded);
    await recording.load(...recording.pictures);
    await page.goto(`${LOCAL}#${LINK}`);
    await ready(page);
  });

  afterEach(() => {
    expect(complaints).toEqual([]);
  });

  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  it('is one file of less than 300 kB, gzipped, that asks for nothing', () => {
    const text = readFileSync(PAGE, 'utf8');
    expect(gzipSync(text, { level: 9 }).length).toBeLessThan(300_000);
    expect(text).not.toMatch(/<(?:link|script|img)[^>]+(?:src|href)="(?!data:)/);
  });

  it('encodes the sample from file:, as the library does in Node', async () => {
    const labels = await page.$$eval('.strip button', (all) =>
      all.map((one) => one.getAttribute('aria-label')),
    );
    const expected = recording.shown.map(({ bytes }) => bytes);
    expect(labels.length).toBe(expected.length);
    for (const [i, label] of labels.entries()) {
      const bytes = expected[i]!;
      const text =
        bytes < 10_000
          ? `${bytes.toLocaleString('en-US')} byte`
          : `${(bytes / 1000).toLocaleString('en-US', { maximumFractionDigits: 1 })} kB`;
      expect(label).toContain(text);
    }
  });

  it('works from a server too', async () => {
    const served = await newPage();
    await served.goto(`${server.origin}/inspector.html#${LINK}`);
    await ready(served);
    expect(await statusOf(served)).toContain('Built-in sample');
    await served.close();
  });

  it('shows every layer and every overlay, each another picture, within 100 ms', async () => {
    const hash = (): Promise<string> =>
      page.evaluate(() =>
        (document.getElementById('picture') as HTMLCanvasElement).toDataURL().slice(-4000),
      );
    await page.evaluate('location.hash = "#preset=superfast&qp=32&picture=3&show="');
    const seen = new Set<string>();
    for (const layer of LAYERS) {
      await page.click(`[data-layer="${layer}"]`);
      seen.add(await hash());
    }
    expect(seen.size).toBe(LAYERS.length);
    const times: number[] = [];
    for (const name of OVERLAYS) {
      times.push(
        await page.evaluate((overlay) => {
          const began = performance.now();
          document.querySelector<HTMLElement>(`[data-overlay="${overlay}"]`)?.click();
          return performance.now() - began;
        }, name),
      );
      expect(await page.getAttribute(`[data-overlay="${name}"]`, 'aria-pressed')).toBe('true');
      await page.click(`[data-overlay="${name}"]`);
    }
    times.sort((a, b) => a - b);
    expect(times[times.length >> 1]).toBeLessThan(100);
  });

  it('opens a macroblock by a click, with the numbers of the encoder', async () => {
    await page.evaluate('location.hash = "#preset=superfast&qp=32&picture=3&show=partitions"');
    const box = (await page.locator('#picture').boundingBox())!;
    await page.mouse.click(box.x + box.width / 2 + 3, box.y + box.height / 2 + 3);
    const mb = Number(/mb=(\d+)/.exec(page.url())?.[1]);
    expect(mb).toBe(6 * recording.widthInMbs + 10);
    const picture = recording.shown[3]!;
    const lead = (await page.textContent('#side .lead'))!;
    expect(lead).toContain(`${picture.maps.bits[mb]} bit`);
    expect(lead).toContain(`QP ${picture.maps.qp[mb]}`);
    expect(await page.textContent('#race')).not.toBe('');
    await page.focus('#picture');
    await page.keyboard.press('ArrowRight');
    expect(page.url()).toContain(`mb=${mb + 1}`);
    await page.keyboard.press('Escape');
    expect(page.url()).not.toContain('mb=');
  });

  it('brings a view back by its link', async () => {
    const other = await newPage();
    await other.goto(
      `${LOCAL}#${LINK}&picture=4&layer=residual&show=vectors,bits&mb=77&block=5&theme=light`,
    );
    await ready(other);
    expect(await other.getAttribute('[data-layer="residual"]', 'aria-pressed')).toBe('true');
    expect(await other.getAttribute('[data-overlay="bits"]', 'aria-pressed')).toBe('true');
    expect(await other.getAttribute('[data-picture="4"]', 'aria-pressed')).toBe('true');
    expect(await other.textContent('#side h2')).toContain('77');
    expect(await other.getAttribute('html', 'data-theme')).toBe('light');
    await other.close();
  });

  it('encodes anew when the QP is changed', async () => {
    const before = await statusOf(page);
    await page.evaluate('location.hash = "#preset=superfast&qp=44"');
    await page.waitForFunction((text) => {
      const status = document.getElementById('status')?.textContent ?? '';
      return status !== text && /encoded in/.test(status);
    }, before);
    expect(await statusOf(page)).not.toBe(before);
  });

  it('draws the timeline: all pictures by both orders, and the arcs of the chosen one', async () => {
    await page.evaluate('location.hash = "#preset=superfast&qp=44&view=timeline&picture=4"');
    expect(await page.locator('.timeline .picture').count()).toBe(2 * recording.pictures.length);
    expect(await page.locator('.arc.own').count()).toBeGreaterThan(0);
    await page.locator('.timeline .picture').nth(4).click();
    expect(page.url()).toContain('picture=2');
  });

  it('compares two encodes: curves of both, one beside the other', async () => {
    await page.evaluate(
      'location.hash = "#preset=superfast&qp=44&view=compare&preset2=ultrafast&qp2=40"',
    );
    await page.waitForFunction(
      () => document.querySelectorAll('.chart circle').length >= 16,
      null,
      { timeout: 60_000 },
    );
    expect(await page.textContent('#verdict')).toMatch(/A .* dB, B .* dB/);
    await page.selectOption('#pair-map', 'bits');
    expect(page.url()).toContain('map=bits');
    await page.click('#pair', { position: { x: 100, y: 60 } });
    expect(await page.textContent('#verdict')).toMatch(/Macroblock \d+: A .* B .*squared error/);
    await page.locator('.compare .choosable tbody tr').nth(2).click();
    expect(page.url()).toContain('picture=2');
    await page.click('#blind');
    expect(await page.textContent('#verdict')).toContain('which looks better');
  });

  it('links the tree of the file and its bytes both ways', async () => {
    await page.evaluate('location.hash = "#preset=superfast&qp=44&view=file&byte=4"');
    await page.waitForSelector('.hex [data-at="4"].chosen');
    expect(await page.textContent('#where')).toContain('ftyp');
    await page.click('.tree [role="treeitem"]:has-text("mdat")');
    expect(Number(/byte=(\d+)/.exec(page.url())?.[1])).toBeGreaterThan(20);
    await page.evaluate('location.hash = "#preset=superfast&qp=44&picture=0&mb=100"');
    await page.click('#to-bytes');
    await page.waitForSelector('.tree [aria-selected="true"]:has-text("macroblock")');
    await page.click('.fields tbody tr >> nth=0');
    expect(await page.locator('.hex .in-field').count()).toBeGreaterThan(0);
    await page.focus('#hex');
    await page.keyboard.press('ArrowRight');
    expect(await page.textContent('#where')).toContain('Byte');
  });

  it('leads through ten steps', async () => {
    await page.evaluate('location.hash = "#preset=superfast&qp=44&view=tour"');
    const titles = new Set<string>();
    for (let step = 0; step < 10; step++) {
      titles.add((await page.textContent('.card h2'))!);
      expect(await page.textContent('.card .note')).toBe(`Step ${step + 1} of 10`);
      // By keys alone: the button keeps the focus.
      if (step === 0) await page.focus('#next');
      await page.keyboard.press('Enter');
      await page.waitForFunction(
        (title) => document.querySelector('.card h2')?.textContent !== title,
        [...titles].at(-1)!,
      );
    }
    expect(titles.size).toBe(10);
    expect(page.url()).not.toContain('view=tour');
  });

  it('opens a trace, without samples', async () => {
    await page.evaluate('location.hash = "#preset=superfast&qp=44"');
    await drop(page, 'a.trace', coded.trace);
    await page.waitForFunction(() =>
      /a trace of 10 pictures/.test(document.getElementById('status')?.textContent ?? ''),
    );
    expect(await page.textContent('#layer-caption')).toContain('A trace holds decisions');
  });

  it('says what is wrong with a file, in a sentence', async () => {
    const cases: [string, Uint8Array, RegExp][] = [
      ['<b>hostile</b>.wav', hostileWav(), /hostile.*2 frames/],
      ['cut.trace', coded.trace.subarray(0, 9000), /cut off|does not fit/],
      ['version.trace', withByte(coded.trace, 8, 9), /version 9, read are 1 to 2/],
      ['empty', new Uint8Array(0), /empty/],
      [
        '<img src=x onerror=alert(1)>.png',
        Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 1, 2, 3),
        /cannot decode/,
      ],
    ];
    for (const [name, bytes, message] of cases) {
      await drop(page, name, bytes);
      await page.waitForFunction(
        ([source]) =>
          new RegExp(source!).test(document.getElementById('status')?.textContent ?? ''),
        [message.source],
      );
      expect(await page.locator('main img, #status img, main b:text-is("hostile")').count()).toBe(
        0,
      );
    }
  });

  it('encodes a picture that is dropped', async () => {
    const png = new URL('../../docs/filters/', import.meta.url);
    const name = 'hue.png';
    if (!existsSync(new URL(name, png))) return;
    await drop(page, name, readFileSync(new URL(name, png)));
    await ready(page);
    expect(await statusOf(page)).toContain('hue.png: 1 picture');
  });

  it('opens the file that vitrine inspect has put into it, offline', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'vitrine-report-'));
    const reports: [string, Uint8Array, RegExp][] = [
      ['made.mp4', coded.file, /made\.mp4: 10 pictures/],
      ['made.trace', coded.trace, /a trace of 10 pictures/],
    ];
    for (const [name, bytes, message] of reports) {
      writeFileSync(join(folder, name), bytes);
      const report = join(folder, `${name}.html`);
      await inspect.run([join(folder, name)], { output: report }, {} as Output);
      const offline = await newPage();
      await offline.context().setOffline(true);
      await offline.goto(`${pathToFileURL(report).href}#preset=ultrafast`);
      await offline.waitForFunction(
        (source) => new RegExp(source).test(document.getElementById('status')?.textContent ?? ''),
        message.source,
        { timeout: 60_000 },
      );
      await offline.close();
    }
    rmSync(folder, { recursive: true });
  });

  it('is read on a phone without scrolling sideways', async () => {
    const phone = await newPage(390, 844);
    await phone.goto(`${LOCAL}#${LINK}`);
    await ready(phone);
    const [scroll, width] = await phone.evaluate(() => [
      document.documentElement.scrollWidth,
      innerWidth,
    ]);
    expect(scroll).toBeLessThanOrEqual(width!);
    await phone.close();
  });
});

/** A WAV file with markup in its title. */
function hostileWav(): Uint8Array {
  const title = '<img src=x onerror="document.title=1">\0\0';
  const list = Buffer.concat([
    Buffer.from('LIST'),
    u32(12 + title.length),
    Buffer.from('INFOINAM'),
    u32(title.length),
    Buffer.from(title),
  ]);
  const fmt = Buffer.concat([
    Buffer.from('fmt '),
    u32(16),
    Buffer.from('01000100401f0000803e000002001000', 'hex'),
  ]);
  const data = Buffer.concat([Buffer.from('data'), u32(4), Buffer.alloc(4)]);
  const body = Buffer.concat([Buffer.from('WAVE'), fmt, list, data]);
  return Buffer.concat([Buffer.from('RIFF'), u32(body.length), body]);
}

function u32(value: number): Buffer {
  const out = Buffer.alloc(4);
  out.writeUInt32LE(value);
  return out;
}

function withByte(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const copy = bytes.slice();
  copy[at] = value;
  return copy;
}
