/** A picture with heat, and with what the view draws over it, in picture pixels; a click chooses a pixel. */
import { h } from '../dom.ts';
import { heat } from '../paint.ts';

/** Largest scale that a small picture is shown at. */
const LARGEST_SCALE = 12;

/** What is drawn. */
export interface ImageLook {
  readonly pixels: ImageData;
  /** Values by cell, `wide` of them in a row, from the pixel at `left`, `top` on; pixels of a cell on each side. Null for the picture alone. */
  readonly heat: {
    readonly values: Float32Array;
    readonly cell: number;
    readonly wide: number;
    readonly left: number;
    readonly top: number;
  } | null;
  /** Draws over it; `pixel` is a pixel of the screen in pixels of the picture. */
  over(context: CanvasRenderingContext2D, pixel: number): void;
}

/** Values as an image of their own, a pixel a cell; bright is much. */
export function heatImage(values: Float32Array, width: number): ImageData {
  const image = new ImageData(width, Math.max(1, Math.floor(values.length / width)));
  let most = 1e-9;
  for (const value of values) most = Math.max(most, value);
  for (let i = 0; i < width * image.height; i++) {
    const [r, g, b] = heat(Math.sqrt(values[i] / most));
    image.data[4 * i] = r;
    image.data[4 * i + 1] = g;
    image.data[4 * i + 2] = b;
    image.data[4 * i + 3] = 255;
  }
  return image;
}

/** A canvas that holds an image of pixels. */
function canvasOf(image: ImageData): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = image.width;
  canvas.height = image.height;
  canvas.getContext('2d')?.putImageData(image, 0, 0);
  return canvas;
}

/** Creates the canvas; `choose` gets a pixel. */
export function createImageCanvas(choose: (x: number, y: number) => void): {
  readonly element: HTMLCanvasElement;
  draw(look: ImageLook): void;
} {
  const canvas = h('canvas', {
    ...{ id: 'image', class: 'image-canvas', role: 'img', tabindex: 0 },
    'aria-label': 'The picture; a click, or the arrow keys, choose a pixel',
  });
  let scale = 1;
  let size = { width: 1, height: 1 };
  let base: { image: ImageData; canvas: HTMLCanvasElement } | null = null;
  let warm: { values: Float32Array; canvas: HTMLCanvasElement } | null = null;
  canvas.addEventListener('click', (event) => {
    const rectangle = canvas.getBoundingClientRect();
    const at = (place: number, whole: number, count: number): number =>
      Math.max(0, Math.min(count - 1, Math.floor((place / whole) * count)));
    choose(
      at(event.clientX - rectangle.left, rectangle.width, size.width),
      at(event.clientY - rectangle.top, rectangle.height, size.height),
    );
  });
  const draw = (look: ImageLook): void => {
    const { pixels } = look;
    size = { width: pixels.width, height: pixels.height };
    const space = Math.max(200, (canvas.parentElement?.clientWidth ?? 640) - 2);
    scale = Math.min(LARGEST_SCALE, space / size.width);
    const density = Math.min(2, globalThis.devicePixelRatio || 1);
    canvas.width = Math.round(size.width * scale * density);
    canvas.height = Math.round(size.height * scale * density);
    canvas.style.width = `${size.width * scale}px`;
    const context = canvas.getContext('2d');
    if (context === null) return;
    if (base?.image !== pixels) base = { image: pixels, canvas: canvasOf(pixels) };
    context.imageSmoothingEnabled = scale < 1;
    context.setTransform(scale * density, 0, 0, scale * density, 0, 0);
    context.drawImage(base.canvas, 0, 0);
    if (look.heat !== null) {
      const { values, cell, wide, left, top } = look.heat;
      if (warm?.values !== values) warm = { values, canvas: canvasOf(heatImage(values, wide)) };
      context.imageSmoothingEnabled = false;
      context.globalAlpha = 0.86;
      context.drawImage(warm.canvas, left, top, wide * cell, warm.canvas.height * cell);
      context.globalAlpha = 1;
    }
    look.over(context, 1 / scale);
  };
  return { element: canvas, draw };
}
