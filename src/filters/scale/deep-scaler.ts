/**
 * The scaler for samples of more than 8 bits, in double precision: planes as fractions of the range of eight bits, so that depths and
 * ranges differ by one factor. Plain, and exact to the last rounding.
 */
import { clip3 } from '../../base/math.ts';
import { codeRange, lumaWeights } from '../../frames/color-matrix.ts';
import type { VideoFrame } from '../../frames/frame.ts';
import { hasAlpha, type PixFmtInfo } from '../../frames/pixel-format.ts';
import { type Component, componentsOf } from '../pixels/picture-work.ts';
import type { PictureScaler, PictureSide, ScaleMethod } from './picture-scaler.ts';
import { filterBank, type ScaleKernel } from './weights.ts';

/** One side of a conversion, with what its format is. */
export interface Side extends PictureSide {
  readonly info: PixFmtInfo;
}

/** Samples of a component: luma and RGB 0..1, chroma -0.5..0.5. */
interface RealPlane {
  readonly data: Float64Array;
  readonly width: number;
  readonly height: number;
}

/** A scaler between formats of which one has more than 8 bits. */
export function deepScaler(a: Side, b: Side, method: ScaleMethod): PictureScaler {
  return (source, target) => {
    const planes = readPlanes(source, a.info);
    const outputs = componentsOf(target);
    const alpha = hasAlpha(a.info) ? planes.pop() : undefined;
    const converted = toModel(planes, a, b, method);
    for (const [c, output] of outputs.entries()) {
      const plane = c === 3 ? alpha : converted[c];
      const kernel =
        b.info.model === 'yuv' && (c === 1 || c === 2)
          ? (method.chromaKernel ?? method.kernel)
          : method.kernel;
      const scaled =
        plane === undefined ? undefined : scaleReal(plane, output.width, output.height, kernel);
      writePlane(scaled, output, b.info, c);
    }
  };
}

/** The components in the target's model; those of Y'CbCr stay at their sizes where no RGB is in between. */
function toModel(
  planes: RealPlane[],
  a: Side,
  b: Side,
  method: ScaleMethod,
): (RealPlane | undefined)[] {
  const [from, to] = [a.info.model, b.info.model];
  if (changesMatrix(a, b)) return toMatrix(planes, a, b, method);
  if (from === to) return planes;
  if (from === 'gray') return to === 'rgb' ? [planes[0]!, planes[0]!, planes[0]!] : [planes[0]!];
  if (from === 'yuv' && to === 'gray') return [planes[0]!];
  const full =
    from === 'yuv'
      ? planes.map((plane, c) => atAllPixels(plane, c, a, b, method))
      : planes.map((plane) => scaleReal(plane, a.width, a.height, method.kernel));
  const [kr, kb] = lumaWeights('scale.matrix', (from === 'yuv' ? a.matrix : b.matrix) ?? 6);
  const kg = 1 - kr - kb;
  const [x, y, z] = full as [RealPlane, RealPlane, RealPlane];
  const out = [0, 1, 2].map(() => ({ ...x, data: new Float64Array(x.data.length) }));
  for (let i = 0; i < x.data.length; i++) {
    const [p, q, s] = [x.data[i]!, y.data[i]!, z.data[i]!];
    if (from === 'yuv') {
      out[0]!.data[i] = p + 2 * (1 - kr) * s;
      out[1]!.data[i] = p - (2 * kb * (1 - kb) * q + 2 * kr * (1 - kr) * s) / kg;
      out[2]!.data[i] = p + 2 * (1 - kb) * q;
    } else {
      const luma = kr * p + kg * q + kb * s;
      out[0]!.data[i] = luma;
      out[1]!.data[i] = (s - luma) / (2 * (1 - kb));
      out[2]!.data[i] = (p - luma) / (2 * (1 - kr));
    }
  }
  return to === 'gray' ? [out[0]!] : out;
}

/** Whether both sides are Y'CbCr, of different matrices. */
export const changesMatrix = (a: Side, b: Side): boolean =>
  a.info.model === 'yuv' && b.info.model === 'yuv' && (a.matrix ?? 6) !== (b.matrix ?? 6);

/** Y'CbCr of another matrix, at every pixel of the target: by way of RGB, without colors that it does not have. */
function toMatrix(planes: RealPlane[], a: Side, b: Side, method: ScaleMethod): RealPlane[] {
  const [luma, cb, cr] = planes.map((plane, c) => atAllPixels(plane, c, a, b, method));
  const [kr, kb] = lumaWeights('scale.matrix', a.matrix ?? 6);
  const [toKr, toKb] = lumaWeights('scale.matrix', b.matrix ?? 6);
  const out = [0, 1, 2].map(() => ({ ...luma!, data: new Float64Array(luma!.data.length) }));
  for (let i = 0; i < luma!.data.length; i++) {
    const [y, u, v] = [luma!.data[i]!, cb!.data[i]!, cr!.data[i]!];
    const [fullRed, fullBlue] = [y + 2 * (1 - kr) * v, y + 2 * (1 - kb) * u];
    const red = clip3(0, 1, fullRed);
    const blue = clip3(0, 1, fullBlue);
    const green = clip3(0, 1, (y - kr * fullRed - kb * fullBlue) / (1 - kr - kb));
    const sum = toKr * red + (1 - toKr - toKb) * green + toKb * blue;
    out[0]!.data[i] = sum;
    out[1]!.data[i] = (blue - sum) / (2 * (1 - toKb));
    out[2]!.data[i] = (red - sum) / (2 * (1 - toKr));
  }
  return out;
}

/**
 * A component of Y'CbCr at the pixels of an RGB picture. As in swscale, two columns of packed RGB share a chroma sample where all chroma is
 * not asked for.
 */
function atAllPixels(
  plane: RealPlane,
  c: number,
  a: Side,
  b: Side,
  method: ScaleMethod,
): RealPlane {
  const { width, height } = b;
  if (c === 0) return scaleReal(plane, width, height, method.kernel);
  const kernel = method.chromaKernel ?? method.kernel;
  const shares =
    method.fullChroma !== true &&
    b.info.order !== undefined &&
    a.info.chromaShiftX === 1 &&
    width % 2 === 0;
  if (!shares) return scaleReal(plane, width, height, kernel);
  const half = scaleReal(plane, width / 2, height, kernel);
  const data = Float64Array.from({ length: width * height }, (_, i) => half.data[i >> 1]!);
  return { data, width, height };
}

function readPlanes(frame: VideoFrame, info: PixFmtInfo): RealPlane[] {
  return componentsOf(frame).map((component, c) => {
    const { data, offset, stride, step, width, height } = component;
    const [zero, scale] = codeOf(info, c);
    const real = new Float64Array(width * height);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const value = swapIf(info, data[offset + y * stride + x * step]!);
        real[y * width + x] = (value - zero) / scale;
      }
    }
    return { data: real, width, height };
  });
}

function writePlane(
  plane: RealPlane | undefined,
  out: Component,
  info: PixFmtInfo,
  c: number,
): void {
  const { data, offset, stride, step, width, height } = out;
  const [zero, scale] = codeOf(info, c);
  const largest = 2 ** info.bitDepth - 1;
  const missing = c === 3 ? 1 : 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const real = plane === undefined ? missing : plane.data[y * width + x]!;
      const value = Math.min(Math.max(Math.round(real * scale + zero), 0), largest);
      data[offset + y * stride + x * step] = swapIf(info, value);
    }
  }
}

/** The code value of zero, and the codes from 0 to 1 (H.273 clause 8.3). */
function codeOf(info: PixFmtInfo, c: number): readonly [zero: number, scale: number] {
  const factor = 2 ** (info.bitDepth - 8);
  const largest = 2 ** info.bitDepth - 1;
  if (info.model !== 'yuv' || c === 3) return [0, largest];
  const range = codeRange(info.fullRange);
  if (info.fullRange) return c === 0 ? [0, largest] : [128 * factor, largest];
  return c === 0
    ? [range.lumaOffset * factor, range.lumaScale * factor]
    : [128 * factor, range.chromaScale * factor];
}

function swapIf(info: PixFmtInfo, value: number): number {
  return info.bigEndian ? ((value & 255) << 8) | (value >> 8) : value;
}

function scaleReal(
  plane: RealPlane,
  width: number,
  height: number,
  kernel: ScaleKernel,
): RealPlane {
  if (plane.width === width && plane.height === height) return plane;
  const across = filterBank(kernel, plane.width, width);
  const down = filterBank(kernel, plane.height, height);
  const lines = new Float64Array(width * plane.height);
  for (let y = 0; y < plane.height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      const from = y * plane.width + across.start[x]!;
      for (let k = 0; k < across.taps; k++)
        sum += plane.data[from + k]! * across.weights[x * across.taps + k]!;
      lines[y * width + x] = sum;
    }
  }
  const data = new Float64Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let k = 0; k < down.taps; k++) {
      const weight = down.weights[y * down.taps + k]!;
      const from = (down.start[y]! + k) * width;
      for (let x = 0; x < width; x++) data[y * width + x]! += lines[from + x]! * weight;
    }
  }
  return { data, width, height };
}
