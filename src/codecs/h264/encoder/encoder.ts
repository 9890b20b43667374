/**
 * The H.264 encoder: pictures in, access units out. A picture gets a plan when it arrives (picture-planner.ts), and is coded when
 * its turn has come (picture-coder.ts).
 */
import { ConfigError, StateError } from '../../../base/errors.ts';
import type { Packet, VideoStreamInfo } from '../../../base/packet.ts';
import type { VideoFrame } from '../../../frames/frame.ts';
import { EncoderMemory } from './memory.ts';
import { type H264Options, type ResolvedOptions, resolveOptions } from './options.ts';
import type { PictureAnalysis } from './picture-analysis.ts';
import { PictureCoder } from './picture-coder.ts';
import { countPictures } from './picture-counts.ts';
import { PicturePlanner } from './picture-planner.ts';
import { type ProfileTools, requireTools } from './profile-tools.ts';
import type { ReferenceStrategy } from './reference-choice.ts';
import { loadSourcePicture } from './source.ts';
import { setupStream } from './stream-setup.ts';
import type { PassStatistics } from './two-pass.ts';

/** Planes of a reconstructed picture, cropped to the size that is shown; views into the encoder's memory. */
export interface Reconstruction {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly luma: number;
  readonly cb: number;
  readonly cr: number;
  readonly lumaStride: number;
  readonly chromaStride: number;
}

/** Seconds by which times that are the same may differ by rounding. */
const NEARLY = 1e-9;

/** Options of one picture. */
export interface PictureOptions {
  /** Whether it is to be an IDR picture. */
  readonly forceKeyFrame?: boolean;
  /**
   * Its vectors and costs by full search, as `vitrine/gpu` finds it; the encoder must have been opened with `analysis: 'full-search'`,
   * and then makes no full search itself. The stream is the same either way.
   */
  readonly analysis?: PictureAnalysis;
  /**
   * QP by which each macroblock differs from what is chosen for it, -51..51, in raster order: regions of interest have negative ones. Read
   * during the call only.
   */
  readonly qpOffsets?: Int8Array | undefined;
}

/** One stream being coded. Opened by `createH264Encoder` or `createH264BaselineEncoder`. */
export class H264Encoder {
  readonly streamInfo: VideoStreamInfo;
  /** Called with each picture when it is coded, if set; the argument is valid during the call. */
  onReconstructed: ((picture: Reconstruction, pts: number) => void) | null = null;
  private readonly options: ResolvedOptions;
  private readonly memory: EncoderMemory;
  private readonly planner: PicturePlanner;
  private readonly coder: PictureCoder;
  private readonly load: typeof loadSourcePicture;
  private lastPts = Number.NEGATIVE_INFINITY;
  /** How many of the option `keyFrames` have begun. */
  private keysBegun = 0;
  private state: 'open' | 'coding' | 'flushed' | 'failed' = 'open';

  /**
   * @param tools the tools beyond Constrained Baseline
   * @param strategy other than the one that the options ask for; it must keep clause 7.4.3.3
   */
  constructor(options: H264Options, tools: ProfileTools, strategy?: ReferenceStrategy) {
    this.options = resolveOptions(options, tools.applyTune, tools.applyDefaults);
    requireTools(this.options, tools);
    const setup = setupStream(this.options, tools);
    const { widthInMbs, heightInMbs } = setup;
    this.load = this.options.monochrome ? tools.monochrome!.load : loadSourcePicture;
    const { rate, frameRate, gopSize, order, vectorKernels, analysis, inspect, zones } =
      this.options;
    const counts = countPictures(this.options);
    this.planner = new PicturePlanner({
      counts,
      rate,
      widthInMbs,
      heightInMbs,
      frameRate,
      countsTime: this.options.clock !== undefined,
      gopSize,
      vectorKernels,
      analysis,
      createLowSearch: tools.lowSearch?.create ?? null,
      createWindowRows: (kind) =>
        tools.windowRows?.create(this.memory, vectorKernels, kind) ?? null,
      createPartOrigins: tools.createPartOrigins,
      createLowWeights: this.options.weightP ? tools.createLowWeights : null,
      order,
      frameTicks: this.frameTicks,
      createRows: tools.bSlices?.createRows ?? null,
      onRow: inspect === null ? null : inspect.row.bind(inspect),
      secondPass: tools.secondPass,
      zones: zones === undefined ? null : tools.createZones!(zones, widthInMbs * heightInMbs),
    });
    const size = [widthInMbs, heightInMbs] as const;
    this.memory = new EncoderMemory(
      ...size,
      counts.sources,
      counts.reconstructed,
      vectorKernels,
      setup.scaling?.quantizers,
    );
    this.coder = new PictureCoder(setup, this.memory, this.planner, strategy);
    this.streamInfo = setup.streamInfo;
  }

  /**
   * Codes one picture.
   * @param frame yuv420p or yuvj420p, with `monochrome` gray too, of the size of the options; its samples are read during the call only. Its pts, in
   *   ticks of `streamInfo.timeBase` (frames, unless the options have a `timeBase`), must rise from call to call.
   * @returns the access units that are ready
   */
  encode(frame: VideoFrame, options: PictureOptions = {}): Packet[] {
    this.requireOpen('encode');
    const { width, height } = this.options;
    if (frame.width !== width || frame.height !== height) {
      throw new ConfigError(
        'h264.encode.frame',
        `got ${frame.width}x${frame.height}, the encoder was opened for ${width}x${height}`,
      );
    }
    if (!(frame.pts > this.lastPts)) {
      throw new ConfigError(
        'h264.encode.frame.pts',
        `got ${frame.pts} after ${this.lastPts}, times must rise from picture to picture`,
      );
    }
    if (
      this.options.rate.hrd === 'cbr' &&
      Number.isFinite(this.lastPts) &&
      frame.pts !== this.lastPts + 1
    ) {
      throw new ConfigError(
        'h264.encode.frame.pts',
        `got ${frame.pts} after ${this.lastPts}, with hrd cbr times must rise by 1 from picture to picture`,
      );
    }
    const analysis = this.requireAnalysis(options.analysis);
    const { qpOffsets } = options;
    if (qpOffsets !== undefined) this.requireOffsets(qpOffsets);
    const source = this.memory.sources[this.planner.nextSlot];
    this.load(this.memory, source, frame);
    this.lastPts = frame.pts;
    const isKey = this.isKeyTime(frame.pts) || options.forceKeyFrame === true;
    const plan = this.planner.arrive(frame.pts, isKey, analysis);
    plan.qpOffsets = qpOffsets === undefined ? null : Int8Array.from(qpOffsets);
    this.planner.add(this.memory.bytes, source.luma, this.memory.sourceLumaStride);
    return this.codePlanned(false);
  }

  /** Whether a key picture is to begin at this picture: a time of `keyFrames` is reached. */
  private isKeyTime(pts: number): boolean {
    const { keyFrames } = this.options;
    const [num, den] = this.streamInfo.timeBase;
    const before = this.keysBegun;
    while (keyFrames[this.keysBegun] * den <= pts * num + NEARLY * den) this.keysBegun++;
    return this.keysBegun > before;
  }

  /** Offsets must be one for each macroblock. */
  private requireOffsets(qpOffsets: Int8Array): void {
    const { width, height } = this.options;
    const mbs = Math.ceil(width / 16) * Math.ceil(height / 16);
    if (qpOffsets instanceof Int8Array && qpOffsets.length === mbs) return;
    throw new ConfigError(
      'h264.encode.qpOffsets',
      `got ${qpOffsets?.length} numbers, needed is an Int8Array of ${mbs}, one by macroblock`,
    );
  }

  /** An analysis must be one by full search, of pictures of this size. */
  private requireAnalysis(analysis: PictureAnalysis | undefined): PictureAnalysis | null {
    if (analysis === undefined) return null;
    const at = 'h264.encode.analysis';
    if (this.options.analysis !== 'full-search') {
      throw new ConfigError(
        at,
        `given, but the encoder was opened with analysis '${this.options.analysis}'`,
      );
    }
    const mbs = Math.ceil(this.options.width / 16) * Math.ceil(this.options.height / 16);
    const isFirst = this.lastPts === Number.NEGATIVE_INFINITY;
    const { intra, inter, x, y } = analysis;
    const counts = isFirst ? [intra.length] : [intra.length, inter.length, x.length, y.length];
    if (counts.some((count) => count !== mbs)) {
      throw new ConfigError(
        at,
        `got ${counts.join(', ')} numbers, needed are ${mbs}, one by macroblock`,
      );
    }
    return analysis;
  }

  /** Ends the stream; returns what was still to come. */
  flush(): Packet[] {
    this.requireOpen('flush');
    const packets = this.codePlanned(true);
    this.state = 'flushed';
    return packets;
  }

  /** Statistics for a second pass, if the options ask for them; complete after `flush`. */
  get statistics(): PassStatistics {
    return this.planner.rateControl.statistics(this.options.width, this.options.height);
  }

  /** How long a picture is shown, in ticks, as long as nobody knows when the next one comes. */
  private get frameTicks(): number {
    const { clock } = this.options;
    return clock === undefined ? 1 : Math.max(1, Math.round(1 / clock.framesPerTick));
  }

  private requireOpen(method: 'encode' | 'flush'): void {
    const where = `h264.${method}`;
    if (this.state === 'failed') {
      throw new StateError(where, 'an earlier call failed; open a new encoder');
    }
    if (this.state === 'open') return;
    if (this.state === 'coding') {
      throw new StateError(where, 'called by what it calls; wait until it returns');
    }
    throw method === 'flush'
      ? new StateError(where, 'called twice; flush once, at the end')
      : new StateError(where, 'called after flush; open a new encoder for more pictures');
  }

  /** Codes all pictures that are planned. */
  private codePlanned(flushing: boolean): Packet[] {
    const packets: Packet[] = [];
    // An error of an inspector or of `onReconstructed` leaves a picture half told: the encoder is closed by it.
    let left: 'open' | 'failed' = 'failed';
    this.state = 'coding';
    try {
      for (;;) {
        const plan = this.planner.next(flushing);
        if (plan === null) break;
        const data = this.coder.code(plan);
        this.planner.release(plan);
        const { pts, dts, isIdr } = plan;
        packets.push({ data, pts, dts, duration: this.frameTicks, isKey: isIdr });
        if (this.onReconstructed !== null) this.onReconstructed(this.reconstructed, pts);
      }
      left = 'open';
    } finally {
      this.state = left;
    }
    return packets;
  }

  /** The picture coded last, as every decoder shows it. Valid until the next call of `encode`. */
  get reconstructed(): Reconstruction {
    const picture = this.coder.lastCoded;
    if (picture === null) throw new StateError('h264.reconstructed', 'no picture is coded yet');
    return this.coder.reconstructionOf(picture);
  }
}
