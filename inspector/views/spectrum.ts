/** The spectrum of a channel of a frame: its lines, the threshold of hearing and the noise of each band. */
import { h, themeColor } from '../dom.ts';
import { bandKind, decibels, hasLines, KIND_COLORS } from '../sound-names.ts';
import type { SoundBand, SoundChannel, SoundRecording } from '../sound-record.ts';

const LINES = 1024;
const HEIGHT = 320;
const [LEFT, RIGHT, TOP, BOTTOM] = [56, 10, 12, 26];
/** Decibels at the top and at the bottom. */
const [MOST, LEAST] = [0, -120];

/** What is drawn. */
interface Drawing {
  readonly context: CanvasRenderingContext2D;
  readonly width: number;
  /** Hz at the right end. */
  readonly top: number;
  /** Hz of a line of the frame. */
  readonly lineWidth: number;
}

/** Where a frequency stands: evenly in Bark, as the ear has it. */
function xOf({ width, top }: Drawing, hertz: number): number {
  const bark = (f: number): number => Math.asinh(f / 650);
  return LEFT + ((width - LEFT - RIGHT) * bark(hertz)) / bark(top);
}

function yOf(db: number): number {
  const share = (MOST - Math.max(LEAST, Math.min(MOST, db))) / (MOST - LEAST);
  return TOP + share * (HEIGHT - TOP - BOTTOM);
}

function drawGrid(drawing: Drawing): void {
  const { context, width, top } = drawing;
  context.strokeStyle = themeColor('line');
  context.fillStyle = themeColor('dim');
  context.font = '11px system-ui, sans-serif';
  context.lineWidth = 1;
  context.textAlign = 'end';
  for (let db = LEAST; db <= MOST; db += 20) {
    context.beginPath();
    context.moveTo(LEFT, yOf(db));
    context.lineTo(width - RIGHT, yOf(db));
    context.stroke();
    context.fillText(`${db} dB`, LEFT - 6, yOf(db) + 4);
  }
  context.textAlign = 'center';
  for (const hertz of [100, 200, 500, 1000, 2000, 4000, 8000, 16000]) {
    if (hertz > 0.95 * top) continue;
    const text = hertz < 1000 ? `${hertz}` : `${hertz / 1000}k`;
    context.fillText(text, xOf(drawing, hertz), HEIGHT - 8);
  }
}

/** Ends of a band in Hz. In short windows the lines of a group's windows lie together. */
function rangeOf({ lineWidth }: Drawing, bands: readonly SoundBand[], i: number): [number, number] {
  const band = bands[i];
  const base = bands.find(({ group }) => group === band.group)?.first ?? 0;
  const scale = lineWidth / band.windows;
  return [(band.first - base) * scale, (band.end - base) * scale];
}

function drawBands(drawing: Drawing, channel: SoundChannel): void {
  const { context } = drawing;
  for (const [i, band] of channel.bands.entries()) {
    const [from, to] = rangeOf(drawing, channel.bands, i).map((hertz) => xOf(drawing, hertz));
    const width = Math.max(1, to - from);
    const lines = band.end - band.first;
    context.fillStyle = themeColor(KIND_COLORS[bandKind(band)]);
    context.globalAlpha = 0.16;
    context.fillRect(from, TOP, width, HEIGHT - TOP - BOTTOM);
    context.globalAlpha = 1;
    context.fillRect(from, HEIGHT - BOTTOM + 1, Math.max(1, width - 1), 4);
    const marks: [number, string][] = [[band.threshold, 'I']];
    // What takes the place of a band is no error of its lines.
    if (hasLines(band)) marks.push([band.noise, 'list1']);
    for (const [value, color] of marks) {
      context.fillStyle = themeColor(color);
      context.fillRect(from, yOf(decibels(value / lines)) - 1, width, 2.4);
    }
  }
}

function drawLines(drawing: Drawing, spectrum: Float32Array, channel: SoundChannel): void {
  const { context } = drawing;
  context.strokeStyle = themeColor('list0');
  context.lineWidth = 1;
  context.beginPath();
  for (const [i, band] of channel.bands.entries()) {
    const [from, to] = rangeOf(drawing, channel.bands, i);
    for (let k = band.first; k < band.end; k++) {
      const hertz = from + ((to - from) * (k - band.first + 0.5)) / (band.end - band.first);
      const [x, y] = [xOf(drawing, hertz), yOf(decibels(spectrum[k] ** 2))];
      context.moveTo(x, HEIGHT - BOTTOM);
      context.lineTo(x, y);
    }
  }
  context.stroke();
}

/** Draws the spectrum of a channel into a canvas as wide as its place. */
export function createSpectrum(): {
  readonly element: HTMLCanvasElement;
  draw(recording: SoundRecording, frame: number, channel: number): void;
} {
  const canvas = h('canvas', {
    ...{ id: 'spectrum', class: 'chart-canvas', height: HEIGHT, role: 'img' },
    'aria-label': 'Spectrum of the frame; the table of bands has the same in numbers',
  });
  return {
    element: canvas,
    draw: (recording, frame, channel) => {
      const width = Math.max(320, (canvas.parentElement?.clientWidth ?? 900) - 22);
      const scale = Math.min(2, globalThis.devicePixelRatio || 1);
      canvas.width = width * scale;
      canvas.height = HEIGHT * scale;
      canvas.style.width = `${width}px`;
      canvas.style.height = `${HEIGHT}px`;
      const context = canvas.getContext('2d');
      const shown = recording.frames[frame]?.channels[channel];
      if (context === null || shown === undefined) return;
      context.scale(scale, scale);
      const { sampleRate, numChannels, coded } = recording;
      const lineWidth = sampleRate / 2 / LINES;
      const drawing = { context, width, top: sampleRate / 2, lineWidth: 8 * lineWidth };
      const isShort = recording.frames[frame].sequence === 2;
      const own = isShort ? drawing : { ...drawing, lineWidth };
      drawGrid(own);
      drawBands(own, shown);
      const at = (frame * numChannels + channel) * LINES;
      if (coded !== null) drawLines(own, coded.spectra.subarray(at, at + LINES), shown);
    },
  };
}
