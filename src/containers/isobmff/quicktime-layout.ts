/**
 * Loudspeakers in QuickTime's `chan` box (QuickTime File Format, "Audio channel layout"; tags and labels are those of
 * Core Audio's AudioChannelLayout): a tag for a usual layout, a bitmap, or a label for each channel.
 */
import { countBits } from '../../base/math.ts';
import { CHANNEL_LAYOUT_USE_BITMAP } from './boxes-other-entries.ts';

/** mChannelLayoutTag that says: each channel is described. */
const USE_DESCRIPTIONS = 0;

/**
 * Table: upper half of mChannelLayoutTag, whose lower half is the number of channels => WAVE channel mask. Left out are
 * layouts in another order than that of the mask's bits. The three marked (*) are, by their definition, too, with the side
 * channels before those behind; but ffmpeg, which most such files come from, writes and reads them in the mask's order.
 */
// biome-ignore format: one line per layout
const TAGS: ReadonlyMap<number, number> = /* @__PURE__ */ new Map([
  [100, 0x004], // Mono
  [101, 0x003], // Stereo
  [102, 0x003], // StereoHeadphones
  [108, 0x033], // Quadraphonic: L R Ls Rs
  [113, 0x007], // MPEG_3_0_A: L R C
  [115, 0x107], // MPEG_4_0_A: L R C Cs
  [117, 0x607], // MPEG_5_0_A: L R C Ls Rs
  [121, 0x60f], // MPEG_5_1_A: L R C LFE Ls Rs
  [125, 0x70f], // MPEG_6_1_A (*)
  [126, 0x6cf], // MPEG_7_1_A (*)
  [128, 0x63f], // MPEG_7_1_C (*)
  [131, 0x103], // ITU_2_1: L R Cs
  [132, 0x603], // ITU_2_2: L R Ls Rs
  [133, 0x00b], // DVD_4: L R LFE
  [134, 0x10b], // DVD_5: L R LFE Cs
  [135, 0x60b], // DVD_6: L R LFE Ls Rs
  [136, 0x00f], // DVD_10: L R C LFE
  [137, 0x10f], // DVD_11: L R C LFE Cs
]);

/** AudioChannelDescription: mChannelLabel, mChannelFlags, three coordinates. */
const DESCRIPTION_BYTES = 20;

/** mChannelLabel of the last speaker that has a bit; labels from 1 on are those of the bits from 0 on. */
const LAST_LABEL = 18;

/** The WAVE channel mask of a `chan` box; 0 if the channels are in another order than its bits, or not known. */
export function quickTimeMask(box: {
  readonly mChannelLayoutTag: number;
  readonly mChannelBitmap: number;
  readonly mChannelDescriptions: Uint8Array;
}): number {
  const tag = box.mChannelLayoutTag;
  if (tag === CHANNEL_LAYOUT_USE_BITMAP) return box.mChannelBitmap;
  if (tag === USE_DESCRIPTIONS) return describedMask(box.mChannelDescriptions);
  const mask = TAGS.get(tag >>> 16) ?? 0;
  return countBits(mask) === (tag & 0xffff) ? mask : 0;
}

function describedMask(descriptions: Uint8Array): number {
  const view = new DataView(descriptions.buffer, descriptions.byteOffset, descriptions.length);
  let mask = 0;
  let last = 0;
  for (let at = 0; at + DESCRIPTION_BYTES <= descriptions.length; at += DESCRIPTION_BYTES) {
    const label = view.getUint32(at);
    if (label <= last || label > LAST_LABEL) return 0;
    mask |= 1 << (label - 1);
    last = label;
  }
  return mask;
}
