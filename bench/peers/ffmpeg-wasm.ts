/**
 * ffmpeg.wasm: ffmpeg with libx264 compiled to WebAssembly, its single-threaded core. The core is built for a web worker
 * and asks for `self` and `location`; with those two and its binary handed in, it runs in Node.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { frameBytes } from '../video/clips.ts';
import type { InProcessEncoder } from './encoder.ts';
import { libx264Options, rawInputOptions } from './libx264.ts';

const require = createRequire(import.meta.url);

/** What we use of the core. */
interface Core {
  exec(...args: string[]): number;
  setLogger(logger: (line: { message: string }) => void): void;
  readonly FS: {
    writeFile(path: string, data: Uint8Array): void;
    readFile(path: string): Uint8Array;
  };
}

/** The core, which `npm ci --prefix bench` installs. Each job gets an instance of its own: the core leaks when it is reused. */
export async function loadFfmpegWasm(): Promise<InProcessEncoder> {
  const path = require.resolve('@ffmpeg/core').replace(/[^/]*$/, 'ffmpeg-core');
  Object.assign(globalThis, { self: globalThis, location: { href: 'file:///' } });
  const script = readFileSync(`${path}.js`, 'utf8');
  const createCore = new Function(`${script}\nreturn createFFmpegCore;`)() as (
    module: object,
  ) => Promise<Core>;
  const compiled = await WebAssembly.compile(readFileSync(`${path}.wasm`));
  const instantiateWasm = (
    imports: WebAssembly.Imports,
    done: (instance: WebAssembly.Instance) => void,
  ) => {
    WebAssembly.instantiate(compiled, imports).then(done);
    return {};
  };
  let core: Core;
  const lines: string[] = [];
  return {
    async prepare(job, samples) {
      core = await createCore({ instantiateWasm });
      core.setLogger(({ message }) => lines.push(message));
      core.FS.writeFile('clip.yuv', samples.subarray(0, job.clip.numFrames * frameBytes(job.clip)));
    },
    encode(job) {
      lines.length = 0;
      const args = rawInputOptions(job, 'clip.yuv').concat(libx264Options(job, true));
      const status = core.exec('-nostats', ...args, '-f', 'h264', 'out.h264');
      if (status !== 0) {
        throw new Error(`ffmpeg.wasm ${args.join(' ')}: ${lines.slice(-5).join('\n')}`);
      }
      return core.FS.readFile('out.h264');
    },
  };
}
