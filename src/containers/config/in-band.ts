/**
 * Decoder configuration as bytes of the stream itself: what must stand before a picture that is coded with another
 * configuration than the one its stream is described with. Decoders take it there, whatever the container says.
 */
import { joinLengthPrefixed } from '../../syntax/h264/byte-stream.ts';
import { readAvcRecord } from '../../syntax/h264/configuration-record.ts';

/** Codecs whose pictures say all that a decoder must know. */
const SELF_DESCRIBING = ['vp8', 'vp9', 'mjpeg', 'png', 'mpeg1video', 'mpeg2video', 'prores'];

/** Codecs whose configuration may stand before a picture as it is. */
const PLAIN = ['mpeg4'];

/** Bytes of an av1C record before its OBUs, AV1 Codec ISO Media File Format Binding clause 2.3.3. */
const AV1_RECORD_HEADER = 4;

/** Bytes of an hvcC record before its arrays of units, NALFF clause 8.3.3.1. */
const HEVC_RECORD_HEADER = 23;

/**
 * `config` as bytes to put before a packet of `codec` in canonical form; null if the codec has no place for it there.
 * Throws `FormatError` for a record that is broken.
 */
export function inBandConfiguration(codec: string, config: Uint8Array): Uint8Array | null {
  if (SELF_DESCRIBING.includes(codec)) return NOTHING;
  if (PLAIN.includes(codec)) return config;
  if (codec === 'av1') return config.subarray(Math.min(AV1_RECORD_HEADER, config.length));
  if (codec === 'h264') {
    const { sps, pps } = readAvcRecord(config);
    return joinLengthPrefixed([...sps, ...pps]);
  }
  return codec === 'hevc' ? joinLengthPrefixed(hevcUnits(config)) : null;
}

const NOTHING = /* @__PURE__ */ new Uint8Array(0);

/** The units in the arrays of an HEVCDecoderConfigurationRecord, NALFF clause 8.3.3.1; as many as are whole. */
function hevcUnits(record: Uint8Array): Uint8Array[] {
  const units: Uint8Array[] = [];
  const u16 = (at: number): number => ((record[at] ?? 0) << 8) | (record[at + 1] ?? 0);
  let at = HEVC_RECORD_HEADER;
  for (let arrays = record[HEVC_RECORD_HEADER - 1] ?? 0; arrays > 0; arrays--) {
    const count = u16(at + 1);
    at += 3;
    for (let i = 0; i < count && at + 2 <= record.length; i++) {
      const end = at + 2 + u16(at);
      if (end > record.length) return units;
      units.push(record.subarray(at + 2, end));
      at = end;
    }
  }
  return units;
}
