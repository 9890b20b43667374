/** Packets that need no decoder worth the name, as frames: raw pictures and PCM. */
import { UnsupportedError } from '../base/errors.ts';
import type { AudioStreamInfo, Packet, StreamInfo, VideoStreamInfo } from '../base/packet.ts';
import { createPcmDecoder, isPcmCodec, pcmSampleFmts } from '../codecs/pcm/index.ts';
import {
  AudioFrames,
  PIX_FMTS,
  type PixFmt,
  pixFmtInfo,
  planeHeight,
  planeRowLength,
  type SampleFmt,
  VideoFrames,
} from '../frames/index.ts';

/** Makes frames of packets of one stream. */
export type Unpack = (packet: Packet) => VideoFrames | AudioFrames;

/** For a stream of an input; throws `UnsupportedError` for codecs that cannot be decoded here. */
export function unpackerOf(input: string, stream: StreamInfo): Unpack {
  if (stream.kind === 'video' && stream.codec === 'rawvideo') return pictureUnpacker(input, stream);
  if (stream.kind === 'audio' && isPcmCodec(stream.codec)) return soundUnpacker(stream);
  throw new UnsupportedError(
    input,
    `${stream.codec} cannot be decoded here; encode takes y4m, WAV, pictures and raw input (remux copies coded streams)`,
  );
}

function pictureUnpacker(input: string, stream: VideoStreamInfo): Unpack {
  const { width, height, timeBase } = stream;
  const pixFmt = stream.pixFmt as PixFmt;
  if (!PIX_FMTS.includes(pixFmt)) {
    throw new UnsupportedError(
      input,
      `pixel format ${pixFmt} cannot be encoded here, allowed are ${PIX_FMTS.join(', ')}`,
    );
  }
  const info = pixFmtInfo(pixFmt);
  const numPlanes = info.samplesPerPixel.length;
  return ({ data, pts }) => {
    const bytes = info.bytesPerSample === 2 && data.byteOffset % 2 !== 0 ? data.slice() : data;
    const samples =
      info.bytesPerSample === 1
        ? bytes
        : new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
    let offset = 0;
    const planes = info.samplesPerPixel.map((_, plane) => {
      const stride = planeRowLength(info, plane, width);
      const view = { data: samples, offset, stride };
      offset += stride * planeHeight(info, plane, height);
      return view;
    });
    const frame = { pixFmt, width, height, planes, pts };
    return new VideoFrames([frame], { pixFmt, width, height, numPlanes, timeBase });
  };
}

function soundUnpacker(stream: AudioStreamInfo): Unpack {
  const { sampleRate, numChannels, timeBase } = stream;
  if (!isPcmCodec(stream.codec)) throw new UnsupportedError('codec', stream.codec);
  const decoder = createPcmDecoder({ codec: stream.codec, sampleRate, numChannels });
  const sampleFmt = sampleFmtOf(stream);
  return (packet) =>
    new AudioFrames([decoder.decode(packet)], { sampleFmt, sampleRate, numChannels, timeBase });
}

/** The sample format that decoding gives: containers other than WAV leave it to the codec. */
export function sampleFmtOf(stream: AudioStreamInfo): SampleFmt {
  if (stream.sampleFmt === '' && isPcmCodec(stream.codec)) return pcmSampleFmts(stream.codec)[0];
  return stream.sampleFmt as SampleFmt;
}
