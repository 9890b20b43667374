/** The facts of a whole stream, from its options: level, parameter sets, and the description for containers. */
import type { VideoStreamInfo } from '../../../base/packet.ts';
import { inverse } from '../../../base/rational.ts';
import { ByteWriter } from '../../../bits/byte-writer.ts';
import { SyntaxWriter } from '../../../bits/syntax-writer.ts';
import { avcDecoderConfigurationRecord } from '../../../syntax/h264/configuration-record.ts';
import {
  checkLevel,
  type LevelDemand,
  type LevelLimits,
  levelLimits,
  levelSyntax,
  requiredLevel,
} from '../../../syntax/h264/levels.ts';
import { appendNalUnit, NalUnitType, writeNalUnit } from '../../../syntax/h264/nal.ts';
import { type PictureParameterSet, writePictureParameterSet } from '../../../syntax/h264/pps.ts';
import { type SequenceParameterSet, writeSequenceParameterSet } from '../../../syntax/h264/sps.ts';
import type { ResolvedOptions } from './options.ts';
import { codedSize, createPpsList, createSps, PROFILE_IDC } from './parameter-sets.ts';
import type { ProfileTools } from './profile-tools.ts';
import type { Scaling } from './scaling.ts';
import type { UnitInspection } from './unit-inspection.ts';

/** The fixed parts of a stream. */
export interface StreamSetup {
  readonly options: ResolvedOptions;
  readonly tools: ProfileTools;
  readonly widthInMbs: number;
  readonly heightInMbs: number;
  readonly level: LevelLimits;
  readonly sps: SequenceParameterSet;
  /** By pic_parameter_set_id. */
  readonly ppsList: readonly PictureParameterSet[];
  /** Quantizers by scaling lists; null: all weights are alike. */
  readonly scaling: Scaling | null;
  readonly streamInfo: VideoStreamInfo;
}

/** Chooses or checks the level, and makes the parameter sets. Throws `ConfigError` for what no level allows. */
export function setupStream(options: ResolvedOptions, tools: ProfileTools): StreamSetup {
  const widthInMbs = Math.ceil(options.width / 16);
  const heightInMbs = Math.ceil(options.height / 16);
  const demand = levelDemand(options, widthInMbs, heightInMbs);
  const wanted = options.rate.level;
  if (wanted !== undefined) checkLevel(wanted, demand);
  const level = wanted ?? requiredLevel(demand);
  const syntax = levelSyntax(level, PROFILE_IDC[options.profile]);
  const scaling = tools.createScaling?.(options) ?? null;
  const matrix = scaling?.matrix ?? null;
  const sps = createSps(options, widthInMbs, heightInMbs, syntax, matrix);
  const ppsList = createPpsList(options);
  const setup: StreamSetup = {
    options,
    tools,
    widthInMbs,
    heightInMbs,
    level: levelLimits(level),
    sps,
    ppsList,
    scaling,
    streamInfo: streamInfoOf(options, sps, ppsList),
  };
  tellParameterSets(setup);
  return setup;
}

/** The inspection of a writer; null without an inspector. */
export function inspectUnits(
  { options, tools }: StreamSetup,
  syntax: SyntaxWriter,
): UnitInspection | null {
  return options.inspect === null || tools.inspection === null
    ? null
    : tools.inspection.ofUnits(options.inspect, syntax);
}

/** Tells an inspector of the parameter sets, as units of a byte stream before its first picture. */
function tellParameterSets(setup: StreamSetup): void {
  const { sps, ppsList } = setup;
  const { inspect } = setup.options;
  if (inspect === null) return;
  inspect.picture(null, 0);
  let total = 0;
  const tell = (type: number, write: (w: SyntaxWriter) => void): void => {
    const w = new SyntaxWriter();
    const inspection = inspectUnits(setup, w);
    const out = new ByteWriter();
    inspection?.begin(type, 3);
    write(w);
    const size = writeNalUnit(out, 3, type, w.bits.view());
    inspection?.end(type, 3, size);
    total += size;
  };
  tell(NalUnitType.SPS, (w) => writeSequenceParameterSet(w, sps));
  for (const pps of ppsList) tell(NalUnitType.PPS, (w) => writePictureParameterSet(w, pps));
  inspect.pictureEnd(null, total);
}

/** The demands of the options on a level. */
function levelDemand(
  options: ResolvedOptions,
  picWidthInMbs: number,
  frameHeightInMbs: number,
): LevelDemand {
  const { vbv, target } = options.rate;
  const maxBitRate = vbv?.maxRate ?? (target.kind === 'bitRate' ? target.bitRate : undefined);
  return {
    picWidthInMbs,
    frameHeightInMbs,
    frameRate: options.clock?.isRateKnown === false ? null : options.frameRate,
    profile: PROFILE_IDC[options.profile],
    maxDecFrameBuffering: options.order.dpbFrames,
    ...(maxBitRate === undefined ? {} : { maxBitRate }),
    ...(vbv === null ? {} : { cpbSize: vbv.bufferSize }),
  };
}

function streamInfoOf(
  options: ResolvedOptions,
  sps: SequenceParameterSet,
  ppsList: readonly PictureParameterSet[],
): VideoStreamInfo {
  const { frameRate, clock, color, monochrome } = options;
  const [width, height] = codedSize(options);
  return {
    kind: 'video',
    codec: 'h264',
    timeBase: clock?.timeBase ?? inverse(frameRate),
    config: avcDecoderConfigurationRecord(
      nalUnit(NalUnitType.SPS, (w) => writeSequenceParameterSet(w, sps)),
      ppsList.map((pps) => nalUnit(NalUnitType.PPS, (w) => writePictureParameterSet(w, pps))),
      sps,
    ),
    width,
    height,
    pixFmt: monochrome ? 'gray' : color?.video_full_range_flag === 1 ? 'yuvj420p' : 'yuv420p',
    ...(clock === undefined ? { frameRate } : {}),
    sampleAspectRatio: options.sampleAspectRatio ?? [1, 1],
    ...(color === undefined ? {} : { color }),
  };
}

function nalUnit(type: number, write: (w: SyntaxWriter) => void): Uint8Array {
  const w = new SyntaxWriter();
  write(w);
  const out = new ByteWriter();
  appendNalUnit(out, 3, type, w.bits.view());
  return out.toBytes();
}
