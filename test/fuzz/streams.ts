/** What must hold for any bytes that claim to be a WAV, y4m, ADTS or H.264 file: a typed error, or what could be saved. */
import { readdirSync, readFileSync } from 'node:fs';
import type { ByteSource } from '../../src/base/byte-stream.ts';
import type { ContainerReader } from '../../src/base/container.ts';
import { FormatError, UnsupportedError } from '../../src/base/errors.ts';
import type { AudioStreamInfo, VideoStreamInfo } from '../../src/base/packet.ts';
import { openAdts } from '../../src/containers/adts/index.ts';
import { openAnnexB } from '../../src/containers/bytestream/index.ts';
import { createY4mWriter, openY4m } from '../../src/containers/raw/index.ts';
import { createWavWriter, inspectWav, openWav } from '../../src/containers/riff/index.ts';
import { formatTree } from '../../src/inspect/format-tree.ts';
import { MemorySink, MemorySource } from '../../src/io/index.ts';
import { hasMedia, mediaPath } from '../support/media.ts';
import { randomNumbers } from './mutate.ts';

/** A file to damage, and what opens it. */
export interface StreamSample {
  readonly name: string;
  readonly bytes: Uint8Array;
  open(source: ByteSource): Promise<ContainerReader>;
}

/** Files are cut to this: the damage is at the start, and many small files find more than few large ones. */
const MAX_BYTES = 40_000;

const AUDIO: AudioStreamInfo = {
  kind: 'audio',
  codec: 'pcm_s24le',
  timeBase: [1, 48000],
  config: new Uint8Array(0),
  sampleRate: 48000,
  numChannels: 6,
  channelMask: 0x3f,
  sampleFmt: 's32',
  frameSize: 0,
  priming: 0,
};

const VIDEO: VideoStreamInfo = {
  kind: 'video',
  codec: 'rawvideo',
  timeBase: [1, 25],
  config: new Uint8Array(0),
  width: 16,
  height: 8,
  pixFmt: 'yuv420p',
};

function noise(count: number): Uint8Array {
  const random = randomNumbers(count);
  return Uint8Array.from({ length: count }, () => random() >>> 24);
}

/** Files made here, and the real ones where they are. */
export async function streamSamples(): Promise<StreamSample[]> {
  const wav = new MemorySink();
  const packet = { data: noise(18 * 500), pts: 0, dts: 0, duration: 500, isKey: true };
  const writer = createWavWriter(wav, [AUDIO], { rf64: 'always', tags: { title: 'a title' } });
  await writer.writeHeader();
  await writer.writePacket(0, packet);
  await writer.writeTrailer();
  const y4m = new MemorySink();
  const pictures = createY4mWriter(y4m, [VIDEO]);
  await pictures.writeHeader();
  for (let pts = 0; pts < 20; pts++) {
    await pictures.writePacket(0, { data: noise(192), pts, dts: pts, duration: 1, isKey: true });
  }
  const samples: StreamSample[] = [
    { name: 'rf64', bytes: wav.toBytes(), open: openWav },
    { name: 'y4m', bytes: y4m.toBytes(), open: openY4m },
  ];
  if (!hasMedia) return samples;
  for (const name of readdirSync(mediaPath('containers'))) {
    const extension = name.split('.').at(-1);
    const open =
      extension === 'wav'
        ? openWav
        : extension === 'aac'
          ? openAdts
          : extension === 'h264'
            ? openAnnexB
            : null;
    if (open === null) continue;
    const bytes = new Uint8Array(readFileSync(mediaPath(`containers/${name}`)));
    samples.push({ name, bytes: bytes.slice(0, MAX_BYTES), open });
  }
  return samples;
}

/**
 * Reads and inspects damaged bytes; the number of packets. Throws an error that says what was not as it must be: any error
 * other than `FormatError` or `UnsupportedError`, impossible times, or more payload than the file has.
 */
export async function fuzzStream(sample: StreamSample, bytes: Uint8Array): Promise<number> {
  let packets = 0;
  let payload = 0;
  try {
    const reader = await sample.open(new MemorySource(bytes));
    for await (const { packet } of reader.packets()) {
      const { pts, dts, duration, data } = packet;
      packets++;
      payload += data.length;
      if (!(Number.isSafeInteger(pts) && Number.isSafeInteger(dts) && dts <= pts && duration > 0)) {
        throw new Error(`times ${pts}, ${dts}, ${duration}`);
      }
      // Lengths of four bytes may stand where start codes had three.
      if (payload > 2 * bytes.length) throw new Error(`${payload} bytes of payload`);
    }
  } catch (error) {
    if (!(error instanceof FormatError || error instanceof UnsupportedError)) throw error;
    if (error instanceof FormatError && error.offset > bytes.length + 64) {
      throw new Error(`offset ${error.offset} of ${bytes.length}`, { cause: error });
    }
  }
  if (sample.open === openWav) formatTree(await inspectWav(new MemorySource(bytes)));
  return packets;
}
