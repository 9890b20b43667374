/** Where two encodes of one source differ: by picture, and by macroblock of one. */
import { PICTURE_TYPES, say, several } from '../names.ts';
import type { PictureRecord, Recording } from '../recording.ts';
import type { TableData } from '../table.ts';
import { errorsOf } from './pair-canvas.ts';
import { psnrOf } from './picture-panel.ts';

/** Macroblocks that are listed. */
const MOST = 12;

/** Bytes and likeness of each picture by both, in display order. */
export function pairTable([a, b]: readonly [Recording, Recording]): TableData {
  const rows = a.shown.map((picture, i) => {
    const other = b.shown[i];
    const [psnrA, psnrB] = [psnrOf(a, picture) ?? 0, psnrOf(b, other) ?? 0];
    return [
      ...[i, PICTURE_TYPES[picture.type], picture.bytes, Number(psnrA.toFixed(2))],
      ...[PICTURE_TYPES[other.type], other.bytes, Number(psnrB.toFixed(2))],
      ...[other.bytes - picture.bytes, Number((psnrB - psnrA).toFixed(2))],
    ];
  });
  return {
    name: 'pictures-of-both',
    caption: 'By picture',
    columns: ['picture', 'A', 'bytes', 'dB', 'B', 'bytes', 'dB', 'Δ bytes', 'Δ dB'],
    rows,
  };
}

/** What a macroblock is by both. */
interface Difference {
  readonly mb: number;
  readonly bits: readonly [number, number];
  readonly errors: readonly [number, number];
}

/** All macroblocks of a picture by both, those first at which B lost most. */
export function differencesOf(
  recordings: readonly [Recording, Recording],
  pictures: readonly [PictureRecord, PictureRecord],
): Difference[] {
  const [errorsA, errorsB] = recordings.map((recording, i) => errorsOf(recording, pictures[i]));
  const [bitsA, bitsB] = pictures.map(({ maps }) => maps.bits);
  const all = Array.from(bitsA, (bits, mb): Difference => {
    return { mb, bits: [bits, bitsB[mb]], errors: [errorsA[mb], errorsB[mb]] };
  });
  const loss = ({ errors: [x, y] }: Difference): number => y - x;
  return all.sort((x, y) => loss(y) - loss(x));
}

/** The macroblocks at which B lost most, as a table. */
export function lossTable(differences: readonly Difference[]): TableData {
  return {
    name: 'macroblocks-of-both',
    caption: 'Where B is furthest behind',
    columns: ['macroblock', 'error A', 'error B', 'Δ error', 'bits A', 'bits B', 'Δ bits'],
    rows: differences
      .slice(0, MOST)
      .map(({ mb, bits: [p, q], errors: [x, y] }) => [...[mb, x, y, y - x, p, q, q - p]]),
  };
}

/** The chosen macroblock in a sentence; empty for none. */
export function differenceText(differences: readonly Difference[], mb: number): string {
  const chosen = differences.find((one) => one.mb === mb);
  if (chosen === undefined) return '';
  const [a, b] = [0, 1].map(
    (i) => `${several(chosen.bits[i], 'bit')} and a squared error of ${say(chosen.errors[i])}`,
  );
  return ` Macroblock ${mb}: A ${a}; B ${b}.`;
}
