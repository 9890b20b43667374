/** What a run of the AAC benchmark gives, the bars it is held against, and its tables. */
import type { PeaqResult } from '../quality/peaq.ts';
import { formatTable, mean } from '../table.ts';

/** One encoder on one clip at one rate. */
export interface Grade {
  readonly odg: number;
  /** Kilobits a second of the packets. */
  readonly kbps: number;
  /** Seconds of sound encoded in a second of processor time. */
  readonly speed: number;
  readonly movs: PeaqResult['movs'];
}

/** Both encoders on one clip at one rate. */
export interface GradePair {
  readonly clip: string;
  readonly numChannels: number;
  /** Rate asked for, kilobits a second. */
  readonly asked: number;
  readonly ours: Grade;
  readonly ffmpeg: Grade | null;
}

/** Lowest mean grade that is good enough, and that of the best encoder known (FDK AAC 2, LC, CBR). */
export const BARS: readonly {
  readonly numChannels: number;
  readonly asked: number;
  readonly bar: number;
  readonly best: number;
}[] = [
  { numChannels: 2, asked: 64, bar: -2.45, best: -2.28 },
  { numChannels: 2, asked: 96, bar: -1.45, best: -1.29 },
  { numChannels: 2, asked: 128, bar: -0.7, best: -0.52 },
  { numChannels: 1, asked: 32, bar: -2.85, best: -2.73 },
  { numChannels: 1, asked: 48, bar: -2.2, best: -2.01 },
  { numChannels: 1, asked: 64, bar: -1.3, best: -1.1 },
];

/** A row for each clip and rate. */
export function reportGrades(pairs: readonly GradePair[]): string {
  const head = ['clip', 'kbit/s', 'ours', 'ffmpeg', 'gain', 'kbps', 'ffmpeg', '× real time'];
  const rows = pairs.map(({ clip, asked, ours, ffmpeg }) => [
    clip,
    String(asked),
    ours.odg.toFixed(2),
    ffmpeg?.odg.toFixed(2) ?? '–',
    ffmpeg === null ? '–' : signed(ours.odg - ffmpeg.odg) + (ours.odg < ffmpeg.odg ? ' !' : '  '),
    ours.kbps.toFixed(1) + (ours.kbps > asked * 1.02 ? ' !' : '  '),
    ffmpeg?.kbps.toFixed(1) ?? '–',
    ours.speed.toFixed(0),
  ]);
  return formatTable([head, ...rows]);
}

/** Mean grade for each number of channels and rate, beside the bar and the best encoder known. */
export function reportMeans(pairs: readonly GradePair[]): string {
  const head = ['mean of', 'kbit/s', 'ours', 'bar', 'best known', 'ffmpeg', 'clips'];
  const rows: string[][] = [];
  for (const { numChannels, asked, bar, best } of BARS) {
    const chosen = pairs.filter((p) => p.numChannels === numChannels && p.asked === asked);
    if (chosen.length === 0) continue;
    const ours = mean(chosen.map((p) => p.ours.odg));
    const peers = chosen.flatMap((p) => (p.ffmpeg === null ? [] : [p.ffmpeg.odg]));
    rows.push([
      numChannels === 1 ? 'mono' : 'stereo',
      String(asked),
      ours.toFixed(3) + (ours < bar ? ' !' : '  '),
      bar.toFixed(2),
      best.toFixed(2),
      peers.length > 0 ? mean(peers).toFixed(2) : '–',
      String(chosen.length),
    ]);
  }
  return formatTable([head, ...rows]);
}

/** Speed over all clips: ours, FFmpeg's, and the ratio. */
export function reportSpeed(pairs: readonly GradePair[]): string {
  const both = pairs.filter((p) => p.numChannels === 2);
  if (both.length === 0) return '';
  const ours = harmonicMean(both.map((p) => p.ours.speed));
  const peers = both.flatMap((p) => (p.ffmpeg === null ? [] : [p.ffmpeg.speed]));
  if (peers.length === 0) return `stereo: ${ours.toFixed(0)} × real time`;
  const theirs = harmonicMean(peers);
  return (
    `stereo: ${ours.toFixed(0)} × real time (bar 60), FFmpeg ${theirs.toFixed(0)} ×, ` +
    `ratio ${(ours / theirs).toFixed(2)} (bar 0.5)`
  );
}

/**
 * What moves the grade: for each pair of grades, each model output variable of ours and of FFmpeg's, and by how much our
 * grade would change if ours were a tenth smaller in size, all others as they are.
 * @param grade maps variables to a grade
 */
export function reportMovs(
  pairs: readonly GradePair[],
  grade: (movs: PeaqResult['movs']) => number,
): string {
  const sections = pairs.map(({ clip, asked, ours, ffmpeg }) => {
    const rows = Object.entries(ours.movs).map(([name, value]) => {
      const key = name as keyof PeaqResult['movs'];
      // A level in dB has no size to take a tenth of; it is lowered by 1 dB.
      const better = key === 'TotalNMRB' ? value - 1 : value * 0.9;
      return [
        name,
        value.toFixed(3),
        ffmpeg?.movs[key].toFixed(3) ?? '–',
        signed(grade({ ...ours.movs, [key]: better }) - ours.odg),
        ffmpeg === null ? '–' : signed(grade({ ...ours.movs, [key]: ffmpeg.movs[key] }) - ours.odg),
      ];
    });
    const title = `${clip} ${asked}: ${ours.odg.toFixed(2)}`;
    return formatTable([[title, 'ours', 'ffmpeg', '10 % less', "with ffmpeg's"], ...rows]);
  });
  return sections.join('\n\n');
}

function signed(value: number): string {
  return `${value >= 0 ? '+' : '-'}${Math.abs(value).toFixed(2)}`;
}

function harmonicMean(values: readonly number[]): number {
  return 1 / mean(values.map((value) => 1 / value));
}
