/**
 * AudioSpecificConfig, AAC clause 1.6.2.1: the facts that a decoder, or a container, needs of an AAC stream before its first frame.
 * Described is the part that all object types share, the signaling of SBR in both ways (hierarchical, and behind the rest,
 * where decoders without SBR do not look), and GASpecificConfig of AAC Main, LC, SSR and LTP.
 */
import type { BitSyntax, Draft, Flag } from '../../bits/bit-syntax.ts';
import { SyntaxReader } from '../../bits/syntax-reader.ts';
import { SyntaxWriter } from '../../bits/syntax-writer.ts';
import {
  EMPTY_PROGRAM_CONFIG,
  type ProgramConfig,
  programChannelMask,
  programChannels,
  programConfigElement,
} from './program-config.ts';
import { samplingFrequency } from './sampling-frequency.ts';

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
const AOT_AAC_LTP = 4;
const AOT_SBR = 5;
const AOT_PS = 29;
const AOT_ESCAPE = 31;

/** The elements of the configuration, AAC clause 1.6.2.1. */
export interface AudioSpecificConfig {
  /** AudioObjectType of the core coder: 2 is AAC-LC. */
  readonly audioObjectType: number;
  /** Sampling frequency of the core coder, in Hz. */
  readonly samplingFrequency: number;
  /** Table 1.19; 0 if `programConfig` tells. */
  readonly channelConfiguration: number;
  /** SBR, alone (5) or with parametric stereo (29); null without. */
  readonly sbr: {
    readonly extensionAudioObjectType: number;
    /** Signaled behind the rest of the configuration (AAC clause 1.6.6.2), not by the first object type. */
    readonly isBackwardCompatible: boolean;
    /** Sampling frequency of the output, in Hz. */
    readonly extensionSamplingFrequency: number;
  } | null;
  /** Frames of 960 samples instead of 1024, AAC clause 4.4.1. */
  readonly frameLengthFlag: Flag;
  /** coreCoderDelay of a stream that depends on a core coder; null: dependsOnCoreCoder is 0. */
  readonly coreCoderDelay: number | null;
  readonly extensionFlag: Flag;
  /** Channels in `channelConfiguration` 0; null in others. */
  readonly programConfig: ProgramConfig | null;
}

/** AAC-LC, 48 kHz, stereo. */
export const PLAIN_AUDIO_CONFIG: AudioSpecificConfig = {
  audioObjectType: AOT_AAC_LC,
  samplingFrequency: 48000,
  channelConfiguration: 2,
  sbr: null,
  frameLengthFlag: 0,
  coreCoderDelay: null,
  extensionFlag: 0,
  programConfig: null,
};

/** AudioSpecificConfig() of AAC clause 1.6.2.1 with GASpecificConfig() of clause 4.4.1, in whole bytes. */
export function writeAudioSpecificConfig(config: AudioSpecificConfig): Uint8Array {
  const w = new SyntaxWriter();
  audioSpecificConfig(w, config);
  w.bits.alignZero();
  return w.bits.toBytes();
}

/** Writes the configuration of AAC-LC, AAC clause 1.6.2.1: 2 or 5 bytes. */
export function writeAacLcConfig(
  samplingFrequency: number,
  channelConfiguration: number,
): Uint8Array {
  return writeAudioSpecificConfig({
    ...PLAIN_AUDIO_CONFIG,
    ...{ samplingFrequency, channelConfiguration },
  });
}

/** Reads a configuration, AAC clause 1.6.2.1; throws `FormatError` if it is cut off or names a reserved frequency. */
export function readAudioSpecificConfig(config: Uint8Array): AudioSpecificConfig {
  return audioSpecificConfig(new SyntaxReader(config, 'aac.config'), PLAIN_AUDIO_CONFIG);
}

/** AudioSpecificConfig(), AAC clause 1.6.2.1: writes `config`, or returns the one read. */
export function audioSpecificConfig(
  s: BitSyntax,
  config: AudioSpecificConfig,
): AudioSpecificConfig {
  s.where = 'aac.config';
  const out: Draft<AudioSpecificConfig> = { ...config };
  const isHierarchical = config.sbr !== null && !config.sbr.isBackwardCompatible;
  const first = isHierarchical ? config.sbr.extensionAudioObjectType : config.audioObjectType;
  const type = audioObjectType(s, first);
  out.samplingFrequency = samplingFrequency(s, '', config.samplingFrequency);
  out.channelConfiguration = s.u('channelConfiguration', 4, config.channelConfiguration);
  out.audioObjectType = type;
  out.sbr = null;
  if (type === AOT_SBR || type === AOT_PS) {
    const frequency = config.sbr?.extensionSamplingFrequency ?? 0;
    out.sbr = {
      extensionAudioObjectType: type,
      isBackwardCompatible: false,
      extensionSamplingFrequency: samplingFrequency(s, 'extension', frequency),
    };
    out.audioObjectType = audioObjectType(s, config.audioObjectType);
  }
  const isGeneralAudio = out.audioObjectType >= 1 && out.audioObjectType <= AOT_AAC_LTP;
  if (isGeneralAudio && s.bitsLeft > 0) gaSpecificConfig(s, out);
  if (out.sbr === null && isGeneralAudio) out.sbr = compatibleSbr(s, config.sbr);
  return out;
}

/** syncExtensionType of SBR, and of parametric stereo behind it: AAC clause 1.6.2.1. */
const SYNC_SBR = 0x2b7;
const SYNC_PS = 0x548;

/** The end of AudioSpecificConfig() in which SBR is signaled backward compatibly, AAC clauses 1.6.2.1 and 1.6.6.2. */
function compatibleSbr(s: BitSyntax, sbr: AudioSpecificConfig['sbr']): AudioSpecificConfig['sbr'] {
  const isThere = s.isReading ? s.bitsLeft >= 16 : sbr?.isBackwardCompatible === true;
  if (!isThere || s.u('syncExtensionType', 11, SYNC_SBR) !== SYNC_SBR) return null;
  if (audioObjectType(s, AOT_SBR) !== AOT_SBR) return null;
  if (s.flag('sbrPresentFlag', 1) === 0) return null;
  const frequency = sbr?.extensionSamplingFrequency ?? 0;
  const found = {
    extensionAudioObjectType: AOT_SBR,
    isBackwardCompatible: true,
    extensionSamplingFrequency: samplingFrequency(s, 'extension', frequency),
  };
  const isPs = sbr?.extensionAudioObjectType === AOT_PS;
  if (s.isReading ? s.bitsLeft < 12 : !isPs) return found;
  const hasPs =
    s.u('syncExtensionType', 11, SYNC_PS) === SYNC_PS && s.flag('psPresentFlag', 1) === 1;
  return hasPs ? { ...found, extensionAudioObjectType: AOT_PS } : found;
}

/** GetAudioObjectType(), AAC clause 1.6.2.1. */
function audioObjectType(s: BitSyntax, value: number): number {
  const type = s.u('audioObjectType', 5, Math.min(value, AOT_ESCAPE));
  return type === AOT_ESCAPE ? 32 + s.u('audioObjectTypeExt', 6, value - 32) : type;
}

/** GASpecificConfig(), AAC clause 4.4.1; a configuration may end behind its first element. */
function gaSpecificConfig(s: BitSyntax, config: Draft<AudioSpecificConfig>): void {
  config.frameLengthFlag = s.flag('frameLengthFlag', config.frameLengthFlag);
  if (s.bitsLeft < 2) return;
  const delay = config.coreCoderDelay;
  config.coreCoderDelay =
    s.flag('dependsOnCoreCoder', delay === null ? 0 : 1) === 0
      ? null
      : s.u('coreCoderDelay', 14, delay ?? 0);
  config.extensionFlag = s.flag('extensionFlag', config.extensionFlag);
  if (config.channelConfiguration === 0 && s.bitsLeft > 0) {
    config.programConfig = programConfigElement(s, config.programConfig ?? EMPTY_PROGRAM_CONFIG);
  }
  if (config.extensionFlag === 1 && s.bitsLeft > 0) s.flag('extensionFlag3', 0);
}

/** The facts of a configuration that containers need. */
export interface AudioFormat {
  /** 0 if it is not known. */
  readonly numChannels: number;
  /** WAVE channel mask; 0 if not known. */
  readonly channelMask: number;
  /** Sampling frequency of the output, in Hz: the extension's with SBR, the core's without. */
  readonly sampleRate: number;
  /** Samples that one packet gives at the core's frequency: 1024, or 960. */
  readonly frameLength: number;
  /** Samples that one packet gives at `sampleRate`: with SBR mostly twice as many. */
  readonly frameSize: number;
}

/** Channels, rate and frame length that a configuration says, AAC clauses 1.6.3.4, 1.6.3.5 and 4.5.1.1. */
export function audioFormatOf(config: AudioSpecificConfig): AudioFormat {
  const { channelConfiguration, programConfig, sbr } = config;
  const isTold = programConfig !== null;
  const sampleRate = sbr?.extensionSamplingFrequency ?? config.samplingFrequency;
  const frameLength = config.frameLengthFlag === 1 ? 960 : 1024;
  return {
    numChannels: isTold ? programChannels(programConfig) : (CHANNELS[channelConfiguration] ?? 0),
    channelMask: isTold
      ? programChannelMask(programConfig)
      : (CHANNEL_MASKS[channelConfiguration] ?? 0),
    sampleRate,
    frameLength,
    // SBR doubles the rate, or keeps it (downsampled SBR, AAC clause 4.6.18.2.6).
    frameSize: sampleRate > config.samplingFrequency ? 2 * frameLength : frameLength,
  };
}
