/** The options of `vitrine encode`. */
import { STREAMS_HELP } from './choose-streams.ts';
import { CODECS } from './codec-list.ts';
import { SHARED_OPTIONS } from './command.ts';
import { FPS_MODES } from './constant-rate.ts';
import { GPU_OPTION } from './gpu-option.ts';
import { H264_OPTIONS } from './h264-options.ts';
import { IMAGE_OPTIONS } from './image-options.ts';
import { LIMITS_OPTION } from './limits-option.ts';
import type { OptionTable, OptionValues } from './options.ts';
import { OVERWRITE_OPTIONS } from './overwrite.ts';
import { STRICT_OPTION } from './problems.ts';
import { RAW_INPUT_OPTIONS } from './raw-input-options.ts';
import { ROI_OPTION } from './roi-option.ts';
import { TRACE_OPTION } from './trace-option.ts';
import { PASS_OPTIONS } from './two-passes.ts';

const codecNames = (kind: 'video' | 'audio') =>
  CODECS.filter((codec) => codec.kind === kind)
    .map(({ name }) => name)
    .join(', ');

/** Names, kinds and help texts. */
// biome-ignore format: one line per option
export const OPTIONS = {
  output: { kind: 'text', short: 'o', meta: 'FILE', help: 'where the result goes; - is stdout' },
  format: { kind: 'text', meta: 'NAME', help: 'kind of file, if the extension of the output does not say; vitrine formats lists them' },
  'codec-video': { kind: 'text', meta: 'NAME', help: `codec of pictures: ${codecNames('video')}; or copy` },
  'codec-audio': { kind: 'text', meta: 'NAME', help: `codec of sound: ${codecNames('audio')}; or copy` },
  ...H264_OPTIONS,
  ...ROI_OPTION,
  ...GPU_OPTION,
  ...PASS_OPTIONS,
  'bitrate-audio': { kind: 'bits', help: 'bits per second of sound, such as 128k' },
  'quality-audio': { kind: 'number', meta: 'N', min: 0.1, max: 10, help: 'AAC: constant quality instead of a bit rate, 0.1 (coarse) to 10 (fine)' },
  'channel-mask': { kind: 'integer', meta: 'N', min: 0, max: 0xffffffff, help: 'loudspeakers of the sound as a WAVE channel mask; 0 for the codec\'s own (as the input says)' },
  vf: { kind: 'text', meta: 'GRAPH', help: 'filters for pictures, in ffmpeg\'s language: scale=640:-2,hflip' },
  af: { kind: 'text', meta: 'GRAPH', help: 'filters for sound: volume=0.5' },
  cut: { kind: 'text', meta: 'CUT', help: 'the part of the result that is kept: 5..8, 5+3, 5.., ..8 in seconds or 1:30.5; times begin at 0' },
  'cut-inputs': { kind: 'text', meta: 'CUT,CUT', help: 'the part of each input that is read, in their order' },
  'output-rate': { kind: 'rate', meta: 'N/D', help: 'frames per second of the result: pictures are dropped or repeated' },
  shortest: { kind: 'flag', help: 'end where the shortest stream ends' },
  'fps-mode': { kind: 'choice', choices: [...FPS_MODES], help: 'times of pictures: kept, or a constant rate by dropping and repeating (cfr); auto is cfr for y4m and raw pictures' },
  graph: { kind: 'text', meta: 'GRAPH', help: 'filters over streams of several inputs: [0:v][1:v]hstack[out]; --vf and --af work behind it' },
  streams: { kind: 'text', meta: 'LIST', help: `${STREAMS_HELP}; [LABEL] takes an output of --graph` },
  movflags: { kind: 'choice', choices: ['faststart', 'fragmented'], help: 'layout of MP4 files' },
  ...TRACE_OPTION,
  stats: { kind: 'flag', help: 'tell pictures by type, kinds of macroblocks and references of H.264' },
  psnr: { kind: 'flag', help: 'measure the coded pictures against the input' },
  'no-video': { kind: 'flag', help: 'leave out pictures' },
  'no-audio': { kind: 'flag', help: 'leave out sound' },
  ...RAW_INPUT_OPTIONS,
  qscale: { kind: 'number', meta: 'N', min: 0, max: 255, help: 'quality as in MPEG-4: 1 is fine, 31 coarse' },
  'compression-level': { kind: 'integer', meta: 'N', min: 0, max: 100, help: 'how hard to compress, 0 (fastest) upward' },
  ...IMAGE_OPTIONS,
  ...OVERWRITE_OPTIONS,
  ...LIMITS_OPTION,
  ...STRICT_OPTION,
  ...SHARED_OPTIONS,
} as const satisfies OptionTable;

/** Their values. */
export type Values = OptionValues<typeof OPTIONS>;
