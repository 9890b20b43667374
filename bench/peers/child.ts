/** The child process of `process.ts`: encodes the jobs that it is sent, and answers with the processor time. */
import { writeFileSync } from 'node:fs';
import { type Clip, readClip } from '../video/clips.ts';
import type { EncodeJob, InProcessEncoder } from './encoder.ts';
import { loadFfmpegWasm } from './ffmpeg-wasm.ts';
import { loadH264Mp4Encoder, writeAnnexBOfMp4 } from './h264-mp4-encoder.ts';
import type { Answer } from './process.ts';
import { loadVitrine } from './vitrine.ts';

/** Frames encoded untimed before the first job of a preset. */
const WARM_UP_FRAMES = 12;

const name = process.argv[2];
let encoder: InProcessEncoder | null = null;
let loaded: { key: string; samples: Uint8Array } | null = null;
const warmed = new Set<string>();

async function load(): Promise<InProcessEncoder> {
  if (name === 'vitrine') return loadVitrine();
  if (name === 'ffmpeg-wasm') return loadFfmpegWasm();
  return loadH264Mp4Encoder();
}

function samplesOf(clip: Clip): Uint8Array {
  const key = `${clip.path} ${clip.numFrames}`;
  if (loaded?.key !== key) loaded = { key, samples: readClip(clip) };
  return loaded.samples;
}

async function run(job: EncodeJob): Promise<Answer> {
  encoder ??= await load();
  const samples = samplesOf(job.clip);
  const warmUp = `${job.preset} ${job.clip.path}`;
  if (!warmed.has(warmUp)) {
    warmed.add(warmUp);
    const numFrames = Math.min(WARM_UP_FRAMES, job.clip.numFrames);
    const short = { ...job, clip: { ...job.clip, numFrames } };
    await encoder.prepare?.(short, samples);
    await encoder.encode(short, samples);
  }
  await encoder.prepare?.(job, samples);
  const before = process.cpuUsage();
  const stream = await encoder.encode(job, samples);
  const spent = process.cpuUsage(before);
  if (name === 'h264-mp4-encoder') writeAnnexBOfMp4(stream, job.output);
  else writeFileSync(job.output, stream);
  return { cpuSeconds: (spent.user + spent.system) / 1e6 };
}

process.on('message', (job: EncodeJob) => {
  run(job).then(
    (answer) => process.send!(answer),
    (error: Error) => process.send!({ error: error.stack ?? String(error) } satisfies Answer),
  );
});
