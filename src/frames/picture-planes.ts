/** What the color kernels read and write: planes with everything that addresses their samples. */
import type { VideoFrame } from './frame.ts';
import { pixFmtInfo } from './pixel-format.ts';

/** Packed RGB of any order. */
export interface PackedRgb {
  readonly data: Uint8Array;
  readonly offset: number;
  readonly stride: number;
  /** Elements from one pixel to the next: 3 or 4. */
  readonly pixelStep: number;
  /** Position of each component in a pixel; `a` is -1 if there is none. */
  readonly r: number;
  readonly g: number;
  readonly b: number;
  readonly a: number;
}

/** Y'CbCr of 8 bits, planar or with interleaved chroma (nv12: both chroma entries are the same array). */
export interface LumaChroma {
  readonly luma: Uint8Array;
  readonly lumaOffset: number;
  readonly lumaStride: number;
  readonly cb: Uint8Array;
  readonly cbOffset: number;
  readonly cr: Uint8Array;
  readonly crOffset: number;
  readonly chromaStride: number;
  /** Elements from one chroma sample to the next in a row: 1, or 2 if interleaved. */
  readonly chromaStep: number;
  readonly chromaShiftX: number;
  readonly chromaShiftY: number;
}

/** The planes of a frame in a packed RGB format. */
export function packedRgb(frame: VideoFrame): PackedRgb {
  const info = pixFmtInfo(frame.pixFmt);
  const plane = frame.planes[0]!;
  const [r, g, b, a = -1] = info.order!;
  const { offset, stride } = plane;
  const pixelStep = info.samplesPerPixel[0]!;
  return { data: plane.data as Uint8Array, offset, stride, pixelStep, r, g, b, a };
}

/** The planes of a frame in an 8-bit Y'CbCr format. */
export function lumaChroma(frame: VideoFrame): LumaChroma {
  const info = pixFmtInfo(frame.pixFmt);
  const [luma, cb] = frame.planes as [VideoFrame['planes'][0], VideoFrame['planes'][0]];
  const cr = frame.planes[2] ?? cb;
  return {
    luma: luma.data as Uint8Array,
    lumaOffset: luma.offset,
    lumaStride: luma.stride,
    cb: cb.data as Uint8Array,
    cbOffset: cb.offset,
    cr: cr.data as Uint8Array,
    crOffset: cr === cb ? cb.offset + 1 : cr.offset,
    chromaStride: cb.stride,
    chromaStep: cr === cb ? 2 : 1,
    chromaShiftX: info.chromaShiftX,
    chromaShiftY: info.chromaShiftY,
  };
}
