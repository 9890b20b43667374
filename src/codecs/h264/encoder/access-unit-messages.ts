/**
 * The messages (SEI) of access units, as a tool of `ProfileTools`: the state of the decoder's buffer, recovery points, and the
 * settings of the encoder.
 */
import type { SyntaxWriter } from '../../../bits/syntax-writer.ts';
import { type SeiMessage, writeSei } from '../../../syntax/h264/sei.ts';
import type { PicturePlan } from './picture-plan.ts';
import { settingsMessage } from './settings.ts';
import type { StreamSetup } from './stream-setup.ts';
import type { Vbv } from './vbv.ts';

/**
 * The message of a picture from which decoding may start (clause D.2.8). All is exact from that picture on, since it is intra
 * and no later one refers to one before it (reference-choice.ts).
 */
const RECOVERY_POINT: SeiMessage = {
  kind: 'recovery_point',
  recovery_frame_cnt: 0,
  exact_match_flag: 1,
  broken_link_flag: 0,
  changing_slice_group_idc: 0,
};

/** Chooses the messages of one stream, access unit by access unit. */
export class AccessUnitMessages {
  private readonly setup: StreamSetup;
  private readonly vbv: Vbv | null;
  /** Time of decoding of the last picture with a buffering period. */
  private periodDts = 0;
  private nextPeriodDts = 0;

  /** @param vbv the decoder's buffer, whose state goes into messages if the options ask for them */
  constructor(setup: StreamSetup, vbv: Vbv | null) {
    this.setup = setup;
    this.vbv = vbv;
  }

  /** The writer of the messages before the slices of a picture; null if there are none. */
  writerOf(plan: PicturePlan): ((w: SyntaxWriter) => void) | null {
    const { options, sps } = this.setup;
    const messages = [...this.timingMessages(plan)];
    if (plan.isRecoveryPoint) messages.push(RECOVERY_POINT);
    if (plan.codingNumber === 0 && options.settingsSei) {
      // The stream does not depend on the kernels, so it does not name them.
      messages.push(
        settingsMessage({
          ...options,
          ...{ vectorKernels: undefined, inspect: undefined, keyFrames: undefined },
        }),
      );
    }
    return messages.length === 0 ? null : (w) => writeSei(w, messages, sps);
  }

  /** The access unit is complete. */
  end(): void {
    this.periodDts = this.nextPeriodDts;
  }

  /** Messages for the decoder's buffer, if it is written into the stream. */
  private *timingMessages(plan: PicturePlan): Generator<SeiMessage> {
    const { vbv } = this;
    if (this.setup.options.rate.hrd === 'none' || vbv === null) return;
    if (plan.isIdr) {
      const { initialRemovalDelay, initialRemovalDelayOffset } = vbv;
      const delay = {
        initial_cpb_removal_delay: initialRemovalDelay,
        initial_cpb_removal_delay_offset: initialRemovalDelayOffset,
      };
      this.nextPeriodDts = plan.dts;
      yield { kind: 'buffering_period', nal: [delay], vcl: [] };
    }
    // Clock ticks are half frames (clause E.2.1), counted from the last picture with a buffering period.
    const ticks = (time: number): number => Math.round(2 * time);
    yield {
      kind: 'pic_timing',
      cpb_removal_delay: plan.codingNumber === 0 ? 0 : ticks(plan.dts - this.periodDts),
      dpb_output_delay: ticks(plan.pts - plan.dts),
      pic_struct: 0,
    };
  }
}
