/** Frame kernels in TypeScript: the oracle of every other implementation, and what computes where there is no other. */
import type { PictureAnalysis } from '../../codecs/h264/encoder/picture-analysis.ts';
import type { ForwardMatrix } from '../../frames/color-matrix.ts';
import { rgbToYuv } from '../../frames/convert-rgb-to-yuv.ts';
import type {
  BlockQuantizer,
  BlockVectors,
  FrameKernels,
  HalfSamplePlanes,
  LumaChromaPlanes,
  SamplePlane,
  SearchedSize,
  SearchRange,
  StreamAnalysis,
} from '../frame-kernels.ts';
import { interCosts, intraCosts } from './block-costs.ts';
import { ANALYSIS_RANGE, sadField, searchBlocks } from './block-search.ts';
import { transformQuantizeBlocks } from './block-transform.ts';
import { halvePlane, interpolateHalfSamples } from './sample-planes.ts';

/** See `FrameKernels` for each method. */
export class PlainFrameKernels implements FrameKernels {
  readonly backend = 'typescript';
  async halve(plane: SamplePlane): Promise<SamplePlane> {
    return halvePlane(plane);
  }

  async searchBlocks(
    current: SamplePlane,
    reference: SamplePlane,
    size: SearchedSize,
    range: SearchRange,
  ): Promise<BlockVectors> {
    return searchBlocks(current, reference, size, range);
  }

  async sadField(
    current: SamplePlane,
    reference: SamplePlane,
    size: SearchedSize,
    range: SearchRange,
  ): Promise<Int32Array> {
    return sadField(current, reference, size, range);
  }

  async intraCosts(plane: SamplePlane): Promise<Int32Array> {
    return intraCosts(plane);
  }

  async interCosts(
    current: SamplePlane,
    reference: SamplePlane,
    vectors: Pick<BlockVectors, 'x' | 'y'>,
  ): Promise<Int32Array> {
    return interCosts(current, reference, vectors);
  }

  async transformQuantize(
    residual: Int16Array,
    width: number,
    height: number,
    quantizer: BlockQuantizer,
  ): Promise<Int16Array> {
    return transformQuantizeBlocks(residual, width, height, quantizer);
  }

  async halfSamples(plane: SamplePlane): Promise<HalfSamplePlanes> {
    return interpolateHalfSamples(plane);
  }

  async rgbToYuv420(
    rgb: Uint8Array,
    width: number,
    height: number,
    matrix: ForwardMatrix,
  ): Promise<LumaChromaPlanes> {
    return convertRgb(rgb, width, height, matrix);
  }

  openAnalysis(): StreamAnalysis {
    return new PlainAnalysis();
  }

  async close(): Promise<void> {}
}

class PlainAnalysis implements StreamAnalysis {
  /** The picture of the last call, halved. */
  private before: SamplePlane | null = null;

  async analyze(luma: SamplePlane): Promise<PictureAnalysis> {
    const current = halvePlane(luma);
    const { before } = this;
    this.before = current;
    const intra = intraCosts(current);
    if (before === null) {
      return { intra, inter: new Int32Array(0), x: new Int8Array(0), y: new Int8Array(0) };
    }
    const vectors = searchBlocks(current, before, 8, ANALYSIS_RANGE);
    const inter = interCosts(current, before, vectors);
    return { intra, inter, x: vectors.x, y: vectors.y };
  }

  async close(): Promise<void> {
    this.before = null;
  }
}

/** `FrameKernels.rgbToYuv420`: the conversion of src/frames. */
function convertRgb(
  rgb: Uint8Array,
  width: number,
  height: number,
  matrix: ForwardMatrix,
): LumaChromaPlanes {
  const chromaWidth = width >> 1;
  const luma = new Uint8Array(width * height);
  const cb = new Uint8Array(chromaWidth * (height >> 1));
  const cr = new Uint8Array(chromaWidth * (height >> 1));
  const source = { data: rgb, offset: 0, stride: 3 * width, pixelStep: 3, r: 0, g: 1, b: 2, a: -1 };
  const target = {
    luma,
    lumaOffset: 0,
    lumaStride: width,
    cb,
    cbOffset: 0,
    cr,
    crOffset: 0,
    chromaStride: chromaWidth,
    chromaStep: 1,
    chromaShiftX: 1,
    chromaShiftY: 1,
  } as const;
  rgbToYuv(source, target, width, height, matrix);
  return { luma, cb, cr };
}
