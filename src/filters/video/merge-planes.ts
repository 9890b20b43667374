/** `mergeplanes`: planes of several pictures as one picture. */
import type { Plane } from '../../frames/frame.ts';
import {
  ALL_PIX_FMTS,
  type PixFmt,
  pixFmtInfo,
  planeHeight,
  planeWidth,
} from '../../frames/pixel-format.ts';
import { type FilterDefinition, type PadFormats, VIDEO_PAD } from '../definition/filter.ts';
import type { OptionDefinition, OptionValues } from '../definition/options.ts';
import { equalInputs, FrameSync } from '../graph/frame-sync.ts';
import { picture, videoLink } from '../pixels/picture-work.ts';

/** Formats with one sample of one component in each pixel of a plane. */
const PLANAR: readonly PixFmt[] = ALL_PIX_FMTS.filter((name) =>
  pixFmtInfo(name).samplesPerPixel.every((samples) => samples === 1),
);

interface Origin {
  readonly input: number;
  readonly plane: number;
}

/** Input and plane of each plane of the result, as options of their own. */
const MAP_OPTIONS: readonly OptionDefinition[] = [0, 1, 2, 3].flatMap((p) =>
  (['s', 'p'] as const).map((letter) => ({
    name: `map${p}${letter}`,
    kind: 'integer',
    default: '0',
    min: 0,
    max: 3,
    namedOnly: true,
    description: `${letter === 's' ? 'input' : 'plane'} for plane ${p} of the result, without mapping`,
  })),
);

/** The origin of each plane of the result: hexadecimal digits input and plane, for each plane of the format. */
function originsOf(options: OptionValues): Origin[] {
  const mapping = options.number('mapping');
  const info = pixFmtInfo(options.pixFmt('format')!);
  const count = info.samplesPerPixel.length;
  if (mapping === 0) {
    return Array.from({ length: count }, (_, p) => ({
      input: options.number(`map${p}s`),
      plane: options.number(`map${p}p`),
    }));
  }
  const origins = Array.from({ length: count }, (_, p) => ({
    input: (mapping >> ((count - p) * 8 - 4)) & 15,
    plane: (mapping >> ((count - p) * 8 - 8)) & 15,
  }));
  for (const { input, plane } of origins) {
    if (input > 3 || plane > 3) {
      throw options.error('mapping', `got input ${input}, plane ${plane}, allowed are 0..3`);
    }
  }
  return origins;
}

/** Puts planes together. */
export const MERGEPLANES: FilterDefinition = {
  name: 'mergeplanes',
  description: 'puts planes of several pictures together as one',
  options: [
    {
      name: 'mapping',
      kind: 'integer',
      default: '0',
      min: 0,
      max: 0x33333333,
      description: '0xIPIPIPIP: input and plane for each plane of the result',
    },
    {
      name: 'format',
      kind: 'pixFmt',
      default: 'yuva444p',
      description: 'pixel format of the result',
    },
    ...MAP_OPTIONS,
  ],
  inputs: (options) =>
    Array.from(
      { length: Math.max(...originsOf(options).map(({ input }) => input)) + 1 },
      (_, i) => ({
        name: `in${i}`,
        kind: 'video',
      }),
    ),
  outputs: VIDEO_PAD,
  formats(options) {
    const format = options.pixFmt('format')!;
    const depth = pixFmtInfo(format).bitDepth;
    const allowed = PLANAR.filter((name) => pixFmtInfo(name).bitDepth === depth);
    const inputs = Math.max(...originsOf(options).map(({ input }) => input)) + 1;
    return {
      inputs: Array.from(
        { length: inputs },
        (): PadFormats => ({ kind: 'video', pixFmts: { allowed } }),
      ),
      outputs: [{ kind: 'video', pixFmts: { allowed: [format] } }],
    };
  },
  open(setup) {
    const { options } = setup;
    const links = setup.inputs.map(videoLink);
    const pixFmt = options.pixFmt('format')!;
    const info = pixFmtInfo(pixFmt);
    const origins = originsOf(options);
    const { width, height } = links[0]!;
    origins.forEach(({ input, plane }, p) => {
      const link = links[input]!;
      const from = pixFmtInfo(link.pixFmt);
      const has = from.samplesPerPixel.length;
      if (plane >= has)
        throw options.error('mapping', `input ${input} (${link.pixFmt}) has no plane ${plane}`);
      const size = `${planeWidth(from, plane, link.width)}x${planeHeight(from, plane, link.height)}`;
      const needed = `${planeWidth(info, p, width)}x${planeHeight(info, p, height)}`;
      if (size !== needed) {
        throw options.filterError(
          `plane ${p} of the result is ${needed}, plane ${plane} of input ${input} is ${size}`,
        );
      }
    });
    const { timeBase } = links[0]!;
    const sync = new FrameSync(setup, equalInputs(links.length, false), timeBase, (frames, pts) => {
      const planes: Plane[] = origins.map(
        ({ input, plane }) => picture(frames[input]!).planes[plane]!,
      );
      setup.emit(0, { pixFmt, width, height, planes, pts });
    });
    return {
      outputs: [{ ...links[0]!, pixFmt }],
      push: sync.push.bind(sync),
      end: sync.end.bind(sync),
      wants: sync.wants.bind(sync),
    };
  },
};
