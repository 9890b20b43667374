/** `setsar` and `setdar`: another shape of pixels, or of pictures. Samples stay as they are. */
import { type Rational, reduced } from '../../base/rational.ts';
import { pixFmtInfo } from '../../frames/pixel-format.ts';
import { type FilterDefinition, VIDEO_PAD, type VideoLink } from '../definition/filter.ts';
import type { OptionDefinition, OptionValues } from '../definition/options.ts';
import { approximate, parseRatio, rationalOf } from '../language/values.ts';
import { pixelAspect, videoLink } from '../pixels/picture-work.ts';

const VARIABLES = ['w', 'h', 'a', 'dar', 'sar', 'hsub', 'vsub'];

const MAX: OptionDefinition = {
  name: 'max',
  kind: 'integer',
  default: '100',
  min: 1,
  max: 0x7fffffff,
  description: 'largest term of the fraction',
};

function ratioOf(options: OptionValues, name: string, link: VideoLink): Rational {
  const text = options.text(name);
  const max = options.number('max');
  if (/^\s*-?\d+\s*:\s*\d+\s*$/.test(text)) {
    return parseRatio(text, max) ?? [0, 1];
  }
  const info = pixFmtInfo(link.pixFmt);
  const sar = pixelAspect(link);
  const { width, height } = link;
  const a = width / height;
  const v = Float64Array.of(
    width,
    height,
    a,
    a * sar,
    sar,
    1 << info.chromaShiftX,
    1 << info.chromaShiftY,
  );
  const value = options.expression(name, { variables: VARIABLES }).evaluate(v);
  if (!(value >= 0 && Number.isFinite(value))) {
    throw options.error(name, `the ratio is ${value}, allowed are numbers from 0 on`);
  }
  return rationalOf(value, max);
}

/** Sets the shape of pixels. */
export const SETSAR: FilterDefinition = {
  name: 'setsar',
  description: 'sets the shape of pixels',
  options: [
    {
      name: 'sar',
      aliases: ['ratio', 'r'],
      kind: 'expression',
      default: '0',
      description: 'width by height',
    },
    MAX,
  ],
  inputs: VIDEO_PAD,
  outputs: VIDEO_PAD,
  open({ options, inputs }) {
    const link = videoLink(inputs[0]);
    const ratio = ratioOf(options, 'sar', link);
    return { outputs: [{ ...link, sampleAspectRatio: ratio[0] === 0 ? [0, 1] : reduced(ratio) }] };
  },
};

/** Sets the shape of pictures. */
export const SETDAR: FilterDefinition = {
  name: 'setdar',
  description: 'sets the shape of pictures, by the shape of their pixels',
  options: [
    {
      name: 'dar',
      aliases: ['ratio', 'r'],
      kind: 'expression',
      default: '0',
      description: 'width by height',
    },
    MAX,
  ],
  inputs: VIDEO_PAD,
  outputs: VIDEO_PAD,
  open({ options, inputs }) {
    const link = videoLink(inputs[0]);
    const [num, den] = ratioOf(options, 'dar', link);
    const sampleAspectRatio: Rational =
      num === 0 ? [0, 1] : approximate(num * link.height, den * link.width, 100);
    return { outputs: [{ ...link, sampleAspectRatio }] };
  },
};
