/** A program as people write it, for the compilers: no cast, no `as const`. */
import {
  audioEncodeConfig,
  createReferenceAudioFrame,
  createReferenceVideoFrame,
  Demuxer,
  MemorySink,
  Muxer,
  ndarray,
  videoEncodeConfig,
} from 'vitrine';
import { createAacEncoder } from 'vitrine/aac';
import { createAdtsWriter } from 'vitrine/adts';
import { createAnnexBWriter } from 'vitrine/bytestream';
import { AAC, H264, pcm } from 'vitrine/codecs';
import { toArray } from 'vitrine/frames';
import { createH264Encoder } from 'vitrine/h264';
import { formatTree } from 'vitrine/inspect';
import { openSource } from 'vitrine/io';
import kernels from 'vitrine/kernels.wasm';
import { openMatroska } from 'vitrine/matroska';
import { createMp4Writer } from 'vitrine/mp4';
import { MP4, READ_MP4, Demuxer as SmallDemuxer, Muxer as SmallMuxer } from 'vitrine/mux';
import { createPcmEncoder } from 'vitrine/pcm';
import { openY4m } from 'vitrine/raw';
import { createWavWriter } from 'vitrine/wav';

const frameRate = [30000, 1001];
const width = 64;
const height = 48;
const muxer = new Muxer('film.mp4');
const video = muxer.addEncodeStream({
  config: videoEncodeConfig({ width, height, frameRate }),
  encoder: 'libx264',
  encoderConfig: { crf: 20, preset: 'fast', vectorKernels: kernels },
});
const audio = muxer.addEncodeStream({
  config: audioEncodeConfig({ numChannels: 2, sampleRate: 48000, sampleFmt: 's16' }),
});
await muxer.open({ faststart: true });
const array = ndarray(new Uint8Array(width * height * 3), [1, height, width, 3]);
const frames = createReferenceVideoFrame({ array, pixFmt: 'rgb24', frameRate, pts: 0 });
await muxer.write(0, await video.encode(frames));
const samples = ndarray(new Int16Array(2048), [1024, 2]);
const sound = createReferenceAudioFrame({
  array: samples,
  sampleFmt: 's16',
  sampleRate: 48000,
  pts: 0,
});
await muxer.write(1, await audio.encode(sound));
await muxer.close();

const sink = new MemorySink();
const small = new SmallMuxer(sink, { format: MP4, codecs: [H264, AAC] });
small.addEncodeStream({ config: videoEncodeConfig({ width, height, frameRate: 30 }) });
const demuxer: Demuxer = await Demuxer.open(sink.toBytes());
const plain = await SmallDemuxer.open(sink.toBytes(), { format: READ_MP4 });
for await (const packets of demuxer.streamingDemux({ duration: 1 })) {
  const times: readonly { readonly pts: number }[] = packets.packets;
  void times;
}
const info: number = demuxer.videoCodec.width + plain.streams.length;
createH264Encoder({ width, height, frameRate: 29.97, crf: 23 });
export const used = [
  ...[info, toArray, createAacEncoder, createAdtsWriter, createAnnexBWriter, createMp4Writer],
  ...[createPcmEncoder, createWavWriter, openMatroska, openSource, openY4m, formatTree, pcm],
];
