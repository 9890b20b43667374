/** Samples as pixels: the layers below the overlays. */

import { clip1 } from '../src/base/math.ts';
import type { PictureRecord, Recording } from './recording.ts';
import type { LayerName } from './state.ts';

/** What each layer is called, and what it shows. */
export const LAYER_TEXTS: Readonly<Record<LayerName, readonly [string, string]>> = {
  source: ['Source', 'the picture as it came'],
  prediction: ['Prediction', 'what the decoder can guess from what it already has'],
  residual: [
    'Residual',
    'source minus prediction: what is left to be sent; gray is zero, small differences are shown stronger',
  ],
  before: ['Before deblocking', 'prediction plus the residual that was sent'],
  decoded: ['Decoded', 'what every decoder shows'],
  deblocking: [
    'Deblocking',
    'what the filter along the block edges changed, eight times as strong',
  ],
  difference: ['Error', 'decoded minus source, eight times as strong; gray is zero'],
};

/** Amplification of the layers that are differences. */
const GAIN = 8;

/** The two pictures that a layer is drawn from, and how; null where the page has no samples of it. */
export function layerSamples(
  recording: Recording,
  picture: PictureRecord,
  layer: LayerName,
): { readonly a: Uint8Array; readonly b: Uint8Array | null; readonly gain: number } | null {
  const source = recording.source?.pictures[picture.pts];
  const samples = recording.samples.get(picture.pts);
  if (source === undefined || samples === undefined) return null;
  const { prediction, before, after } = samples;
  switch (layer) {
    case 'source':
      return { a: source, b: null, gain: 1 };
    case 'prediction':
      return { a: prediction, b: null, gain: 1 };
    case 'residual':
      return { a: source, b: prediction, gain: 1 };
    case 'before':
      return { a: before, b: null, gain: 1 };
    case 'decoded':
      return { a: after, b: null, gain: 1 };
    case 'deblocking':
      return { a: after, b: before, gain: GAIN };
    case 'difference':
      return { a: after, b: source, gain: GAIN };
  }
}

/** A picture of 4:2:0, matrix of ITU-R BT.601, limited range, as pixels. */
export function paintPicture(samples: Uint8Array, width: number, height: number): ImageData {
  const image = new ImageData(width, height);
  const { data } = image;
  const [cbAt, crAt] = [width * height, (width * height * 5) / 4];
  for (let y = 0; y < height; y++) {
    const chroma = (y >> 1) * (width >> 1);
    for (let x = 0; x < width; x++) {
      const luma = 1.1644 * (samples[y * width + x] - 16);
      const cb = samples[cbAt + chroma + (x >> 1)] - 128;
      const cr = samples[crAt + chroma + (x >> 1)] - 128;
      const at = 4 * (y * width + x);
      data[at] = clip1(luma + 1.596 * cr);
      data[at + 1] = clip1(luma - 0.3918 * cb - 0.813 * cr);
      data[at + 2] = clip1(luma + 2.0172 * cb);
      data[at + 3] = 255;
    }
  }
  return image;
}

/** Difference of two samples => gray of a residual: the whole range, with small differences stronger than large ones. */
const RESIDUAL_GRAY = Uint8Array.from({ length: 511 }, (_, i) => {
  const difference = i - 255;
  return 128 + Math.sign(difference) * 127 * (Math.abs(difference) / 255) ** 0.6;
});

/** The difference of the luma of two pictures: gray is none, brighter is more; of a residual (`gain` 1) nothing is cut off. */
export function paintDifference(
  a: Uint8Array,
  b: Uint8Array,
  width: number,
  height: number,
  gain: number,
): ImageData {
  const image = new ImageData(width, height);
  const { data } = image;
  for (let i = 0; i < width * height; i++) {
    const difference = a[i] - b[i];
    const value = gain === 1 ? RESIDUAL_GRAY[255 + difference] : clip1(128 + gain * difference);
    data[4 * i] = value;
    data[4 * i + 1] = value;
    data[4 * i + 2] = value;
    data[4 * i + 3] = 255;
  }
  return image;
}

/** A layer of a picture as pixels; null where there are no samples. */
export function paintLayer(
  recording: Recording,
  picture: PictureRecord,
  layer: LayerName,
): ImageData | null {
  const samples = layerSamples(recording, picture, layer);
  if (samples === null) return null;
  const { a, b, gain } = samples;
  const { width, height } = recording;
  if (b === null) return paintPicture(a, width, height);
  return paintDifference(a, b, width, height, gain);
}

/** A scale of colors from little to much, 0 to 1, that is even in lightness (dark violet, red, yellow). */
export function heat(value: number): readonly [number, number, number] {
  const t = value < 0 ? 0 : value > 1 ? 1 : value;
  const stops = [
    [13, 8, 60],
    [106, 0, 140],
    [190, 45, 100],
    [243, 122, 50],
    [252, 238, 130],
  ];
  const at = t * (stops.length - 1);
  const i = Math.min(stops.length - 2, Math.floor(at));
  const k = at - i;
  const mix = (n: number): number => Math.round(stops[i][n] * (1 - k) + stops[i + 1][n] * k);
  return [mix(0), mix(1), mix(2)];
}
