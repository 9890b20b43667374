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
  /** Where its frequencies begin and end, in pixels. */
  readonly left: number;
  readonly right: number;
  /** Hz at the right end. */
  readonly top: number;
  /** Hz of a line of the frame. */
  readonly lineWidth: number;
}

/** Where a frequency stands: evenly in Bark, as the ear has it. */
function xOf({ left, right, top }: Drawing, hertz: number): number {
  const bark = (f: number): number => Math.asinh(f / 650);
  return left + ((right - left) * bark(hertz)) / bark(top);
}

function yOf(db: number): number {
  const share = (MOST - Math.max(LEAST, Math.min(MOST, db))) / (MOST - LEAST);
  return TOP + share * (HEIGHT - TOP - BOTTOM);
}

function drawGrid(drawing: Drawing): void {
  const { context, left, right } = drawing;
  context.strokeStyle = themeColor('line');
  context.fillStyle = themeColor('dim');
  context.font = '11px system-ui, sans-serif';
  context.lineWidth = 1;
  context.textAlign = 'end';
  for (let db = LEAST; db <= MOST; db += 20) {
    context.beginPath();
    context.moveTo(left, yOf(db));
    context.lineTo(right, yOf(db));
    context.stroke();
    context.fillText(`${db} dB`, LEFT - 6, yOf(db) + 4);
  }
}

function drawFrequencies(drawing: Drawing): void {
  const { context, top } = drawing;
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

function drawBands(drawing: Drawing, channel: SoundChannel, group: number): void {
  const { context } = drawing;
  for (const [i, band] of channel.bands.entries()) {
    if (band.group !== group) continue;
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

function drawLines(
  drawing: Drawing,
  spectrum: Float32Array,
  channel: SoundChannel,
  group: number,
): void {
  const { context } = drawing;
  context.strokeStyle = themeColor('list0');
  context.lineWidth = 1;
  context.beginPath();
  for (const [i, band] of channel.bands.entries()) {
    if (band.group !== group) continue;
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

/** A group of windows with its place: groups stand one after the other, as wide as they have windows. */
interface Slot {
  readonly group: number;
  readonly left: number;
  readonly right: number;
  /** The windows as words. */
  readonly text: string;
}

/** The places of the groups of a channel between two places of the drawing. */
export function slotsOf(bands: readonly SoundBand[], left: number, right: number): Slot[] {
  const windows = new Map(bands.map((band) => [band.group, band.windows]));
  const total = [...windows.values()].reduce((sum, count) => sum + count, 0);
  let before = 0;
  return [...windows].map(([group, count]) => {
    const [first, last] = [before, before + count];
    before = last;
    const at = (place: number): number => left + ((right - left) * place) / total;
    const text = count === 1 ? `window ${last}` : `windows ${first + 1} to ${last}`;
    return { group, left: at(first), right: at(last) - (windows.size > 1 ? GAP : 0), text };
  });
}

/** Pixels between groups. */
const GAP = 8;

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
      const isShort = recording.frames[frame].sequence === 2;
      const own = {
        ...{ context, left: LEFT, right: width - RIGHT, top: sampleRate / 2 },
        lineWidth: (sampleRate / 2 / LINES) * (isShort ? 8 : 1),
      };
      drawGrid(own);
      if (!isShort) drawFrequencies(own);
      const at = (frame * numChannels + channel) * LINES;
      for (const { group, left, right, text } of slotsOf(shown.bands, own.left, own.right)) {
        const slot = { ...own, left, right };
        drawBands(slot, shown, group);
        if (coded !== null) {
          drawLines(slot, coded.spectra.subarray(at, at + LINES), shown, group);
        }
        if (!isShort) continue;
        context.fillStyle = themeColor('dim');
        context.textAlign = 'center';
        context.fillText(text, (left + right) / 2, HEIGHT - 8);
      }
    },
  };
}
