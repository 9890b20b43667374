/**
 * What the inspector does when one thing is opened after another: nothing of the first stays, and what a file lacks is said in a sentence.
 * Needs `dist/inspector.html` (`npm run build:inspector`).
 */
import { existsSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { encodePictures } from '../../inspector/engine.ts';
import { encodeImage } from '../../inspector/image-engine.ts';
import type { Coded, CodedSound, Settings, SourceImage } from '../../inspector/protocol.ts';
import { createSample } from '../../inspector/sample.ts';
import { encodeSound } from '../../inspector/sound-engine.ts';
import { createSoundSample } from '../../inspector/sound-sample.ts';
import { findChromium, launchChromium } from './chromium.ts';

const PAGE = fileURLToPath(new URL('../../dist/inspector.html', import.meta.url));
const executable = existsSync(PAGE) ? findChromium() : null;

const SETTINGS: Settings = {
  preset: 'ultrafast',
  qp: 40,
  profile: 'baseline',
  bframes: 0,
  coding: 'CAVLC',
};

const PICTURE: SourceImage = {
  title: 'slopes',
  width: 80,
  height: 48,
  data: Uint8Array.from({ length: 4 * 80 * 48 }, (_, i) => (i % 4 === 3 ? 255 : (i >> 3) & 255)),
};

describe.skipIf(executable === null)('opening one thing after another', () => {
  let browser: Browser;
  let page: Page;
  let coded: Coded;
  let sound: CodedSound;
  const complaints: string[] = [];

  const says = (text: RegExp): Promise<unknown> =>
    page.waitForFunction(
      (source) => new RegExp(source).test(document.getElementById('status')?.textContent ?? ''),
      text.source,
      { timeout: 60_000 },
    );
  const open = (name: string, bytes: Uint8Array): Promise<void> =>
    page.setInputFiles('#file', {
      ...{ name, mimeType: 'application/octet-stream' },
      buffer: Buffer.from(bytes),
    });
  const show = (view: string): Promise<void> => page.click(`[data-view="${view}"]`);

  beforeAll(async () => {
    browser = await launchChromium(executable!);
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.on('pageerror', (error) => complaints.push(String(error)));
    const source = createSample();
    const few = { ...source, pictures: source.pictures.slice(0, 3) };
    coded = await encodePictures(few, SETTINGS, true);
    sound = await encodeSound(createSoundSample(), 64_000);
  });

  afterEach(() => expect(complaints).toEqual([]));

  afterAll(() => browser?.close());

  it('takes a trace that is opened while the sample is still encoded', async () => {
    await page.goto(`${pathToFileURL(PAGE).href}#preset=veryslow`);
    await page.waitForFunction(() => /Encoding/.test(document.body.textContent ?? ''));
    await open('early.trace', coded.trace);
    await says(/early\.trace: a trace of 3 pictures/);
    await page.waitForTimeout(1500);
    expect(await page.textContent('#status')).toContain('early.trace');
    expect(await page.locator('.strip button').count()).toBe(3);
  });

  it('says what a trace of video has no samples, sound or file for', async () => {
    expect(await page.isDisabled('[data-layer="residual"]')).toBe(true);
    for (const [view, text] of [
      ['image', 'no PNG or JPEG picture'],
      ['sound', 'no sound'],
      ['compare', 'Two encodes need the samples'],
    ] as const) {
      await show(view);
      expect(await page.textContent('#nothing')).toContain(text);
    }
    await show('timeline');
    expect(await page.locator('#nothing').count()).toBe(0);
  });

  it('goes back through the views that were shown, by the browser’s own button', async () => {
    await show('picture');
    await show('timeline');
    await show('file');
    await page.goBack();
    expect(page.url()).toContain('view=timeline');
    await page.waitForSelector('.timeline');
    await page.goBack();
    await page.waitForSelector('.picture-view');
    await page.goForward();
    await page.waitForSelector('.timeline');
    expect(await page.textContent('#status')).toContain('early.trace');
  });

  it('shows a trace of JPEG as one, and a sound of a trace without a bit rate to choose', async () => {
    const { trace } = encodeImage(PICTURE, { kind: 'jpeg', effort: 'default', quality: 80 });
    await open('picture.trace', trace);
    await says(/picture\.trace: a trace/);
    expect(await page.getAttribute('[data-kind="jpeg"]', 'aria-pressed')).toBe('true');
    expect(await page.isDisabled('[data-kind="png"]')).toBe(true);
    await open('sound.trace', sound.trace);
    await says(/sound\.trace: a trace/);
    expect(await page.isHidden('#kbps')).toBe(true);
    await show('image');
    expect(await page.textContent('#nothing')).toContain('sound.trace');
  });

  it('shows the first picture of a video in the place of a file that was opened before', async () => {
    const { file } = encodeImage(PICTURE, { kind: 'png', effort: 'fast', quality: 75 });
    await open('first.png', file);
    await says(/first\.png: PNG of/);
    await open('then.mp4', coded.file);
    await says(/then\.mp4: PNG of/);
    expect(page.url()).toContain('view=image');
  });

  it('hears keys after a file was opened and after a choice', async () => {
    await open('keys.trace', coded.trace);
    await says(/keys\.trace: a trace/);
    await page.keyboard.press('Shift+P');
    await page.keyboard.press('.');
    expect(page.url()).toContain('picture=1');
    await open('sound.trace', sound.trace);
    await page.focus('#channel');
    await page.keyboard.press('.');
    expect(page.url()).toContain('frame=9');
  });

  it('says what to do about a file that it cannot read', async () => {
    const head = Buffer.from('YUV4MPEG2 W20000 H20000 F25:1\nFRAME\n');
    const huge = Buffer.from(
      '89504e470d0a1a0a0000000d49484452000050000000500008020000000000',
      'hex',
    );
    const cut = encodeImage(PICTURE, { kind: 'jpeg', effort: 'fast', quality: 80 }).file;
    for (const [name, bytes, text] of [
      ['huge.y4m', head, /scale it down to 3840x2160/],
      ['cut.trace', coded.trace.subarray(0, 9000), /cut\.trace cannot be read: .*make it again/],
      ['huge.png', huge, /20480x20480.*scale it down/],
      ['cut.jpg', cut.subarray(0, 40), /broken or cut off: get it again/],
    ] as const) {
      await open(name, bytes);
      await says(text);
    }
  });
});
