/** Finds the recovery point SEI message: decoding can start at its picture though that is no IDR picture (clause D.2.8). */
import { BitReader } from '../../bits/bit-reader.ts';
import { rbspOf } from '../config/avc-parameter-sets.ts';

/** payloadType of recovery_point, clause D.1.1. */
const RECOVERY_POINT = 6;

/** Whether the SEI NAL unit says that pictures are right from this one on: recovery_frame_cnt 0, clause D.1.8. */
export function isRecoveryPoint(seiNalUnit: Uint8Array): boolean {
  const rbsp = rbspOf(seiNalUnit);
  let at = 0;
  // A type or size is 255 for each ff byte, and one byte more, clause 7.3.2.3.1.
  const readCount = (): number => {
    let count = 0;
    while (rbsp[at] === 0xff) {
      count += 255;
      at++;
    }
    return count + (rbsp[at++] ?? 0);
  };
  while (at + 2 < rbsp.length) {
    const payloadType = readCount();
    const payloadSize = readCount();
    if (at + payloadSize > rbsp.length) return false;
    if (payloadType === RECOVERY_POINT && payloadSize > 0) {
      return new BitReader(rbsp.subarray(at), 'h264.sei').u(1) === 1; // ue(v) of 0 is one bit
    }
    at += payloadSize;
  }
  return false;
}
