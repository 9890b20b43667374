/** Runs the encoders over the clips: once for rate and quality, then in rounds, side by side, for time. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { BenchEncoder } from '../peers/encoder.ts';
import { CACHE, type Clip, readClip } from './clips.ts';
import { measureStream } from './measure.ts';
import type { CurvePoint, RateCurve, Timing } from './results.ts';

/** What is to be measured. */
export interface Plan {
  readonly clips: readonly Clip[];
  readonly qps: readonly number[];
  readonly gop: number;
  readonly rounds: number;
  /** Names of the clips to time; if empty, the large ones. */
  readonly speedClips: readonly string[];
  /** Quantizers at which times are taken. */
  readonly speedQps: readonly number[];
  readonly encoders: readonly {
    readonly encoder: BenchEncoder;
    readonly presets: readonly string[];
    /** False for an encoder whose stream is known to be another's: only its time is taken. */
    readonly curves: boolean;
  }[];
}

/** Width from which on a clip counts for speed, where none is named. */
const SPEED_WIDTH = 1280;

/** Of this process alone: several runs may go on at once. */
const OUTPUT = `${CACHE}bench-${process.pid}.h264`;
const PEER_RESULTS = `${CACHE}h264-peers.json`;

/**
 * Bits and PSNR of every encoder, preset, clip and QP. What other encoders gave is kept under `out/cache`, by version and
 * settings, since it cannot change; ours is always measured.
 */
export async function measureCurves(plan: Plan): Promise<RateCurve[]> {
  mkdirSync(CACHE, { recursive: true });
  const kept = readKept();
  const curves: RateCurve[] = [];
  for (const clip of plan.clips) {
    let source: Uint8Array | null = null;
    for (const { encoder, presets, curves: wanted } of plan.encoders) {
      if (!wanted) continue;
      for (const preset of presets) {
        const points: CurvePoint[] = [];
        for (const qp of plan.qps) {
          const key = [
            encoder.label,
            encoder.version,
            preset,
            qp,
            plan.gop,
            clip.name,
            clip.numFrames,
          ];
          const name = key.join(' | ');
          let point = encoder.label === 'vitrine' ? undefined : kept[name];
          if (point === undefined) {
            source ??= readClip(clip);
            await encoder.encode({ clip, preset, qp, gop: plan.gop, output: OUTPUT });
            point = { qp, ...measureStream(OUTPUT, clip, source) };
            if (encoder.label !== 'vitrine') {
              kept[name] = point;
              keep(name, point);
            }
          }
          points.push(point);
        }
        const seconds = (clip.numFrames * clip.frameRate[1]) / clip.frameRate[0];
        curves.push({ encoder: encoder.label, preset, clip: clip.name, seconds, points });
        progress(`${clip.name} ${encoder.label} ${preset}`);
      }
    }
  }
  return curves;
}

function readKept(): Record<string, CurvePoint> {
  return existsSync(PEER_RESULTS) ? JSON.parse(readFileSync(PEER_RESULTS, 'utf8')) : {};
}

function keep(name: string, point: CurvePoint): void {
  const part = `${PEER_RESULTS}.${process.pid}`;
  writeFileSync(part, JSON.stringify({ ...readKept(), [name]: point }, null, 1));
  renameSync(part, PEER_RESULTS);
}

/** Removes what the runs left behind. */
export function removeOutput(): void {
  for (const path of [OUTPUT, `${OUTPUT}.mp4`]) rmSync(path, { force: true });
}

/**
 * Processor times on the chosen clips, in rounds; within a round all encoders of one preset follow each other, and every
 * second round runs backwards, so that a machine that slows down slows all alike.
 */
export async function measureTimes(plan: Plan): Promise<Timing[]> {
  const chosen = plan.clips.filter((clip) =>
    plan.speedClips.length > 0
      ? plan.speedClips.some((name) => clip.name.includes(name))
      : clip.width >= SPEED_WIDTH,
  );
  const clips = chosen.length > 0 ? chosen : plan.clips.slice(-1);
  const presets = [...new Set(plan.encoders.flatMap((entry) => entry.presets))];
  const timings: Timing[] = [];
  for (let round = 0; round < plan.rounds; round++) {
    for (const clip of clips) {
      for (const preset of presets) {
        for (const qp of plan.speedQps) {
          const entries = plan.encoders.filter((entry) => entry.presets.includes(preset));
          if (round % 2 === 1) entries.reverse();
          for (const { encoder } of entries) {
            const job = { clip, preset, qp, gop: plan.gop, output: OUTPUT };
            const cpuSeconds = await encoder.encode(job);
            const { label } = encoder;
            const frames = clip.numFrames;
            timings.push({
              encoder: label,
              preset,
              clip: clip.name,
              qp,
              round,
              frames,
              cpuSeconds,
            });
          }
        }
        progress(`round ${round + 1} of ${plan.rounds}: ${clip.name} ${preset}`);
      }
    }
  }
  return timings;
}

function progress(line: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${line}`);
  else process.stderr.write(`${line}\n`);
}
