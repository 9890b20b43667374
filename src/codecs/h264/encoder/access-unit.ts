/**
 * Writes one access unit (clause 7.4.1.2.3): access unit delimiter, messages, slices, filler data. Also says how many bits it
 * takes in a byte stream, where parameter sets stand before IDR pictures.
 */
import { ByteWriter } from '../../../bits/byte-writer.ts';
import { SyntaxWriter } from '../../../bits/syntax-writer.ts';
import {
  accessUnitDelimiter,
  FILLER_OVERHEAD_BYTES,
  fillerData,
  primaryPicType,
} from '../../../syntax/h264/aud.ts';
import { NAL_LENGTH_SIZE } from '../../../syntax/h264/configuration-record.ts';
import { maxAccessUnitBytes, maxFirstAccessUnitBytes } from '../../../syntax/h264/levels.ts';
import { NalUnitType, writeNalUnit } from '../../../syntax/h264/nal.ts';
import type { AccessUnitMessages } from './access-unit-messages.ts';
import type { PicturePlan } from './picture-plan.ts';
import { inspectUnits, type StreamSetup } from './stream-setup.ts';
import type { Vbv } from './vbv.ts';

/** Bytes of a configuration record beside the first two parameter sets (NALFF clause 5.3.3.1). */
const RECORD_BYTES = 11;
/** The configuration record of profile High is longer: it has the chroma format, the bit depths and the number of extensions too. */
const RECORD_BYTES_HIGH = 15;
/** Bytes before each further set in a record, as which a byte stream has a start code. */
const SET_LENGTH_BYTES = 2;

/** Writes the access units of one stream, one after the other. */
export class AccessUnitWriter {
  /** Receives the NAL units of the slices. */
  readonly bytes = new ByteWriter();
  private readonly setup: StreamSetup;
  private readonly messages: AccessUnitMessages | null;
  /** Bytes of all parameter sets with their start codes, which a byte stream has before an IDR picture. */
  private readonly parameterSetBytes: number;
  private readonly firstUnitBits: number;
  private readonly unitBits: number;

  /** @param vbv the decoder's buffer, whose state goes into messages if the options ask for them */
  constructor(setup: StreamSetup, vbv: Vbv | null) {
    this.setup = setup;
    this.messages = setup.tools.createMessages?.(setup, vbv) ?? null;
    const { level, options, widthInMbs, heightInMbs, streamInfo, ppsList } = setup;
    const recordBytes = options.profile === 'high' ? RECORD_BYTES_HIGH : RECORD_BYTES;
    const startCodes =
      2 * NAL_LENGTH_SIZE + (ppsList.length - 1) * (NAL_LENGTH_SIZE - SET_LENGTH_BYTES);
    this.parameterSetBytes = streamInfo.config.length - recordBytes + startCodes;
    this.firstUnitBits = 8 * maxFirstAccessUnitBytes(level.name, widthInMbs * heightInMbs);
    this.unitBits = 8 * maxAccessUnitBytes(level.name, options.frameRate);
  }

  /** Begins the access unit of a picture, or begins it anew: all that precedes its slices. */
  begin(plan: PicturePlan): void {
    const { options } = this.setup;
    this.bytes.reset();
    if (options.rate.accessUnitDelimiters) {
      const type = primaryPicType(plan.type);
      this.writeUnit(NalUnitType.AUD, (w) => accessUnitDelimiter(w, type));
    }
    const writeMessages = this.messages?.writerOf(plan) ?? null;
    if (writeMessages !== null) this.writeUnit(NalUnitType.SEI, writeMessages);
  }

  /** Bits of the access unit so far, as a byte stream carries it: with the parameter sets at IDR pictures. */
  bitsOf(plan: PicturePlan): number {
    return 8 * (this.bytes.position + (plan.isIdr ? this.parameterSetBytes : 0));
  }

  /** Bits that the level allows the access unit of a picture, clauses A.3.1 c and d. */
  levelBitsOf(plan: PicturePlan): number {
    return plan.codingNumber === 0 ? this.firstUnitBits : this.unitBits;
  }

  /** Ends the access unit with `fillerBytes` of filler data, NAL unit and all, and returns its bytes. */
  end(fillerBytes: number): Uint8Array {
    this.messages?.end();
    if (fillerBytes > 0) {
      this.writeUnit(NalUnitType.FILLER, (w) => fillerData(w, fillerBytes - FILLER_OVERHEAD_BYTES));
    }
    return this.bytes.toBytes();
  }

  private writeUnit(nal_unit_type: number, write: (w: SyntaxWriter) => void): void {
    const w = new SyntaxWriter();
    const inspection = inspectUnits(this.setup, w);
    inspection?.begin(nal_unit_type, 0);
    write(w);
    const size = writeNalUnit(this.bytes, 0, nal_unit_type, w.bits.view());
    inspection?.end(nal_unit_type, 0, size);
  }
}
