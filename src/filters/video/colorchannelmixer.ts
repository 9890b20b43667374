/** `colorchannelmixer`: every component of RGB as a weighted sum of all. */
import { ALL_PIX_FMTS, pixFmtInfo } from '../../frames/pixel-format.ts';
import { type FilterDefinition, samePixFmt, VIDEO_PAD } from '../definition/filter.ts';
import type { OptionDefinition } from '../definition/options.ts';
import { componentsOf, picture, type Samples, videoLink } from '../pixels/picture-work.ts';

const RGB = ALL_PIX_FMTS.filter((name) => pixFmtInfo(name).model === 'rgb');
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
      choices: { none: 0 },
      description: 'what of the color is preserved',
      namedOnly: true,
    },
  ],
  inputs: VIDEO_PAD,
  outputs: VIDEO_PAD,
  timeline: true,
  formats: () => samePixFmt(RGB),
  open(setup) {
    const { pixFmt, width, height } = videoLink(setup.inputs[0]);
    const info = pixFmtInfo(pixFmt);
    const count = info.order?.length ?? info.samplesPerPixel.length;
    const [min, max] = [0, 255];
    const tables = NAMES.slice(0, count).map((out) =>
      NAMES.slice(0, count).map((from) => {
        const weight = setup.options.number(`${out}${from}`);
        return Int32Array.from({ length: max + 1 }, (_, value) => nearestEven(value * weight));
      }),
    );
    return {
      letsGo: true,
      push(_, frame) {
        const source = picture(frame);
        const target = setup.takePicture(pixFmt, width, height, source.pts);
        const inputs = componentsOf(source);
        const outputs = componentsOf(target);
        for (const [c, output] of outputs.entries()) {
          const at = inputs.map(({ offset }) => offset);
          for (let y = 0; y < height; y++) {
            for (let x = 0; x < width; x++) {
              let sum = 0;
              for (let i = 0; i < count; i++) {
                const input = inputs[i]!;
                sum +=
                  tables[c]![i]![
                    (input.data as Samples)[at[i]! + y * input.stride + x * input.step]!
                  ]!;
              }
              output.data[output.offset + y * output.stride + x * output.step] =
                sum < min ? min : sum > max ? max : sum;
            }
          }
        }
        setup.emit(0, target);
      },
    };
  },
};

function nearestEven(value: number): number {
  const whole = Math.round(value);
  return Math.abs(value % 1) === 0.5 && whole % 2 !== 0 ? whole - 1 : whole;
}
