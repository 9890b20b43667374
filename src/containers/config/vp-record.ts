/**
 * VPCodecConfigurationRecord (VP Codec ISO Media File Format Binding 1.0) made from the first frame, for sources that
 * carry none: WebM has no CodecPrivate for VP9. Reads the start of uncompressed_header, VP9 Bitstream Specification
 * clause 6.2.
 */
import { FormatError } from '../../base/errors.ts';
import type { ColorTags } from '../../base/packet.ts';
import { BitReader } from '../../bits/bit-reader.ts';

const FRAME_MARKER = 2;
const CS_RGB = 7;

/** Table: level => largest luma picture size in samples, Annex A of the specification; frame rate is not looked at. */
// biome-ignore format: level, samples
const LEVELS = [
  [10, 36_864], [11, 73_728], [20, 122_880], [21, 245_760], [30, 552_960], [31, 983_040],
  [40, 2_228_224], [50, 8_912_896], [60, 35_651_584],
] as const;

/**
 * The record, 8 bytes. `keyFrame` is the first packet and must be a key frame; its size gives the lowest level.
 * Throws `FormatError` if it is none.
 */
export function vp9RecordFromFrame(
  keyFrame: Uint8Array,
  width: number,
  height: number,
  color?: ColorTags,
): Uint8Array {
  const r = new BitReader(keyFrame, 'vp9.frame');
  if (r.u(2) !== FRAME_MARKER) throw new FormatError('vp9.frame.frame_marker', 'is not 2', 0);
  const profile_low_bit = r.u(1);
  const profile = (r.u(1) << 1) | profile_low_bit;
  if (profile === 3) r.u(1);
  const show_existing_frame = r.u(1);
  const frame_type = r.u(1);
  if (show_existing_frame !== 0 || frame_type !== 0) {
    throw new FormatError('vp9.frame', 'the first packet is not a key frame', 0);
  }
  r.u(2); // show_frame, error_resilient_mode
  r.u(24); // frame_sync_code
  const bitDepth = profile >= 2 ? (r.u(1) === 1 ? 12 : 10) : 8;
  const color_space = r.u(3);
  let fullRange = 1;
  let chromaSubsampling = 3;
  if (color_space !== CS_RGB) {
    fullRange = r.u(1);
    // 0: 4:2:0 vertical, 1: 4:2:0 colocated, 2: 4:2:2, 3: 4:4:4.
    if ((profile & 1) === 0) chromaSubsampling = 1;
    else {
      const subsampling_x = r.u(1);
      chromaSubsampling = subsampling_x === 0 ? 3 : r.u(1) === 0 ? 2 : 1;
    }
  }
  const format = (bitDepth << 4) | (chromaSubsampling << 1) | fullRange;
  return vpRecord(profile, width * height, format, color);
}

/** 8 bits, 4:2:0 colocated, limited range: the only format of VP8. */
const VP8_FORMAT = (8 << 4) | (1 << 1);

/** The record of a VP8 stream, 8 bytes: all of them have one profile and one format. */
export function vp8Record(width: number, height: number, color?: ColorTags): Uint8Array {
  return vpRecord(0, width * height, VP8_FORMAT, color);
}

function vpRecord(
  profile: number,
  samples: number,
  format: number,
  color: ColorTags | undefined,
): Uint8Array {
  return Uint8Array.of(
    profile,
    LEVELS.find(([, most]) => samples <= most)?.[0] ?? 62,
    format,
    color?.colour_primaries ?? 2,
    color?.transfer_characteristics ?? 2,
    color?.matrix_coefficients ?? 2,
    0, // codecInitializationDataSize
    0,
  );
}
