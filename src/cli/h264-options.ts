/** The options of `vitrine encode` that go to the H.264 encoder by the names that it knows them by. */
import { B_PYRAMIDS, PRESETS, PROFILES } from '../codecs/h264/index.ts';
import { LEVELS } from '../syntax/h264/levels.ts';
import type { OptionTable, OptionValues } from './options.ts';

/** The options, as the command line takes them. */
// biome-ignore format: one line per option
export const H264_OPTIONS = {
  preset: { kind: 'choice', choices: PRESETS, help: 'speed against size' },
  profile: { kind: 'choice', choices: PROFILES, help: 'what a decoder must know' },
  crf: { kind: 'number', meta: 'N', min: 0, max: 51, help: 'constant quality, 0 (best) to 51 (23)' },
  qp: { kind: 'integer', meta: 'N', min: 0, max: 51, help: 'constant quantizer, 0 (best) to 51' },
  gop: { kind: 'integer', meta: 'N', min: 0, max: 0x7fffffff, help: 'pictures from one key picture to the next' },
  bframes: { kind: 'integer', meta: 'N', min: 0, max: 16, help: 'most pictures in a row that refer to both sides' },
  'b-pyramid': { kind: 'choice', choices: B_PYRAMIDS, help: 'which of these others may refer to' },
  'bitrate-video': { kind: 'bits', help: 'bits per second of pictures, such as 2M' },
  'vbv-maxrate': { kind: 'bits', help: 'bits per second at which a decoder\'s buffer fills' },
  'vbv-bufsize': { kind: 'bits', help: 'bits that a decoder\'s buffer holds' },
  refs: { kind: 'integer', meta: 'N', min: 1, max: 16, help: 'pictures that are referred to' },
  level: { kind: 'choice', choices: LEVELS, help: 'level to keep within' },
} as const satisfies OptionTable;

/** The names of these options. */
export const H264_OPTION_NAMES = Object.keys(H264_OPTIONS) as (keyof typeof H264_OPTIONS)[];

/** What the session's config does not say: options of the encoder, where they were given. */
export function h264Options(
  values: Partial<OptionValues<typeof H264_OPTIONS>>,
): Record<string, unknown> {
  const { preset, profile, crf, qp, bframes, refs, level } = values;
  const given = {
    ...{ preset, profile, crf, qp, bframes, refs, level },
    bPyramid: values['b-pyramid'],
    vbvMaxRate: values['vbv-maxrate'],
    vbvBufferSize: values['vbv-bufsize'],
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
