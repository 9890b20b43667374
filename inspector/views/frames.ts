/** The frames of a sound, one bar each: their bits by the sequence of their windows, below the sound itself. */
import { h, themeColor } from '../dom.ts';
import { SEQUENCE_COLORS } from '../sound-names.ts';
import type { SoundRecording } from '../sound-record.ts';

const HEIGHT = 128;
const WAVE = 46;
/** Pixels of a frame, at least and at most. */
const [LEAST, MOST] = [3, 14];
const LINES = 1024;

function drawWave(
  context: CanvasRenderingContext2D,
  samples: Float32Array,
  firstSample: number,
  step: number,
  frames: number,
): void {
  context.fillStyle = themeColor('dim');
  for (let x = 0; x < frames * step; x++) {
    const from = Math.floor(firstSample + (x * LINES) / step);
    const to = Math.floor(firstSample + ((x + 1) * LINES) / step);
    let [low, high] = [0, 0];
    for (let n = Math.max(0, from); n < to && n < samples.length; n++) {
      low = Math.min(low, samples[n]);
      high = Math.max(high, samples[n]);
    }
    const middle = WAVE / 2;
    context.fillRect(x, middle - high * middle, 1, Math.max(1, (high - low) * middle));
  }
}

/** Creates the strip; `choose` gets the number of a frame. */
export function createFrames(choose: (frame: number) => void): {
  readonly element: HTMLElement;
  draw(recording: SoundRecording, chosen: number): void;
} {
  const canvas = h('canvas', {
    ...{ id: 'frames', class: 'chart-canvas', height: HEIGHT, role: 'img' },
    'aria-label': 'Bits of the frames; keys , and . go from frame to frame',
  });
  const element = h(
    'div',
    { class: 'drawing', tabindex: 0, role: 'group', 'aria-label': 'Frames of the sound' },
    canvas,
  );
  let step = LEAST;
  canvas.addEventListener('click', (event) => choose(Math.floor(event.offsetX / step)));
  return {
    element,
    draw: ({ frames, source }, chosen) => {
      const space = Math.max(300, element.clientWidth - 22);
      step = Math.max(LEAST, Math.min(MOST, space / frames.length));
      const width = Math.min(16_000, Math.ceil(step * frames.length));
      const scale = width > 8000 ? 1 : Math.min(2, globalThis.devicePixelRatio || 1);
      canvas.width = width * scale;
      canvas.height = HEIGHT * scale;
      canvas.style.width = `${width}px`;
      canvas.style.height = `${HEIGHT}px`;
      const context = canvas.getContext('2d');
      if (context === null) return;
      context.scale(scale, scale);
      if (source !== null) {
        drawWave(context, source.channels[0], frames[0]?.sample ?? 0, step, frames.length);
      }
      const most = frames.reduce((largest, { bits }) => Math.max(largest, bits), 1);
      for (const [i, { bits, sequence }] of frames.entries()) {
        const height = ((HEIGHT - WAVE - 4) * bits) / most;
        context.fillStyle = themeColor(SEQUENCE_COLORS[sequence] ?? 'skip');
        context.globalAlpha = i === chosen ? 1 : 0.6;
        context.fillRect(i * step, HEIGHT - height, Math.max(1, step - 1), height);
      }
      context.globalAlpha = 1;
      context.strokeStyle = themeColor('accent');
      context.lineWidth = 2;
      context.strokeRect(chosen * step - 1, 1, step + 1, HEIGHT - 2);
    },
  };
}
