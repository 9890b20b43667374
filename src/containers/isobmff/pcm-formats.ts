/**
 * PCM codecs in MP4 (ISO/IEC 23003-5: `ipcm` and `fpcm`, signed integers of 16, 24 or 32 bits and floats, either byte
 * order) and in QuickTime files (a type of its own for the old formats, `lpcm` in a version 2 sound description for all).
 */

/** How one sample of one channel is stored. */
export interface PcmFormat {
  readonly bits: number;
  readonly isFloat: boolean;
  readonly isLittleEndian: boolean;
  /** Whether ISO/IEC 23003-5 has it; the others go into QuickTime files only. */
  readonly isInMp4: boolean;
  /** QuickTime type, where one exists that says everything about the format; else `lpcm`. */
  readonly quickTimeType: string;
}

function format(
  bits: number,
  isFloat: boolean,
  isLittleEndian: boolean,
  isInMp4: boolean,
  quickTimeType: string,
): PcmFormat {
  return { bits, isFloat, isLittleEndian, isInMp4, quickTimeType };
}

/** Table: codec => format. */
// biome-ignore format: one line per codec
export const PCM_FORMATS: ReadonlyMap<string, PcmFormat> = /* @__PURE__ */ new Map([
  ['pcm_u8', format(8, false, false, false, 'raw ')],
  ['pcm_s8', format(8, false, true, false, 'lpcm')],
  ['pcm_s16le', format(16, false, true, true, 'sowt')],
  ['pcm_s16be', format(16, false, false, true, 'twos')],
  ['pcm_s24le', format(24, false, true, true, 'lpcm')],
  ['pcm_s24be', format(24, false, false, true, 'lpcm')],
  ['pcm_s32le', format(32, false, true, true, 'lpcm')],
  ['pcm_s32be', format(32, false, false, true, 'lpcm')],
  ['pcm_f32le', format(32, true, true, true, 'lpcm')],
  ['pcm_f32be', format(32, true, false, true, 'lpcm')],
  ['pcm_f64le', format(64, true, true, true, 'lpcm')],
  ['pcm_f64be', format(64, true, false, true, 'lpcm')],
  ['pcm_alaw', format(8, false, false, false, 'alaw')],
  ['pcm_mulaw', format(8, false, false, false, 'ulaw')],
]);

/** formatSpecificFlags of `lpcm`, QuickTime File Format: samples are IEEE 754 numbers. */
export const LPCM_IS_FLOAT = 1;
/** formatSpecificFlags of `lpcm`: big endian. */
export const LPCM_IS_BIG_ENDIAN = 2;
/** formatSpecificFlags of `lpcm`: integers are signed. */
export const LPCM_IS_SIGNED_INTEGER = 4;
/** formatSpecificFlags of `lpcm`: samples fill their bytes. */
export const LPCM_IS_PACKED = 8;

/** Bytes of one sample of one channel; 0 if `codec` is not PCM. */
export function pcmBytes(codec: string): number {
  return (PCM_FORMATS.get(codec)?.bits ?? 0) >> 3;
}

/** Table: bit of a WAVE channel mask => OutputChannelPosition, ISO/IEC 23091-3 table 3. */
// biome-ignore format: FL FR FC LFE BL BR, FLC FRC BC SL SR, TC TFL TFC TFR TBL TBC TBR
const SPEAKER_POSITIONS: Uint8Array = /* @__PURE__ */ Uint8Array.of(
  0, 1, 2, 3, 8, 9,
  6, 7, 10, 13, 14,
  25, 17, 19, 18, 20, 22, 21);

/**
 * OutputChannelPosition of each channel of a WAVE channel mask, in the order of its bits. Empty unless the mask has exactly
 * `numChannels` bits, all known.
 */
export function speakerPositions(channelMask: number, numChannels: number): Uint8Array {
  const positions: number[] = [];
  for (let bit = 0; bit < 32; bit++) {
    if ((channelMask >>> bit) & 1) positions.push(SPEAKER_POSITIONS[bit] ?? -1);
  }
  const isKnown = positions.length === numChannels && !positions.includes(-1);
  return isKnown ? Uint8Array.from(positions) : new Uint8Array(0);
}

/** The WAVE channel mask for OutputChannelPositions; 0 if one is unknown or they are not in the order of the bits. */
export function channelMaskOf(positions: Uint8Array): number {
  let mask = 0;
  let lastBit = -1;
  for (const position of positions) {
    const bit = SPEAKER_POSITIONS.indexOf(position);
    if (bit <= lastBit) return 0;
    mask |= 1 << bit;
    lastBit = bit;
  }
  return mask;
}
