/** Two encodes of one picture with a divider between them that follows the pointer, or the keys. */
import { h, themeColor } from '../dom.ts';
import { extremesOf } from '../extremes.ts';
import { paintLayer } from '../paint.ts';
import type { PictureRecord, Recording } from '../recording.ts';

/** Squared error of the luma of each macroblock. */
export function errorsOf(recording: Recording, picture: PictureRecord): Float64Array {
  const { width, height, widthInMbs } = recording;
  const errors = new Float64Array(picture.maps.type.length);
  const source = recording.source?.pictures[picture.pts];
  const after = recording.samples.get(picture.pts)?.after;
  if (source === undefined || after === undefined) return errors;
  for (let y = 0; y < height; y++) {
    const row = (y >> 4) * widthInMbs;
    for (let x = 0; x < width; x++)
      errors[row + (x >> 4)] += (source[y * width + x] - after[y * width + x]) ** 2;
  }
  return errors;
}

/** The canvas. */
export class PairCanvas {
  readonly element: HTMLElement;
  private readonly canvas = h('canvas', {
    ...{ id: 'pair', role: 'img' },
    'aria-label': 'The picture by both encodes: A left of the divider, B right of it',
  });
  private readonly divider: HTMLInputElement;
  private images: readonly [HTMLCanvasElement, HTMLCanvasElement] | null = null;
  private overlay: HTMLCanvasElement | null = null;
  private isBlind = false;
  private chosen = -1;

  /** @param choose gets the macroblock that is clicked */
  constructor(choose: (mb: number) => void) {
    this.divider = h('input', {
      ...{ type: 'range', min: 0, max: 1000, value: 500, class: 'divider' },
      'aria-label': 'Divider between A and B',
      oninput: () => this.compose(),
    });
    this.canvas.addEventListener('pointermove', (event) => {
      const box = this.canvas.getBoundingClientRect();
      this.divider.value = String((1000 * (event.clientX - box.left)) / box.width);
      this.compose();
    });
    this.canvas.addEventListener('click', ({ offsetX, offsetY }) => {
      const { width = 0 } = this.images?.[0] ?? {};
      const scale = width / this.canvas.clientWidth;
      const [x, y] = [offsetX, offsetY].map((place) => Math.floor((place * scale) / 16));
      choose(y * Math.ceil(width / 16) + x);
    });
    this.element = h('div', { class: 'pair' }, this.canvas, this.divider);
  }

  /**
   * Draws two encodes of one picture.
   * @param map what is drawn over them: `none`, `bits` or `error`
   * @param isBlind whether the sides are not named
   * @param chosen macroblock that is marked
   */
  draw(
    recordings: readonly [Recording, Recording],
    pictures: readonly [PictureRecord, PictureRecord],
    map: string,
    isSwapped: boolean,
    isBlind: boolean,
    chosen: number,
  ): void {
    const { width, height } = recordings[0];
    const painted = recordings.map((recording, i) => {
      const canvas = h('canvas', { width, height });
      const image = paintLayer(recording, pictures[i], 'decoded');
      if (image !== null) canvas.getContext('2d')?.putImageData(image, 0, 0);
      return canvas;
    });
    this.images = isSwapped ? [painted[1], painted[0]] : [painted[0], painted[1]];
    this.overlay = map === 'none' ? null : this.drawMap(recordings, pictures, map);
    this.isBlind = isBlind;
    this.chosen = chosen;
    this.compose();
  }

  /** Where A is better is blue, where B is better pink; the stronger, the more. */
  private drawMap(
    recordings: readonly [Recording, Recording],
    pictures: readonly [PictureRecord, PictureRecord],
    map: string,
  ): HTMLCanvasElement {
    const { width, height, widthInMbs } = recordings[0];
    const values = recordings.map((recording, i) =>
      map === 'bits' ? pictures[i].maps.bits : errorsOf(recording, pictures[i]),
    );
    const differences = Array.from(values[0], (value, mb) => value - values[1][mb]);
    const most = Math.max(1, extremesOf(differences.map(Math.abs)).most);
    const canvas = h('canvas', { width, height });
    const context = canvas.getContext('2d');
    if (context === null) return canvas;
    context.fillStyle = 'rgb(10 14 18 / 0.62)';
    context.fillRect(0, 0, width, height);
    for (const [mb, difference] of differences.entries()) {
      context.fillStyle = themeColor(difference < 0 ? 'list0' : 'list1');
      context.globalAlpha = Math.sqrt(Math.abs(difference) / most) * 0.85;
      context.fillRect(16 * (mb % widthInMbs), 16 * Math.floor(mb / widthInMbs), 16, 16);
    }
    return canvas;
  }

  private compose(): void {
    const { canvas, images, overlay } = this;
    if (images === null) return;
    const { width, height } = images[0];
    const scale = Math.max(1, Math.min(4, Math.round((2 * canvas.clientWidth) / width) || 2));
    if (canvas.width !== width * scale) canvas.width = width * scale;
    if (canvas.height !== height * scale) canvas.height = height * scale;
    const context = canvas.getContext('2d');
    if (context === null) return;
    const at = Math.round((width * Number(this.divider.value)) / 1000);
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.imageSmoothingEnabled = false;
    context.drawImage(images[0], 0, 0);
    if (at < width)
      context.drawImage(images[1], at, 0, width - at, height, at, 0, width - at, height);
    if (overlay !== null) context.drawImage(overlay, 0, 0);
    else {
      context.fillStyle = 'white';
      context.fillRect(at - 0.5, 0, 1, height);
    }
    if (this.chosen >= 0) {
      const wide = Math.ceil(width / 16);
      context.strokeStyle = themeColor('accent');
      context.lineWidth = 2;
      context.strokeRect(16 * (this.chosen % wide), 16 * Math.floor(this.chosen / wide), 16, 16);
    }
    context.font = '600 9px system-ui, sans-serif';
    context.fillStyle = 'white';
    const [left, right] = this.isBlind
      ? ['left', 'right']
      : overlay === null
        ? ['A', 'B']
        : ['blue: A less', 'pink: B less'];
    context.shadowColor = 'black';
    context.shadowBlur = 6;
    context.fillText(left, 6, height - 7);
    context.textAlign = 'right';
    context.fillText(right, width - 6, height - 7);
    context.textAlign = 'left';
    context.shadowBlur = 0;
  }
}
