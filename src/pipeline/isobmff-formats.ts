/** MP4, M4A and QuickTime as files that the session writes. */
import { createMp4Writer, type Mp4Options } from '../containers/isobmff/index.ts';
import type { Format } from './format.ts';
import { ABOUT_M4A, ABOUT_MOV, ABOUT_MP4 } from './format-descriptions.ts';

function isobmff(format: NonNullable<Mp4Options['format']>): Format['createWriter'] {
  return (sink, streams, options) => createMp4Writer(sink, streams, { format, ...options });
}

/** MP4 (MPEG-4 part 14). */
export const MP4: Format = { ...ABOUT_MP4, createWriter: /* @__PURE__ */ isobmff('mp4') };

/** MP4 with sound only. */
export const M4A: Format = { ...ABOUT_M4A, createWriter: /* @__PURE__ */ isobmff('m4a') };

/** QuickTime. */
export const MOV: Format = { ...ABOUT_MOV, createWriter: /* @__PURE__ */ isobmff('mov') };
