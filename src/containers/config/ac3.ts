/**
 * Configuration boxes of AC-3 and E-AC-3 made from the first frame, for sources that carry none (Matroska, transport
 * streams). ETSI TS 102 366: syncinfo and bsi in clauses 4.3 and E.1.2, the boxes in Annex F.
 */
import { FormatError } from '../../base/errors.ts';
import { BitReader } from '../../bits/bit-reader.ts';
import { BitWriter } from '../../bits/bit-writer.ts';

const SYNCWORD = 0x0b77;

/** Bits of the two words of 16 that stand before the fields (syncword and crc1), clause 4.3.1. */
const AC3_BSID_MAX = 10;

/** AC3SpecificBox, clause F.4: 3 bytes. `frame` begins with the syncword; throws `FormatError` if it does not. */
export function ac3BoxFromFrame(frame: Uint8Array): Uint8Array {
  const r = new BitReader(frame, 'ac3.frame');
  requireSyncword(r);
  r.u(16); // crc1
  const fscod = r.u(2);
  const frmsizecod = r.u(6);
  const bsid = r.u(5);
  const bsmod = r.u(3);
  const acmod = r.u(3);
  if (bsid > AC3_BSID_MAX) throw new FormatError('ac3.frame.bsid', `got ${bsid}, allowed 0..10`);
  if ((acmod & 1) !== 0 && acmod !== 1) r.u(2); // cmixlev
  if ((acmod & 4) !== 0) r.u(2); // surmixlev
  if (acmod === 2) r.u(2); // dsurmod
  const lfeon = r.u(1);
  const w = new BitWriter();
  w.put(2, fscod);
  w.put(5, bsid);
  w.put(3, bsmod);
  w.put(3, acmod);
  w.put(1, lfeon);
  w.put(5, frmsizecod >> 1); // bit_rate_code
  w.put(5, 0); // reserved
  return w.toBytes();
}

/** Sampling rates by fscod, clause 4.4.1.3. */
const SAMPLE_RATES = [48_000, 44_100, 32_000];
const BLOCKS = [1, 2, 3, 6];
const SAMPLES_PER_BLOCK = 256;

/** EC3SpecificBox, clause F.6, for one independent substream without dependent ones: 5 bytes. */
export function eac3BoxFromFrame(frame: Uint8Array): Uint8Array {
  const r = new BitReader(frame, 'eac3.frame');
  requireSyncword(r);
  const strmtyp = r.u(2);
  const substreamid = r.u(3);
  const frmsiz = r.u(11);
  const fscod = r.u(2);
  const code = r.u(2);
  const acmod = r.u(3);
  const lfeon = r.u(1);
  const bsid = r.u(5);
  if (strmtyp === 1 || substreamid !== 0) {
    throw new FormatError('eac3.frame', 'does not begin with independent substream 0');
  }
  // With fscod 3 the second code is fscod2 (half rates) and a frame has six blocks, clause E.1.3.1.
  const rate = fscod === 3 ? (SAMPLE_RATES[code] ?? 0) / 2 : SAMPLE_RATES[fscod];
  const samples = (fscod === 3 ? 6 : BLOCKS[code]) * SAMPLES_PER_BLOCK;
  const bitsPerSecond = ((frmsiz + 1) * 16 * rate) / samples;
  const w = new BitWriter();
  w.put(13, Math.round(bitsPerSecond / 1000)); // data_rate
  w.put(3, 0); // num_ind_sub
  w.put(2, fscod);
  w.put(5, bsid);
  w.put(1, 0); // reserved
  w.put(1, 0); // asvc
  w.put(3, 0); // bsmod
  w.put(3, acmod);
  w.put(1, lfeon);
  w.put(3, 0); // reserved
  w.put(4, 0); // num_dep_sub
  w.put(1, 0); // reserved
  return w.toBytes();
}

function requireSyncword(r: BitReader): void {
  const word = r.u(16);
  if (word !== SYNCWORD) {
    throw new FormatError('ac3.frame', `syncword is 0x${word.toString(16)}, allowed is 0x0b77`, 0);
  }
}
