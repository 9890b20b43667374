/** The report of `encode` at its end. */
import type { StreamStatistics } from '../codecs/h264/index.ts';
import type { Output } from './command.ts';
import { type Analysis, describeAnalysis } from './gpu-option.ts';
import type { Psnr } from './psnr.ts';

/** Counts for the report. */
export interface Tally {
  frames: number;
  samples: number;
  /** Packets of streams that are not coded. */
  copied: number;
  encodeSeconds: number;
  mediaSeconds: number;
}

/** Further measurements. */
export interface Measured {
  readonly psnr: Psnr | null;
  readonly stats: StreamStatistics | null;
  readonly analysis: Analysis | null;
}

/** Prints the report: a line, or an object of JSON. */
export function report(
  path: string,
  bytes: number,
  tally: Tally,
  { psnr, stats, analysis }: Measured,
  values: { readonly json?: boolean },
  output: Output,
): void {
  const { frames, samples, copied, encodeSeconds: seconds, mediaSeconds } = tally;
  if (values.json === true) {
    const measured =
      psnr === null ? {} : { psnr: psnr.average, psnrY: psnr.y, psnrU: psnr.u, psnrV: psnr.v };
    output.line(
      JSON.stringify({
        ...{ output: path, frames, samples, mediaSeconds, seconds, bytes },
        ...measured,
        ...(copied === 0 ? {} : { copied }),
        ...(stats === null ? {} : { stats }),
        ...(analysis === null ? {} : { analysis }),
      }),
    );
    return;
  }
  const done = [];
  if (frames > 0) done.push(frames === 1 ? '1 frame' : `${frames} frames`);
  if (samples > 0) done.push(`${samples} samples`);
  if (copied > 0) done.push(`${copied} packets copied`);
  // A single picture without a rate lasts no time.
  const kilobits = (bytes * 8) / 1000 / mediaSeconds;
  const rate = mediaSeconds > 0 ? ` (${kilobits.toFixed(0)} kbit/s)` : '';
  const pictures = frames > 0 ? `${(frames / seconds).toFixed(1)} fps, ` : '';
  const speed = frames + samples > 0 ? `, ${pictures}${(mediaSeconds / seconds).toFixed(1)}x` : '';
  output.line(`${path}: ${done.join(', ')}, ${bytes} bytes${rate}${speed}`);
  if (analysis !== null) output.line(describeAnalysis(analysis));
  if (psnr === null) return;
  const text = (value: number | null) => (value === null ? 'equal' : `${value.toFixed(3)} dB`);
  output.line(
    `PSNR: ${text(psnr.average)} (Y ${text(psnr.y)}, U ${text(psnr.u)}, V ${text(psnr.v)})`,
  );
}
