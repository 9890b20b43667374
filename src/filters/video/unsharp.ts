/** `unsharp`: what a blur takes away is added (or taken away, if negative). The blur has binomial weights over an odd box. */
import { ALL_PIX_FMTS, pixFmtInfo } from '../../frames/pixel-format.ts';
import { type FilterDefinition, samePixFmt, VIDEO_PAD } from '../definition/filter.ts';
import type { OptionDefinition, OptionValues } from '../definition/options.ts';
import { type Component, componentsOf, picture, videoLink } from '../pixels/picture-work.ts';

const PIX_FMTS = ALL_PIX_FMTS.filter((name) => {
  const info = pixFmtInfo(name);
  return info.model === 'yuv' && info.samplesPerPixel.length !== 2;
});

function optionsOf(name: string, letter: string, amount: string): OptionDefinition[] {
  const size = (axis: 'x' | 'y'): OptionDefinition => ({
    name: `${name}_msize_${axis}`,
    aliases: [`${letter}${axis}`],
    kind: 'integer',
    default: '5',
    min: 3,
    max: 23,
    description: `${axis === 'x' ? 'width' : 'height'} of the box for ${name}, odd`,
  });
  return [
    size('x'),
    size('y'),
    {
      name: `${name}_amount`,
      aliases: [`${letter}a`],
      kind: 'number',
      default: amount,
      min: -2,
      max: 5,
      description: `how much of the difference is added to ${name}`,
    },
  ];
}

interface Mask {
  readonly across: Float64Array;
  readonly down: Float64Array;
  readonly bits: number;
  readonly amount: number;
}

/** Sharpens, or blurs. */
export const UNSHARP: FilterDefinition = {
  name: 'unsharp',
  description: 'sharpens or blurs pictures',
  options: [
    ...optionsOf('luma', 'l', '1'),
    ...optionsOf('chroma', 'c', '0'),
    ...optionsOf('alpha', 'a', '0'),
  ],
  inputs: VIDEO_PAD,
  outputs: VIDEO_PAD,
  timeline: true,
  formats: () => samePixFmt(PIX_FMTS),
  open(setup) {
    const link = videoLink(setup.inputs[0]);
    const masks = ['luma', 'chroma', 'chroma', 'alpha'].map((name) => maskOf(setup.options, name));
    const largest = 2 ** pixFmtInfo(link.pixFmt).bitDepth - 1;
    return {
      letsGo: true,
      push(_, frame) {
        const source = picture(frame);
        const out = setup.takePicture(link.pixFmt, link.width, link.height, source.pts);
        const inputs = componentsOf(source);
        for (const [c, output] of componentsOf(out).entries())
          sharpen(inputs[c]!, output, masks[c]!, largest);
        setup.emit(0, out);
      },
    };
  },
};

function maskOf(options: OptionValues, name: string): Mask {
  const sizes = (['x', 'y'] as const).map((axis) => {
    const option = `${name}_msize_${axis}`;
    const size = options.number(option);
    if (size % 2 === 0) throw options.error(option, `got ${size}, allowed are odd numbers 3..23`);
    return size;
  });
  const [width, height] = sizes as [number, number];
  const amount = Math.trunc(options.number(`${name}_amount`) * 65536);
  return { across: binomial(width), down: binomial(height), bits: width + height - 2, amount };
}

/** Binomial coefficients of `size` - 1. */
function binomial(size: number): Float64Array {
  const row = new Float64Array(size);
  row[0] = 1;
  for (let n = 1; n < size; n++) for (let k = n; k > 0; k--) row[k]! += row[k - 1]!;
  return row;
}

function sharpen(from: Component, to: Component, mask: Mask, largest: number): void {
  const { width, height } = from;
  if (mask.amount === 0) {
    for (let y = 0; y < height; y++) {
      const p = from.offset + y * from.stride;
      (to.data as Uint8Array).set(from.data.subarray(p, p + width), to.offset + y * to.stride);
    }
    return;
  }
  const sums = columnSums(from, mask);
  const scale = 2 ** mask.bits;
  const half = scale / 2;
  const reach = mask.down.length >> 1;
  const total = new Float64Array(width);
  for (let y = 0; y < height; y++) {
    total.fill(half);
    for (let k = 0; k < mask.down.length; k++) {
      const row = Math.min(Math.max(y + k - reach, 0), height - 1) * width;
      const weight = mask.down[k]!;
      for (let x = 0; x < width; x++) total[x]! += sums[row + x]! * weight;
    }
    const p = from.offset + y * from.stride;
    const q = to.offset + y * to.stride;
    for (let x = 0; x < width; x++) {
      const value = from.data[p + x]!;
      const sharp = value + (((value - Math.floor(total[x]! / scale)) * mask.amount) >> 16);
      to.data[q + x] = sharp < 0 ? 0 : sharp > largest ? largest : sharp;
    }
  }
}

/** Weighted sums along the rows. */
function columnSums(from: Component, mask: Mask): Float64Array {
  const { width, height, data } = from;
  const sums = new Float64Array(width * height);
  const reach = mask.across.length >> 1;
  for (let y = 0; y < height; y++) {
    const p = from.offset + y * from.stride;
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let k = 0; k < mask.across.length; k++) {
        const column = Math.min(Math.max(x + k - reach, 0), width - 1);
        sum += data[p + column]! * mask.across[k]!;
      }
      sums[y * width + x] = sum;
    }
  }
  return sums;
}
