/**
 * `colorchannelmixer`: every component of RGB as a weighted sum of all. With `pc` a measure of the color (the sum of its components, their
 * largest, …) is brought back to what it was: the components are scaled by the measure before over that after, `pa` of the way.
 */
import { type PixFmtInfo, pixFmtInfo } from '../../frames/pixel-format.ts';
import { type FilterDefinition, samePixFmt, VIDEO_PAD } from '../definition/filter.ts';
import type { OptionDefinition, OptionValues } from '../definition/options.ts';
import { ARGB_FIRST } from '../definition/pixel-formats.ts';
import {
  type Component,
  componentsOf,
  picture,
  type Samples,
  videoLink,
} from '../pixels/picture-work.ts';

const RGB = ARGB_FIRST.filter((name) => pixFmtInfo(name).model === 'rgb');
const NAMES = ['r', 'g', 'b', 'a'] as const;

const WEIGHTS: readonly OptionDefinition[] = NAMES.flatMap((out) =>
  NAMES.map((from) => ({
    name: `${out}${from}`,
    kind: 'number' as const,
    default: out === from ? '1' : '0',
    min: -2,
    max: 2,
    description: `how much of ${from} goes into ${out}`,
  })),
);

/** A measure of a color. */
type Measure = (r: number, g: number, b: number) => number;

/** Table: name => what of a color is preserved; found by comparing with ffmpeg what it makes of single pixels. */
const MEASURES: Readonly<Record<string, Measure>> = {
  lum: (r, g, b) => Math.max(r, g, b) + Math.min(r, g, b),
  max: (r, g, b) => Math.max(r, g, b),
  avg: (r, g, b) => r + g + b + 1,
  sum: (r, g, b) => r + g + b,
  nrm: (r, g, b) => Math.sqrt(r * r + g * g + b * b),
  pwr: (r, g, b) => Math.cbrt(r * r * r + g * g * g + b * b * b),
};
/** A measure that is below 0 counts as this. */
const LEAST = 1 / 1024;
const PRESERVED = ['none', ...Object.keys(MEASURES)];

/** Mixes the components of RGB. */
export const COLORCHANNELMIXER: FilterDefinition = {
  name: 'colorchannelmixer',
  description: 'makes each component a weighted sum of all',
  options: [
    ...WEIGHTS,
    {
      name: 'pc',
      kind: 'choice',
      default: 'none',
      choices: Object.fromEntries(PRESERVED.map((name, i) => [name, i])),
      description: 'what of the color is preserved',
    },
    {
      name: 'pa',
      kind: 'number',
      default: '0',
      min: 0,
      max: 1,
      description: 'how much of it is',
    },
  ],
  inputs: VIDEO_PAD,
  outputs: VIDEO_PAD,
  timeline: true,
  formats: () => samePixFmt(RGB),
  open(setup) {
    const { pixFmt, width, height } = videoLink(setup.inputs[0]);
    const mixer = new Mixer(setup.options, pixFmtInfo(pixFmt));
    return {
      letsGo: true,
      push(_, frame) {
        const source = picture(frame);
        const target = setup.takePicture(pixFmt, width, height, source.pts);
        mixer.mix(componentsOf(source), componentsOf(target));
        setup.emit(0, target);
      },
    };
  },
};

/** Mixes pictures row by row. */
class Mixer {
  private readonly tables: readonly (readonly Int32Array[])[];
  private readonly measure: Measure | undefined;
  private readonly amount: number;
  private sums: readonly Int32Array[] = [];

  constructor(options: OptionValues, info: PixFmtInfo) {
    const names = NAMES.slice(0, info.order?.length ?? info.samplesPerPixel.length);
    this.tables = names.map((out) =>
      names.map((from) => {
        const weight = options.number(`${out}${from}`);
        return Int32Array.from({ length: 256 }, (_, value) => nearestEven(value * weight));
      }),
    );
    this.measure = MEASURES[PRESERVED[options.number('pc')]!];
    this.amount = options.number('pa');
  }

  /** Writes `inputs`, mixed, to `outputs`. */
  mix(inputs: readonly Component[], outputs: readonly Component[]): void {
    const { width, height } = outputs[0]!;
    if (this.sums[0]?.length !== width) {
      this.sums = outputs.map(() => new Int32Array(width));
    }
    for (let y = 0; y < height; y++) {
      for (const [c, sums] of this.sums.entries()) {
        sums.fill(0);
        for (const [i, input] of inputs.entries()) addRow(sums, input, y, this.tables[c]![i]!);
      }
      if (this.measure !== undefined && this.amount > 0) this.preserve(inputs, y, this.measure);
      for (const [c, output] of outputs.entries()) writeRow(this.sums[c]!, output, y);
    }
  }

  private preserve(inputs: readonly Component[], y: number, measure: Measure): void {
    const [r, g, b] = this.sums as [Int32Array, Int32Array, Int32Array];
    for (let x = 0; x < r.length; x++) {
      const before = measure(
        sampleAt(inputs[0]!, x, y),
        sampleAt(inputs[1]!, x, y),
        sampleAt(inputs[2]!, x, y),
      );
      const after = measure(r[x]!, g[x]!, b[x]!);
      const factor = before / Math.max(after, LEAST);
      r[x] = towards(r[x]!, factor, this.amount);
      g[x] = towards(g[x]!, factor, this.amount);
      b[x] = towards(b[x]!, factor, this.amount);
    }
  }
}

const clip = (value: number): number => (value < 0 ? 0 : value > 255 ? 255 : value);

/** A component, as far as it is a sample, times `factor`, `amount` of the way. */
const towards = (value: number, factor: number, amount: number): number =>
  nearestEven(value + (clip(value) * factor - value) * amount);

const sampleAt = ({ data, offset, stride, step }: Component, x: number, y: number): number =>
  data[offset + y * stride + x * step]!;

function addRow(sums: Int32Array, input: Component, y: number, table: Int32Array): void {
  const data = input.data as Samples;
  const { step } = input;
  let p = input.offset + y * input.stride;
  for (let x = 0; x < sums.length; x++, p += step) sums[x]! += table[data[p]!]!;
}

function writeRow(sums: Int32Array, output: Component, y: number): void {
  const data = output.data as Samples;
  const { step } = output;
  let p = output.offset + y * output.stride;
  for (let x = 0; x < sums.length; x++, p += step) {
    data[p] = clip(sums[x]!);
  }
}

function nearestEven(value: number): number {
  const whole = Math.round(value);
  return Math.abs(value % 1) === 0.5 && whole % 2 !== 0 ? whole - 1 : whole;
}
