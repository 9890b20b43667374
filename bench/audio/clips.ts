/** The sound clips of the benchmarks: resampled once to 48 kHz, 16 bits, cut to their first ten seconds, under `out/cache`. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runFfmpeg } from '../../test/support/ffmpeg.ts';
import { mediaPath } from '../../test/support/media.ts';
import { readWav } from '../quality/wav.ts';

/** Where decoded clips and peers' results are kept between runs. */
export const CACHE = fileURLToPath(new URL('../../out/cache/', import.meta.url));

/** A clip as encoders and measure read it. */
export interface AudioClip {
  /** File name without its ending. */
  readonly name: string;
  /** The 48 kHz, 16-bit WAV file. */
  readonly path: string;
  /** One array a channel, full scale ±1; exact values of 16-bit samples. */
  readonly channels: readonly Float32Array[];
  /** Samples a channel. */
  readonly numSamples: number;
  /** Duration in seconds. */
  readonly seconds: number;
}

/**
 * The clips whose names contain one of `wanted` (all if it is empty), by name.
 * Throws `Error` if there are none.
 */
export function loadAudioClips(wanted: readonly string[]): AudioClip[] {
  const folder = mediaPath('audio');
  if (!existsSync(folder)) throw new Error(`no clips at ${folder}: set VITRINE_MEDIA`);
  mkdirSync(CACHE, { recursive: true });
  const clips = readdirSync(folder)
    .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
    .sort()
    .map((file) => loadClip(folder, file));
  if (clips.length === 0) throw new Error(`no clip is called ${wanted.join(' or ')}`);
  return clips;
}

function loadClip(folder: string, file: string): AudioClip {
  const name = file.replace(/\.\w+$/, '');
  const path = `${CACHE}${name}.wav`;
  if (!existsSync(path)) {
    const format = ['-t', '10', '-ar', '48000', '-c:a', 'pcm_s16le', '-f', 'wav', '-y'];
    runFfmpeg(['-i', `${folder}/${file}`, ...format, `${path}.part`], undefined, {
      allowWarnings: true,
    });
    renameSync(`${path}.part`, path);
  }
  const { channels } = readWav(readFileSync(path));
  const numSamples = channels[0]!.length;
  return {
    name,
    path,
    channels: channels.map((samples) => Float32Array.from(samples)),
    numSamples,
    seconds: numSamples / 48000,
  };
}
