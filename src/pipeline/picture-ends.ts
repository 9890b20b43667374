/** Where a picture ends in bytes in which others may follow: ffmpeg's image2pipe writes one behind the other. */
import { netpbmBytes } from '../codecs/netpbm/header.ts';

/** Bytes of the picture at the start of `bytes`; -1 if that cannot be told, or if it ends later. */
type PictureEnd = (bytes: Uint8Array) => number;

/** Table: codec => how long a picture is. TIFF files have their directories anywhere, so nothing follows them. */
const ENDS: Readonly<Record<string, PictureEnd>> = {
  png: pngEnd,
  mjpeg: jpegEnd,
  bmp: bmpEnd,
  qoi: qoiEnd,
  pgm: netpbmBytes,
  ppm: netpbmBytes,
  pam: netpbmBytes,
};

/** Bytes of the picture of `codec` at the start of `bytes`; -1 if that cannot be told, or if it ends later. */
export function pictureEnd(codec: string, bytes: Uint8Array): number {
  return ENDS[codec]?.(bytes) ?? -1;
}

const PNG_SIGNATURE_BYTES = 8;
const IEND = 0x49454e44;

/** PNG (third edition) clause 5.3: chunks up to IEND. */
function pngEnd(bytes: Uint8Array): number {
  const view = viewOf(bytes);
  for (let at = PNG_SIGNATURE_BYTES; at + 12 <= bytes.length; ) {
    const isEnd = view.getUint32(at + 4) === IEND;
    at += 12 + view.getUint32(at);
    if (isEnd) return at <= bytes.length ? at : -1;
  }
  return -1;
}

const [SOI, EOI, RST0, RST7, APP2] = [0xd8, 0xd9, 0xd0, 0xd7, 0xe2] as const;

/** ITU-T T.81 clause B.1.1: segments with their lengths, and scans, in which FF stands before 00 or a restart marker only. */
function jpegEnd(bytes: Uint8Array): number {
  for (let at = 2; at + 1 < bytes.length; ) {
    if (bytes[at] !== 0xff) {
      at = bytes.indexOf(0xff, at);
      if (at < 0) return -1;
    }
    const marker = bytes[at + 1]!;
    if (marker === EOI) return at + 2;
    // What belongs to the same picture, such as its depth or a gain map, is no other one (CIPA DC-007).
    if (marker === APP2 && isMpf(bytes, at + 4)) return -1;
    const isInScan = marker === 0 || (marker >= RST0 && marker <= RST7) || marker === SOI;
    if (marker === 0xff) at++;
    else if (isInScan) at += 2;
    else at += 2 + ((bytes[at + 2]! << 8) | bytes[at + 3]!);
  }
  return -1;
}

function isMpf(bytes: Uint8Array, at: number): boolean {
  return [0x4d, 0x50, 0x46, 0].every((byte, i) => bytes[at + i] === byte);
}

/** MS-WMF clause 2.2.2: the size of the file, in its header. */
function bmpEnd(bytes: Uint8Array): number {
  if (bytes.length < 18) return -1;
  const size = viewOf(bytes).getUint32(2, true);
  return size >= 18 && size <= bytes.length ? size : -1;
}

/** QOI: seven zeros and a one, which no operations give. */
function qoiEnd(bytes: Uint8Array): number {
  for (let at = bytes.indexOf(1, 14); at >= 0; at = bytes.indexOf(1, at + 1)) {
    let zeros = 0;
    while (zeros < 7 && bytes[at - 1 - zeros] === 0) zeros++;
    if (zeros === 7) return at + 1;
  }
  return -1;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
