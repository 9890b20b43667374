/**
 * Pictures of any size and format as pictures of another size and format. Planes are scaled each by itself, from edge to edge,
 * chroma too, as swscale does; between RGB and Y'CbCr the matrix stands on the side with RGB. Samples of more than 8 bits go the
 * way of `deep-scaler.ts`.
 */
import { codeRange, forwardMatrix, inverseMatrix, lumaWeights } from '../../frames/color-matrix.ts';
import { createPictureConverter } from '../../frames/convert-picture.ts';
import type { VideoFrame } from '../../frames/frame.ts';
import { hasAlpha, type PixFmt, type PixFmtInfo, pixFmtInfo } from '../../frames/pixel-format.ts';
import { plainMemory } from '../../wasm/kernel-memory.ts';
import { type Component, componentsOf, copyComponent, newPicture } from '../pixels/picture-work.ts';
import type { SamplePlane } from './component-rows.ts';
import { changesMatrix, deepScaler } from './deep-scaler.ts';
import { deepToRgb } from './deep-to-rgb.ts';
import { LineScaler, type PlaneShape } from './line-scaler.ts';
import { RgbToYuvConverter } from './rgb-to-yuv.ts';
import { SCALE_KERNELS } from './vector.ts';
import { filterBank, type ScaleKernel } from './weights.ts';
import { YuvToRgbConverter } from './yuv-to-rgb.ts';

/** One side of a conversion. */
export interface PictureSide {
  readonly pixFmt: PixFmt;
  readonly width: number;
  readonly height: number;
  /** H.273 MatrixCoefficients; by default BT.601. */
  readonly matrix?: number | undefined;
  /** Default: the range of the format. */
  readonly fullRange?: boolean | undefined;
  /** The places of chroma samples in their blocks, across and down, 0..1; by default in the middle. */
  readonly chromaSite?: readonly [x: number, y: number];
}

/** How to convert. */
export interface ScaleMethod {
  readonly kernel: ScaleKernel;
  /** Kernel for chroma planes, where it is another one. */
  readonly chromaKernel?: ScaleKernel;
  /** To RGB with a chroma sample for every pixel; else two columns share one. */
  readonly fullChroma?: boolean;
  /** To RGB with chroma scaled to all rows also where no size changes. */
  readonly accurate?: boolean;
  /** Use vector kernels where there are any; the samples are the same. Default true. */
  readonly vectorKernels?: boolean;
}

/** Writes `source` as `target`; both have the formats and sizes that it was made for, and do not overlap. */
export type PictureScaler = (source: VideoFrame, target: VideoFrame) => void;

interface Side extends PictureSide {
  readonly info: PixFmtInfo;
}

function sideOf(side: PictureSide): Side {
  const info = pixFmtInfo(side.pixFmt);
  const { fullRange } = side;
  return {
    ...side,
    info: info.model === 'yuv' && fullRange !== undefined ? { ...info, fullRange } : info,
  };
}

/** A conversion of pictures. Throws `UnsupportedError` for a matrix that RGB cannot be converted with. */
export function createPictureScaler(
  from: PictureSide,
  to: PictureSide,
  method: ScaleMethod,
): PictureScaler {
  const [a, b] = [sideOf(from), sideOf(to)];
  const sameSize = a.width === b.width && a.height === b.height;
  const sameRange = a.info.fullRange === b.info.fullRange;
  const sameSite = String(a.chromaSite ?? MIDDLE) === String(b.chromaSite ?? MIDDLE);
  if (changesMatrix(a, b) && b.info.bitDepth === 8) return throughRgb(from, to, method);
  if (a.pixFmt === b.pixFmt && sameSize && sameRange && sameSite) {
    return createPictureConverter({
      from: a.pixFmt,
      to: b.pixFmt,
      width: a.width,
      height: a.height,
    });
  }
  const isDeep = a.info.bitDepth > 8 || b.info.bitDepth > 8;
  if (isDeep && !sharesChroma(a, b, method)) return deepScaler(a, b, method);
  if (a.info.model === 'rgb' && b.info.model === 'rgb') return rgbToRgb(a, b, method, sameSize);
  if (b.info.model === 'rgb') return toRgb(a, b, method, sameSize);
  if (a.info.model === 'rgb') return fromRgb(a, b, method, sameSize);
  return planar(a, b, method);
}

/** Y'CbCr of another matrix. As in swscale, by way of packed RGB of 8 bits, of the smaller size. */
function throughRgb(from: PictureSide, to: PictureSide, method: ScaleMethod): PictureScaler {
  const keepsAlpha = [from, to].every(({ pixFmt }) => hasAlpha(pixFmtInfo(pixFmt)));
  const { width, height } = from.width * from.height > to.width * to.height ? to : from;
  const pixFmt = keepsAlpha ? 'bgra' : 'bgr24';
  const middle = newPicture(pixFmt, width, height, 0);
  const first = createPictureScaler(from, { pixFmt, width, height }, method);
  const second = createPictureScaler({ pixFmt, width, height }, to, method);
  return (source, target) => {
    first(source, middle);
    second(middle, target);
  };
}

/** Whether deep Y'CbCr becomes packed RGB of 8 bits of which two columns share a chroma sample: swscale makes Y'CbCr of 8 bits of it first. */
function sharesChroma(a: Side, b: Side, method: ScaleMethod): boolean {
  const isShared = a.info.chromaShiftX === 1 && b.width % 2 === 0 && method.fullChroma !== true;
  return isShared && a.info.model === 'yuv' && b.info.order !== undefined && b.info.bitDepth === 8;
}

/** Scalers for pairs of components, in one memory. */
function componentScalers(
  shapes: readonly PlaneShape[],
  kernels: readonly ScaleKernel[],
  vectors: boolean,
): LineScaler[] {
  const scalers = shapes.map((shape, i) => new LineScaler(shape, kernels[i]!));
  const size = scalers.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const memory = vectors ? SCALE_KERNELS.createMemory(size) : plainMemory(size);
  let at = 0;
  for (const scaler of scalers) {
    scaler.place(memory, at);
    at += scaler.byteLength;
  }
  return scalers;
}

const MIDDLE = [0.5, 0.5] as const;

const samplePlane = (component: Component): SamplePlane =>
  component as Component & { data: Uint8Array };

/** Gray, Y'CbCr and planar RGB: component by component. */
function planar(a: Side, b: Side, method: ScaleMethod): PictureScaler {
  const from = componentsOf(newPicture(a.pixFmt, a.width, a.height, 0));
  const to = componentsOf(newPicture(b.pixFmt, b.width, b.height, 0));
  const origins = to.map((_, c) => originOf(c, a.info, b.info));
  const shapes: PlaneShape[] = [];
  const kernels: ScaleKernel[] = [];
  const used: number[] = [];
  for (const [c, origin] of origins.entries()) {
    if (typeof origin !== 'number') continue;
    const [p, q] = [from[origin]!, to[c]!];
    const isChroma = b.info.model === 'yuv' && (c === 1 || c === 2);
    const [fromSite, toSite] = [a, b].map(
      (side) => (isChroma ? side.chromaSite : undefined) ?? MIDDLE,
    );
    shapes.push({
      fromWidth: p.width,
      fromHeight: p.height,
      toWidth: q.width,
      toHeight: q.height,
      channels: 1,
      siteX: [fromSite![0], toSite![0]],
      siteY: [fromSite![1], toSite![1]],
    });
    kernels.push(isChroma ? (method.chromaKernel ?? method.kernel) : method.kernel);
    used.push(c);
  }
  const scalers = componentScalers(shapes, kernels, method.vectorKernels !== false);
  const tables = origins.map((_, c) => rangeTable(a.info, b.info, c));
  return (source, target) => {
    const inputs = componentsOf(source);
    const outputs = componentsOf(target);
    for (const [i, c] of used.entries()) {
      const shape = shapes[i]!;
      const input = inputs[origins[c] as number]!;
      const output = outputs[c]!;
      const same =
        shape.fromWidth === shape.toWidth &&
        shape.fromHeight === shape.toHeight &&
        shape.siteX![0] === shape.siteX![1] &&
        shape.siteY![0] === shape.siteY![1];
      if (same) copyComponent(input, output);
      else scalers[i]!.scale(samplePlane(input), samplePlane(output));
      const table = tables[c];
      if (table !== undefined)
        mapComponent(samplePlane(output), table, shape.toWidth, shape.toHeight);
    }
    for (const [c, origin] of origins.entries()) {
      if (typeof origin !== 'number') fillComponent(outputs[c]!, origin.value);
    }
  };
}

/** The component of `a` that component `c` of `b` comes from, or the value that fills it. */
function originOf(c: number, a: PixFmtInfo, b: PixFmtInfo): number | { readonly value: number } {
  if (c === 3) return hasAlpha(a) ? 3 : { value: 255 };
  if (c > 0 && a.model === 'gray') return b.model === 'rgb' ? 0 : { value: 128 };
  return c;
}

/** The table of a component where the ranges differ. */
function rangeTable(a: PixFmtInfo, b: PixFmtInfo, c: number): Uint8Array | undefined {
  if (c === 3 || a.model === 'rgb' || a.fullRange === b.fullRange) return undefined;
  const [from, to] = [codeRange(a.fullRange), codeRange(b.fullRange)];
  return Uint8Array.from({ length: 256 }, (_, value) => {
    const exact =
      c === 0
        ? ((value - from.lumaOffset) * to.lumaScale) / from.lumaScale + to.lumaOffset
        : ((value - 128) * to.chromaScale) / from.chromaScale + 128;
    return Math.min(255, Math.max(0, Math.round(exact)));
  });
}

function mapComponent(plane: SamplePlane, table: Uint8Array, width: number, height: number): void {
  for (let y = 0; y < height; y++) {
    let q = plane.offset + y * plane.stride;
    for (let x = 0; x < width; x++, q += plane.step) plane.data[q] = table[plane.data[q]!]!;
  }
}

function fillComponent(component: Component, value: number): void {
  const { data, offset, stride, step, width, height } = component;
  for (let y = 0; y < height; y++) {
    const at = offset + y * stride;
    if (step === 1) data.fill(value, at, at + width);
    else for (let x = 0; x < width; x++) data[at + x * step] = value;
  }
}

/** RGB in another size or order: packed pixels are scaled whole, others component by component. */
function rgbToRgb(a: Side, b: Side, method: ScaleMethod, sameSize: boolean): PictureScaler {
  if (sameSize) {
    const { width, height } = a;
    return createPictureConverter({ from: a.pixFmt, to: b.pixFmt, width, height });
  }
  const [from, to] = [a.info.order, b.info.order];
  const sameOrder =
    from !== undefined && to !== undefined && [0, 1, 2].every((i) => from[i as 0] === to[i as 0]);
  const sameAlpha = from?.[3] === undefined || to?.[3] === undefined || from[3] === to[3];
  if (!sameOrder || !sameAlpha || from[3] === 0 || to[3] === 0) return planar(a, b, method);
  const shape: PlaneShape = {
    fromWidth: a.width,
    fromHeight: a.height,
    toWidth: b.width,
    toHeight: b.height,
    channels: 4,
  };
  const [scaler] = componentScalers([shape], [method.kernel], method.vectorKernels !== false);
  return (source, target) => {
    const plane = (frame: VideoFrame, info: PixFmtInfo) =>
      ({ ...frame.planes[0]!, step: info.samplesPerPixel[0]! }) as SamplePlane;
    scaler!.scale(plane(source, a.info), plane(target, b.info));
  };
}

/** To RGB: planes to the target's size, then the matrix. */
function toRgb(a: Side, b: Side, method: ScaleMethod, sameSize: boolean): PictureScaler {
  const { width, height } = b;
  if (a.info.model === 'gray') {
    const middle = newPicture('gray', width, height, 0);
    const scale = planar(a, { ...b, pixFmt: 'gray', info: pixFmtInfo('gray') }, method);
    const convert = createPictureConverter({ from: 'gray', to: b.pixFmt, width, height });
    return (source, target) => {
      scale(source, middle);
      convert(middle, target);
    };
  }
  const [kr, kb] = lumaWeights('scale.matrix', a.matrix ?? 6);
  const matrix = inverseMatrix(kr, kb, codeRange(a.info.fullRange));
  // Planar RGB is made with all chroma, as in swscale; so are odd widths, but where blocks are taken whole, and 4:4:4.
  const isWhole = a.info.chromaShiftX === 0 && a.info.chromaShiftY === 0;
  const allChroma = method.fullChroma === true || b.info.order === undefined || isWhole;
  // Blocks of chroma are taken whole where rows pair up; else chroma is scaled to all rows, as in swscale.
  const isShared = a.info.chromaShiftX === 1 && !allChroma;
  const wholeBlocks =
    (a.info.chromaShiftY === 0 || height % 2 === 0) && (method.accurate !== true || !isShared);
  const common = { to: b.info, width, matrix, vectors: method.vectorKernels !== false };
  const isDeep = a.info.bitDepth > 8;
  if (sameSize && (isWhole || (!allChroma && wholeBlocks)) && !isDeep) {
    const byTables = isShared && b.info.order![3] === 0;
    const rounding = isWhole || method.accurate === true ? 'exact' : byTables ? 'steps' : 'cut';
    const converter = new YuvToRgbConverter({ ...common, from: a.info, rounding });
    if (byTables && a.info.chromaShiftY === 0) {
      return (source, target) => converter.convert(withHalfChroma(source), target);
    }
    return (source, target) => converter.convert(source, target);
  }
  const fullChroma = allChroma || width % 2 === 1;
  const isCut = !isShared || hasVectorCode(b, method);
  const rounding = fullChroma || a.info.fullRange ? 'exact' : isCut ? 'cut' : 'steps';
  const full = fullChroma || a.info.chromaShiftX === 0;
  const base = full ? 'yuv444p' : 'yuv422p';
  const raised = { ...matrix, raise: raiseOf(a, b, method) };
  if (isDeep && rounding === 'cut') return deepToRgb(a, b, method, raised);
  const middleFmt: PixFmt = hasAlpha(a.info) ? (full ? 'yuva444p' : 'yuva422p') : base;
  const info = { ...pixFmtInfo(middleFmt), fullRange: a.info.fullRange };
  const middle = newPicture(middleFmt, width, height, 0);
  const planes = isDeep ? deepScaler : planar;
  const scale = planes(a, { ...b, pixFmt: middleFmt, info }, method);
  const converter = new YuvToRgbConverter({ ...common, from: info, rounding, matrix: raised });
  return (source, target) => {
    scale(source, middle);
    converter.convert(middle, target);
  };
}

/**
 * The eighths that swscale's vector code adds to luma and chroma: four that round the sum of lines, less half of one for each line whose
 * product it cuts.
 */
function raiseOf(a: Side, b: Side, method: ScaleMethod): readonly [luma: number, chroma: number] {
  if (method.accurate === true) return [4, 4];
  const raise = (shift: number, kernel: ScaleKernel): number => {
    const rows = -(-a.height >> shift);
    const taps = rows === b.height ? 1 : filterBank(kernel, rows, b.height).taps;
    return Math.round(4 - taps / 2);
  };
  const { kernel, chromaKernel = kernel } = method;
  return [raise(0, kernel), raise(a.info.chromaShiftY, chromaKernel)];
}

/** A picture of 4:2:2 with every second row of chroma, as a view: what swscale makes packed RGB with opacity first of. */
function withHalfChroma(frame: VideoFrame): VideoFrame {
  const planes = frame.planes.map((plane, p) =>
    p === 1 || p === 2 ? { ...plane, stride: 2 * plane.stride } : plane,
  );
  return { ...frame, pixFmt: hasAlpha(pixFmtInfo(frame.pixFmt)) ? 'yuva420p' : 'yuv420p', planes };
}

/** The formats that swscale's vector code makes of scaled lines; the others it looks up in tables. */
function hasVectorCode({ pixFmt }: Side, { accurate }: ScaleMethod): boolean {
  return pixFmt === 'bgr24' || pixFmt === 'bgra' || (pixFmt === 'rgba' && accurate !== true);
}

/** From RGB: to the target's size, then the matrix, then chroma to its rows. */
function fromRgb(a: Side, b: Side, method: ScaleMethod, sameSize: boolean): PictureScaler {
  const { width, height } = b;
  const convert =
    b.info.model === 'gray'
      ? createPictureConverter({ from: a.pixFmt, to: b.pixFmt, width, height })
      : rgbToYuvConverter(a, b, method);
  if (sameSize) return convert;
  const middle = newPicture(a.pixFmt, width, height, 0);
  const scale = rgbToRgb(a, { ...a, width, height }, method, false);
  return (source, target) => {
    scale(source, middle);
    convert(middle, target);
  };
}

function rgbToYuvConverter(a: Side, b: Side, method: ScaleMethod): PictureScaler {
  const [kr, kb] = lumaWeights('scale.matrix', b.matrix ?? 6);
  const matrix = forwardMatrix(kr, kb, codeRange(b.info.fullRange));
  const converter = new RgbToYuvConverter({
    from: a.info,
    to: b.info,
    width: b.width,
    height: b.height,
    matrix,
    kernel: method.chromaKernel ?? method.kernel,
    vectors: method.vectorKernels !== false,
  });
  const from = hasAlpha(a.info);
  const to = hasAlpha(b.info);
  return (source, target) => {
    converter.convert(source, target);
    if (!to) return;
    const output = componentsOf(target)[3]!;
    if (from) copyComponent(componentsOf(source)[3]!, output);
    else fillComponent(output, 255);
  };
}
