/** AudioSpecificConfig: what a decoder must know before the first frame, AAC clause 1.6.2.1. */
import { BitWriter } from '../../../bits/bit-writer.ts';
import { SyntaxWriter } from '../../../bits/syntax-writer.ts';
import type { ProgramConfig } from './channel-configuration.ts';
import { writeProgramConfigElement } from './program-config.ts';

/** Audio object type 2, table 1.17. */
const AOT_AAC_LC = 2;

/** The fields of AudioSpecificConfig and GASpecificConfig that an AAC-LC stream chooses. */
export interface AudioSpecificConfig {
  /** Table 1.18. */
  readonly samplingFrequencyIndex: number;
  /** Table 1.19, 1..7; 0 if `programConfig` tells. */
  readonly channelConfiguration: number;
  readonly programConfig?: ProgramConfig | undefined;
}

/** AudioSpecificConfig() of clause 1.6.2.1 with GASpecificConfig() of clause 4.4.1: two bytes, more with a program config. */
export function writeAudioSpecificConfig(config: AudioSpecificConfig): Uint8Array {
  const w = new SyntaxWriter(new BitWriter());
  w.u('audioObjectType', 5, AOT_AAC_LC);
  w.u('samplingFrequencyIndex', 4, config.samplingFrequencyIndex);
  w.u('channelConfiguration', 4, config.channelConfiguration);
  w.u('frameLengthFlag', 1, 0);
  w.u('dependsOnCoreCoder', 1, 0);
  w.u('extensionFlag', 1, 0);
  if (config.programConfig !== undefined) {
    writeProgramConfigElement(w, config.programConfig, config.samplingFrequencyIndex);
  }
  return w.bits.toBytes();
}
