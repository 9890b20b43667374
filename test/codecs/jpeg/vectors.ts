/** The vectors of this folder: files of independent encoders, and what an independent decoder makes of them. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('./vectors/', import.meta.url));

/** Names of the files, without `.jpg`. */
export const VECTOR_NAMES: readonly string[] = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.jpg'))
  .map((name) => name.slice(0, -4));

/** The bytes of a file of the folder. */
export function readVector(name: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(FOLDER + name));
}

/** A picture in binary PGM or PPM. */
export function parsePnm(bytes: Uint8Array): {
  width: number;
  height: number;
  channels: number;
  data: Uint8Array;
} {
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, 64));
  const match = /^P([56])\s+(\d+)\s+(\d+)\s+255\s/.exec(head);
  if (match === null) throw new Error('not a PGM or PPM file of 8 bits');
  const channels = match[1] === '5' ? 1 : 3;
  const data = bytes.subarray(match[0].length);
  return { width: Number(match[2]), height: Number(match[3]), channels, data };
}

/** The largest and the mean absolute difference of two runs of samples of equal length. */
export function differenceOf(a: Uint8Array, b: Uint8Array): { largest: number; mean: number } {
  if (a.length !== b.length) throw new Error(`${a.length} samples against ${b.length}`);
  let largest = 0;
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i]! - b[i]!);
    if (difference > largest) largest = difference;
    sum += difference;
  }
  return { largest, mean: sum / a.length };
}
