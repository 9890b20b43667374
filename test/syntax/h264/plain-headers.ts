/** Parameter sets and slice headers of the simplest stream there is, to be changed by tests. */
import { type PictureParameterSet, PLAIN_PPS } from '../../../src/syntax/h264/pps.ts';
import { PLAIN_SLICE_HEADER, type SliceHeader } from '../../../src/syntax/h264/slice-header.ts';
import { PLAIN_SPS, type SequenceParameterSet } from '../../../src/syntax/h264/sps.ts';
import { EMPTY_VUI, type VuiParameters } from '../../../src/syntax/h264/vui.ts';

/** Constrained Baseline, one macroblock large, level 1; `changes` may be elements of the VUI too. */
export function plainSps(
  changes: Partial<SequenceParameterSet & VuiParameters>,
): SequenceParameterSet {
  const elements: Record<string, unknown> = { ...PLAIN_SPS };
  const vui: Record<string, unknown> = { ...EMPTY_VUI };
  let hasVui = false;
  for (const [name, value] of Object.entries(changes)) {
    if (name in vui) {
      vui[name] = value;
      hasVui = true;
    } else elements[name] = value;
  }
  if (hasVui) elements.vui_parameters = vui;
  return elements as unknown as SequenceParameterSet;
}

/** CAVLC, one reference, QP 26, deblocking controls in the slice header. */
export function plainPps(changes: Partial<PictureParameterSet>): PictureParameterSet {
  return { ...PLAIN_PPS, deblocking_filter_control_present_flag: 1, ...changes };
}

/** An I slice of a whole picture. */
export function plainSliceHeader(changes: Partial<SliceHeader>): SliceHeader {
  return { ...PLAIN_SLICE_HEADER, ...changes };
}
