/**
 * Decoder configuration of streams whose container has none: it stands in their first packets. Recorders of the web write
 * H.264 so, as do those that let the encoder change its parameter sets (sample entry `avc3`).
 */
import { FormatError } from '../../base/errors.ts';
import {
  findStartCode,
  joinLengthPrefixed,
  splitLengthPrefixed,
} from '../../syntax/h264/byte-stream.ts';
import { readAvcRecord, writeAvcRecord } from '../../syntax/h264/configuration-record.ts';
import { NalUnitType, nalUnitType } from '../../syntax/h264/nal.ts';
import { readSequenceParameterSet } from '../../syntax/h264/sps.ts';
import { av1RecordOf } from './av1-record.ts';

/** Whether a stream of `codec` with this configuration has to be looked into for its own. */
export function lacksConfig(codec: string, config: Uint8Array): boolean {
  if (codec === 'av1') return config.length === 0;
  if (codec !== 'h264') return false;
  return config.length === 0 || readAvcRecord(config).sps.length === 0;
}

/** Looks for the configuration of one stream in its packets, which are in canonical form. */
export class ConfigSearch {
  private readonly codec: string;
  private readonly sps = new Map<string, Uint8Array>();
  private readonly pps = new Map<string, Uint8Array>();

  constructor(codec: string) {
    this.codec = codec;
  }

  /** Takes the next packet; returns the configuration when it has been met, null before. */
  add(packet: Uint8Array): Uint8Array | null {
    if (this.codec === 'av1') return av1RecordOf(packet);
    let hasPicture = false;
    for (const unit of unitsOf(packet)) {
      const type = nalUnitType(unit[0]!);
      if (type === NalUnitType.SPS) this.sps.set(unit.join(), unit.slice());
      else if (type === NalUnitType.PPS) this.pps.set(unit.join(), unit.slice());
      else if (type === NalUnitType.IDR_SLICE || type === NalUnitType.NON_IDR_SLICE) {
        hasPicture = true;
      }
    }
    const [first] = this.sps.values();
    if (!hasPicture || first === undefined || this.pps.size === 0) return null;
    return writeAvcRecord(
      [...this.sps.values()],
      [...this.pps.values()],
      readSequenceParameterSet(first, 0),
    );
  }
}

function unitsOf(packet: Uint8Array): Uint8Array[] {
  try {
    return splitLengthPrefixed(packet, () => new FormatError('h264', 'is cut off'));
  } catch (error) {
    if (error instanceof FormatError) return [];
    throw error;
  }
}

/**
 * `packet` of H.264 in canonical form, if it is one with start codes (Annex B); itself if it is not. What begins with
 * 00 00 01 may also begin with the length of a unit of 256 bytes and more: then all lengths fit.
 */
export function withoutStartCodes(packet: Uint8Array): Uint8Array {
  let at = findStartCode(packet, 0);
  if (at < 0 || packet.subarray(0, at).some((byte) => byte !== 0) || fitsLengths(packet)) {
    return packet;
  }
  const units: Uint8Array[] = [];
  while (at >= 0) {
    const start = at + 3;
    at = findStartCode(packet, start);
    let end = at < 0 ? packet.length : at;
    while (end > start && packet[end - 1] === 0) end--;
    if (end > start) units.push(packet.subarray(start, end));
  }
  return joinLengthPrefixed(units);
}

/** Whether lengths of four bytes lead from the start of `packet` to its end, over units that can be. */
function fitsLengths(packet: Uint8Array): boolean {
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  let at = 0;
  while (at + 5 <= packet.length) {
    const length = view.getUint32(at);
    if (length < 2 || (packet[at + 4] & 0x80) !== 0) return false;
    at += 4 + length;
  }
  return at === packet.length;
}
