/** The parameter sets of an H.264 byte stream: those that came so far, and which of them say something new. */
import { isEqual } from '../../base/byte-stream.ts';
import { NalUnitType, nalUnitType } from '../../syntax/h264/nal.ts';
import { type PictureParameterSet, readPictureParameterSet } from '../../syntax/h264/pps.ts';
import type { SliceParameterSets } from '../../syntax/h264/slice-header.ts';
import { readSequenceParameterSet, type SequenceParameterSet } from '../../syntax/h264/sps.ts';

/** A parameter set that says something new. */
export interface NewSet {
  /** Its kind and number. */
  readonly id: string;
  readonly bytes: Uint8Array;
}

/** Parameter sets as they come. */
export class ParameterSets {
  private readonly spsById = new Map<number, { bytes: Uint8Array; sps: SequenceParameterSet }>();
  private readonly ppsById = new Map<
    number,
    { bytes: Uint8Array | undefined; pps: PictureParameterSet }
  >();

  /** Takes a set; null if it says nothing new. */
  add(bytes: Uint8Array, offset: number): NewSet | null {
    if (nalUnitType(bytes[0]!) === NalUnitType.SPS) {
      const sps = readSequenceParameterSet(bytes, offset);
      const known = this.spsById.get(sps.seq_parameter_set_id);
      this.spsById.set(sps.seq_parameter_set_id, { bytes, sps });
      if (isSame(known?.bytes, bytes)) return null;
      this.forgetPictureSets(sps.seq_parameter_set_id);
      return { id: `sps ${sps.seq_parameter_set_id}`, bytes };
    }
    const chromaFormatOf = (id: number) => this.spsById.get(id)?.sps.chroma_format_idc ?? 1;
    const pps = readPictureParameterSet(bytes, offset, chromaFormatOf);
    const known = this.ppsById.get(pps.pic_parameter_set_id);
    this.ppsById.set(pps.pic_parameter_set_id, { bytes, pps });
    return isSame(known?.bytes, bytes) ? null : { id: `pps ${pps.pic_parameter_set_id}`, bytes };
  }

  /** Decoders may tie picture parameter sets to what they refer to: behind another sequence parameter set each says something new. */
  private forgetPictureSets(seq_parameter_set_id: number): void {
    for (const known of this.ppsById.values()) {
      if (known.pps.seq_parameter_set_id === seq_parameter_set_id) known.bytes = undefined;
    }
  }

  /** The sets that a slice refers to; null if one has not come. */
  readonly find = (pic_parameter_set_id: number): SliceParameterSets | null => {
    const pps = this.ppsById.get(pic_parameter_set_id)?.pps;
    const sps = pps && this.spsById.get(pps.seq_parameter_set_id)?.sps;
    return pps === undefined || sps === undefined ? null : { pps, sps };
  };
}

/** Whether a set is there and has these bytes. */
export function isSame(known: Uint8Array | undefined, bytes: Uint8Array): boolean {
  return known !== undefined && isEqual(known, bytes);
}
