/** Whole pictures between RGB and Y'CbCr of one size, over the rows of `rgb-chroma.ts`. */
import type { ForwardMatrix, InverseMatrix } from '../../frames/color-matrix.ts';
import type { VideoFrame } from '../../frames/frame.ts';
import { type PixFmtInfo, planeHeight, planeWidth } from '../../frames/pixel-format.ts';
import { type Component, componentsOf } from '../video/picture-work.ts';
import { rgbRowToChroma, rgbRowToLuma, yuvRowToRgbRow, yuvRowToRgbRowFast } from './rgb-chroma.ts';
import { blendLines } from './row-kernels.ts';
import { filterBank, type ScaleKernel, wholeWeights } from './weights.ts';

type Bytes = Component & { readonly data: Uint8Array };

const bytesOf = (frame: VideoFrame): Bytes[] => componentsOf(frame) as Bytes[];

/**
 * Y'CbCr, with chroma in blocks of up to 2x2, as RGB of the same size. Opacity goes along, or is full.
 * @param exact whether products are summed before they are cut to 8 bits
 */
export function yuvPictureToRgb(
  source: VideoFrame,
  target: VideoFrame,
  matrix: InverseMatrix,
  exact: boolean,
): void {
  const convertRow = exact ? yuvRowToRgbRow : yuvRowToRgbRowFast;
  const [luma, cb, cr, alphaIn] = bytesOf(source) as [Bytes, Bytes, Bytes, Bytes | undefined];
  const [r, g, b, alphaOut] = bytesOf(target) as [Bytes, Bytes, Bytes, Bytes | undefined];
  const { width, height } = target;
  for (let y = 0; y < height; y++) {
    const chroma = (y >> cb.shiftY) * cb.stride;
    convertRow(
      luma.data,
      luma.offset + y * luma.stride,
      cb.data,
      cb.offset + chroma,
      cr.data,
      cr.offset + chroma,
      cb.step,
      cb.shiftX,
      r.data,
      r.offset + y * r.stride,
      g.offset + y * g.stride,
      b.offset + y * b.stride,
      r.step,
      width,
      matrix,
    );
    if (alphaOut === undefined) continue;
    let q = alphaOut.offset + y * alphaOut.stride;
    let p = alphaIn === undefined ? 0 : alphaIn.offset + y * alphaIn.stride;
    for (let x = 0; x < width; x++, q += alphaOut.step, p++) {
      alphaOut.data[q] = alphaIn === undefined ? 255 : alphaIn.data[p]!;
    }
  }
}

/** A conversion of RGB to the Y'CbCr of `info`; opacity is left alone. */
export function rgbPictureToYuv(
  info: PixFmtInfo,
  width: number,
  height: number,
  matrix: ForwardMatrix,
  kernel: ScaleKernel,
): (source: VideoFrame, target: VideoFrame) => void {
  const columns = planeWidth(info, 1, width);
  const rows = planeHeight(info, 1, height);
  const down = filterBank(kernel, height, rows);
  const weights = wholeWeights(down);
  const { taps } = down;
  const lineOf = (component: number, row: number) => ((row % taps) * 2 + component) * columns;
  const lines = new Int16Array(taps * 2 * columns);
  const at = new Int32Array(taps);
  return (source, target) => {
    const [r, g, b] = bytesOf(source) as [Bytes, Bytes, Bytes];
    const outputs = bytesOf(target) as [Bytes, Bytes, Bytes];
    const [luma] = outputs;
    for (let y = 0; y < height; y++) {
      const [p, q, s] = [r.offset + y * r.stride, g.offset + y * g.stride, b.offset + y * b.stride];
      rgbRowToLuma(
        r.data,
        p,
        q,
        s,
        r.step,
        luma.data,
        luma.offset + y * luma.stride,
        width,
        matrix,
      );
    }
    let ready = -1;
    for (let y = 0; y < rows; y++) {
      const first = down.start[y]!;
      for (let row = Math.max(ready + 1, first); row < first + taps; row++) {
        const [p, q, s] = [r, g, b].map((c) => c.offset + row * c.stride) as [
          number,
          number,
          number,
        ];
        const halve = info.chromaShiftX === 1;
        rgbRowToChroma(
          r.data,
          p,
          q,
          s,
          r.step,
          halve,
          lines,
          lineOf(0, row),
          lines,
          lineOf(1, row),
          width,
          matrix,
        );
      }
      ready = Math.max(ready, first + taps - 1);
      for (const component of [0, 1] as const) {
        const out = outputs[component + 1]!;
        for (let k = 0; k < taps; k++) at[k] = lineOf(component, first + k);
        blendLines(
          lines,
          at,
          weights,
          y * taps,
          taps,
          out.data,
          out.offset + y * out.stride,
          out.step,
          columns,
        );
      }
    }
  };
}
