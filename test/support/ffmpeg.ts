/**
 * The independent judge: ffmpeg and ffprobe. The ones on the PATH are used if there are any, else those that come with
 * the npm development packages.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

function binaryPath(name: 'ffmpeg' | 'ffprobe', packageName: string): string {
  const onPath = spawnSync(name, ['-version']);
  if (onPath.status === 0) return name;
  return (require(packageName) as { path: string }).path;
}

let ffmpegFound: string | undefined;
let ffprobeFound: string | undefined;

/** Path of an ffmpeg that runs here. */
export function ffmpegPath(): string {
  ffmpegFound ??= binaryPath('ffmpeg', '@ffmpeg-installer/ffmpeg');
  return ffmpegFound;
}

/** Path of an ffprobe that runs here. */
export function ffprobePath(): string {
  ffprobeFound ??= binaryPath('ffprobe', '@ffprobe-installer/ffprobe');
  return ffprobeFound;
}

const MAX_OUTPUT = 1 << 30;

/**
 * Runs ffmpeg with `args`, optionally feeding `input` to its stdin, and returns stdout. Throws if it fails, or if it
 * prints any warning or error (`-v warning` is passed) and `allowWarnings` is not set.
 */
export function runFfmpeg(
  args: readonly string[],
  input?: Uint8Array,
  options: { allowWarnings?: boolean } = {},
): Uint8Array {
  const run = spawnSync(ffmpegPath(), ['-hide_banner', '-v', 'warning', ...args], {
    input,
    maxBuffer: MAX_OUTPUT,
  });
  const messages = run.stderr?.toString() ?? '';
  if (run.status !== 0 || (messages.trim() !== '' && options.allowWarnings !== true)) {
    throw new Error(
      `ffmpeg ${args.join(' ')} gave status ${run.status}: ${messages}${run.error ?? ''}`,
    );
  }
  return new Uint8Array(run.stdout.buffer, run.stdout.byteOffset, run.stdout.length);
}

/** ffprobe's JSON for `path`: `-show_format -show_streams` and whatever `args` add. */
// biome-ignore lint/suspicious/noExplicitAny: the shape is ffprobe's
export function probeFile(path: string, args: readonly string[] = []): any {
  const text = execFileSync(
    ffprobePath(),
    ['-v', 'error', '-of', 'json', '-show_format', '-show_streams', ...args, path],
    { maxBuffer: MAX_OUTPUT },
  );
  return JSON.parse(text.toString());
}
