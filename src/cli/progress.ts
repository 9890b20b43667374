/** How far a long command is: frames or seconds done, speed, time left. */
import type { Output } from './command.ts';

const INTERVAL_MS = 250;

/** Shows a line on the terminal now and then; does nothing where there is none. */
export class Progress {
  private readonly output: Output;
  /** Share of the input that was read, 0..1; null if its size is not known. */
  private readonly fraction: () => number | null;
  private readonly started = performance.now();
  private shown = 0;
  private hasLine = false;

  constructor(output: Output, fraction: () => number | null) {
    this.output = output;
    this.fraction = fraction;
  }

  /**
   * @param frames pictures done so far, or 0 if there are none
   * @param mediaSeconds time that has been written
   */
  update(frames: number, mediaSeconds: number): void {
    if (!this.output.showsProgress) return;
    const now = performance.now();
    if (now - this.shown < INTERVAL_MS) return;
    this.shown = now;
    this.hasLine = true;
    this.output.progress(
      progressLine(frames, mediaSeconds, (now - this.started) / 1000, this.fraction()),
    );
  }

  /** Takes the line away. */
  end(): void {
    if (this.hasLine) this.output.progress('');
  }
}

/** `120 frames, 45.2 fps, 1.5x, 42 %, 0:03 left`. */
export function progressLine(
  frames: number,
  mediaSeconds: number,
  seconds: number,
  fraction: number | null,
): string {
  const parts: string[] = [];
  if (frames > 0) parts.push(`${frames} frames`, `${(frames / seconds).toFixed(1)} fps`);
  else parts.push(`${mediaSeconds.toFixed(1)} s`);
  parts.push(`${(mediaSeconds / seconds).toFixed(2)}x`);
  if (fraction !== null && fraction > 0) {
    const left = Math.round((seconds * (1 - fraction)) / fraction);
    const clock = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`;
    parts.push(`${Math.floor(fraction * 100)} %`, `${clock} left`);
  }
  return parts.join(', ');
}
