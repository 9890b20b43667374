/** Uncompressed pictures: a packet is the samples of one picture without gaps, plane after plane. */
import { rejectUnknownKeys } from '../../base/errors.ts';
import type { Packet, VideoStreamInfo } from '../../base/packet.ts';
import { equalRationals, inverse } from '../../base/rational.ts';
import type { VideoFrame } from '../../frames/frame.ts';
import {
  type PixFmtInfo,
  pictureByteLength,
  pixFmtInfo,
  planeHeight,
  planeRowLength,
} from '../../frames/pixel-format.ts';
import type { VideoCodec } from '../codec.ts';
import { videoCodec } from '../video-encoder.ts';
import { ABOUT_RAWVIDEO } from './descriptions.ts';

/** The row of raw video. */
export const RAWVIDEO: VideoCodec = /* @__PURE__ */ videoCodec({
  ...ABOUT_RAWVIDEO,
  open(request) {
    rejectUnknownKeys('encoderConfig', request.options, []);
    const { width, height, frameRate, timeBase, pixFmt, color, sampleAspectRatio } = request;
    const info = pixFmtInfo(pixFmt);
    const isConstant = timeBase === undefined || equalRationals(timeBase, inverse(frameRate));
    const streamInfo: VideoStreamInfo = {
      kind: 'video',
      codec: 'rawvideo',
      timeBase: timeBase ?? inverse(frameRate),
      config: new Uint8Array(0),
      width,
      height,
      pixFmt,
      ...(isConstant ? { frameRate } : {}),
      ...(color === undefined ? {} : { color }),
      ...(sampleAspectRatio === undefined ? {} : { sampleAspectRatio }),
    };
    return {
      streamInfo,
      encode(frame): Packet[] {
        const { pts } = frame;
        return [{ data: packPicture(frame, info), pts, dts: pts, duration: 1, isKey: true }];
      },
      flush: () => [],
    };
  },
});

/** The bytes of a picture, row after row, plane after plane. */
export function packPicture(frame: VideoFrame, info: PixFmtInfo): Uint8Array {
  const out = new Uint8Array(pictureByteLength(info, frame.width, frame.height));
  let to = 0;
  frame.planes.forEach((plane, p) => {
    const { data, stride } = plane;
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const rowBytes = planeRowLength(info, p, frame.width) * info.bytesPerSample;
    for (let row = 0; row < planeHeight(info, p, frame.height); row++) {
      const from = (plane.offset + row * stride) * info.bytesPerSample;
      out.set(bytes.subarray(from, from + rowBytes), to);
      to += rowBytes;
    }
  });
  return out;
}
