/** Encodes pictures with everything watched. Runs in the worker; tests call it as it is. */
import { joinBytes } from '../src/base/byte-stream.ts';
import type { Packet } from '../src/base/packet.ts';
import { H264Encoder } from '../src/codecs/h264/encoder/encoder.ts';
import {
  bothInspectors,
  type H264Inspector,
  type H264Options,
  QUIET_INSPECTOR,
  type Reconstruction,
  TraceInspector,
  traceFacts,
} from '../src/codecs/h264/index.ts';
import { createSmallMp4Writer } from '../src/containers/isobmff/index.ts';
import type { VideoFrame } from '../src/frames/index.ts';
import { MemorySink } from '../src/io/index.ts';
import { PAGE_TOOLS } from './h264-tools.ts';
import type {
  Coded,
  PictureFigures,
  PictureSamples,
  Settings,
  SourcePictures,
} from './protocol.ts';

const EMPTY = new Uint8Array(0);

/** A tight picture as a frame of the library. */
function frameOf({ width, height, pictures }: SourcePictures, pts: number): VideoFrame {
  const data = pictures[pts];
  const luma = width * height;
  const planes = [
    { data, offset: 0, stride: width },
    { data, offset: luma, stride: width / 2 },
    { data, offset: luma + luma / 4, stride: width / 2 },
  ];
  return { pixFmt: 'yuv420p', width, height, planes, pts };
}

/** A tight copy of a reconstruction. */
function copyOf(r: Reconstruction): Uint8Array {
  const { data, width, height } = r;
  const out = new Uint8Array((width * height * 3) / 2);
  let to = 0;
  const copy = (from: number, stride: number, columns: number, rows: number): void => {
    for (let y = 0; y < rows; y++) {
      out.set(data.subarray(from + y * stride, from + y * stride + columns), to);
      to += columns;
    }
  };
  copy(r.luma, r.lumaStride, width, height);
  copy(r.cb, r.chromaStride, width / 2, height / 2);
  copy(r.cr, r.chromaStride, width / 2, height / 2);
  return out;
}

/** Squared error of the luma of a reconstruction against a tight picture. */
function squaredErrorOf(r: Reconstruction, source: Uint8Array): number {
  const { data, width, height, luma, lumaStride } = r;
  let sum = 0;
  for (let y = 0, at = 0; y < height; y++) {
    const row = luma + y * lumaStride;
    for (let x = 0; x < width; x++, at++) sum += (data[row + x] - source[at]) ** 2;
  }
  return sum;
}

/** Keeps predictions and reconstructions of the pictures that are coded. */
class SampleKeeper {
  readonly pictures: PictureSamples[] = [];
  readonly inspector: H264Inspector;
  private prediction: Uint8Array;
  private before: Uint8Array = EMPTY;
  private readonly width: number;
  private readonly height: number;

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.prediction = new Uint8Array((width * height * 3) / 2);
    let pts = 0;
    this.inspector = {
      ...QUIET_INSPECTOR,
      picture: (plan) => {
        pts = plan === null ? 0 : plan.pts;
      },
      decision: (mbAddr, _candidate, _syntax, samples) => this.place(mbAddr, samples),
      reconstruction: (picture, isDeblocked) => {
        if (isDeblocked) this.keep(pts, copyOf(picture));
        else this.before = copyOf(picture);
      },
    };
  }

  private keep(pts: number, after: Uint8Array): void {
    const { prediction, before } = this;
    this.pictures.push({ pts, prediction, before, after });
    this.prediction = new Uint8Array(prediction.length);
  }

  /** Copies the prediction of a macroblock to its place, as far as it lies in the picture. */
  private place(mbAddr: number, samples: Uint8Array): void {
    const { width, height, prediction } = this;
    const columns = Math.ceil(width / 16);
    const mbX = mbAddr % columns;
    const mbY = (mbAddr - mbX) / columns;
    const planes = [
      { at: 0, from: 0, size: 16, stride: width, rows: height },
      { at: width * height, from: 256, size: 8, stride: width / 2, rows: height / 2 },
      { at: (width * height * 5) / 4, from: 320, size: 8, stride: width / 2, rows: height / 2 },
    ];
    for (const { at, from, size, stride, rows } of planes) {
      const length = Math.min(size, stride - mbX * size);
      for (let y = 0; y < size && mbY * size + y < rows; y++) {
        const row = samples.subarray(from + y * size, from + y * size + length);
        prediction.set(row, at + (mbY * size + y) * stride + mbX * size);
      }
    }
  }
}

/** Packets as an MP4 file. */
async function fileOf(
  stream: H264Encoder['streamInfo'],
  packets: readonly Packet[],
): Promise<Uint8Array> {
  const sink = new MemorySink();
  const writer = createSmallMp4Writer(sink, [stream], {});
  const [num, den] = stream.timeBase;
  const [toNum, toDen] = writer.timeBases[0];
  const scale = (ticks: number): number => Math.round((ticks * num * toDen) / (den * toNum));
  await writer.writeHeader();
  for (const packet of packets) {
    const { pts, dts, duration } = packet;
    const times = { pts: scale(pts), dts: scale(dts), duration: scale(duration) };
    await writer.writePacket(0, { ...packet, ...times });
  }
  await writer.writeTrailer();
  return sink.toBytes();
}

/**
 * Encodes all pictures of a source.
 * @param isFull with trace, samples and file
 * @param onCoded is told how many pictures are coded
 */
export async function encodePictures(
  source: SourcePictures,
  settings: Settings,
  isFull: boolean,
  onCoded: (count: number) => void = () => {},
): Promise<Coded> {
  const { width, height, frameRate, pictures } = source;
  const began = performance.now();
  const keeper = new SampleKeeper(width, height);
  const facts = { codec: 'h264', title: source.title, preset: settings.preset, qp: settings.qp };
  const rate: [number, number] = [Math.round(frameRate * 1000), 1000];
  const about = {
    ...facts,
    ...traceFacts({ codec: 'h264', width, height, timeBase: [rate[1], rate[0]] } as never),
  };
  const trace = new TraceInspector(about);
  const options: H264Options = {
    ...{ width, height, frameRate: rate },
    ...{ preset: settings.preset, qp: settings.qp, profile: settings.profile },
    cabac: settings.profile !== 'baseline' && settings.coding === 'CABAC',
    bframes: settings.profile === 'baseline' ? 0 : settings.bframes,
    // Lets importance flow back through the pictures, though the QP is given: that is to be seen.
    importance: 1,
    ...(isFull ? { inspect: bothInspectors(trace, keeper.inspector) } : {}),
  };
  const encoder = new H264Encoder(options, PAGE_TOOLS);
  const packets: Packet[] = [];
  const figures: PictureFigures[] = [];
  encoder.onReconstructed = (reconstruction, pts) => {
    const squaredError = squaredErrorOf(reconstruction, pictures[pts]);
    figures.push({ pts, bytes: 0, squaredError });
  };
  for (let pts = 0; pts < pictures.length; pts++) {
    packets.push(...encoder.encode(frameOf(source, pts)));
    onCoded(packets.length);
  }
  packets.push(...encoder.flush());
  for (const [i, { data }] of packets.entries()) figures[i] = { ...figures[i], bytes: data.length };
  if (isFull) trace.end();
  return {
    settings,
    figures,
    samples: keeper.pictures,
    trace: isFull ? joinBytes(trace.take()) : EMPTY,
    file: isFull ? await fileOf(encoder.streamInfo, packets) : EMPTY,
    milliseconds: performance.now() - began,
  };
}
