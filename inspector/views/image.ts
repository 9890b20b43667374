/** The view of pictures as files: PNG and JPEG, with the cost of each pixel. */
import { decodeJpeg } from '../../src/codecs/jpeg/index.ts';
import type { App, View } from '../app.ts';
import { h, replaceOpen } from '../dom.ts';
import type { ImageRecording } from '../media.ts';
import type { State } from '../state.ts';
import { choice } from '../toolbar.ts';
import { createImageCanvas, type ImageLook } from './image-canvas.ts';
import { drawJpeg, jpegPanel } from './jpeg-panel.ts';
import { drawPng, pngPanel } from './png-panel.ts';

/** EOI, which ends a file that is cut behind a scan. */
const END_OF_IMAGE = [0xff, 0xd9];

/** The pixels of an RGB picture. */
function pixelsOf(width: number, height: number, data: Uint8Array, channels: number): ImageData {
  const image = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) {
      image.data[4 * i + c] = data[channels * i + (channels < 3 ? 0 : c)];
    }
    image.data[4 * i + 3] = channels === 4 ? data[4 * i + 3] : 255;
  }
  return image;
}

/** Picture number `still` of an animated file, as the browser puts it together; null where it cannot. */
async function stillOf(file: Uint8Array, still: number): Promise<ImageData | null> {
  if (!('ImageDecoder' in globalThis)) return null;
  const decoder = new ImageDecoder({ data: file as BufferSource, type: 'image/png' });
  try {
    const { image } = await decoder.decode({ frameIndex: still });
    const canvas = new OffscreenCanvas(image.displayWidth, image.displayHeight);
    const context = canvas.getContext('2d');
    context?.drawImage(image, 0, 0);
    image.close();
    return context?.getImageData(0, 0, canvas.width, canvas.height) ?? null;
  } catch {
    return null;
  } finally {
    decoder.close();
  }
}

/** Makes what is drawn once, until something else is asked for. */
class Painter {
  private key: readonly unknown[] = [];
  private pixels: ImageData | null = null;
  private heatKey: readonly unknown[] = [];
  private values: Float32Array | null = null;
  private readonly onPixels: () => void;

  /** @param onPixels called when pixels have come that were not there when they were asked for */
  constructor(onPixels: () => void) {
    this.onPixels = onPixels;
  }

  /** The picture: the source of a PNG file, a JPEG file as far as it has arrived. */
  pixelsOf(recording: ImageRecording, scan: number, still: number): ImageData | null {
    const { source, jpeg, coded } = recording;
    const key = [recording, scan, still];
    if (this.key.every((part, i) => part === key[i]) && this.key.length > 0) return this.pixels;
    this.key = key;
    this.pixels = null;
    if (jpeg !== null && coded !== null) {
      const { end } = jpeg.scans[scan];
      const bytes = new Uint8Array(end + END_OF_IMAGE.length);
      bytes.set(coded.file.subarray(0, end));
      bytes.set(END_OF_IMAGE, end);
      const { width, height, data, channels } = decodeJpeg(bytes);
      this.pixels = pixelsOf(width, height, data as Uint8Array, channels);
    } else if (source !== null) {
      this.pixels = pixelsOf(source.width, source.height, source.data, 4);
      if (still > 0 && source.file !== undefined) void this.takeStill(key, source.file, still);
    } else {
      const { width, height } = recording.png(0) ?? jpeg ?? { width: 1, height: 1 };
      this.pixels = new ImageData(width, height);
    }
    return this.pixels;
  }

  /** Puts a later picture of an animation in the place of the first, when it is there. */
  private async takeStill(key: readonly unknown[], file: Uint8Array, still: number): Promise<void> {
    const pixels = await stillOf(file, still);
    if (pixels === null || this.key !== key) return;
    this.pixels = pixels;
    this.onPixels();
  }

  /** Bits of pixels, or of blocks in the scans so far. */
  heatOf({ jpeg, png }: ImageRecording, scan: number, still: number): ImageLook['heat'] {
    const record = png(still);
    if (record !== null) {
      const { pixelBits: values, width, left, top } = record;
      return { values, cell: 1, wide: width, left, top };
    }
    if (jpeg === null) return null;
    if (this.heatKey[0] !== jpeg || this.heatKey[1] !== scan) {
      this.heatKey = [jpeg, scan];
      this.values = jpeg.blockBits(scan);
    }
    const wide = Math.ceil(jpeg.width / 8);
    return this.values === null ? null : { values: this.values, cell: 8, wide, left: 0, top: 0 };
  }
}

/** A slider for a number of the state. */
function slider(app: App, key: 'quality' | 'scan' | 'still', label: string, most: number) {
  const output = h('output', {}, '');
  const input = h('input', {
    ...{ type: 'range', id: key, min: key === 'quality' ? 5 : 0, max: most, 'aria-label': label },
    oninput: () => app.store.set({ [key]: Number(input.value) }),
  });
  const element = h('label', { class: 'slider' }, h('span', {}, label), input, output);
  return {
    element,
    update: (value: number, last: number, text: string): void => {
      input.max = String(last);
      input.value = String(value);
      output.textContent = text;
    },
  };
}

/** The controls above the picture. */
function createControls(app: App) {
  const kinds = (['png', 'jpeg'] as const).map((kind) =>
    h(
      'button',
      { type: 'button', 'data-kind': kind, onclick: () => app.store.set({ kind, scan: 99 }) },
      kind.toUpperCase(),
    ),
  );
  const effort = choice(app, 'effort', 'Effort', ['fast', 'default', 'best', 'as it is']);
  const quality = slider(app, 'quality', 'Quality', 100);
  const scan = slider(app, 'scan', 'Scan', 99);
  const still = slider(app, 'still', 'Picture', 0);
  const turnHeat = (): void => app.store.set({ heat: 1 - app.store.state.heat });
  const warm = h('button', { type: 'button', id: 'heat', onclick: turnHeat }, 'Cost as heat');
  const element = h(
    'div',
    { class: 'controls' },
    ...kinds,
    effort.element,
    quality.element,
    scan.element,
    still.element,
    warm,
  );
  const update = (
    { kind, heat, quality: value, effort: how, still: number }: State,
    image: ImageRecording | null,
    shown: number,
  ): void => {
    const scans = image?.jpeg?.scans.length ?? 0;
    const stills = image?.stills ?? 0;
    const isOpened = app.media.fileKind === kind;
    // A trace is of the kind that it is.
    const { isImageOfTrace } = app.media;
    const shownKind = isImageOfTrace ? (image?.jpeg === null ? 'png' : 'jpeg') : kind;
    for (const button of kinds) {
      button.disabled = isImageOfTrace;
      button.setAttribute('aria-pressed', String(button.dataset.kind === shownKind));
    }
    effort.element.hidden = isImageOfTrace;
    warm.setAttribute('aria-pressed', String(heat === 1));
    effort.update();
    const asItIs = effort.element.querySelector<HTMLOptionElement>('[value="as it is"]');
    if (asItIs !== null) asItIs.disabled = !isOpened;
    if (how === 'as it is' && !isOpened) effort.element.value = 'default';
    quality.element.hidden = isImageOfTrace || kind === 'png' || (how === 'as it is' && isOpened);
    scan.element.hidden = shownKind === 'png' || scans < 2;
    quality.update(value, 100, String(value));
    still.element.hidden = stills < 2;
    still.update(number, Math.max(0, stills - 1), `${number + 1} of ${stills}`);
    scan.update(shown, Math.max(0, scans - 1), `${shown + 1} of ${scans}`);
  };
  return { element, update };
}

const PNG_NOTE =
  'A row of pixels is filtered, and what the filters leave is written as bytes and as copies of bytes before. Click a pixel.';
const JPEG_NOTE =
  'Blocks of 8×8 pixels become waves, the waves are rounded; scans bring first the coarse, then the fine. Click a block.';

/** A place in a range of `count` from `first`, counted from there. */
function within(place: number, first: number, count: number): number {
  return Math.max(0, Math.min(count - 1, place - first));
}

/** Arrows choose the next pixel. */
function moveByKey(app: App, event: KeyboardEvent): void {
  const steps: Record<string, [number, number]> = {
    ...{ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] },
  };
  const step = steps[event.key];
  if (step === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  const { x, y } = app.store.state;
  app.store.set({ x: Math.max(0, x + step[0]), y: Math.max(0, y + step[1]) });
}

/** Creates the view. */
export function createImageView(app: App): View {
  const choose = (x: number, y: number): void => app.store.set({ x, y });
  const canvas = createImageCanvas(choose);
  const controls = createControls(app);
  const painter = new Painter(() => update());
  const panel = h('aside', {
    class: 'side',
    'aria-label': 'Of the chosen pixel',
    id: 'image-side',
  });
  const note = h('p', { class: 'note' }, '');
  const element = h(
    'section',
    { class: 'view image-view', 'aria-label': 'Picture as a file' },
    h(
      'div',
      { class: 'page' },
      h('h2', { class: 'hidden' }, 'Picture as a file'),
      controls.element,
      note,
      h('div', {}, canvas.element),
    ),
    panel,
  );
  canvas.element.addEventListener('keydown', (event) => moveByKey(app, event));
  const update = (): void => {
    app.media.needImage();
    const { image } = app.media;
    const { state } = app.store;
    const scans = image?.jpeg?.scans.length ?? 0;
    const scan = Math.max(0, Math.min(state.scan, scans - 1));
    const still = Math.max(0, Math.min(state.still, (image?.stills ?? 0) - 1));
    controls.update({ ...state, still }, image, scan);
    if (image === null) {
      note.textContent = 'The picture is being written …';
      return;
    }
    const png = image.png(still);
    const { jpeg } = image;
    note.textContent = png !== null ? PNG_NOTE : JPEG_NOTE;
    const pixels = painter.pixelsOf(image, scan, still);
    if (pixels === null) return;
    const x = within(state.x, png?.left ?? 0, png?.width ?? pixels.width);
    const y = within(state.y, png?.top ?? 0, png?.height ?? pixels.height);
    canvas.draw({
      pixels,
      heat: state.heat === 1 ? painter.heatOf(image, scan, still) : null,
      over: (context, pixel) => {
        if (png !== null) {
          context.translate(png.left, png.top);
          drawPng(context, pixel, png, x, y);
        }
        if (jpeg !== null) drawJpeg(context, pixel, jpeg, x, y);
      },
    });
    replaceOpen(panel, [
      ...(png === null ? [] : pngPanel(image, png, x, y, choose)),
      ...(jpeg === null ? [] : jpegPanel(image, jpeg, x, y, scan, choose)),
    ]);
  };
  return { element, update };
}
