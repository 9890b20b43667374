/**
 * AudioSpecificConfig, AAC clause 1.6.2.1: what a container must know of an AAC stream, without knowing AAC. Reads the
 * part that all object types share, and the explicit signaling of SBR.
 */
import { FormatError } from '../../base/errors.ts';
import { BitReader } from '../../bits/bit-reader.ts';
import { BitWriter } from '../../bits/bit-writer.ts';
import { type ProgramConfig, readProgramConfig } from './program-config.ts';

/** Table 1.18 of the AAC standard: samplingFrequencyIndex => Hz. 15 says that the frequency is written out. */
// biome-ignore format: as in the table
export const SAMPLING_FREQUENCIES: Uint32Array = /* @__PURE__ */ Uint32Array.of(
  96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350);

/** Table 1.19: channelConfiguration => number of channels; 0 says that a program config element tells. */
// biome-ignore format: 8 to 10 are reserved
const CHANNELS: Uint8Array = /* @__PURE__ */ Uint8Array.of(
  0, 1, 2, 3, 4, 5, 6, 8, 0, 0, 0, 7, 8);

/** WAVE channel mask of each channelConfiguration, for the speakers of table 1.19. */
// biome-ignore format: C, L R, C L R, + Cs, + Ls Rs, + LFE, + Lc Rc; 5.1 and Cs, 5.1 and back pair
const CHANNEL_MASKS: Uint32Array = /* @__PURE__ */ Uint32Array.of(
  0, 0x4, 0x3, 0x7, 0x107, 0x37, 0x3f, 0xff, 0, 0, 0, 0x70f, 0x63f);

/** First channelConfiguration of table 1.19 with so many channels; 0 if there is none. */
export function channelConfigurationOf(numChannels: number): number {
  return numChannels < 1 ? 0 : Math.max(0, CHANNELS.indexOf(numChannels));
}

const AOT_AAC_LC = 2;
const AOT_SBR = 5;
const AOT_PS = 29;
const AOT_ESCAPE = 31;
const ESCAPE_INDEX = 15;

/** What the configuration says. */
export interface AudioSpecificConfig {
  /** AudioObjectType of the core coder: 2 is AAC-LC. */
  readonly audioObjectType: number;
  /** Of the core coder, in Hz. */
  readonly samplingFrequency: number;
  /** Of the output with SBR, in Hz; the core's without. */
  readonly extensionSamplingFrequency: number;
  readonly channelConfiguration: number;
  /** 0 if a program config element tells. */
  readonly numChannels: number;
  /** WAVE channel mask; 0 if not known. */
  readonly channelMask: number;
  /** Samples that one packet gives at the core's frequency: 1024, or 960. */
  readonly frameLength: number;
  /** Channels of AAC-LC in `channelConfiguration` 0; null in others. */
  readonly programConfig: ProgramConfig | null;
}

/** Reads a configuration; throws `FormatError` if it is cut off or names a reserved frequency. */
export function readAudioSpecificConfig(config: Uint8Array): AudioSpecificConfig {
  const r = new BitReader(config, 'aac.config');
  const readObjectType = (): number => {
    const type = r.u(5);
    return type === AOT_ESCAPE ? 32 + r.u(6) : type;
  };
  const readFrequency = (): number => {
    const index = r.u(4);
    if (index === ESCAPE_INDEX) return r.u(24);
    const frequency = SAMPLING_FREQUENCIES[index];
    if (frequency === undefined) {
      throw new FormatError('aac.config.samplingFrequencyIndex', `got ${index}, which is reserved`);
    }
    return frequency;
  };
  let audioObjectType = readObjectType();
  const samplingFrequency = readFrequency();
  const channelConfiguration = r.u(4);
  let extensionSamplingFrequency = samplingFrequency;
  if (audioObjectType === AOT_SBR || audioObjectType === AOT_PS) {
    extensionSamplingFrequency = readFrequency();
    audioObjectType = readObjectType();
  }
  const frameLengthFlag = audioObjectType === AOT_AAC_LC && r.bitsLeft > 0 ? r.u(1) : 0;
  let programConfig: ProgramConfig | null = null;
  if (audioObjectType === AOT_AAC_LC && channelConfiguration === 0 && r.bitsLeft > 2) {
    if (r.u(1) === 1) r.u(14); // dependsOnCoreCoder, coreCoderDelay
    r.u(1); // extensionFlag
    programConfig = readProgramConfig(config, r.bitPosition);
  }
  return {
    audioObjectType,
    samplingFrequency,
    extensionSamplingFrequency,
    channelConfiguration,
    numChannels: programConfig?.numChannels ?? CHANNELS[channelConfiguration] ?? 0,
    channelMask: programConfig?.channelMask ?? CHANNEL_MASKS[channelConfiguration] ?? 0,
    frameLength: frameLengthFlag === 1 ? 960 : 1024,
    programConfig,
  };
}

/** Writes the configuration of AAC-LC, AAC clause 1.6.2.1 with GASpecificConfig of clause 4.4.1: 2 or 5 bytes. */
export function writeAacLcConfig(
  samplingFrequency: number,
  channelConfiguration: number,
): Uint8Array {
  const w = new BitWriter();
  w.put(5, AOT_AAC_LC); // audioObjectType
  const index = SAMPLING_FREQUENCIES.indexOf(samplingFrequency);
  w.put(4, index < 0 ? ESCAPE_INDEX : index); // samplingFrequencyIndex
  if (index < 0) w.put(24, samplingFrequency); // samplingFrequency
  w.put(4, channelConfiguration); // channelConfiguration
  w.put(1, 0); // frameLengthFlag
  w.put(1, 0); // dependsOnCoreCoder
  w.put(1, 0); // extensionFlag
  return w.toBytes();
}
