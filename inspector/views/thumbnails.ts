/** The samples of a macroblock, large: source, prediction, residual, decoded, error. A click chooses a block. */
import type { App } from '../app.ts';
import { h, themeColor } from '../dom.ts';
import { LAYER_TEXTS, layerSamples, paintLayer } from '../paint.ts';
import type { PictureRecord, Recording } from '../recording.ts';
import type { LayerName } from '../state.ts';

const SHOWN: readonly LayerName[] = ['source', 'prediction', 'residual', 'decoded', 'difference'];

/** Width of a thumbnail in pixels of the canvas. */
const SIZE = 128;

/** Painted layers of the picture looked at last. */
let painted: { picture: PictureRecord; canvases: Map<LayerName, HTMLCanvasElement> } | null = null;

function layerCanvas(
  recording: Recording,
  picture: PictureRecord,
  layer: LayerName,
): HTMLCanvasElement {
  if (painted?.picture !== picture) painted = { picture, canvases: new Map() };
  const known = painted.canvases.get(layer);
  if (known !== undefined) return known;
  const canvas = h('canvas', { width: recording.width, height: recording.height });
  const image = paintLayer(recording, picture, layer);
  if (image !== null) canvas.getContext('2d')?.putImageData(image, 0, 0);
  painted.canvases.set(layer, canvas);
  return canvas;
}

/** luma4x4BlkIdx of the block at a column and row of blocks (clause 6.4.3). */
export function blockIndexAt(column: number, row: number): number {
  return 8 * (row >> 1) + 4 * (column >> 1) + 2 * (row & 1) + (column & 1);
}

/** Column and row of a luma block. */
export function placeOfBlock(blkIdx: number): readonly [number, number] {
  return [2 * ((blkIdx >> 2) & 1) + (blkIdx & 1), 2 * ((blkIdx >> 3) & 1) + ((blkIdx >> 1) & 1)];
}

/** The thumbnails; none without samples. */
export function thumbnails(
  app: App,
  recording: Recording,
  picture: PictureRecord,
  mb: number,
): HTMLElement[] {
  if (layerSamples(recording, picture, 'source') === null) return [];
  const { block } = app.store.state;
  const figures = SHOWN.map((layer) => {
    const canvas = h('canvas', {
      width: SIZE,
      height: SIZE,
      'aria-label': `${LAYER_TEXTS[layer][0]} of the macroblock`,
    });
    const context = canvas.getContext('2d');
    if (context !== null) {
      context.imageSmoothingEnabled = false;
      const x = 16 * (mb % recording.widthInMbs);
      const y = 16 * Math.floor(mb / recording.widthInMbs);
      context.drawImage(layerCanvas(recording, picture, layer), x, y, 16, 16, 0, 0, SIZE, SIZE);
      if (block < 16) {
        const [column, row] = placeOfBlock(block);
        context.strokeStyle = themeColor('accent');
        context.lineWidth = 3;
        context.strokeRect(
          (column * SIZE) / 4 + 1.5,
          (row * SIZE) / 4 + 1.5,
          SIZE / 4 - 3,
          SIZE / 4 - 3,
        );
      }
    }
    canvas.addEventListener('click', (event) => {
      const box = canvas.getBoundingClientRect();
      const column = Math.min(3, Math.floor((4 * (event.clientX - box.left)) / box.width));
      const row = Math.min(3, Math.floor((4 * (event.clientY - box.top)) / box.height));
      app.store.set({ block: blockIndexAt(column, row) });
    });
    return h('figure', {}, canvas, h('figcaption', {}, LAYER_TEXTS[layer][0]));
  });
  return [h('div', { class: 'thumbnails' }, ...figures)];
}
