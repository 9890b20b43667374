/** The tables of the H.264 benchmark, and whether its bars are met. */
import { formatTable, mean, percent } from '../table.ts';
import {
  type BenchRun,
  bdRatesByClip,
  framesPerSecond,
  meanBdRate,
  speedRatio,
  type Variant,
  variantsOf,
} from './results.ts';

const OURS = 'vitrine';
const MINIH264 = 'h264-mp4-encoder';

/** The variants that ours is compared with: the same preset of libx264 and ffmpeg.wasm, every speed of h264-mp4-encoder. */
function comparisons(run: BenchRun): { ours: Variant; peer: Variant }[] {
  const variants = variantsOf(run);
  const ours = variants.filter((variant) => variant.encoder === OURS);
  const peers = variants.filter((variant) => variant.encoder !== OURS);
  return ours.flatMap((own) =>
    peers
      .filter((peer) => peer.preset === own.preset || peer.encoder === MINIH264)
      .map((peer) => ({ ours: own, peer })),
  );
}

const nameOf = (variant: Variant) => `${variant.encoder} ${variant.preset}`;

/** BD-rate of ours against each peer: the mean, and clip by clip. */
export function reportBdRates(run: BenchRun): string {
  const clips = [...new Set(run.curves.map((curve) => curve.clip))];
  const rows = comparisons(run).map(({ ours, peer }) => {
    const rates = bdRatesByClip(run.curves, run.curves, peer, ours);
    const cells = clips.map((clip) => percent(rates.get(clip) ?? Number.NaN));
    return [ours.preset, nameOf(peer), percent(mean([...rates.values()])), ...cells];
  });
  const head = ['preset', 'against', 'mean', ...clips.map((clip) => clip.slice(0, 9))];
  return `BD-rate on luma PSNR; below 0 we need fewer bits\n${formatTable([head, ...rows])}`;
}

/** Frames per second, and how many times as fast ours is as each peer. */
export function reportSpeed(run: BenchRun): string {
  const timed = new Map(
    run.timings.map(({ encoder, preset }) => [`${encoder}\n${preset}`, { encoder, preset }]),
  );
  const own = [...timed.values()].filter((variant) => variant.encoder === OURS);
  const peers = [...timed.values()].filter((variant) => variant.encoder !== OURS);
  const rows = own.flatMap((ours) =>
    peers
      .filter((peer) => peer.preset === ours.preset || peer.encoder === MINIH264)
      .map((peer) => [
        ours.preset,
        framesPerSecond(run, ours).toFixed(1),
        nameOf(peer),
        framesPerSecond(run, peer).toFixed(1),
        `${speedRatio(run, peer, ours).toFixed(2)} x`,
      ]),
  );
  const clips = [...new Set(run.timings.map((timing) => timing.clip))].join(', ');
  const head = ['preset', 'fps', 'against', 'fps', 'ours is'];
  return `Speed in one thread, processor time, on ${clips}\n${formatTable([head, ...rows])}`;
}

/** The bars, each with what was measured; a bar without a measurement is left out. */
export function reportBars(run: BenchRun): string {
  const rows: string[][] = [['bar', 'measured', '']];
  const bar = (name: string, measured: number, show: (value: number) => string, met: boolean) => {
    if (!Number.isNaN(measured)) rows.push([name, show(measured), met ? 'met' : 'NOT MET']);
  };
  const times = (value: number) => `${value.toFixed(2)} x`;
  for (const preset of variantsOf(run)
    .filter((v) => v.encoder === OURS)
    .map((v) => v.preset)) {
    const ours = { encoder: OURS, preset };
    const isFast = ['ultrafast', 'superfast', 'veryfast'].includes(preset);
    const limit = isFast ? 0 : 3;
    for (const encoder of ['libx264', 'ffmpeg-wasm']) {
      if (encoder === 'ffmpeg-wasm' && !isFast) continue;
      const rate = meanBdRate(run, { encoder, preset }, ours);
      bar(`${preset}: BD-rate against ${encoder} at most ${limit} %`, rate, percent, rate <= limit);
    }
    for (const encoder of ['libx264 asm=0', 'ffmpeg-wasm']) {
      const ratio = speedRatio(run, { encoder, preset }, ours);
      bar(`${preset}: speed at least 1.0 x ${encoder}`, ratio, times, ratio >= 1);
    }
  }
  for (const peer of variantsOf(run).filter((variant) => variant.encoder === MINIH264)) {
    const fits = variantsOf(run)
      .filter((variant) => variant.encoder === OURS)
      .map((ours) => ({
        rate: meanBdRate(run, peer, ours),
        ratio: speedRatio(run, peer, ours),
        ours,
      }))
      .filter(({ rate, ratio }) => rate <= -10 && ratio >= 1.5)
      .map(({ rate, ratio, ours }) => `${ours.preset}: ${percent(rate)}, ${times(ratio)}`);
    if (run.timings.length === 0) continue;
    const name = `${nameOf(peer)}: a preset with BD-rate at most -10 % and 1.5 x the speed`;
    rows.push([name, fits[0] ?? 'none', fits.length > 0 ? 'met' : 'NOT MET']);
  }
  return formatTable(rows);
}

/** BD-rate of this run's curves of ours against those of an earlier run, by preset and clip. */
export function reportBaseline(before: BenchRun, after: BenchRun): string {
  const rows = variantsOf(after)
    .filter((variant) => variant.encoder === OURS)
    .map((variant) => {
      const rates = bdRatesByClip(before.curves, after.curves, variant, variant);
      const cells = [...rates].map(([clip, rate]) => `${clip} ${percent(rate)}`);
      return [variant.preset, percent(mean([...rates.values()])), ...cells];
    });
  return `BD-rate against the earlier run\n${formatTable([['preset', 'mean'], ...rows])}`;
}
