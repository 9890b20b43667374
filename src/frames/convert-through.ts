/**
 * Conversion of formats that are another format with something more: planar RGB is packed RGB laid out otherwise, opacity is a plane
 * beside Y'CbCr, 10, 12 and 16 bits are 8 with more. They go through that other format.
 */
import { allocatePicture } from './allocate-picture.ts';
import type { Plane, VideoFrame } from './frame.ts';
import {
  hasAlpha,
  type PixFmt,
  type PixFmtInfo,
  pixFmtInfo,
  planeHeight,
  planeWidth,
} from './pixel-format.ts';

type Convert = (source: VideoFrame, target: VideoFrame) => void;

/** Table: format => the format that it goes through. */
const BASES: Readonly<Partial<Record<PixFmt, PixFmt>>> = {
  gbrp: 'rgb24',
  gbrap: 'rgba',
  yuva420p: 'yuv420p',
  yuva422p: 'yuv422p',
  yuva444p: 'yuv444p',
  yuv420p10le: 'yuv420p',
  yuv422p10le: 'yuv422p',
  yuv444p10le: 'yuv444p',
  yuv420p12le: 'yuv420p',
  yuv422p12le: 'yuv422p',
  yuv444p12le: 'yuv444p',
  yuv444p16le: 'yuv444p',
};

/** Whether the format goes through another one. */
export function isComposite(info: PixFmtInfo): boolean {
  return BASES[info.name] !== undefined;
}

/** A conversion between formats of which one at least is composite; `choose` makes one between others. */
export function convertThrough(
  from: PixFmtInfo,
  to: PixFmtInfo,
  width: number,
  height: number,
  choose: (from: PixFmtInfo, to: PixFmtInfo) => Convert,
): Convert {
  const fromBase = baseInfo(from);
  const toBase = baseInfo(to);
  const between = choose(fromBase, toBase);
  const first = allocateBase(from, fromBase, width, height);
  const second = allocateBase(to, toBase, width, height);
  return (source, target) => {
    const input = first === undefined ? viewAs(source, fromBase) : first;
    if (first !== undefined) toBasePicture(source, first);
    const output = second === undefined ? viewAs(target, toBase) : second;
    between(input, output);
    if (second !== undefined) fromBasePicture(second, target);
    if (hasAlpha(to)) setAlpha(source, target);
  };
}

function baseInfo(info: PixFmtInfo): PixFmtInfo {
  const base = BASES[info.name];
  return base === undefined ? info : { ...pixFmtInfo(base), fullRange: info.fullRange };
}

/** Memory for the base picture where it is not a view of the picture itself. */
function allocateBase(info: PixFmtInfo, base: PixFmtInfo, width: number, height: number) {
  const isView = info.name === base.name || (info.model === 'yuv' && info.bitDepth === 8);
  return isView ? undefined : allocatePicture(base.name, width, height);
}

function viewAs(frame: VideoFrame, base: PixFmtInfo): VideoFrame {
  return {
    ...frame,
    pixFmt: base.name,
    planes: frame.planes.slice(0, base.samplesPerPixel.length),
  };
}

function toBasePicture(source: VideoFrame, base: VideoFrame): void {
  const info = pixFmtInfo(source.pixFmt);
  if (info.model === 'rgb') {
    const target = base.planes[0]!;
    const step = pixFmtInfo(base.pixFmt).samplesPerPixel[0]!;
    [2, 0, 1].forEach((plane, component) => {
      const into = { ...target, offset: target.offset + component };
      copySamples(source.planes[plane]!, 1, into, step, source.width, source.height);
    });
    return;
  }
  base.planes.forEach((plane, p) => {
    const rows = planeHeight(info, p, source.height);
    const shift = info.bitDepth - 8;
    narrow(source.planes[p]!, plane, planeWidth(info, p, source.width), rows, shift);
  });
}

function fromBasePicture(base: VideoFrame, target: VideoFrame): void {
  const info = pixFmtInfo(target.pixFmt);
  if (info.model === 'rgb') {
    const source = base.planes[0]!;
    const step = pixFmtInfo(base.pixFmt).samplesPerPixel[0]!;
    [2, 0, 1].forEach((plane, component) => {
      const from = { ...source, offset: source.offset + component };
      copySamples(from, step, target.planes[plane]!, 1, target.width, target.height);
    });
    return;
  }
  base.planes.forEach((plane, p) => {
    const rows = planeHeight(info, p, target.height);
    const shift = info.bitDepth - 8;
    widen(plane, target.planes[p]!, planeWidth(info, p, target.width), rows, shift);
  });
}

/** Copies one component from every `fromStep`-th to every `toStep`-th element. */
function copySamples(
  from: Plane,
  fromStep: number,
  to: Plane,
  toStep: number,
  width: number,
  height: number,
): void {
  const input = from.data as Uint8Array;
  const output = to.data as Uint8Array;
  for (let y = 0; y < height; y++) {
    let p = from.offset + y * from.stride;
    let q = to.offset + y * to.stride;
    for (let x = 0; x < width; x++, p += fromStep, q += toStep) output[q] = input[p]!;
  }
}

/** Drops the `shift` low bits of 8 + `shift`, rounded. */
function narrow(from: Plane, to: Plane, width: number, height: number, shift: number): void {
  const input = from.data as Uint16Array;
  const output = to.data as Uint8Array;
  const half = 1 << (shift - 1);
  for (let y = 0; y < height; y++) {
    const p = from.offset + y * from.stride;
    const q = to.offset + y * to.stride;
    for (let x = 0; x < width; x++) output[q + x] = Math.min((input[p + x]! + half) >> shift, 255);
  }
}

/** Eight bits with `shift` low bits more, which are 0. */
function widen(from: Plane, to: Plane, width: number, height: number, shift: number): void {
  const input = from.data as Uint8Array;
  const output = to.data as Uint16Array;
  for (let y = 0; y < height; y++) {
    const p = from.offset + y * from.stride;
    const q = to.offset + y * to.stride;
    for (let x = 0; x < width; x++) output[q + x] = input[p + x]! << shift;
  }
}

/** The plane and step of the opacity of a picture; undefined if it has none. */
function alphaOf(frame: VideoFrame): { readonly plane: Plane; readonly step: number } | undefined {
  const info = pixFmtInfo(frame.pixFmt);
  if (!hasAlpha(info)) return undefined;
  if (info.order === undefined) return { plane: frame.planes[3]!, step: 1 };
  const plane = frame.planes[0]!;
  return { plane: { ...plane, offset: plane.offset + info.order[3]! }, step: 4 };
}

function setAlpha(source: VideoFrame, target: VideoFrame): void {
  const to = alphaOf(target)!;
  const from = alphaOf(source);
  if (from !== undefined) {
    copySamples(from.plane, from.step, to.plane, to.step, target.width, target.height);
    return;
  }
  const { data, offset, stride } = to.plane;
  for (let y = 0; y < target.height; y++) {
    for (let x = 0; x < target.width; x++) data[offset + y * stride + x * to.step] = 255;
  }
}
