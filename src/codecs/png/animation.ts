/** Animated PNG: PNG (third edition) clause 11.3.6, chunks acTL, fcTL and fdAT. */
import { FormatError } from '../../base/errors.ts';
import type { PngHeader } from './standard/header.ts';
import type { Samples } from './standard/samples.ts';

/** What a player does with the region of a frame before it shows the next one: leave it, clear it, or restore it. Clause 11.3.6.2. */
export type Dispose = 'none' | 'background' | 'previous';
/** Whether a frame replaces its region or is laid over it. Clause 11.3.6.2. */
export type Blend = 'source' | 'over';

/** Table of clause 11.3.6.2, by number. */
export const DISPOSE: readonly Dispose[] = ['none', 'background', 'previous'];
export const BLEND: readonly Blend[] = ['source', 'over'];

/** The place and time at which a frame is shown. */
export interface FrameControl {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Seconds as a fraction; a denominator of 0 means 100. */
  readonly delay: readonly [number, number];
  readonly dispose: Dispose;
  readonly blend: Blend;
}

/** A frame, in the color type and depth of the picture. */
export interface PngFrame extends FrameControl {
  readonly data: Samples;
}

/** An animation. */
export interface PngAnimation {
  /** How often it plays; 0 for ever. */
  readonly plays: number;
  readonly frames: readonly PngFrame[];
  /** Whether the still picture of the file is the first frame. */
  readonly startsWithImage: boolean;
}

/** Bytes of the data of fcTL, clause 11.3.6.2. */
const FCTL_LENGTH = 26;

/** Reads fcTL, clause 11.3.6.2. Throws `FormatError` if the frame leaves the picture or a field has no such value. */
export function readFrameControl(
  data: Uint8Array,
  header: PngHeader,
  offset: number,
): FrameControl {
  const wrong = (detail: string) =>
    new FormatError('png.fcTL', `${detail} (PNG clause 11.3.6.2)`, offset);
  if (data.length !== FCTL_LENGTH)
    throw wrong(`has ${data.length} bytes, needed are ${FCTL_LENGTH}`);
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  const [width, height, x, y] = [4, 8, 12, 16].map((at) => view.getUint32(at)) as [
    number,
    number,
    number,
    number,
  ];
  if (width < 1 || height < 1 || x + width > header.width || y + height > header.height) {
    throw wrong(`${width}x${height} at ${x},${y} is not within ${header.width}x${header.height}`);
  }
  const dispose = DISPOSE[data[24]!];
  const blend = BLEND[data[25]!];
  if (dispose === undefined) throw wrong(`got dispose_op ${data[24]}, allowed are 0..2`);
  if (blend === undefined) throw wrong(`got blend_op ${data[25]}, allowed are 0, 1`);
  return { x, y, width, height, delay: [view.getUint16(20), view.getUint16(22)], dispose, blend };
}

/** The data of fcTL, clause 11.3.6.2. */
export function frameControlData(frame: FrameControl, sequence: number): Uint8Array {
  const data = new Uint8Array(FCTL_LENGTH);
  const view = new DataView(data.buffer);
  const fields = [sequence, frame.width, frame.height, frame.x, frame.y];
  for (const [i, value] of fields.entries()) view.setUint32(4 * i, value);
  view.setUint16(20, frame.delay[0]);
  view.setUint16(22, frame.delay[1]);
  data[24] = DISPOSE.indexOf(frame.dispose);
  data[25] = BLEND.indexOf(frame.blend);
  return data;
}
