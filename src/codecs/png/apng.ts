/** Animated PNG: files of several frames (PNG third edition, clause 11.3.6), written, and put together for showing. */
import { ConfigError, rejectUnknownKeys, requireInteger, requireOneOf } from '../../base/errors.ts';
import { JoinedBytes } from '../../base/joined-bytes.ts';
import { BLEND, type Blend, DISPOSE, type Dispose, frameControlData } from './animation.ts';
import { pngToRgba8 } from './convert.ts';
import type { DecodedPng } from './decoder.ts';
import { identityPlan } from './encoder/reduce.ts';
import { compressSmallest, EFFORTS, type PngEffort, paletteChunks } from './encoder.ts';
import { type PngImage, requireImage } from './image.ts';
import { chunksBeforePalette, chunksBeforePixels, chunksBehindPixels } from './metadata.ts';
import { chunkBytes, emitChunk, SIGNATURE } from './standard/chunks.ts';
import { headerData, PALETTE } from './standard/header.ts';
import type { Samples } from './standard/samples.ts';

/** A frame to write. */
export interface ApngFrame {
  /** Samples in color type and depth of the picture, `width` times `height` pixels of them. */
  readonly data: Samples;
  /** Default: the whole picture. */
  readonly x?: number;
  readonly y?: number;
  readonly width?: number;
  readonly height?: number;
  /** Seconds as a fraction. Default 1/10. */
  readonly delay?: readonly [number, number];
  /** Default `none`. */
  readonly dispose?: Dispose;
  /** Default `source`. */
  readonly blend?: Blend;
}

/** Options of `encodeApng`. */
export interface EncodeApngOptions {
  readonly effort?: PngEffort;
  /** How often it plays; 0, the default, for ever. */
  readonly plays?: number;
}

/**
 * An animated PNG. The first frame is the whole picture, and is what decoders show that know no animation. The `data` of each
 * frame are asked for once, when it is written.
 * @param image everything but the pixels: size, color type, depth, palette, metadata; its `data` are not looked at
 * @param frames one or more
 */
export function encodeApng(
  image: Omit<PngImage, 'data'>,
  frames: readonly ApngFrame[],
  options: EncodeApngOptions = {},
): Uint8Array {
  rejectUnknownKeys('apng.options', options, ['effort', 'plays']);
  const effort = requireOneOf('apng.options.effort', options.effort ?? 'default', EFFORTS);
  const plays = requireInteger('apng.options.plays', options.plays ?? 0, 0, 0x7fffffff);
  if (frames.length === 0) throw new ConfigError('apng.frames', 'got none, needed are one or more');
  const output = new JoinedBytes();
  const add = (type: string, data: Uint8Array) => output.append(chunkBytes(type, data));
  const plan = identityPlan({ ...image, data: NO_SAMPLES }, false);
  output.append(SIGNATURE);
  add('IHDR', headerData(plan.header));
  const metadata = image.metadata ?? {};
  for (const chunk of chunksBeforePalette(metadata)) output.append(chunk);
  for (const chunk of paletteChunks(plan)) output.append(chunk);
  for (const chunk of chunksBeforePixels(metadata, image.colorType === PALETTE))
    output.append(chunk);
  const control = new Uint8Array(8);
  new DataView(control.buffer).setUint32(0, frames.length);
  new DataView(control.buffer).setUint32(4, plays);
  add('acTL', control);
  let sequence = 0;
  for (const [i, frame] of frames.entries()) {
    const { x = 0, y = 0, width = image.width, height = image.height } = frame;
    requireRegion(`apng.frames.${i}`, i, image, x, y, width, height);
    const picture: PngImage = { ...image, width, height, data: frame.data };
    requireImage(`apng.frames.${i}`, picture);
    const [numerator, denominator] = frame.delay ?? [1, 10];
    const delay = [
      requireInteger(`apng.frames.${i}.delay`, numerator, 0, 0xffff),
      requireInteger(`apng.frames.${i}.delay`, denominator, 0, 0xffff),
    ] as const;
    const dispose = requireOneOf(`apng.frames.${i}.dispose`, frame.dispose ?? 'none', DISPOSE);
    const blend = requireOneOf(`apng.frames.${i}.blend`, frame.blend ?? 'source', BLEND);
    add('fcTL', frameControlData({ x, y, width, height, delay, dispose, blend }, sequence++));
    const plans = [identityPlan(picture, false)];
    const pieces: Uint8Array[] = [compressSmallest(picture, plans, effort).pixels.join()];
    if (i > 0) {
      pieces.unshift(new Uint8Array(4));
      new DataView(pieces[0]!.buffer).setUint32(0, sequence++);
    }
    emitChunk(i === 0 ? 'IDAT' : 'fdAT', pieces, (piece) => output.append(piece));
  }
  for (const chunk of chunksBehindPixels(metadata)) output.append(chunk);
  add('IEND', new Uint8Array(0));
  return output.join();
}

const NO_SAMPLES: Samples = /* @__PURE__ */ new Uint8Array(0);

function requireRegion(
  where: string,
  index: number,
  image: Omit<PngImage, 'data'>,
  x: number,
  y: number,
  width: number,
  height: number,
): void {
  requireInteger(`${where}.x`, x, 0, image.width - 1);
  requireInteger(`${where}.y`, y, 0, image.height - 1);
  requireInteger(`${where}.width`, width, 1, image.width - x);
  requireInteger(`${where}.height`, height, 1, image.height - y);
  if (index === 0 && (width !== image.width || height !== image.height)) {
    throw new ConfigError(
      where,
      'the first frame has to be the whole picture (PNG clause 11.3.6.2)',
    );
  }
}

/**
 * The pictures that an animation shows, one after another, as RGBA of 8 bits: clause 11.3.6.2 says how frames are disposed of
 * and blended. Each is the receiver's own. A still picture is shown once.
 */
export function* composeApng(png: DecodedPng): Generator<Uint8Array> {
  if (png.animation === null) {
    yield pngToRgba8(png);
    return;
  }
  const canvas = new Uint8Array(4 * png.width * png.height);
  for (const [i, frame] of png.animation.frames.entries()) {
    const { x, y, width, height, blend } = frame;
    // Clause 11.3.6.2: the first frame has nothing before it to go back to.
    const dispose = i === 0 && frame.dispose === 'previous' ? 'background' : frame.dispose;
    const before = dispose === 'previous' ? canvas.slice() : null;
    const pixels = pngToRgba8({ ...png, width, height, data: frame.data });
    for (let row = 0; row < height; row++) {
      const to = 4 * ((y + row) * png.width + x);
      const source = pixels.subarray(4 * row * width, 4 * (row + 1) * width);
      if (blend === 'source') canvas.set(source, to);
      else blendOver(source, canvas, to);
    }
    yield canvas.slice();
    if (before !== null) canvas.set(before);
    if (dispose !== 'background') continue;
    for (let row = 0; row < height; row++) {
      const to = 4 * ((y + row) * png.width + x);
      canvas.fill(0, to, to + 4 * width);
    }
  }
}

/** The operator "over" of straight alpha, clause 13.16. */
function blendOver(source: Uint8Array, canvas: Uint8Array, at: number): void {
  for (let i = 0; i < source.length; i += 4) {
    const alpha = source[i + 3]!;
    if (alpha === 0) continue;
    const to = at + i;
    const under = ((255 - alpha) * canvas[to + 3]!) / 255;
    const total = alpha + under;
    for (let c = 0; c < 3; c++) {
      canvas[to + c] = Math.round((source[i + c]! * alpha + canvas[to + c]! * under) / total);
    }
    canvas[to + 3] = Math.round(total);
  }
}
