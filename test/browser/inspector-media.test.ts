/**
 * Sound, PNG and JPEG in the inspector: the numbers of the page are the encoder's, files of each kind and traces are opened, and what
 * is wrong with one is said in a sentence. Needs `dist/inspector.html` (`npm run build:inspector`).
 */
import { existsSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { encodePictures } from '../../inspector/engine.ts';
import { encodeImage } from '../../inspector/image-engine.ts';
import { jpegRecord } from '../../inspector/jpeg-record.ts';
import type { CodedSound, Settings, SourceImage } from '../../inspector/protocol.ts';
import { createSample } from '../../inspector/sample.ts';
import { encodeSound } from '../../inspector/sound-engine.ts';
import { recordSound } from '../../inspector/sound-record.ts';
import { createSoundSample } from '../../inspector/sound-sample.ts';
import { joinBytes } from '../../src/base/byte-stream.ts';
import { JpegEncoder, JpegTrace, watchJpeg } from '../../src/codecs/jpeg/index.ts';
import { encodeApng, encodePng, inspectPng } from '../../src/codecs/png/index.ts';
import { FILTER_TABLES, FilterGraph, GraphTrace } from '../../src/filters/index.ts';
import { readTrace, TREE_TABLES, TraceWriter, traceTree } from '../../src/inspect/index.ts';
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

/** An MP4 file of the sample, and where its second packet begins. */
async function session(): Promise<{ file: Uint8Array; at: number }> {
  const settings = {
    preset: 'ultrafast',
    qp: 40,
    profile: 'baseline',
    bframes: 0,
    coding: 'CAVLC',
  };
  const { file, figures } = await encodePictures(
    createSample(),
    settings as Settings,
    true,
    () => {},
  );
  // Packets lie one behind the other, at the beginning of `mdat`.
  const mdat = Buffer.from(file).indexOf('mdat') + 4;
  return { file, at: mdat + figures[0]!.bytes };
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
    await go('view=sound&kbps=64&frame=30&preset=ultrafast');
    await page.keyboard.press('.');
    expect(page.url()).toContain('frame=31');
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
    // A file that is opened is shown as it is, until another effort is chosen.
    await page.waitForSelector('#image-side:has-text("How its writer chose is not known")');
    expect(page.url()).toContain('effort=as%20it%20is');
    const own = coded.file.length.toLocaleString('en-US');
    expect(await page.textContent('#image-side')).toContain(`${own} bytes in all`);
    await page.selectOption('#effort', 'default');
    const best = encodeImage(PICTURE, { kind: 'png', effort: 'default', quality: 75 });
    const size = best.file.length.toLocaleString('en-US');
    await page.waitForSelector(`#image-side:has-text("${size} bytes in all")`);
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

  it('shows a JPEG file of another encoder as it is: scans, levels, steps and codes', async () => {
    const made = new JpegEncoder({ width: 80, height: 48, channels: 4, scans: 'progressive' });
    made.writeRows(PICTURE.data);
    const file = made.finish();
    await drop('<b>own</b>.jpg', file);
    await says(/own.*: JPEG of .* looked at as it is/);
    expect(page.url()).toContain('kind=jpeg&effort=as%20it%20is');
    await go('view=image&kind=jpeg&effort=as%20it%20is&preset=ultrafast&x=20&y=20');
    await page.waitForSelector('#image-side:has-text("Quantization steps")');
    const inspect = new JpegTrace();
    watchJpeg(file, inspect);
    inspect.end();
    const record = jpegRecord(readTrace(joinBytes(inspect.take())))!;
    const bits = record.bitsOf(0, 2, 2).reduce((sum, own) => sum + own, 0);
    const levels = record.levelsOf(0, 2, 2).length;
    const side = await page.textContent('#image-side');
    expect(side).toContain(`Block 2, 2 takes ${bits} bit`);
    expect(side).toContain(`for ${levels} level`);
    expect(side).toContain(`of ${record.scans.length}:`);
    expect(await page.locator('#image-side caption:has-text("Codes of")').count()).toBeGreaterThan(
      0,
    );
    expect(await page.locator('#image-side b').count()).toBe(0);
    await go('view=file&byte=2&preset=ultrafast');
    await page.waitForSelector('.tree li:has-text("SOF2")');
    expect(await page.locator('.tree li:has-text("SOS")').count()).toBe(record.scans.length);
  });

  it('shows interlaced and animated PNG files', async () => {
    const image = { width: 80, height: 48, colorType: 6, bitDepth: 8, data: PICTURE.data } as const;
    await go('view=image&preset=ultrafast');
    await drop('passes.png', encodePng(image, { interlaced: true }));
    await says(/passes\.png: PNG of .* looked at as it is/);
    await go('view=image&effort=as%20it%20is&preset=ultrafast&x=1&y=0');
    await page.waitForSelector('#image-side:has-text("Row 0 of pass 6")');
    await go('view=image&effort=as%20it%20is&preset=ultrafast&x=3&y=5');
    await page.waitForSelector('#image-side:has-text("Row 2 of pass 7")');
    const frames = [
      { data: image.data },
      { data: new Uint8Array(4 * 16 * 8).fill(255), x: 32, y: 16, width: 16, height: 8 },
    ];
    await drop('moves.png', encodeApng(image, frames));
    await says(/moves\.png: PNG of .* looked at as it is/);
    await go('view=image&effort=as%20it%20is&preset=ultrafast&x=3&y=5');
    const first = await look('image');
    await go('view=image&effort=as%20it%20is&preset=ultrafast&x=40&y=20&still=1');
    await page.waitForSelector('#image-side:has-text("Shown for 0.10 s at 32, 16")');
    expect(await page.textContent('#pixel-lead')).toContain('Pixel 8, 4 takes');
    await page.waitForFunction(
      (before) =>
        (document.getElementById('image') as HTMLCanvasElement).toDataURL().slice(-6000) !== before,
      first,
    );
  });

  it('shows the links of filters, and the parts of a file, of traces', async () => {
    const writer = new TraceWriter({}, [...FILTER_TABLES, ...TREE_TABLES]);
    const inspect = new GraphTrace(writer);
    const graph = new FilterGraph(
      'testsrc2=size=64x48:rate=10:duration=1,fps=5,scale=32:24,buffersink',
      { inspect },
    );
    while ((graph.getFrames()?.numFrames ?? 0) > 0);
    traceTree(writer, inspectPng(encodePng({ ...PICTURE, colorType: 6, bitDepth: 8 })));
    writer.end();
    await go('preset=ultrafast');
    await drop('graph.trace', joinBytes(writer.take()));
    await says(/graph\.trace: a trace of 3 links of filters and of the parts of a file/);
    expect(page.url()).toContain('view=links');
    expect(await page.textContent('#link-lead')).toMatch(
      /testsrc2 to fps: .* 64×48, 10 a second; 10 frames/,
    );
    await page.focus('.edge >> nth=1');
    await page.keyboard.press('Enter');
    expect(page.url()).toContain('link=1');
    expect(await page.textContent('#link-lead')).toMatch(/fps to scale: .* 5 a second; 5 frames/);
    await page.click('[data-view="file"]');
    await page.click('.tree li:has-text("IHDR")');
    await page.waitForSelector('#fields td:has-text("Width")');
    expect(await page.textContent('#where')).toContain('The trace has the parts of a file');
  });

  it('places the packets of an MP4 file in its bytes', async () => {
    const mp4 = await session();
    await drop('session.mp4', mp4.file);
    await says(/session\.mp4: .*encoded here anew in/);
    await go(`view=file&preset=ultrafast&byte=${mp4.at}`);
    await page.waitForSelector('.tree li[aria-selected="true"]:has-text("packet 2 of track 1")');
    expect(await page.textContent('.tree li[aria-selected="true"]')).toContain(
      `at ${mp4.at.toLocaleString('en-US')}`,
    );
  });
});
