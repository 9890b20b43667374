/**
 * ffmpeg.wasm: ffmpeg with libx264 compiled to WebAssembly, its single-threaded core. The core is built for a web worker
 * and asks for `self` and `location`; with those two and its binary handed in, it runs in Node.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { InProcessEncoder } from './encoder.ts';
import { libx264Options, rawInputOptions } from './libx264.ts';

const require = createRequire(import.meta.url);

/** What we use of the core. */
interface Core {
  exec(...args: string[]): number;
  reset(): void;
  setLogger(logger: (line: { message: string }) => void): void;
  readonly FS: {
    writeFile(path: string, data: Uint8Array): void;
    readFile(path: string): Uint8Array;
    unlink(path: string): void;
  };
}

/** The core, which `npm ci --prefix bench` installs. */
export async function loadFfmpegWasm(): Promise<InProcessEncoder> {
  const path = require.resolve('@ffmpeg/core').replace(/[^/]*$/, 'ffmpeg-core');
  Object.assign(globalThis, { self: globalThis, location: { href: 'file:///' } });
  const script = readFileSync(`${path}.js`, 'utf8');
  const createCore = new Function(`${script}\nreturn createFFmpegCore;`)() as (
    module: object,
  ) => Promise<Core>;
  const core = await createCore({ wasmBinary: readFileSync(`${path}.wasm`) });
  const lines: string[] = [];
  core.setLogger(({ message }) => lines.push(message));
  let loaded: Uint8Array | null = null;
  return (job, samples) => {
    if (loaded !== samples) core.FS.writeFile('clip.yuv', samples);
    loaded = samples;
    lines.length = 0;
    core.reset();
    const args = rawInputOptions(job, 'clip.yuv').concat(libx264Options(job, true));
    const status = core.exec('-nostats', ...args, '-f', 'h264', 'out.h264');
    if (status !== 0)
      throw new Error(`ffmpeg.wasm ${args.join(' ')}: ${lines.slice(-5).join('\n')}`);
    const stream = core.FS.readFile('out.h264').slice();
    core.FS.unlink('out.h264');
    return stream;
  };
}
