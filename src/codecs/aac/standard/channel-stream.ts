/**
 * individual_channel_stream(), AAC clause 4.4.2.7: everything about one channel of one frame. Bands are numbered through
 * all window groups, `max_sfb` a group, in the order in which they are transmitted; the quantized lines of a band lie
 * together, window after window of its group (the interleaving of clause 4.5.2.3.5).
 */
import type { SyntaxWriter } from '../../../bits/syntax-writer.ts';
import { SCALE_FACTOR_CODES, SCALE_FACTOR_LENGTHS } from './huffman-tables.ts';
import {
  INTENSITY_HCB,
  INTENSITY_HCB2,
  NOISE_HCB,
  writeSpectrum,
  ZERO_HCB,
} from './spectrum-coding.ts';
import { countTnsBits, TnsData, writeTnsData } from './tns.ts';
import { EIGHT_SHORT_SEQUENCE } from './window-sequence.ts';

/** Most bands of a channel: 8 groups of 15 short bands. */
export const MAX_BANDS = 120;
/** Scale factors may differ by at most this from one transmitted band to the next, clause 4.6.2.3.2. */
export const MAX_SCALE_FACTOR_DELTA = 60;
/** Scale factor at which the step of the quantizer is 1, SF_OFFSET of clause 4.6.2.3.3. */
export const SF_OFFSET = 100;
/** NOISE_OFFSET of clause 4.6.13.3 and NOISE_PRE: the first noise energy is sent as 9 bits around global_gain. */
const NOISE_OFFSET = 90;
const NOISE_PCM_BITS = 9;

/** The fields of ics_info(); shared by both channels of a pair if common_window is 1. */
export class WindowInfo {
  window_sequence = 0;
  window_shape = 0;
  max_sfb = 0;
  numWindowGroups = 1;
  /** Windows in each group; adds up to 8 (or 1 in long sequences). */
  readonly windowGroupLength = new Uint8Array(8);

  copyFrom(other: WindowInfo): void {
    this.window_sequence = other.window_sequence;
    this.window_shape = other.window_shape;
    this.max_sfb = other.max_sfb;
    this.numWindowGroups = other.numWindowGroups;
    this.windowGroupLength.set(other.windowGroupLength);
  }
}

/** The arrays of a channel's bands (one offset more than `MAX_BANDS`) and lines, in a memory that others use too. */
export interface ChannelArrays {
  readonly bandOffset: Uint16Array;
  readonly codebook: Uint8Array;
  readonly scaleFactor: Int16Array;
  readonly quantized: Int32Array;
}

/** One channel of one frame, ready to be written. */
export class ChannelStream {
  readonly info = new WindowInfo();
  /** The scale factor of the first band that has one, and the origin of noise energies; 0..255. */
  global_gain = 0;
  /** Number of bands in use: numWindowGroups times max_sfb. */
  numBands = 0;
  /** First line of each band in `quantized`, `numBands` + 1 values. */
  readonly bandOffset: Uint16Array;
  /** sfb_cb: the codebook of each band. */
  readonly codebook: Uint8Array;
  /** Per band: scale factor, intensity position or noise energy, by its codebook. */
  readonly scaleFactor: Int16Array;
  /** x_quant, signed. */
  readonly quantized: Int32Array;
  readonly tns = new TnsData();

  constructor({ bandOffset, codebook, scaleFactor, quantized }: ChannelArrays) {
    this.bandOffset = bandOffset;
    this.codebook = codebook;
    this.scaleFactor = scaleFactor;
    this.quantized = quantized;
  }
}

/** ics_info(), clause 4.4.2.7: 11 bits in long sequences, 15 in short ones. */
export function writeIcsInfo(w: SyntaxWriter, info: WindowInfo): void {
  w.u('ics_reserved_bit', 1, 0);
  w.u('window_sequence', 2, info.window_sequence);
  w.u('window_shape', 1, info.window_shape);
  if (info.window_sequence === EIGHT_SHORT_SEQUENCE) {
    w.u('max_sfb', 4, info.max_sfb);
    w.u('scale_factor_grouping', 7, scaleFactorGrouping(info));
  } else {
    w.u('max_sfb', 6, info.max_sfb);
    w.u('predictor_data_present', 1, 0);
  }
}

/** Bits of ics_info(), clause 4.4.2.7. */
export function countIcsInfoBits(info: WindowInfo): number {
  return info.window_sequence === EIGHT_SHORT_SEQUENCE ? 15 : 11;
}

/** scale_factor_grouping: a bit for each window but the first, 1 if it is in the group of the one before. */
function scaleFactorGrouping(info: WindowInfo): number {
  let grouping = 0;
  for (let g = 0; g < info.numWindowGroups; g++) {
    for (let i = 0; i < info.windowGroupLength[g]; i++)
      grouping = (grouping << 1) | (i > 0 ? 1 : 0);
  }
  return grouping;
}

/** Bits of `sect_len_incr`, clause 4.4.2.7; all ones means "and more". */
export function sectionLengthBits(window_sequence: number): number {
  return window_sequence === EIGHT_SHORT_SEQUENCE ? 3 : 5;
}

/** section_data(), clause 4.4.2.7: runs of bands with one codebook; no run crosses a group. */
function writeSectionData(w: SyntaxWriter, stream: ChannelStream): void {
  const { max_sfb, numWindowGroups, window_sequence } = stream.info;
  const width = sectionLengthBits(window_sequence);
  const sect_esc_val = (1 << width) - 1;
  for (let g = 0; g < numWindowGroups; g++) {
    const base = g * max_sfb;
    for (let k = 0; k < max_sfb; ) {
      const sect_cb = stream.codebook[base + k];
      let end = k + 1;
      while (end < max_sfb && stream.codebook[base + end] === sect_cb) end++;
      w.u('sect_cb', 4, sect_cb);
      let sect_len_incr = sect_esc_val;
      for (; sect_len_incr === sect_esc_val; k += sect_len_incr) {
        sect_len_incr = Math.min(end - k, sect_esc_val);
        w.u('sect_len_incr', width, sect_len_incr);
      }
    }
  }
}

/** Bits of section_data(), clause 4.4.2.7. */
export function countSectionBits(stream: ChannelStream): number {
  const { max_sfb, numWindowGroups, window_sequence } = stream.info;
  const width = sectionLengthBits(window_sequence);
  const sect_esc_val = (1 << width) - 1;
  let bits = 0;
  for (let g = 0; g < numWindowGroups; g++) {
    const base = g * max_sfb;
    for (let k = 0; k < max_sfb; ) {
      const sect_cb = stream.codebook[base + k];
      let end = k + 1;
      while (end < max_sfb && stream.codebook[base + end] === sect_cb) end++;
      bits += 4 + width * (1 + Math.floor((end - k) / sect_esc_val));
      k = end;
    }
  }
  return bits;
}

/**
 * scale_factor_data(), clause 4.4.2.7: differences of scale factors, of intensity positions and of noise energies, each
 * to the band of its own kind before it.
 */
function writeScaleFactorData(w: SyntaxWriter, stream: ChannelStream): void {
  let lastScaleFactor = stream.global_gain;
  let lastPosition = 0;
  let lastNoise = stream.global_gain - NOISE_OFFSET;
  let noisePcmFlag = true;
  for (let band = 0; band < stream.numBands; band++) {
    const value = stream.scaleFactor[band];
    switch (stream.codebook[band]) {
      case ZERO_HCB:
        break;
      case INTENSITY_HCB:
      case INTENSITY_HCB2:
        writeScaleFactorDelta(w, 'dpcm_is_position', value - lastPosition);
        lastPosition = value;
        break;
      case NOISE_HCB:
        if (noisePcmFlag) {
          noisePcmFlag = false;
          w.u('dpcm_noise_nrg', NOISE_PCM_BITS, value - lastNoise + (1 << (NOISE_PCM_BITS - 1)));
        } else {
          writeScaleFactorDelta(w, 'dpcm_noise_nrg', value - lastNoise);
        }
        lastNoise = value;
        break;
      default:
        writeScaleFactorDelta(w, 'dpcm_sf', value - lastScaleFactor);
        lastScaleFactor = value;
    }
  }
}

function writeScaleFactorDelta(w: SyntaxWriter, name: string, delta: number): void {
  const index = delta + MAX_SCALE_FACTOR_DELTA;
  const length = SCALE_FACTOR_LENGTHS[index];
  if (w.trace !== null) w.trace(name, 'ce', delta, w.bits.bitPosition, length);
  w.bits.put(length, SCALE_FACTOR_CODES[index]);
}

/** Bits of scale_factor_data(), clause 4.4.2.7. */
export function countScaleFactorBits(stream: ChannelStream): number {
  let lastScaleFactor = stream.global_gain;
  let lastPosition = 0;
  let lastNoise = 0;
  let noisePcmFlag = true;
  let bits = 0;
  for (let band = 0; band < stream.numBands; band++) {
    const value = stream.scaleFactor[band];
    const book = stream.codebook[band];
    if (book === ZERO_HCB) continue;
    if (book >= INTENSITY_HCB2) {
      bits += SCALE_FACTOR_LENGTHS[value - lastPosition + MAX_SCALE_FACTOR_DELTA];
      lastPosition = value;
    } else if (book === NOISE_HCB) {
      bits += noisePcmFlag
        ? NOISE_PCM_BITS
        : SCALE_FACTOR_LENGTHS[value - lastNoise + MAX_SCALE_FACTOR_DELTA];
      noisePcmFlag = false;
      lastNoise = value;
    } else {
      bits += SCALE_FACTOR_LENGTHS[value - lastScaleFactor + MAX_SCALE_FACTOR_DELTA];
      lastScaleFactor = value;
    }
  }
  return bits;
}

/** spectral_data(), clause 4.4.2.7. */
function writeSpectralData(w: SyntaxWriter, stream: ChannelStream): void {
  const { bits, trace } = w;
  for (let band = 0; band < stream.numBands; band++) {
    const book = stream.codebook[band];
    if (book === ZERO_HCB || book >= NOISE_HCB) continue;
    const start = stream.bandOffset[band];
    const before = bits.bitPosition;
    writeSpectrum(bits, stream.quantized, start, stream.bandOffset[band + 1] - start, book);
    if (trace !== null) trace('hcod', 'ce', book, before, bits.bitPosition - before);
  }
}

/** individual_channel_stream(), clause 4.4.2.7, with scale_flag 0. */
export function writeIndividualChannelStream(
  w: SyntaxWriter,
  stream: ChannelStream,
  common_window: boolean,
): void {
  w.u('global_gain', 8, stream.global_gain);
  if (!common_window) writeIcsInfo(w, stream.info);
  writeSectionData(w, stream);
  writeScaleFactorData(w, stream);
  w.u('pulse_data_present', 1, 0);
  w.u('tns_data_present', 1, stream.tns.isPresent ? 1 : 0);
  if (stream.tns.isPresent) writeTnsData(w, stream.tns, stream.info.window_sequence);
  w.u('gain_control_data_present', 1, 0);
  writeSpectralData(w, stream);
}

/** Bits of individual_channel_stream() without ics_info(), section, scale factor and spectral data, clause 4.4.2.7. */
export function countFixedBits(stream: ChannelStream): number {
  const tnsBits = stream.tns.isPresent ? countTnsBits(stream.tns, stream.info.window_sequence) : 0;
  return 8 + 3 + tnsBits;
}
