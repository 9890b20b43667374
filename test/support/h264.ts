/**
 * The H.264 encoder with its judge: pictures in, the byte stream and the encoder's own reconstruction out, and a comparison
 * with what ffmpeg decodes that names the first sample that differs.
 */
import { spawnSync } from 'node:child_process';
import type { Packet, VideoStreamInfo } from '../../src/base/packet.ts';
import { ALL_TOOLS } from '../../src/codecs/h264/encoder/all-tools.ts';
import { H264Encoder, type Reconstruction } from '../../src/codecs/h264/encoder/encoder.ts';
import type { H264Options } from '../../src/codecs/h264/encoder/options.ts';
import type { ReferenceStrategy } from '../../src/codecs/h264/encoder/reference-choice.ts';
import type { VideoFrame } from '../../src/frames/frame.ts';
import { readAvcRecord } from '../../src/syntax/h264/configuration-record.ts';
import { ffmpegPath, runFfmpeg } from './ffmpeg.ts';

/** What came of an encoder: packets, and each picture as it says decoders show it. */
export interface CodedPictures {
  readonly packets: readonly Packet[];
  readonly streamInfo: VideoStreamInfo;
  /** yuv420p pictures of the stream's size, without gaps, in the order in which they are shown. */
  readonly reconstructed: readonly Uint8Array[];
}

/** Bytes of a yuv420p picture without gaps; odd sizes have chroma of half the size, rounded up. */
export function pictureSize(width: number, height: number): number {
  return width * height + 2 * ((width + 1) >> 1) * ((height + 1) >> 1);
}

/** A frame over a yuv420p picture without gaps. */
export function frameOf(data: Uint8Array, width: number, height: number, pts: number): VideoFrame {
  const chromaWidth = (width + 1) >> 1;
  const cb = width * height;
  const planes = [
    { data, offset: 0, stride: width },
    { data, offset: cb, stride: chromaWidth },
    { data, offset: cb + chromaWidth * ((height + 1) >> 1), stride: chromaWidth },
  ];
  return { pixFmt: 'yuv420p', width, height, planes, pts };
}

/** A copy of a reconstruction, `width` by `height`: what a decoder shows of it. Where it has no chroma, ffmpeg shows 128. */
export function copyReconstruction(r: Reconstruction, width: number, height: number): Uint8Array {
  const out = new Uint8Array(pictureSize(width, height));
  let to = 0;
  const copy = (from: number, stride: number, columns: number, rows: number): void => {
    for (let y = 0; y < rows; y++) {
      const row = from + y * stride;
      out.set(r.data.subarray(row, row + columns), to);
      to += columns;
    }
  };
  copy(r.luma, r.lumaStride, width, height);
  copy(r.cb, r.chromaStride, (width + 1) >> 1, (height + 1) >> 1);
  copy(r.cr, r.chromaStride, (width + 1) >> 1, (height + 1) >> 1);
  return out;
}

/**
 * Codes pictures (yuv420p without gaps) that come one a tick, in Constrained Baseline unless the options say a profile; those whose number is in `keys` are forced to be IDR pictures.
 * A `strategy` chooses reference pictures in place of the encoder.
 */
export function codePictures(
  options: H264Options,
  pictures: readonly Uint8Array[],
  keys: readonly number[] = [],
  strategy?: ReferenceStrategy,
  qpOffsetsOf: (pts: number) => Int8Array | undefined = () => undefined,
): CodedPictures {
  const encoder = new H264Encoder({ profile: 'baseline', ...options }, ALL_TOOLS, strategy);
  const { streamInfo } = encoder;
  const reconstructed: Uint8Array[] = [];
  encoder.onReconstructed = (picture, pts) => {
    reconstructed[pts] = copyReconstruction(picture, streamInfo.width, streamInfo.height);
  };
  const packets = pictures.flatMap((picture, pts) =>
    encoder.encode(frameOf(picture, options.width, options.height, pts), {
      forceKeyFrame: keys.includes(pts),
      qpOffsets: qpOffsetsOf(pts),
    }),
  );
  packets.push(...encoder.flush());
  return { packets, streamInfo, reconstructed };
}

/** The NAL units of bytes with lengths of four bytes (docs/packets.md). */
export function* nalUnits(data: Uint8Array): Generator<Uint8Array> {
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  for (let at = 0; at < data.length; ) {
    const length = view.getUint32(at);
    if (at + 4 + length > data.length) throw new Error(`NAL unit at byte ${at} does not fit`);
    yield data.subarray(at + 4, at + 4 + length);
    at += 4 + length;
  }
}

/** Sequence and picture parameter sets of an avcC record with one of the former (ISO/IEC 14496-15 clause 5.3.3.1). */
export function parameterSetsOf(
  config: Uint8Array,
): [sps: Uint8Array, pps: Uint8Array, ...more: Uint8Array[]] {
  const { sps, pps } = readAvcRecord(config);
  return [sps[0]!, pps[0]!, ...pps.slice(1)];
}

/** The stream as Annex B has it: parameter sets, then every NAL unit, each behind a start code. */
export function byteStreamOf(coded: CodedPictures): Uint8Array {
  const units = [...parameterSetsOf(coded.streamInfo.config)];
  for (const packet of coded.packets) units.push(...nalUnits(packet.data));
  return Buffer.concat(units.flatMap((unit) => [Uint8Array.of(0, 0, 0, 1), unit]));
}

let passthrough: readonly string[] | undefined;

/** The output option that keeps every picture once: `-fps_mode`, or `-vsync` where ffmpeg is older than that. */
export function passthroughOption(): readonly string[] {
  if (passthrough === undefined) {
    const input = ['-f', 'rawvideo', '-s', '2x2', '-pix_fmt', 'yuv420p', '-i', '-'];
    const modern = ['-fps_mode', 'passthrough'];
    const run = spawnSync(ffmpegPath(), ['-v', 'quiet', ...input, ...modern, '-f', 'null', '-'], {
      input: new Uint8Array(6),
    });
    passthrough = run.status === 0 ? modern : ['-vsync', '0'];
  }
  return passthrough;
}

/** The pictures that ffmpeg decodes from a byte stream, yuv420p, if asked without vector instructions; throws if it warns. */
export function decodeByteStream(bytes: Uint8Array, isPlain = false): Uint8Array {
  const flags = isPlain ? ['-cpuflags', '0'] : [];
  const input = [...flags, '-threads', '1', '-f', 'h264', '-i', '-'];
  const output = [...passthroughOption(), '-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-'];
  return runFfmpeg([...input, ...output], bytes);
}

/** Where byte `offset` of a picture lies, in words. */
function describeSample(offset: number, width: number, height: number): string {
  const luma = width * height;
  const chroma = luma / 4;
  const [plane, start, stride, size] =
    offset < luma
      ? (['luma', 0, width, 16] as const)
      : offset < luma + chroma
        ? (['Cb', luma, width / 2, 8] as const)
        : (['Cr', luma + chroma, width / 2, 8] as const);
  const x = (offset - start) % stride;
  const y = Math.floor((offset - start) / stride);
  const mbAddr = Math.floor(y / size) * Math.ceil(width / 16) + Math.floor(x / size);
  return `${plane} (${x}, ${y}), macroblock ${mbAddr}`;
}

/**
 * Fails, with the first sample that differs, if ffmpeg's pictures are not those that the encoder reconstructed.
 * @param isPlain whether ffmpeg decodes without vector instructions: those of x86 round large DC weights otherwise than its C code and
 *   clause 8.5.10 (weight 61 at QP 29 gives 17 for 16)
 */
export function expectDecodedAsReconstructed(coded: CodedPictures, isPlain = false): void {
  const { width, height } = coded.streamInfo;
  const size = pictureSize(width, height);
  const decoded = decodeByteStream(byteStreamOf(coded), isPlain);
  const wanted = coded.reconstructed.length;
  if (decoded.length !== wanted * size) {
    throw new Error(`${decoded.length / size} pictures decoded, ${wanted} reconstructed`);
  }
  for (const [n, ours] of coded.reconstructed.entries()) {
    const theirs = decoded.subarray(n * size, (n + 1) * size);
    if (Buffer.compare(ours, theirs) === 0) continue;
    const at = ours.findIndex((sample, i) => sample !== theirs[i]);
    const where = describeSample(at, width, height);
    throw new Error(`picture ${n}, ${where}: decoded ${theirs[at]}, reconstructed ${ours[at]}`);
  }
}
