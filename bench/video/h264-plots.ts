/** The figures of the H.264 benchmark: rate-distortion curves clip by clip, and speed against BD-rate. */
import { COLORS, drawChart, type Panel, type Series } from '../plot.ts';
import { type BenchRun, framesPerSecond, meanBdRate, variantsOf } from './results.ts';

type Look = Omit<Series, 'name' | 'points'>;

const LOOKS: Readonly<Record<string, Look>> = {
  vitrine: { color: COLORS.blue, marker: 'circle' },
  libx264: { color: COLORS.orange, marker: 'square' },
  'libx264 asm=0': { color: COLORS.amber, marker: 'square', dash: '5 3' },
  'ffmpeg-wasm': { color: COLORS.purple, marker: 'triangle' },
  'h264-mp4-encoder': { color: COLORS.green, marker: 'diamond' },
};

const OTHER_LOOK: Look = { color: COLORS.gray };
const DASHES = [undefined, '6 3', '2 3', '8 3 2 3'];

/** Rate-distortion curves of `preset`, ours and libx264's, with h264-mp4-encoder's beside them: one panel a clip. */
export function drawRateDistortion(run: BenchRun, preset: string): string {
  const clips = [...new Set(run.curves.map((curve) => curve.clip))];
  const panels: Panel[] = clips.map((clip) => {
    const curves = run.curves.filter(
      (curve) =>
        curve.clip === clip &&
        curve.encoder !== 'ffmpeg-wasm' &&
        (curve.preset === preset || curve.encoder === 'h264-mp4-encoder'),
    );
    let speeds = 0;
    return {
      title: clip,
      xLabel: 'kbit/s',
      yLabel: 'luma PSNR, dB',
      xScale: 'log',
      series: curves.map((curve) => ({
        name: `${curve.encoder} ${curve.encoder === 'h264-mp4-encoder' ? `speed ${curve.preset}` : curve.preset}`,
        points: curve.points.map((p) => ({ x: p.bits / curve.seconds / 1000, y: p.psnr })),
        ...(LOOKS[curve.encoder] ?? OTHER_LOOK),
        ...(curve.encoder === 'h264-mp4-encoder' ? { dash: DASHES[speeds++ % DASHES.length] } : {}),
      })),
    };
  });
  return drawChart(`Rate and quality, preset ${preset}, Constrained Baseline`, panels, 3);
}

/** Frames per second against mean BD-rate, every encoder's presets joined by a line. */
export function drawSpeed(run: BenchRun): string {
  const variants = variantsOf(run);
  const x264 = variants.filter((variant) => variant.encoder === 'libx264');
  const anchor = x264.find((variant) => variant.preset === 'medium') ?? x264[0];
  if (anchor === undefined) return '';
  const timed = [...new Set(run.timings.map((timing) => timing.encoder))];
  const series = timed.map((encoder): Series => {
    const curvesOf = encoder === 'libx264 asm=0' ? 'libx264' : encoder;
    const points = variants
      .filter((variant) => variant.encoder === curvesOf)
      .map(({ preset }) => ({
        x: framesPerSecond(run, { encoder, preset }),
        y: meanBdRate(run, anchor, { encoder: curvesOf, preset }),
        label: encoder === 'h264-mp4-encoder' ? `speed ${preset}` : preset,
      }))
      .filter((point) => Number.isFinite(point.x) && Number.isFinite(point.y));
    return { name: encoder, points, ...(LOOKS[encoder] ?? OTHER_LOOK) };
  });
  const panel: Panel = {
    title: 'down and to the right is better',
    xLabel: 'frames per second of processor time, 1280x720, one thread',
    yLabel: `mean BD-rate against libx264 ${anchor.preset}, %`,
    xScale: 'log',
    series,
  };
  return drawChart('Speed against compression', [panel], 1, { width: 760, height: 460 });
}
