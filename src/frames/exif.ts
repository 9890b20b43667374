/** The orientation in an Exif structure (Exif clause 4.6.5.1.4): read, and put in where another shall hold. */

const ORIENTATION = 0x112;
const SHORT = 3;

/** What finds its way in the structure: a TIFF header and the fields of its first directory (Exif clause 4.6.2). */
interface FirstDirectory {
  readonly view: DataView;
  readonly littleEndian: boolean;
  /** Offset of the value of the field of orientation; -1 if there is none. */
  readonly valueAt: number;
}

function firstDirectory(exif: Uint8Array): FirstDirectory | null {
  if (exif.length < 10) return null;
  const view = new DataView(exif.buffer, exif.byteOffset, exif.length);
  const littleEndian = exif[0] === 0x49;
  const start = view.getUint32(4, littleEndian);
  if (view.getUint16(2, littleEndian) !== 42 || start + 2 > exif.length) return null;
  const count = view.getUint16(start, littleEndian);
  if (start + 2 + 12 * count > exif.length) return null;
  let valueAt = -1;
  for (let at = start + 2; at < start + 2 + 12 * count; at += 12) {
    const isIt = view.getUint16(at, littleEndian) === ORIENTATION;
    if (isIt && view.getUint16(at + 2, littleEndian) === SHORT) valueAt = at + 8;
  }
  return { view, littleEndian, valueAt };
}

/** The orientation that an Exif structure says, 1..8; 1 if it says none, or is broken. */
export function orientationOf(exif: Uint8Array | undefined): number {
  const found = exif === undefined ? null : firstDirectory(exif);
  if (found === null || found.valueAt < 0) return 1;
  const value = found.view.getUint16(found.valueAt, found.littleEndian);
  return value >= 1 && value <= 8 ? value : 1;
}

/**
 * The structure with another orientation. One that has a field of orientation gets another value there; one without gets such a field
 * if there is something to say, else it stays; one that cannot be read stays as it is, and nothing is said. Without a structure,
 * one that says the orientation alone; undefined if that is 1.
 */
export function withOrientation(
  exif: Uint8Array | undefined,
  orientation: number,
): Uint8Array | undefined {
  if (exif === undefined) return orientation === 1 ? undefined : orientationAlone(orientation);
  const found = firstDirectory(exif);
  if (found === null) return exif;
  const { valueAt, littleEndian } = found;
  if (valueAt < 0) return orientation === 1 ? exif : withField(exif, littleEndian, orientation);
  const copy = exif.slice();
  new DataView(copy.buffer).setUint16(valueAt, orientation, littleEndian);
  return copy;
}

/** Exif clause 4.6.2: "MM", 42, the first directory at 8; one field, no further directory. */
function orientationAlone(orientation: number): Uint8Array {
  return Uint8Array.of(
    ...[0x4d, 0x4d, 0, 42, 0, 0, 0, 8],
    ...[0, 1],
    ...[ORIENTATION >> 8, ORIENTATION & 255, 0, SHORT, 0, 0, 0, 1, 0, orientation, 0, 0],
    ...[0, 0, 0, 0],
  );
}

/** A copy whose first directory stands at the end, with a field of orientation among the others; offsets of values stay. */
function withField(exif: Uint8Array, littleEndian: boolean, orientation: number): Uint8Array {
  const old = new DataView(exif.buffer, exif.byteOffset, exif.length);
  const start = old.getUint32(4, littleEndian);
  const count = old.getUint16(start, littleEndian);
  const at = exif.length + (exif.length & 1);
  const copy = new Uint8Array(at + 2 + 12 * (count + 1) + 4);
  copy.set(exif);
  const view = new DataView(copy.buffer);
  view.setUint32(4, at, littleEndian);
  view.setUint16(at, count + 1, littleEndian);
  let to = at + 2;
  let isWritten = false;
  const write = () => {
    view.setUint16(to, ORIENTATION, littleEndian);
    view.setUint16(to + 2, SHORT, littleEndian);
    view.setUint32(to + 4, 1, littleEndian);
    view.setUint16(to + 8, orientation, littleEndian);
    to += 12;
    isWritten = true;
  };
  for (let i = 0, from = start + 2; i < count; i++, from += 12) {
    if (!isWritten && old.getUint16(from, littleEndian) > ORIENTATION) write();
    copy.set(exif.subarray(from, from + 12), to);
    to += 12;
  }
  if (!isWritten) write();
  const nextAt = start + 2 + 12 * count;
  const next = nextAt + 4 <= exif.length ? old.getUint32(nextAt, littleEndian) : 0;
  view.setUint32(to, next, littleEndian);
  return copy;
}
