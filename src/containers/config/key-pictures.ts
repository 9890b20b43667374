/**
 * Whether decoding can start at a picture, by the picture's own bytes: for files whose container says of none that it can,
 * or of all that they cannot.
 */

/** nal_unit_type of an IDR slice, H.264 table 7-1. */
const H264_IDR = 5;
/** nal_unit_type of pictures that decoding can start at (IRAP), HEVC table 7-1: 16 to 23. */
const HEVC_FIRST_IRAP = 16;
const HEVC_LAST_IRAP = 23;

/** Codecs that code every picture by itself. */
const INTRA_ONLY = ['mjpeg', 'png', 'prores', 'rawvideo', 'dvvideo', 'v210', 'huffyuv', 'ffv1'];

/**
 * Whether `data`, a packet of `codec` in canonical form, is a picture that decoding can start at. Of codecs whose bytes do
 * not tell here, the first packet of a stream is taken for one.
 */
export function isKeyPicture(codec: string, data: Uint8Array, isFirst: boolean): boolean {
  if (INTRA_ONLY.includes(codec)) return true;
  if (codec === 'h264') return hasUnit(data, (header) => (header & 31) === H264_IDR);
  if (codec === 'hevc') {
    return hasUnit(data, (header) => {
      const type = (header >> 1) & 63;
      return type >= HEVC_FIRST_IRAP && type <= HEVC_LAST_IRAP;
    });
  }
  // frame_type of the frame tag, RFC 6386 clause 9.1.
  if (codec === 'vp8') return data.length > 0 && (data[0] & 1) === 0;
  return isFirst;
}

/** Whether one of the units of `data`, each behind its length in four bytes, has a first byte that `isWanted` takes. */
function hasUnit(data: Uint8Array, isWanted: (header: number) => boolean): boolean {
  for (let at = 0; at + 4 < data.length; ) {
    if (isWanted(data[at + 4])) return true;
    const length =
      ((data[at] << 24) | (data[at + 1] << 16) | (data[at + 2] << 8) | data[at + 3]) >>> 0;
    at += 4 + length;
  }
  return false;
}
