/** HRD parameters, clauses E.1.2 and E.2.2: rates and buffers of the hypothetical reference decoder. */
import type { BitSyntax, Draft, Flag } from '../../bits/bit-syntax.ts';

/** One schedule of hrd_parameters( ), clause E.2.2. */
export interface HrdSchedule {
  /** BitRate = (bit_rate_value_minus1 + 1) · 2^(6 + bit_rate_scale), clause E.2.2. */
  readonly bit_rate_value_minus1: number;
  /** CpbSize = (cpb_size_value_minus1 + 1) · 2^(4 + cpb_size_scale), clause E.2.2. */
  readonly cpb_size_value_minus1: number;
  /** 1: constant bit rate, filler keeps the buffer from running over. */
  readonly cbr_flag: Flag;
}

/** hrd_parameters( ), clauses E.1.2 and E.2.2. cpb_cnt_minus1 is the number of schedules less one. */
export interface HrdParameters {
  readonly bit_rate_scale: number;
  readonly cpb_size_scale: number;
  /** 1..32 schedules of rising bit rate. */
  readonly schedules: readonly HrdSchedule[];
  readonly initial_cpb_removal_delay_length_minus1: number;
  readonly cpb_removal_delay_length_minus1: number;
  readonly dpb_output_delay_length_minus1: number;
  readonly time_offset_length: number;
}

/** Most schedules, clause E.2.2: cpb_cnt_minus1 is 0..31. */
const MAX_SCHEDULES = 32;

const NO_SCHEDULE: HrdSchedule = {
  bit_rate_value_minus1: 0,
  cpb_size_value_minus1: 0,
  cbr_flag: 0,
};

/** The hrd_parameters( ) that reading a stream starts from, clause E.2.2. */
export const NO_HRD: HrdParameters = {
  bit_rate_scale: 0,
  cpb_size_scale: 0,
  schedules: [],
  initial_cpb_removal_delay_length_minus1: 23,
  cpb_removal_delay_length_minus1: 23,
  dpb_output_delay_length_minus1: 23,
  time_offset_length: 24,
};

/** hrd_parameters( ), clause E.1.2: writes `hrd`, or fills it from what is read. There are 1 to 32 schedules. */
export function hrdParameters(s: BitSyntax, hrd: Draft<HrdParameters>): void {
  s.where = 'h264.hrd';
  const count = hrd.schedules.length;
  if (!s.isReading && (count < 1 || count > MAX_SCHEDULES)) {
    throw s.fault('schedules', `got ${count}, allowed are 1..32 (cpb_cnt_minus1, clause E.2.2)`);
  }
  const cpb_cnt_minus1 = s.ueMax('cpb_cnt_minus1', count - 1, MAX_SCHEDULES - 1);
  hrd.bit_rate_scale = s.u('bit_rate_scale', 4, hrd.bit_rate_scale);
  hrd.cpb_size_scale = s.u('cpb_size_scale', 4, hrd.cpb_size_scale);
  const schedules: HrdSchedule[] = [];
  for (let i = 0; i <= cpb_cnt_minus1; i++) {
    const schedule: Draft<HrdSchedule> = { ...(hrd.schedules[i] ?? NO_SCHEDULE) };
    schedule.bit_rate_value_minus1 = s.ue('bit_rate_value_minus1', schedule.bit_rate_value_minus1);
    schedule.cpb_size_value_minus1 = s.ue('cpb_size_value_minus1', schedule.cpb_size_value_minus1);
    schedule.cbr_flag = s.flag('cbr_flag', schedule.cbr_flag);
    schedules.push(schedule);
  }
  hrd.schedules = schedules;
  hrd.initial_cpb_removal_delay_length_minus1 = s.u(
    'initial_cpb_removal_delay_length_minus1',
    5,
    hrd.initial_cpb_removal_delay_length_minus1,
  );
  hrd.cpb_removal_delay_length_minus1 = s.u(
    'cpb_removal_delay_length_minus1',
    5,
    hrd.cpb_removal_delay_length_minus1,
  );
  hrd.dpb_output_delay_length_minus1 = s.u(
    'dpb_output_delay_length_minus1',
    5,
    hrd.dpb_output_delay_length_minus1,
  );
  hrd.time_offset_length = s.u('time_offset_length', 5, hrd.time_offset_length);
}
