/** Writes everything that an AAC inspector is told as a trace (docs/inspection.md). */
import type { SyntaxTrace } from '../../../bits/bit-syntax.ts';
import { DESCRIPTORS } from '../../../inspect/trace-format.ts';
import { type TablesOf, TraceWriter } from '../../../inspect/trace-writer.ts';
import type { ChannelStream } from '../standard/channel-stream.ts';
import { POWER_43, STEP } from '../standard/quantization.ts';
import { ESC_HCB, NOISE_HCB, ZERO_HCB } from '../standard/spectrum-coding.ts';
import type { AacInspector, PairWeighing, SubstituteWeighing } from './inspector.ts';
import { AAC_TABLES } from './trace-tables.ts';

/** Frames of a group of rows. */
const GROUP_FRAMES = 16;
/** Elements that belong to no channel, and to no band. */
const NONE = 255;
const NO_BAND = -1;

/** A syntax element of the frame at hand. */
interface Element {
  readonly name: string;
  readonly descriptor: number;
  readonly value: number;
  readonly position: number;
  readonly length: number;
  /** Channel stream of the frame that it stands in, in the order of the stream; -1 outside. */
  readonly place: number;
  channel: number;
  band: number;
}

/** Elements that stand behind a channel stream, or between two. */
const OUTSIDE: readonly string[] = ['id_syn_ele', 'element_instance_tag', 'byte_alignment'];

/** The facts of a stream for its row. */
export interface AacTraceStream {
  readonly sampleRate: number;
  readonly numChannels: number;
  /** Number of the stream in the trace. Default 0. */
  readonly stream?: number;
}

/** An inspector whose trace is taken piece by piece. */
export class AacTrace implements AacInspector {
  private readonly writer: TraceWriter;
  private readonly tables: TablesOf<typeof AAC_TABLES>;
  private readonly stream: number;
  private frameIndex = 0;
  private sample = 0;
  private elements: Element[] = [];
  /** Channel streams of the frame that were begun; -1 before the first, and outside. */
  private places = 0;
  private isInside = false;
  /** Channel streams of the frame that were told of. */
  private channels = 0;

  /** @param writer a trace that others write to as well; it has the tables `AAC_TABLES` */
  constructor(about: AacTraceStream, writer: TraceWriter = new TraceWriter({}, AAC_TABLES)) {
    const { sampleRate, numChannels, stream = 0 } = about;
    this.writer = writer;
    this.stream = stream;
    this.tables = writer.tables(AAC_TABLES);
    writer.describe({ audioCodec: 'aac', sampleRate, channels: numChannels });
    this.tables.aac_stream.add(stream, sampleRate, numChannels);
  }

  /** The bytes of the trace since the last call. */
  take(): Uint8Array[] {
    return this.writer.take();
  }

  /** Ends the trace; `take` gives the rest. */
  end(): void {
    this.writer.end();
  }

  readonly trace: SyntaxTrace = (name, descriptor, value, position, length) => {
    if (name === 'global_gain') {
      this.places++;
      this.isInside = true;
    } else if (OUTSIDE.includes(name)) this.isInside = false;
    const place = this.isInside ? this.places - 1 : -1;
    const kind = DESCRIPTORS.indexOf(descriptor);
    const at = { place, channel: NONE, band: NO_BAND };
    this.elements.push({ name, descriptor: kind, value, position, length, ...at });
  };

  frame(frameIndex: number, samplePosition: number): void {
    this.frameIndex = frameIndex;
    this.sample = samplePosition;
    this.elements = [];
    this.places = 0;
    this.channels = 0;
    this.isInside = false;
  }

  channel(
    channelIndex: number,
    stream: ChannelStream,
    spectrum: Float64Array,
    weights: Float64Array,
  ): void {
    const place = this.channels++;
    const own = this.elements.filter((element) => element.place === place);
    const bits = placeElements(own, channelIndex, stream);
    const { info, global_gain, numBands } = stream;
    const at = [this.stream, this.frameIndex, channelIndex] as const;
    const total = own.reduce((sum, { length }) => sum + length, 0);
    const window = [info.window_sequence, info.window_shape, info.max_sfb] as const;
    this.tables.aac_channel.add(...at, ...window, info.numWindowGroups, global_gain, total);
    for (let band = 0; band < numBands; band++) {
      const group = Math.floor(band / info.max_sfb);
      const [first, end] = [stream.bandOffset[band], stream.bandOffset[band + 1]];
      const { energy, noise } = measured(stream, spectrum, band);
      const threshold = (end - first) / weights[band];
      const lines = [group, info.windowGroupLength[group], first, end] as const;
      const coded = [stream.codebook[band], stream.scaleFactor[band], bits[band]] as const;
      this.tables.aac_band.add(...at, band, ...lines, energy, threshold, noise, ...coded);
    }
  }

  pair(firstChannel: number, numBands: number, weighing: PairWeighing): void {
    const { choice, separateBits, jointBits, codedCost, intensityCost } = weighing;
    const at = [this.stream, this.frameIndex, firstChannel] as const;
    for (let band = 0; band < numBands; band++) {
      const bits = [separateBits[band], jointBits[band]] as const;
      const costs = [codedCost[band], intensityCost[band]] as const;
      this.tables.aac_pair.add(...at, band, choice[band], ...bits, ...costs);
    }
  }

  filters(firstChannel: number, gains: Float64Array, needed: number): void {
    for (const [window, gain] of gains.entries()) {
      if (gain === 0) continue;
      const at = [this.stream, this.frameIndex, firstChannel] as const;
      this.tables.aac_filter.add(...at, window, gain, needed);
    }
  }

  substitutes(
    channelIndex: number,
    { numBands, codebook }: ChannelStream,
    { error, gains }: SubstituteWeighing,
  ): void {
    for (let band = 0; band < numBands; band++) {
      if (error[band] === Number.POSITIVE_INFINITY) continue;
      const at = [this.stream, this.frameIndex, channelIndex, band] as const;
      const isTaken = codebook[band] === NOISE_HCB ? 1 : 0;
      this.tables.aac_substitute.add(...at, isTaken, error[band], gains[band]);
    }
  }

  frameEnd(bits: number, noiseLevel: number, reservoirBits: number): void {
    const { stream, frameIndex, tables, writer } = this;
    tables.aac_frame.add(stream, frameIndex, this.sample, bits, noiseLevel, reservoirBits);
    for (const { channel, band, name, descriptor, value, position, length } of this.elements) {
      const coded = [writer.nameIndex(name), descriptor, value, position, length] as const;
      tables.aac_element.add(stream, frameIndex, channel, band, ...coded);
    }
    if (frameIndex % GROUP_FRAMES === GROUP_FRAMES - 1) writer.endGroup();
  }
}

/** Gives the elements of a channel stream their channel and band; returns the bits of each band: codes of its lines and its scale factor. */
function placeElements(
  elements: readonly Element[],
  channel: number,
  { codebook, numBands }: ChannelStream,
): Uint16Array {
  const bits = new Uint16Array(numBands);
  const coded = (isCoded: (book: number) => boolean): number[] =>
    [...codebook.subarray(0, numBands).keys()].filter((band) => isCoded(codebook[band]));
  const withFactor = coded((book) => book !== ZERO_HCB);
  const withLines = coded((book) => book !== ZERO_HCB && book <= ESC_HCB);
  let factors = 0;
  let lines = 0;
  for (const element of elements) {
    element.channel = channel;
    if (element.name.startsWith('dpcm_')) element.band = withFactor[factors++];
    else if (element.name === 'hcod') element.band = withLines[lines++];
    else continue;
    bits[element.band] += element.length;
  }
  return bits;
}

/** Energy of a band, and the squared error of its lines as a decoder has them; a band without lines misses all of its energy. */
function measured(
  { bandOffset, codebook, scaleFactor, quantized }: ChannelStream,
  spectrum: Float64Array,
  band: number,
): { energy: number; noise: number } {
  const hasLines = codebook[band] !== ZERO_HCB && codebook[band] <= ESC_HCB;
  let energy = 0;
  let noise = 0;
  for (let i = bandOffset[band]; i < bandOffset[band + 1]; i++) {
    const x = Math.abs(spectrum[i]);
    const level = hasLines ? POWER_43[Math.abs(quantized[i])] * STEP[scaleFactor[band]] : 0;
    energy += x * x;
    noise += (x - level) * (x - level);
  }
  return { energy, noise };
}
