/**
 * Runs an in-process encoder in a Node process of its own, so that no encoder sees the types, the heap or the compiled code
 * of another. The child takes one job at a time; before the first of each preset it encodes a few frames untimed, as the
 * compiler of the engine needs them; what a first encode costs beyond that is not what we measure.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { BenchEncoder, EncodeJob } from './encoder.ts';

/** Names of the encoders that the child knows. */
export type InProcessName = 'vitrine' | 'h264-mp4-encoder' | 'ffmpeg-wasm';

/** What the child answers. */
export type Answer = { readonly cpuSeconds: number } | { readonly error: string };

/** An encoder in a child process, started at the first job. */
export function createInProcess(name: InProcessName, version: string): BenchEncoder {
  let child: ChildProcess | null = null;
  const start = () =>
    fork(fileURLToPath(new URL('./child.ts', import.meta.url)), [name], {
      execArgv: ['--import', 'tsx'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
  return {
    label: name,
    version,
    encode(job: EncodeJob) {
      child ??= start();
      const running = child;
      return new Promise((resolve, reject) => {
        const onExit = (code: number | null) => {
          child = null;
          reject(new Error(`${name} ended with code ${code}`));
        };
        running.once('exit', onExit);
        running.once('message', (answer: Answer) => {
          running.off('exit', onExit);
          if ('error' in answer) reject(new Error(`${name}: ${answer.error}`));
          else resolve(answer.cpuSeconds);
        });
        running.send(job);
      });
    },
    close() {
      child?.disconnect();
      child = null;
    },
  };
}
