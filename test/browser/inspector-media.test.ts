/**
 * Sound, PNG and JPEG in the inspector: the numbers of the page are the encoder's, files of each kind and traces are opened, and what
 * is wrong with one is said in a sentence. Needs `dist/inspector.html` (`npm run build:inspector`).
 */
import { existsSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { encodeImage } from '../../inspector/image-engine.ts';
import type { CodedSound, SourceImage } from '../../inspector/protocol.ts';
import { encodeSound } from '../../inspector/sound-engine.ts';
import { recordSound } from '../../inspector/sound-record.ts';
import { createSoundSample } from '../../inspector/sound-sample.ts';
import { findChromium, launchChromium } from './chromium.ts';

const PAGE = fileURLToPath(new URL('../../dist/inspector.html', import.meta.url));
const LOCAL = pathToFileURL(PAGE).href;
const executable = existsSync(PAGE) ? findChromium() : null;

/** A picture of slopes. */
const PICTURE: SourceImage = {
  title: 'slopes',
  width: 80,
  height: 48,
  data: Uint8Array.from({ length: 4 * 80 * 48 }, (_, i) => (i % 4 === 3 ? 255 : (i >> 3) & 255)),
};

/** A WAV file of a second of noise that dies away. */
function wav(): Uint8Array {
  const count = 22_050;
  const out = Buffer.alloc(44 + 2 * count);
  out.write('RIFF', 0);
  out.writeUInt32LE(36 + 2 * count, 4);
  out.write('WAVEfmt ', 8);
  out.writeUInt32LE(16, 16);
  out.writeUInt32LE(0x0001_0001, 20);
  out.writeUInt32LE(22_050, 24);
  out.writeUInt32LE(44_100, 28);
  out.writeUInt32LE(0x0010_0002, 32);
  out.write('data', 36);
  out.writeUInt32LE(2 * count, 40);
  for (let n = 0; n < count; n++) {
    const value = 8000 * Math.exp(-n / 4000) * Math.sin(n * n * 0.001);
    out.writeInt16LE(Math.round(value), 44 + 2 * n);
  }
  return out;
}

describe.skipIf(executable === null)('sound and pictures in the inspector', () => {
  let browser: Browser;
  let page: Page;
  let sound: CodedSound;
  const complaints: string[] = [];

  const says = (text: RegExp): Promise<unknown> =>
    page.waitForFunction(
      (source) => new RegExp(source).test(document.getElementById('status')?.textContent ?? ''),
      text.source,
      { timeout: 60_000 },
    );
  const drop = (name: string, bytes: Uint8Array): Promise<void> =>
    page.setInputFiles('#file', {
      ...{ name, mimeType: 'application/octet-stream' },
      buffer: Buffer.from(bytes),
    });
  const go = (address: string): Promise<unknown> => page.evaluate(`location.hash = "#${address}"`);
  /** The pixels of a canvas, near enough. */
  const look = (id: string): Promise<string> =>
    page.evaluate(
      (name) => (document.getElementById(name) as HTMLCanvasElement).toDataURL().slice(-6000),
      id,
    );

  beforeAll(async () => {
    browser = await launchChromium(executable!);
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    sound = await encodeSound(createSoundSample(), 64_000);
    await page.goto(`${LOCAL}#view=sound&kbps=64&frame=30&channel=1&preset=ultrafast`);
    await page.waitForSelector('.sound table');
  });

  afterEach(() => expect(complaints).toEqual([]));

  afterAll(() => browser?.close());

  it('shows a frame of sound with the numbers of the encoder', async () => {
    const record = recordSound(sound.trace, null, null);
    const { bits, channels } = record.frames[30]!;
    expect(await page.textContent('#frame-lead')).toContain(
      `Frame 30 at 0.67 s: ${bits.toLocaleString('en-US')} bits`,
    );
    const rows = await page.$$eval('.sound .table:first-child tbody tr', (all) => all.length);
    expect(rows).toBeGreaterThanOrEqual(channels[1]!.bands.length);
    const before = await look('spectrum');
    await page.selectOption('#channel', '0');
    expect(page.url()).not.toContain('channel=1');
    expect(await look('spectrum')).not.toBe(before);
    await page.click('#frames', { position: { x: 200, y: 100 } });
    expect(page.url()).not.toContain('frame=30');
  });

  it('plays the original, what was coded and what was lost', async () => {
    for (const name of ['original', 'coded', 'difference']) {
      await page.click(`[data-play="${name}"]`);
      expect(await page.getAttribute(`[data-play="${name}"]`, 'aria-pressed')).toBe('true');
    }
    await page.click('[data-play="difference"]');
    expect(await page.getAttribute('[data-play="difference"]', 'aria-pressed')).toBe('false');
  });

  it('shows what a pixel of a PNG file costs, and the filters of its row', async () => {
    await go('view=image&preset=ultrafast');
    await page.waitForSelector('#pixel-lead');
    const plain = await look('image');
    await page.click('#heat');
    expect(await look('image')).not.toBe(plain);
    const before = await page.textContent('#pixel-lead');
    await page.click('#image', { position: { x: 300, y: 200 } });
    expect(await page.textContent('#pixel-lead')).not.toBe(before);
    expect(await page.locator('.image-view caption').allTextContents()).toEqual(
      expect.arrayContaining([expect.stringContaining('what each filter would leave')]),
    );
    await page.focus('#image');
    const [, x] = /x=(\d+)/.exec(page.url())!;
    await page.keyboard.press('ArrowRight');
    expect(page.url()).toContain(`x=${Number(x) + 1}`);
  });

  it('shows scans of a JPEG file as they arrive, each another picture', async () => {
    await go('view=image&kind=jpeg&preset=ultrafast');
    await page.waitForSelector('.grids');
    const [, count] = /of (\d+)/.exec((await page.textContent('#pixel-lead'))!)!;
    const seen = new Set<string>();
    for (let scan = 0; scan < Number(count); scan++) {
      await go(`view=image&kind=jpeg&preset=ultrafast&scan=${scan}&x=100&y=80`);
      await page.waitForFunction(
        (text) => document.getElementById('pixel-lead')?.textContent?.includes(text),
        `scan ${scan + 1} of`,
      );
      seen.add(await look('image'));
    }
    expect(Number(count)).toBeGreaterThan(3);
    expect(seen.size).toBe(Number(count));
  });

  it('encodes a sound and a picture that are dropped', async () => {
    await drop('<i>noise</i>.wav', wav());
    await says(/noise.*: 4\d frames in/);
    expect(page.url()).toContain('view=sound');
    expect(await page.locator('#status i, main i:text-is("noise")').count()).toBe(0);
    const coded = encodeImage(PICTURE, { kind: 'png', effort: 'fast', quality: 75 });
    await go('view=image&effort=default&preset=ultrafast');
    await drop('slopes.png', coded.file);
    const best = encodeImage(PICTURE, { kind: 'png', effort: 'default', quality: 75 });
    const size = best.file.length.toLocaleString('en-US');
    await page.waitForSelector(`#image-side:has-text("${size} bytes in all")`);
    await page.selectOption('#effort', 'as it is');
    await page.waitForSelector('#image-side:has-text("How its writer chose is not known")');
    const own = coded.file.length.toLocaleString('en-US');
    expect(await page.textContent('#image-side')).toContain(`${own} bytes in all`);
    await page.click('[data-kind="jpeg"]');
    await page.waitForSelector('#image-side:has-text("have arrived")');
  });

  it('opens traces of sound, of PNG and of JPEG, and says what is wrong with one', async () => {
    await drop('sound.trace', sound.trace);
    await says(/sound\.trace: a trace of 174 frames of sound/);
    expect(await page.textContent('#frame-lead')).toContain('bits');
    expect(await page.isDisabled('[data-play="coded"]')).toBe(true);
    for (const kind of ['png', 'jpeg'] as const) {
      const { trace } = encodeImage(PICTURE, { kind, effort: 'default', quality: 80 });
      await drop(`${kind}.trace`, trace);
      await says(new RegExp(`${kind}\\.trace: a trace of a picture as a file`));
      expect(page.url()).toContain('view=image');
      expect(await page.textContent('#pixel-lead')).toMatch(/takes|after scan/);
      await drop('cut.trace', trace.subarray(0, trace.length - 40));
      await says(/cut off|does not fit/);
    }
  });
});
