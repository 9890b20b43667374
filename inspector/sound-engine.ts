/** Encodes sound with everything watched, and decodes it again. Runs in the worker; tests call it as it is. */
import { joinBytes } from '../src/base/byte-stream.ts';
import {
  type AacEncoderOptions,
  type AacInspector,
  AacTrace,
  createAacEncoder,
} from '../src/codecs/aac/index.ts';
import type { ChannelStream } from '../src/codecs/aac/standard/channel-stream.ts';
import { samplingFrequencyIndex } from '../src/codecs/aac/standard/sampling-frequency.ts';
import { createAdtsWriter } from '../src/containers/adts/index.ts';
import { MemorySink } from '../src/io/index.ts';
import type { CodedSound, SourceSound } from './protocol.ts';
import { SoundDecoder } from './sound-decoder.ts';

/** Lines of a frame. */
export const LINES = 1024;
/** `choice` of a band that is coded as middle and side. */
const MID_SIDE = 1;

/** Keeps the lines of every frame, and what a decoder makes of them. */
class SoundKeeper {
  /** By frame and channel: 1024 lines as they were coded, in transmission order. */
  readonly spectra: Float32Array;
  /** By channel: samples, those before the first among them. */
  readonly decoded: readonly Float32Array[];
  private readonly decoder: SoundDecoder;
  private readonly numChannels: number;
  private frame = 0;
  private readonly waiting: { channel: number; stream: ChannelStream }[] = [];

  constructor(sampleRate: number, numChannels: number, frames: number) {
    this.numChannels = numChannels;
    this.spectra = new Float32Array(frames * numChannels * LINES);
    this.decoded = Array.from({ length: numChannels }, () => new Float32Array(frames * LINES));
    this.decoder = new SoundDecoder(samplingFrequencyIndex(sampleRate), numChannels);
  }

  /** Who is told; `other` is told first. */
  inspector(other: AacInspector): AacInspector {
    return {
      trace: other.trace,
      frame: (index, sample) => {
        this.frame = index;
        other.frame(index, sample);
      },
      channel: (channel, stream, spectrum, weights) => {
        other.channel(channel, stream, spectrum, weights);
        this.spectra.set(spectrum, (this.frame * this.numChannels + channel) * LINES);
        this.waiting.push({ channel, stream });
      },
      filters: (first, gains, needed) => {
        other.filters(first, gains, needed);
        // Told once an element: one channel has no pair to wait for.
        if (this.waiting.length === 1) this.keep(() => false);
      },
      pair: (first, numBands, weighing) => {
        other.pair(first, numBands, weighing);
        this.keep((band) => band < numBands && weighing.choice[band] === MID_SIDE);
      },
      substitutes: (channel, stream, weighing) => other.substitutes(channel, stream, weighing),
      frameEnd: (bits, lambda, reservoir) => other.frameEnd(bits, lambda, reservoir),
    };
  }

  private keep(isMidSide: (band: number) => boolean): void {
    const waiting = this.waiting.splice(0);
    const channels = waiting.map(({ channel }) => channel);
    const streams = waiting.map(({ stream }) => stream);
    for (const [i, samples] of this.decoder.decode(channels, streams, isMidSide).entries()) {
      this.decoded[channels[i]].set(samples, this.frame * LINES);
    }
  }
}

/** Encodes a sound at `bitRate` bits a second; `options` are for tests. */
export async function encodeSound(
  source: SourceSound,
  bitRate: number,
  options: Partial<AacEncoderOptions> = {},
): Promise<CodedSound> {
  const began = performance.now();
  const { sampleRate, channels, title } = source;
  const numSamples = channels[0].length;
  const numChannels = channels.length;
  const frames = 2 + Math.ceil(numSamples / LINES);
  const keeper = new SoundKeeper(sampleRate, numChannels, frames);
  const trace = new AacTrace({ sampleRate, numChannels });
  const encoder = createAacEncoder({
    ...{ sampleRate, numChannels, bitRate },
    ...options,
    inspect: keeper.inspector(trace),
  });
  const planes = channels.map((data) => ({ data, offset: 0, stride: numSamples }));
  const frame = { sampleFmt: 'fltp', sampleRate, numChannels, numSamples, planes, pts: 0 } as const;
  const packets = [...encoder.encode(frame), ...encoder.flush()];
  trace.end();
  const sink = new MemorySink();
  const writer = createAdtsWriter(sink, [encoder.streamInfo], {});
  await writer.writeHeader();
  for (const packet of packets) await writer.writePacket(0, packet);
  await writer.writeTrailer();
  const { priming = 0 } = encoder.streamInfo;
  return {
    ...{ title, sampleRate, bitRate },
    spectra: keeper.spectra,
    decoded: keeper.decoded.map((samples) => samples.slice(priming, priming + numSamples)),
    trace: joinBytes(trace.take()),
    file: sink.toBytes(),
    milliseconds: performance.now() - began,
  };
}
