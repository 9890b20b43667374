/** Helpers that picture filters share: new pictures, planes with their sizes, copies of rectangles, colors as samples. */
import { UnsupportedError } from '../../base/errors.ts';
import { allocatePicture } from '../../frames/allocate-picture.ts';
import type { Plane, VideoFrame } from '../../frames/frame.ts';
import {
  hasAlpha,
  type PixFmt,
  type PixFmtInfo,
  pixFmtInfo,
  planeHeight,
  planeWidth,
} from '../../frames/pixel-format.ts';
import type { Frame, Link, VideoLink } from '../definition/filter.ts';
import type { Color } from '../language/values.ts';

/** Elements of picture planes. */
export type Samples = Uint8Array | Uint16Array;

/** The link of a picture input; the graph has checked that it is one. */
export function videoLink(link: Link | undefined): VideoLink {
  return link as VideoLink;
}

/** Width of a pixel by its height; 1 where the link does not say. */
export function pixelAspect({ sampleAspectRatio: [num, den] }: VideoLink): number {
  return num > 0 ? num / den : 1;
}

/** The plane from its last row up, as a view. */
export const upsideDown = (plane: Plane, rows: number): Plane => ({
  ...plane,
  offset: plane.offset + (rows - 1) * plane.stride,
  stride: -plane.stride,
});

/** The picture of a picture input. */
export function picture(frame: Frame): VideoFrame {
  return frame as VideoFrame;
}

/** A new picture, all samples 0. Throws `UnsupportedError` if it does not fit into memory. */
export function newPicture(pixFmt: PixFmt, width: number, height: number, pts: number): VideoFrame {
  try {
    return { ...allocatePicture(pixFmt, width, height), pts };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UnsupportedError(
      'filterGraph',
      `a picture of ${width}x${height} ${pixFmt} does not fit into memory`,
    );
  }
}

/** A copy of a picture that may be written to. `make` gives the picture, as `takePicture` of a filter's setup does. */
export function copyOf(frame: VideoFrame, make: typeof newPicture = newPicture): VideoFrame {
  const copy = make(frame.pixFmt, frame.width, frame.height, frame.pts);
  copyRectangle(frame, 0, 0, copy, 0, 0, frame.width, frame.height);
  return copy;
}

/** Copies a rectangle between pictures of one format; positions that chroma does not reach are rounded down. */
export function copyRectangle(
  from: VideoFrame,
  fromX: number,
  fromY: number,
  to: VideoFrame,
  toX: number,
  toY: number,
  width: number,
  height: number,
): void {
  const info = pixFmtInfo(from.pixFmt);
  for (const [p, plane] of from.planes.entries()) {
    const out = to.planes[p]!;
    const step = info.samplesPerPixel[p]!;
    const { x: sx, y: sy } = planeShifts(info, p);
    const left = toX >> sx;
    const top = toY >> sy;
    const length =
      Math.min(planeWidth(info, p, width), planeWidth(info, p, to.width) - left) * step;
    const rows = Math.min(planeHeight(info, p, height), planeHeight(info, p, to.height) - top);
    let source = plane.offset + (fromY >> sy) * plane.stride + (fromX >> sx) * step;
    let target = out.offset + top * out.stride + left * step;
    const samples = plane.data as Uint8Array;
    const written = out.data as Uint8Array;
    if (plane.stride === length && out.stride === length && rows > 0) {
      written.set(samples.subarray(source, source + length * rows), target);
      continue;
    }
    for (let row = 0; row < rows; row++) {
      written.set(samples.subarray(source, source + length), target);
      source += plane.stride;
      target += out.stride;
    }
  }
}

/**
 * Puts a whole picture onto a larger one of its format; positions that chroma does not reach are rounded up, and what falls outside then is left
 * out.
 */
export function placePicture(from: VideoFrame, to: VideoFrame, x: number, y: number): void {
  const info = pixFmtInfo(from.pixFmt);
  for (const [p, plane] of from.planes.entries()) {
    const out = to.planes[p]!;
    const step = info.samplesPerPixel[p]!;
    const { x: sx, y: sy } = planeShifts(info, p);
    const left = (x + (1 << sx) - 1) >> sx;
    const top = (y + (1 << sy) - 1) >> sy;
    const columns = Math.min(planeWidth(info, p, from.width), planeWidth(info, p, to.width) - left);
    const rows = Math.min(planeHeight(info, p, from.height), planeHeight(info, p, to.height) - top);
    for (let row = 0; row < rows; row++) {
      const source = plane.offset + row * plane.stride;
      const target = out.offset + (top + row) * out.stride + left * step;
      (out.data as Uint8Array).set(
        plane.data.subarray(source, source + columns * step) as Uint8Array,
        target,
      );
    }
  }
}

/** log2 of the luma columns and rows for one of plane `p`. */
export function planeShifts(
  info: PixFmtInfo,
  p: number,
): { readonly x: number; readonly y: number } {
  const subsampled = p === 1 || p === 2;
  return { x: subsampled ? info.chromaShiftX : 0, y: subsampled ? info.chromaShiftY : 0 };
}

/** A view of part of a picture, without a copy; x and y must be reached by chroma. */
export function viewOf(
  frame: VideoFrame,
  x: number,
  y: number,
  width: number,
  height: number,
): VideoFrame {
  const info = pixFmtInfo(frame.pixFmt);
  const planes: Plane[] = frame.planes.map((plane, p) => {
    const shift = planeShifts(info, p);
    const offset =
      plane.offset + (y >> shift.y) * plane.stride + (x >> shift.x) * info.samplesPerPixel[p]!;
    return { ...plane, offset };
  });
  return { ...frame, width, height, planes };
}

/** One component of a picture: where its samples are, and how large they may be. */
export interface Component {
  readonly data: Samples;
  readonly offset: number;
  readonly stride: number;
  /** Elements from one sample to the next in a row. */
  readonly step: number;
  readonly width: number;
  readonly height: number;
  readonly shiftX: number;
  readonly shiftY: number;
}

/** Plane and position in a pixel of each component: Y, Cb, Cr (A); R, G, B (A); gray. */
export function componentPlaces(
  info: PixFmtInfo,
): readonly (readonly [plane: number, at: number])[] {
  if (info.order !== undefined)
    return info.order.filter((at) => at !== undefined).map((at) => [0, at]);
  if (info.model === 'rgb')
    return [
      [2, 0],
      [0, 0],
      [1, 0],
      [3, 0],
    ].slice(0, info.samplesPerPixel.length) as [number, number][];
  if (info.samplesPerPixel.length === 2)
    return [
      [0, 0],
      [1, 0],
      [1, 1],
    ];
  return info.samplesPerPixel.map((_, p) => [p, 0]);
}

/** The components of a picture, in the order Y, Cb, Cr, A; R, G, B, A; gray. */
export function componentsOf(frame: VideoFrame): Component[] {
  const info = pixFmtInfo(frame.pixFmt);
  return componentPlaces(info).map(([p, at]) => {
    const plane = frame.planes[p]!;
    const { x, y } = planeShifts(info, p);
    return {
      data: plane.data as Samples,
      offset: plane.offset + at,
      stride: plane.stride,
      step: info.samplesPerPixel[p]!,
      width: planeWidth(info, p, frame.width),
      height: planeHeight(info, p, frame.height),
      shiftX: x,
      shiftY: y,
    };
  });
}

/** Copies a component to one of the same size in a picture of the same depth. */
export function copyComponent(from: Component, to: Component): void {
  const dense = from.step === 1 && to.step === 1;
  const whole = dense && from.stride === from.width && to.stride === to.width;
  const [rows, length] = whole ? [1, from.width * from.height] : [from.height, from.width];
  const written = to.data as Uint8Array;
  for (let y = 0; y < rows; y++) {
    const p = from.offset + y * from.stride;
    const q = to.offset + y * to.stride;
    if (dense) written.set(from.data.subarray(p, p + length) as Uint8Array, q);
    else for (let x = 0; x < length; x++) written[q + x * to.step] = from.data[p + x * from.step]!;
  }
}

let opaquePlane = new Uint8Array(0);

/** A plane of `length` samples that are all 255, for pictures whose opacity is full. It is shared: nobody writes to it. */
export function fullOpacity(length: number): Uint8Array {
  if (opaquePlane.length < length) opaquePlane = new Uint8Array(length).fill(255);
  return opaquePlane;
}

/** Whether the opacity of a planar picture is the plane of `fullOpacity`, so that nobody need look at its samples. */
export function isAllOpaque(frame: VideoFrame): boolean {
  return frame.planes[3] !== undefined && frame.planes[3].data === opaquePlane;
}

/**
 * A color as samples of a format, in the order of `componentsOf`: Y'CbCr by BT.601 (clauses 2.5.1 to 2.5.3), in full range for
 * the formats that have it. More than 8 bits are, as in ffmpeg, the same share of the largest sample: 235 of 255 is 943 of 1023.
 */
export function colorSamples(color: Color, info: PixFmtInfo): number[] {
  const { r, g, b, a } = color;
  const limit = 2 ** info.bitDepth - 1;
  const scale = limit / 255;
  const alpha = hasAlpha(info) ? [Math.round(a * scale)] : [];
  if (info.model === 'rgb')
    return [...[r, g, b].map((value) => Math.round(value * scale)), ...alpha];
  const luma = 0.299 * r + 0.587 * g + 0.114 * b;
  // Black on gray is 16 in ffmpeg, which draws on gray as on luma.
  if (info.model === 'gray') return [swapped(info, Math.round((luma * (219 / 255) + 16) * scale))];
  const [black, span, chroma] = info.fullRange ? [0, 1, 1] : [16, 219 / 255, 224 / 255];
  const difference = (value: number, weight: number) =>
    Math.min(limit, Math.round(((0.5 * (value - luma) * chroma) / (1 - weight) + 128) * scale));
  return [
    Math.round((luma * span + black) * scale),
    difference(b, 0.114),
    difference(r, 0.299),
    ...alpha,
  ];
}

function swapped(info: PixFmtInfo, value: number): number {
  return info.bigEndian ? ((value & 255) << 8) | (value >> 8) : value;
}

/** Fills a rectangle of a picture, given in its luma columns and rows, with samples in the order of `componentsOf`. */
export function fillRectangle(
  frame: VideoFrame,
  samples: readonly number[],
  x: number,
  y: number,
  width: number,
  height: number,
): void {
  for (const [c, component] of componentsOf(frame).entries()) {
    const { data, stride, step, shiftX, shiftY } = component;
    const left = x >> shiftX;
    const top = y >> shiftY;
    const columns = Math.min((width + (1 << shiftX) - 1) >> shiftX, component.width - left);
    const rows = Math.min((height + (1 << shiftY) - 1) >> shiftY, component.height - top);
    for (let row = 0; row < rows; row++) {
      const at = component.offset + (top + row) * stride + left * step;
      if (step === 1) data.fill(samples[c]!, at, at + Math.max(columns, 0));
      else for (let column = 0; column < columns; column++) data[at + column * step] = samples[c]!;
    }
  }
}

/** A time in ticks as seconds; NaN stays NaN. */
export function secondsOf(pts: number, link: Link): number {
  return (pts * link.timeBase[0]) / link.timeBase[1];
}
