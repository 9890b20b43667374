/** What is drawn over the picture, in picture samples: the canvas is scaled by the caller. */
import { themeColor } from './dom.ts';
import { extremesOf } from './extremes.ts';
import { INTRA_DIRECTIONS, TYPE_COLORS } from './names.ts';
import { heat } from './paint.ts';
import { columnsOf, type PictureRecord, type Recording } from './recording.ts';
import type { OverlayName } from './state.ts';

/** What each overlay is called, its key, and what it shows. */
export const OVERLAY_TEXTS: Readonly<Record<OverlayName, readonly [string, string, string]>> = {
  partitions: ['Partitions', 'p', 'how macroblocks of 16×16 are divided'],
  vectors: ['Vectors', 'v', 'where each part is taken from: list 0 blue, list 1 pink'],
  types: ['Types', 't', 'the kind of each macroblock by color'],
  bits: ['Bits', 'b', 'heat: the bits of each macroblock'],
  qp: ['QP', 'q', 'heat: how coarsely each macroblock is quantized'],
  importance: ['Importance', 'i', 'heat: what later pictures take over from each macroblock'],
  references: ['References', 'r', 'by color: which picture of the list'],
  skipped: ['Skipped', 's', 'macroblocks that cost nothing but a flag'],
  modes: ['Intra modes', 'm', 'directions that intra blocks are drawn along'],
  transform: ['Transform', 'x', 'macroblocks with the 8×8 transform'],
  edges: ['Filtered edges', 'e', 'edges that deblocking smooths; stronger is brighter'],
};

/** What an overlay is drawn with. */
interface Drawing {
  readonly context: CanvasRenderingContext2D;
  readonly recording: Recording;
  readonly picture: PictureRecord;
  /** Samples in a pixel of the canvas: line widths are this times pixels. */
  readonly pixel: number;
}

/** Draws overlays, those that fill first. */
export function drawOverlays(drawing: Drawing, show: readonly OverlayName[]): void {
  for (const name of [
    'bits',
    'qp',
    'importance',
    'types',
    'references',
    'skipped',
    'transform',
  ] as const) {
    if (show.includes(name)) FILLS[name](drawing);
  }
  if (show.includes('partitions')) drawPartitions(drawing);
  if (show.includes('edges')) drawEdges(drawing);
  if (show.includes('modes')) drawModes(drawing);
  if (show.includes('vectors')) drawVectors(drawing);
}

function fillMacroblocks(
  { context, recording, picture }: Drawing,
  colorOf: (mb: number) => string | null,
): void {
  const { widthInMbs } = recording;
  for (let mb = 0; mb < picture.maps.type.length; mb++) {
    const color = colorOf(mb);
    if (color === null) continue;
    context.fillStyle = color;
    context.fillRect(16 * (mb % widthInMbs), 16 * Math.floor(mb / widthInMbs), 16, 16);
  }
}

/** Values as heat between their least and most; the middle of equal values. */
function heatOf(values: ArrayLike<number>, isLogarithmic: boolean): (mb: number) => string {
  const scaled = Array.from(values, (value) => (isLogarithmic ? Math.log2(1 + value) : value));
  const { least, most } = extremesOf(scaled);
  const span = most - least;
  return (mb) => {
    const [r, g, b] = heat(span === 0 ? 0.5 : (scaled[mb] - least) / span);
    return `rgb(${r} ${g} ${b} / 0.66)`;
  };
}

/** Colors of the pictures of a list, by number. */
export const REFERENCE_COLORS = [
  '90 169 240',
  '142 208 129',
  '242 180 65',
  '220 120 200',
  '120 220 220',
];

const FILLS = {
  bits: (drawing: Drawing) => fillMacroblocks(drawing, heatOf(drawing.picture.maps.bits, true)),
  qp: (drawing: Drawing) => fillMacroblocks(drawing, heatOf(drawing.picture.maps.qp, false)),
  importance: (drawing: Drawing) => {
    const { importance } = drawing.picture.maps;
    if (importance !== null) fillMacroblocks(drawing, heatOf(importance, false));
  },
  types: (drawing: Drawing) => {
    const colors = TYPE_COLORS.map((name) => themeColor(name));
    const { type } = drawing.picture.maps;
    drawing.context.globalAlpha = 0.5;
    fillMacroblocks(drawing, (mb) => colors[type[mb]] ?? null);
    drawing.context.globalAlpha = 1;
  },
  references: ({ context, recording, picture }: Drawing) => {
    eachPart(recording, picture, (x, y, width, height, list, refIdx) => {
      context.fillStyle = `rgb(${REFERENCE_COLORS[refIdx % REFERENCE_COLORS.length]} / 0.45)`;
      // Both lists: the second as the lower right half.
      if (list === 0) context.fillRect(x, y, width, height);
      else context.fillRect(x + width / 2, y + height / 2, width / 2, height / 2);
    });
  },
  skipped: (drawing: Drawing) => {
    const { type } = drawing.picture.maps;
    fillMacroblocks(drawing, (mb) =>
      type[mb] === 8 || type[mb] === 9 ? 'rgb(0 0 0 / 0.6)' : null,
    );
  },
  transform: (drawing: Drawing) => {
    const { transform8x8 } = drawing.picture.maps;
    fillMacroblocks(drawing, (mb) => (transform8x8[mb] ? 'rgb(108 196 245 / 0.4)' : null));
  },
};

/** Calls `tell` for every partition of the picture, in samples; vectors in quarter samples. */
export function eachPart(
  recording: Recording,
  picture: PictureRecord,
  tell: (
    x: number,
    y: number,
    width: number,
    height: number,
    list: number,
    refIdx: number,
    mvX: number,
    mvY: number,
  ) => void,
): void {
  const c = columnsOf(picture, 'motion');
  const { first, end } = picture.rows.motion;
  const { widthInMbs } = recording;
  for (let i = first; i < end; i++) {
    if (c.void[i] !== 0) continue;
    const mb = c.macroblock[i];
    const x = 16 * (mb % widthInMbs) + 4 * (c.block[i] & 3);
    const y = 16 * Math.floor(mb / widthInMbs) + 4 * (c.block[i] >> 2);
    tell(x, y, c.width[i], c.height[i], c.list[i], c.refIdx[i], c.mvX[i], c.mvY[i]);
  }
}

function drawPartitions({ context, recording, picture, pixel }: Drawing): void {
  const { widthInMbs, heightInMbs } = recording;
  context.lineWidth = pixel;
  context.strokeStyle = 'rgb(255 255 255 / 0.28)';
  context.beginPath();
  for (let x = 0; x <= widthInMbs; x++) {
    context.moveTo(16 * x, 0);
    context.lineTo(16 * x, 16 * heightInMbs);
  }
  for (let y = 0; y <= heightInMbs; y++) {
    context.moveTo(0, 16 * y);
    context.lineTo(16 * widthInMbs, 16 * y);
  }
  context.stroke();
  context.strokeStyle = 'rgb(255 255 255 / 0.75)';
  context.beginPath();
  eachPart(recording, picture, (x, y, width, height) => {
    if (width < 16 || height < 16) context.rect(x, y, width, height);
  });
  eachIntra(recording, picture, (x, y, size) => context.rect(x, y, size, size));
  context.stroke();
}

/** Calls `tell` for every block of Intra_4x4 and Intra_8x8, in samples. */
function eachIntra(
  recording: Recording,
  picture: PictureRecord,
  tell: (x: number, y: number, size: number, mode: number) => void,
): void {
  const c = columnsOf(picture, 'intra');
  const { widthInMbs } = recording;
  for (let i = picture.rows.intra.first; i < picture.rows.intra.end; i++) {
    if (c.void[i] !== 0) continue;
    const mb = c.macroblock[i];
    const x = 16 * (mb % widthInMbs) + 4 * (c.block[i] & 3);
    const y = 16 * Math.floor(mb / widthInMbs) + 4 * (c.block[i] >> 2);
    tell(x, y, c.size[i], c.mode[i]);
  }
}

function drawModes({ context, recording, picture, pixel }: Drawing): void {
  const [lines, dots] = [new Path2D(), new Path2D()];
  const draw = (
    x: number,
    y: number,
    size: number,
    way: readonly [number, number] | null,
  ): void => {
    const [cx, cy] = [x + size / 2, y + size / 2];
    const reach = size * 0.36;
    if (way === null) {
      const radius = Math.max(size / 12, pixel);
      dots.moveTo(cx + radius, cy);
      dots.arc(cx, cy, radius, 0, 7);
    } else {
      lines.moveTo(cx - reach * way[0], cy - reach * way[1]);
      lines.lineTo(cx + reach * way[0], cy + reach * way[1]);
    }
  };
  eachIntra(recording, picture, (x, y, size, mode) =>
    draw(x, y, size, INTRA_DIRECTIONS[mode] ?? null),
  );
  const { type, mode16 } = picture.maps;
  const ways = [[0, 1], [1, 0], null, [0.7, -0.7]] as const;
  for (let mb = 0; mb < type.length; mb++) {
    if (type[mb] !== 2) continue;
    const x = 16 * (mb % recording.widthInMbs);
    draw(x, 16 * Math.floor(mb / recording.widthInMbs), 16, ways[mode16[mb]] ?? null);
  }
  // Light on dark, to be seen over any picture.
  for (const [color, width] of [['rgb(0 0 0 / 0.7)', 3.4] as const, ['#ffd670', 1.5] as const]) {
    context.strokeStyle = color;
    context.lineWidth = width * pixel;
    context.stroke(lines);
    context.stroke(dots);
  }
}

function drawVectors({ context, recording, picture, pixel }: Drawing): void {
  const colors = [themeColor('list0'), themeColor('list1')];
  context.lineWidth = 1.4 * pixel;
  eachPart(recording, picture, (x, y, width, height, list, _refIdx, mvX, mvY) => {
    const [cx, cy] = [x + width / 2, y + height / 2];
    context.strokeStyle = colors[list];
    context.fillStyle = colors[list];
    context.beginPath();
    context.arc(cx, cy, 1.3 * pixel, 0, 7);
    context.fill();
    if ((mvX | mvY) === 0) return;
    context.beginPath();
    context.moveTo(cx, cy);
    context.lineTo(cx + mvX / 4, cy + mvY / 4);
    context.stroke();
  });
}

/** The largest boundary strength. */
const MOST_STRENGTH = 4;

function drawEdges({ context, recording, picture, pixel }: Drawing): void {
  const c = columnsOf(picture, 'edge');
  const { widthInMbs } = recording;
  const width = 1.6 * pixel;
  const rects: number[][] = Array.from({ length: MOST_STRENGTH + 1 }, () => []);
  for (let i = picture.rows.edge.first; i < picture.rows.edge.end; i++) {
    if (c.void[i] !== 0) continue;
    const mb = c.macroblock[i];
    const x = 16 * (mb % widthInMbs);
    const y = 16 * Math.floor(mb / widthInMbs);
    const across = 4 * c.edge[i] - width / 2;
    eachRun(c.strengths[i], (strength, from, length) => {
      const own = rects[Math.min(strength, MOST_STRENGTH)];
      if (c.isVertical[i]) own.push(x + across, y + 4 * from, width, 4 * length);
      else own.push(x + 4 * from, y + across, 4 * length, width);
    });
  }
  // Rectangles of one color after another: a path of as many segments takes ten times as long.
  for (const [strength, own] of rects.entries()) {
    context.fillStyle = `rgb(255 214 110 / ${0.25 + 0.18 * strength})`;
    for (let k = 0; k < own.length; k += 4) {
      context.fillRect(own[k], own[k + 1], own[k + 2], own[k + 3]);
    }
  }
}

/** Calls `tell` for every run of segments of an edge with one strength that is not 0; `strengths` has a byte for each of the four. */
function eachRun(
  strengths: number,
  tell: (strength: number, from: number, length: number) => void,
): void {
  for (let from = 0; from < 4; ) {
    const strength = (strengths >> (8 * from)) & 255;
    let end = from + 1;
    while (end < 4 && ((strengths >> (8 * end)) & 255) === strength) end++;
    if (strength !== 0) tell(strength, from, end - from);
    from = end;
  }
}
