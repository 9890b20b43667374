/**
 * Y'CbCr of more than 8 bits as packed RGB of which two columns share a chroma sample, by products that are cut as in `rgbRowCut`. Lines have
 * eighths of a code, as swscale's have: codes of 8 bits would be half a step off.
 */
import type { VideoFrame } from '../../frames/frame.ts';
import { pixFmtInfo } from '../../frames/pixel-format.ts';
import { type Component, componentsOf, newPicture } from '../pixels/picture-work.ts';
import { cutCoefficient, type RgbMatrix } from './color-rows.ts';
import { deepScaler, type Side } from './deep-scaler.ts';
import type { PictureScaler, ScaleMethod } from './picture-scaler.ts';

/** Bits of a sample in eighths. */
const EIGHTHS = 11;

const clip = (value: number): number => (value < 0 ? 0 : value > 255 ? 255 : value);

/** A scaler from deep Y'CbCr to packed RGB of 8 bits. */
export function deepToRgb(a: Side, b: Side, method: ScaleMethod, matrix: RgbMatrix): PictureScaler {
  // A format of 16 bits an element, whose samples are eighths here.
  const pixFmt = 'yuv422p10le';
  const info = { ...pixFmtInfo(pixFmt), bitDepth: EIGHTHS, fullRange: a.info.fullRange };
  const middle = newPicture(pixFmt, b.width, b.height, 0);
  const scale = deepScaler(a, { ...b, pixFmt, info }, method);
  return (source, target) => {
    scale(source, middle);
    const outputs = componentsOf(target);
    for (let y = 0; y < target.height; y++) rgbRow(middle, outputs, y, matrix);
    const alpha = outputs[3];
    if (alpha !== undefined) fill(alpha);
  };
}

function rgbRow(
  middle: VideoFrame,
  [red, green, blue]: readonly Component[],
  row: number,
  m: RgbMatrix,
): void {
  const [scale, rcr, gcb, gcr, bcb] = [m.luma, m.rcr, m.gcb, m.gcr, m.bcb].map(cutCoefficient) as [
    ...[number, number, number, number, number],
  ];
  const [luma, cb, cr] = middle.planes.map(({ data, offset, stride }) =>
    (data as Uint16Array).subarray(offset + row * stride, offset + (row + 1) * stride),
  );
  const [lumaRaise, chromaRaise] = m.raise ?? [0, 0];
  const black = 8 * m.lumaOffset - lumaRaise;
  const gray = 8 * 128 - chromaRaise;
  const at = red!.offset + row * red!.stride;
  const [toGreen, toBlue] = [green!.offset - red!.offset, blue!.offset - red!.offset];
  for (let x = 0, p = at; x < middle.width; x++, p += red!.step) {
    const y = ((luma![x]! - black) * scale) >> 16;
    const u = cb![x >> 1]! - gray;
    const v = cr![x >> 1]! - gray;
    red!.data[p] = clip(y + ((rcr * v) >> 16));
    red!.data[p + toGreen] = clip(y + ((gcb * u) >> 16) + ((gcr * v) >> 16));
    red!.data[p + toBlue] = clip(y + ((bcb * u) >> 16));
  }
}

function fill({ data, offset, stride, step, width, height }: Component): void {
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) data[offset + y * stride + x * step] = 255;
  }
}
