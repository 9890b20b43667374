/**
 * Supplemental enhancement information, clause 7.3.2.3 and Annex D: messages that decoding does without. Buffer timing for
 * the hypothetical reference decoder, points to start decoding at, and bytes of the user's own.
 */
import { FormatError } from '../../base/errors.ts';
import { BitReader } from '../../bits/bit-reader.ts';
import type { BitSyntax, Draft, Flag } from '../../bits/bit-syntax.ts';
import { SyntaxReader } from '../../bits/syntax-reader.ts';
import { SyntaxWriter } from '../../bits/syntax-writer.ts';
import type { HrdParameters } from './hrd.ts';
import { rbspOf } from './nal.ts';
import type { SequenceParameterSet } from './sps.ts';

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

/** A message that is not described here, or that needs a sequence parameter set which has not come. */
export interface OtherMessage {
  readonly kind: 'other';
  readonly payloadType: number;
  readonly payload: Uint8Array;
}

/** Any message. */
export type SeiMessage =
  | OtherMessage
  | BufferingPeriod
  | PictureTiming
  | RecoveryPoint
  | UserDataUnregistered;

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
  for (const message of messages) {
    // sei_message( ), clause 7.3.2.3.1. The payload is written twice: once beside, to know its size.
    const measure = new SyntaxWriter();
    seiPayload(measure, message, sps);
    w.where = 'h264.sei';
    writeSeiNumber(w, 'payload_type', payloadTypeOf(message));
    writeSeiNumber(w, 'payload_size', measure.bitPosition / 8);
    seiPayload(w, message, sps);
  }
  w.trailingBits();
}

/** payloadType or payloadSize as a run of bytes 255 and a last byte, clause 7.3.2.3.1. */
function writeSeiNumber(w: SyntaxWriter, name: string, value: number): void {
  while (value >= 255) {
    w.u('ff_byte', 8, 255);
    value -= 255;
  }
  w.u(`last_${name}_byte`, 8, value);
}

function payloadTypeOf(message: SeiMessage): number {
  switch (message.kind) {
    case 'buffering_period':
      return PayloadType.BUFFERING_PERIOD;
    case 'pic_timing':
      return PayloadType.PIC_TIMING;
    case 'recovery_point':
      return PayloadType.RECOVERY_POINT;
    case 'user_data_unregistered':
      return PayloadType.USER_DATA_UNREGISTERED;
    case 'other':
      return message.payloadType;
  }
}

/**
 * Reads the messages of an SEI NAL unit, clause 7.3.2.3; messages behind damage are left out.
 * @param nalUnit with its header byte
 * @param sps the active set; null if it is not known, and then messages that need it are of kind `other`
 */
export function readSei(nalUnit: Uint8Array, sps: SequenceParameterSet | null): SeiMessage[] {
  const rbsp = rbspOf(nalUnit);
  const messages: SeiMessage[] = [];
  let at = 0;
  // A type or size is 255 for each ff byte, and one byte more, clause 7.3.2.3.1.
  const readNumber = (): number => {
    let number = 0;
    while (rbsp[at] === 0xff) {
      number += 255;
      at++;
    }
    return number + (rbsp[at++] ?? 0);
  };
  while (at + 2 < rbsp.length) {
    const payloadType = readNumber();
    const payloadSize = readNumber();
    if (at + payloadSize > rbsp.length) break;
    messages.push(readPayload(payloadType, rbsp.subarray(at, at + payloadSize), sps));
    at += payloadSize;
  }
  return messages;
}

function readPayload(
  payloadType: number,
  payload: Uint8Array,
  sps: SequenceParameterSet | null,
): SeiMessage {
  const other: OtherMessage = { kind: 'other', payloadType, payload };
  const message = emptyMessage(payloadType, payload.length, sps);
  if (message === null) return other;
  const r = new SyntaxReader(payload, 'h264.sei');
  try {
    return seiPayload(r, message, sps);
  } catch (error) {
    if (error instanceof FormatError) return other; // The payload is shorter than its elements.
    throw error;
  }
}

const NO_DELAY: InitialCpbRemovalDelay = {
  initial_cpb_removal_delay: 0,
  initial_cpb_removal_delay_offset: 0,
};

/** The message that reading starts from, of a type that is described here; null for others. */
function emptyMessage(
  payloadType: number,
  payloadSize: number,
  sps: SequenceParameterSet | null,
): SeiMessage | null {
  const vui = sps?.vui_parameters;
  const delaysOf = (hrd: HrdParameters | null | undefined) =>
    (hrd?.schedules ?? []).map(() => NO_DELAY);
  switch (payloadType) {
    case PayloadType.BUFFERING_PERIOD:
      if (sps === null) return null;
      return {
        kind: 'buffering_period',
        nal: delaysOf(vui?.nal_hrd_parameters),
        vcl: delaysOf(vui?.vcl_hrd_parameters),
      };
    case PayloadType.PIC_TIMING:
      // Messages with clock timestamps have more elements than are described here.
      if (sps === null) return null;
      return { kind: 'pic_timing', cpb_removal_delay: 0, dpb_output_delay: 0, pic_struct: 0 };
    case PayloadType.RECOVERY_POINT:
      return {
        kind: 'recovery_point',
        recovery_frame_cnt: 0,
        exact_match_flag: 0,
        broken_link_flag: 0,
        changing_slice_group_idc: 0,
      };
    case PayloadType.USER_DATA_UNREGISTERED:
      return {
        kind: 'user_data_unregistered',
        uuid_iso_iec_11578: new Uint8Array(UUID_BYTES),
        user_data_payload: new Uint8Array(Math.max(0, payloadSize - UUID_BYTES)),
      };
    default:
      return null;
  }
}

/** sei_payload( ), clause D.1.1: writes `message`, or returns the one read in its place. */
function seiPayload(
  s: BitSyntax,
  message: SeiMessage,
  sps: SequenceParameterSet | null,
): SeiMessage {
  s.where = 'h264.sei';
  const out = payloadElements(s, message, sps);
  if (s.bitPosition % 8 !== 0) {
    s.u('bit_equal_to_one', 1, 1);
    s.alignZero('bit_equal_to_zero');
  }
  return out;
}

function payloadElements(
  s: BitSyntax,
  message: SeiMessage,
  sps: SequenceParameterSet | null,
): SeiMessage {
  switch (message.kind) {
    case 'buffering_period':
      return bufferingPeriod(s, { ...message }, sps);
    case 'pic_timing':
      return pictureTiming(s, { ...message }, sps);
    case 'recovery_point':
      return recoveryPoint(s, { ...message });
    case 'user_data_unregistered':
      return userDataUnregistered(s, { ...message });
    case 'other':
      s.bytes('sei_payload', message.payload.length, message.payload);
      return message;
  }
}

/** buffering_period( ), clause D.1.2. */
function bufferingPeriod(
  s: BitSyntax,
  message: Draft<BufferingPeriod>,
  sps: SequenceParameterSet | null,
): BufferingPeriod {
  s.ue('seq_parameter_set_id', sps?.seq_parameter_set_id ?? 0);
  const vui = sps?.vui_parameters;
  message.nal = initialDelays(s, message.nal, vui?.nal_hrd_parameters ?? null);
  message.vcl = initialDelays(s, message.vcl, vui?.vcl_hrd_parameters ?? null);
  return message;
}

function initialDelays(
  s: BitSyntax,
  delays: readonly InitialCpbRemovalDelay[],
  hrd: HrdParameters | null,
): InitialCpbRemovalDelay[] {
  const expected = hrd === null ? 0 : hrd.schedules.length;
  if (delays.length !== expected) {
    throw s.fault(
      'buffering_period',
      `got ${delays.length} initial delays, the HRD parameters have ${expected} schedules (clause D.1.2)`,
    );
  }
  if (hrd === null) return [];
  const length = hrd.initial_cpb_removal_delay_length_minus1 + 1;
  return delays.map((delay) => ({
    initial_cpb_removal_delay: s.u(
      'initial_cpb_removal_delay',
      length,
      delay.initial_cpb_removal_delay,
    ),
    initial_cpb_removal_delay_offset: s.u(
      'initial_cpb_removal_delay_offset',
      length,
      delay.initial_cpb_removal_delay_offset,
    ),
  }));
}

/** NumClockTS, Table D-1: pic_struct => number of clock timestamp flags. */
const NUM_CLOCK_TS: Uint8Array = /* @__PURE__ */ Uint8Array.of(1, 1, 1, 2, 2, 3, 3, 2, 3);

/** pic_timing( ), clause D.1.3, without clock timestamps: one that has them is read as a fault. */
function pictureTiming(
  s: BitSyntax,
  message: Draft<PictureTiming>,
  sps: SequenceParameterSet | null,
): PictureTiming {
  const vui = sps?.vui_parameters;
  const hrd = vui?.nal_hrd_parameters ?? vui?.vcl_hrd_parameters ?? null;
  if (hrd !== null) {
    message.cpb_removal_delay = s.u(
      'cpb_removal_delay',
      hrd.cpb_removal_delay_length_minus1 + 1,
      message.cpb_removal_delay,
    );
    message.dpb_output_delay = s.u(
      'dpb_output_delay',
      hrd.dpb_output_delay_length_minus1 + 1,
      message.dpb_output_delay,
    );
  }
  if (vui?.pic_struct_present_flag) {
    message.pic_struct = s.u('pic_struct', 4, message.pic_struct);
    for (let i = 0; i < (NUM_CLOCK_TS[message.pic_struct] ?? 0); i++) {
      if (s.flag('clock_timestamp_flag', 0) === 1) {
        throw s.fault('clock_timestamp_flag', 'clock timestamps are not described');
      }
    }
  }
  return message;
}

/** recovery_point( ), clause D.1.8. */
function recoveryPoint(s: BitSyntax, message: Draft<RecoveryPoint>): RecoveryPoint {
  message.recovery_frame_cnt = s.ue('recovery_frame_cnt', message.recovery_frame_cnt);
  message.exact_match_flag = s.flag('exact_match_flag', message.exact_match_flag);
  message.broken_link_flag = s.flag('broken_link_flag', message.broken_link_flag);
  message.changing_slice_group_idc = s.u(
    'changing_slice_group_idc',
    2,
    message.changing_slice_group_idc,
  );
  return message;
}

/** Bytes of uuid_iso_iec_11578, clause D.2.7. */
const UUID_BYTES = 16;

/** user_data_unregistered( ), clause D.1.7. */
function userDataUnregistered(
  s: BitSyntax,
  message: Draft<UserDataUnregistered>,
): UserDataUnregistered {
  const uuid = message.uuid_iso_iec_11578;
  if (uuid.length !== UUID_BYTES) {
    throw s.fault(
      'uuid_iso_iec_11578',
      `got ${uuid.length} bytes, allowed are ${UUID_BYTES} (clause D.2.7)`,
    );
  }
  message.uuid_iso_iec_11578 = s.bytes('uuid_iso_iec_11578', UUID_BYTES, uuid);
  const payload = message.user_data_payload;
  message.user_data_payload = s.bytes('user_data_payload_byte', payload.length, payload);
  return message;
}

/**
 * Whether an SEI NAL unit says that pictures are right from this one on: a recovery point with recovery_frame_cnt 0, clause
 * D.2.8. Decoding can start at such a picture though it is no IDR picture.
 */
export function isRecoveryPoint(seiNalUnit: Uint8Array): boolean {
  for (const message of readSei(seiNalUnit, null)) {
    if (message.kind === 'recovery_point') return message.recovery_frame_cnt === 0;
    if (message.kind === 'other' && message.payloadType === PayloadType.RECOVERY_POINT) {
      // Cut off behind its first element: that one decides. ue(v) of 0 is one bit.
      return message.payload.length > 0 && new BitReader(message.payload, 'h264.sei').u(1) === 1;
    }
  }
  return false;
}
