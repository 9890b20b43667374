/** `showinfo`: pictures as they are; says format, time and checksums of each to the graph's owner. */
import { pixFmtInfo, planeHeight, planeRowLength } from '../../frames/pixel-format.ts';
import { type FilterDefinition, VIDEO_PAD } from '../definition/filter.ts';
import { picture, secondsOf, videoLink } from '../pixels/picture-work.ts';

/** Largest prime below 2^16, RFC 1950 clause 8.2. */
const ADLER_BASE = 65521;

/** Reports every picture. */
export const SHOWINFO: FilterDefinition = {
  name: 'showinfo',
  description: 'reports format, time and checksums of every picture',
  options: [{ name: 'checksum', kind: 'boolean', default: '1', description: 'compute checksums' }],
  inputs: VIDEO_PAD,
  outputs: VIDEO_PAD,
  open(setup) {
    const link = videoLink(setup.inputs[0]);
    const info = pixFmtInfo(link.pixFmt);
    const withChecksum = setup.options.boolean('checksum');
    let n = 0;
    return {
      push(_, frame) {
        const { planes, width, height, pts } = picture(frame);
        const sums = !withChecksum
          ? []
          : planes.map((plane, p) => {
              let sum = 0;
              const length = planeRowLength(info, p, width);
              for (let row = 0; row < planeHeight(info, p, height); row++) {
                const from = plane.offset + row * plane.stride;
                const samples = plane.data.subarray(from, from + length) as Uint8Array;
                sum = adler32(
                  sum,
                  new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength),
                );
              }
              return sum;
            });
        const time = secondsOf(pts, link);
        const hex = sums.map((sum) => sum.toString(16).toUpperCase().padStart(8, '0'));
        setup.report(
          `n:${n} pts:${pts} pts_time:${time} fmt:${link.pixFmt} s:${width}x${height}${hex.length > 0 ? ` plane_checksum:[${hex.join(' ')}]` : ''}`,
          { n: n++, pts, time, pixFmt: link.pixFmt, width, height, planeChecksums: hex.join(' ') },
        );
        setup.emit(0, frame);
      },
    };
  },
};

/** Adler-32 (RFC 1950 clause 8.2) going on from `sum`; ffmpeg begins with 0 here, not 1. */
function adler32(sum: number, bytes: Uint8Array): number {
  let a = sum & 0xffff;
  let b = sum >>> 16;
  for (const byte of bytes) {
    a = (a + byte) % ADLER_BASE;
    b = (b + a) % ADLER_BASE;
  }
  return ((b << 16) | a) >>> 0;
}
