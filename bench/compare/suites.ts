/** What is compared with what: each suite names both encoders' settings, the points of their curves and the measures. */

/** Options of our encoder beside size, rate and preset; of libx264, as arguments of ffmpeg. `POINT` is put in by point. */
export type Side =
  | { readonly encoder: 'vitrine'; readonly options: Readonly<Record<string, unknown>> }
  | { readonly encoder: 'libx264'; readonly args: readonly string[] };

/** How good a decoded stream is, higher being better: mean luma PSNR in dB, SSIM in dB, VMAF. */
export type Measure = 'psnr' | 'ssim' | 'vmaf';

/** Stands for the quantizer or the quality of a point. */
export const POINT = 'POINT';

/** Two encoders over the same clips. */
export interface Suite {
  readonly name: string;
  /** BD-rates are those of `test` against `anchor`. */
  readonly anchor: Side;
  readonly test: Side;
  readonly points: readonly number[];
  readonly measures: readonly Measure[];
  /** Parts of the names of the clips it is for; empty: all. */
  readonly clips: readonly string[];
}

const QPS = [22, 27, 32, 37];
const CRFS = [20, 25, 30, 35];

const x264 = (...args: string[]): Side => ({ encoder: 'libx264', args });
const ours = (options: Record<string, unknown>): Side => ({ encoder: 'vitrine', options });

/** The suites by what they are called on the command line. */
export const SUITES: readonly Suite[] = [
  {
    name: 'high-qp',
    anchor: x264('-profile:v', 'high', '-tune', 'psnr', '-qp', POINT),
    test: ours({ profile: 'high', tune: 'psnr', qp: POINT }),
    points: QPS,
    measures: ['psnr'],
    clips: [],
  },
  {
    name: 'high-crf',
    anchor: x264('-profile:v', 'high', '-tune', 'psnr', '-crf', POINT),
    test: ours({ profile: 'high', tune: 'psnr', crf: POINT }),
    points: CRFS,
    measures: ['psnr'],
    clips: [],
  },
  {
    name: 'defaults',
    anchor: x264('-crf', POINT),
    test: ours({ profile: 'high', crf: POINT }),
    points: CRFS,
    measures: ['vmaf', 'ssim', 'psnr'],
    clips: [],
  },
  {
    name: 'ssim',
    anchor: x264('-tune', 'ssim', '-crf', POINT),
    test: ours({ profile: 'high', tune: 'ssim', crf: POINT }),
    points: CRFS,
    measures: ['ssim'],
    clips: [],
  },
  {
    name: 'baseline-qp',
    anchor: x264('-profile:v', 'baseline', '-tune', 'psnr', '-qp', POINT),
    test: ours({ profile: 'baseline', tune: 'psnr', qp: POINT }),
    points: QPS,
    measures: ['psnr'],
    clips: [],
  },
  {
    name: 'high-over-baseline',
    anchor: ours({ profile: 'baseline', tune: 'psnr', qp: POINT }),
    test: ours({ profile: 'high', tune: 'psnr', qp: POINT }),
    points: QPS,
    measures: ['psnr'],
    clips: [],
  },
  {
    name: 'x264-high-over-baseline',
    anchor: x264('-profile:v', 'baseline', '-tune', 'psnr', '-qp', POINT),
    test: x264('-profile:v', 'high', '-tune', 'psnr', '-qp', POINT),
    points: QPS,
    measures: ['psnr'],
    clips: [],
  },
  {
    name: 'screens',
    anchor: x264('-profile:v', 'high', '-tune', 'psnr', '-qp', POINT),
    test: ours({ profile: 'high', tune: 'psnr', qp: POINT }),
    points: QPS,
    measures: ['psnr'],
    clips: ['screen'],
  },
  {
    name: 'screens-crf',
    anchor: x264('-profile:v', 'high', '-tune', 'psnr', '-crf', POINT),
    test: ours({ profile: 'high', tune: 'psnr', crf: POINT }),
    points: CRFS,
    measures: ['psnr'],
    clips: ['screen'],
  },
];
