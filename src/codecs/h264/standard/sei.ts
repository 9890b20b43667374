/**
 * Supplemental enhancement information, clause 7.3.2.3 and Annex D: messages that decoding does without. Buffer timing for
 * the hypothetical reference decoder, points to start decoding at, and bytes of the user's own.
 */
import { ConfigError } from '../../../base/errors.ts';
import { BitWriter } from '../../../bits/bit-writer.ts';
import { SyntaxWriter } from '../../../bits/syntax-writer.ts';
import { rbspTrailingBits } from './nal.ts';
import type { SequenceParameterSet } from './sps.ts';
import type { Flag, HrdParameters } from './vui.ts';

/** payloadType, clause D.1.1. */
const PayloadType = {
  BUFFERING_PERIOD: 0,
  PIC_TIMING: 1,
  USER_DATA_UNREGISTERED: 5,
  RECOVERY_POINT: 6,
} as const;

/** Initial delay of one schedule, clause D.2.2, in ticks of a 90 kHz clock. */
export interface InitialCpbRemovalDelay {
  /** 1..90000 · CpbSize ÷ BitRate. */
  readonly initial_cpb_removal_delay: number;
  readonly initial_cpb_removal_delay_offset: number;
}

/** Buffering period message, clause D.2.2: goes with every IDR picture while an HRD is written. */
export interface BufferingPeriod {
  readonly kind: 'buffering_period';
  /** One for each schedule of nal_hrd_parameters; empty without. */
  readonly nal: readonly InitialCpbRemovalDelay[];
  /** One for each schedule of vcl_hrd_parameters; empty without. */
  readonly vcl: readonly InitialCpbRemovalDelay[];
}

/** Picture timing message, clause D.2.3: goes with every picture while an HRD or pic_struct is written. */
export interface PictureTiming {
  readonly kind: 'pic_timing';
  /** Ticks (t_c, half a frame) from the removal of the last picture with a buffering period to that of this one. */
  readonly cpb_removal_delay: number;
  /** Ticks from the removal of this picture from the coded picture buffer to its output. */
  readonly dpb_output_delay: number;
  /** Table D-1; 0 is a frame. Written if pic_struct_present_flag. No clock timestamps are written. */
  readonly pic_struct: number;
}

/** Recovery point message, clause D.2.8: decoding may start here, and is right `recovery_frame_cnt` frames later. */
export interface RecoveryPoint {
  readonly kind: 'recovery_point';
  readonly recovery_frame_cnt: number;
  readonly exact_match_flag: Flag;
  readonly broken_link_flag: Flag;
  readonly changing_slice_group_idc: number;
}

/** Unregistered user data message, clause D.2.7. */
export interface UserDataUnregistered {
  readonly kind: 'user_data_unregistered';
  /** 16 bytes that tell whose data this is. */
  readonly uuid_iso_iec_11578: Uint8Array;
  readonly user_data_payload: Uint8Array;
}

export type SeiMessage = BufferingPeriod | PictureTiming | RecoveryPoint | UserDataUnregistered;

/**
 * Writes sei_rbsp( ), clause 7.3.2.3. The writer must be byte aligned; it is again afterwards.
 * @param messages at least one; a buffering period must come first (clause D.2.2)
 * @param sps the active set, which gives the lengths of the delays
 */
export function writeSei(
  w: SyntaxWriter,
  messages: readonly SeiMessage[],
  sps: SequenceParameterSet,
): void {
  for (const message of messages) writeSeiMessage(w, message, sps);
  rbspTrailingBits(w);
}

/** sei_message( ), clause 7.3.2.3.1. The payload is written twice: once beside, to know its size. */
function writeSeiMessage(w: SyntaxWriter, message: SeiMessage, sps: SequenceParameterSet): void {
  const measure = new SyntaxWriter(new BitWriter());
  const payloadType = writeSeiPayload(measure, message, sps);
  writeSeiNumber(w, 'payload_type', payloadType);
  writeSeiNumber(w, 'payload_size', measure.bits.bitPosition / 8);
  writeSeiPayload(w, message, sps);
}

/** payloadType or payloadSize as a run of bytes 255 and a last byte, clause 7.3.2.3.1. */
function writeSeiNumber(w: SyntaxWriter, name: string, value: number): void {
  while (value >= 255) {
    w.u('ff_byte', 8, 255);
    value -= 255;
  }
  w.u(`last_${name}_byte`, 8, value);
}

/** sei_payload( ), clause D.1.1. Returns payloadType. */
function writeSeiPayload(w: SyntaxWriter, message: SeiMessage, sps: SequenceParameterSet): number {
  let payloadType: number;
  switch (message.kind) {
    case 'buffering_period':
      payloadType = PayloadType.BUFFERING_PERIOD;
      writeBufferingPeriod(w, message, sps);
      break;
    case 'pic_timing':
      payloadType = PayloadType.PIC_TIMING;
      writePictureTiming(w, message, sps);
      break;
    case 'recovery_point':
      payloadType = PayloadType.RECOVERY_POINT;
      w.ue('recovery_frame_cnt', message.recovery_frame_cnt);
      w.u('exact_match_flag', 1, message.exact_match_flag);
      w.u('broken_link_flag', 1, message.broken_link_flag);
      w.u('changing_slice_group_idc', 2, message.changing_slice_group_idc);
      break;
    case 'user_data_unregistered':
      payloadType = PayloadType.USER_DATA_UNREGISTERED;
      writeUserDataUnregistered(w, message);
      break;
  }
  if (!w.bits.isByteAligned) {
    w.u('bit_equal_to_one', 1, 1);
    while (!w.bits.isByteAligned) w.u('bit_equal_to_zero', 1, 0);
  }
  return payloadType;
}

/** buffering_period( ), clause D.1.2. */
function writeBufferingPeriod(
  w: SyntaxWriter,
  message: BufferingPeriod,
  sps: SequenceParameterSet,
): void {
  w.ue('seq_parameter_set_id', sps.seq_parameter_set_id);
  const vui = sps.vui_parameters;
  writeInitialDelays(w, message.nal, vui?.nal_hrd_parameters ?? null);
  writeInitialDelays(w, message.vcl, vui?.vcl_hrd_parameters ?? null);
}

function writeInitialDelays(
  w: SyntaxWriter,
  delays: readonly InitialCpbRemovalDelay[],
  hrd: HrdParameters | null,
): void {
  const expected = hrd === null ? 0 : hrd.schedules.length;
  if (delays.length !== expected) {
    throw new ConfigError(
      'h264.sei.buffering_period',
      `got ${delays.length} initial delays, the HRD parameters have ${expected} schedules (clause D.1.2)`,
    );
  }
  if (hrd === null) return;
  const length = hrd.initial_cpb_removal_delay_length_minus1 + 1;
  for (const delay of delays) {
    w.u('initial_cpb_removal_delay', length, delay.initial_cpb_removal_delay);
    w.u('initial_cpb_removal_delay_offset', length, delay.initial_cpb_removal_delay_offset);
  }
}

/** NumClockTS, Table D-1: pic_struct => number of clock timestamp flags. */
const NUM_CLOCK_TS: Uint8Array = /* @__PURE__ */ Uint8Array.of(1, 1, 1, 2, 2, 3, 3, 2, 3);

/** pic_timing( ), clause D.1.3. */
function writePictureTiming(
  w: SyntaxWriter,
  message: PictureTiming,
  sps: SequenceParameterSet,
): void {
  const vui = sps.vui_parameters;
  const hrd = vui?.nal_hrd_parameters ?? vui?.vcl_hrd_parameters ?? null;
  if (hrd !== null) {
    w.u('cpb_removal_delay', hrd.cpb_removal_delay_length_minus1 + 1, message.cpb_removal_delay);
    w.u('dpb_output_delay', hrd.dpb_output_delay_length_minus1 + 1, message.dpb_output_delay);
  }
  if (vui?.pic_struct_present_flag) {
    w.u('pic_struct', 4, message.pic_struct);
    for (let i = 0; i < NUM_CLOCK_TS[message.pic_struct]; i++) w.u('clock_timestamp_flag', 1, 0);
  }
}

/** user_data_unregistered( ), clause D.1.7. */
function writeUserDataUnregistered(w: SyntaxWriter, message: UserDataUnregistered): void {
  if (message.uuid_iso_iec_11578.length !== 16) {
    throw new ConfigError(
      'h264.sei.uuid_iso_iec_11578',
      `got ${message.uuid_iso_iec_11578.length} bytes, allowed are 16 (clause D.2.7)`,
    );
  }
  for (const byte of message.uuid_iso_iec_11578) w.u('uuid_iso_iec_11578', 8, byte);
  for (const byte of message.user_data_payload) w.u('user_data_payload_byte', 8, byte);
}
