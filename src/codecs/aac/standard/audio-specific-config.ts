/** AudioSpecificConfig: what a decoder must know before the first frame, AAC clause 1.6.2.1. */

import { FormatError, UnsupportedError } from '../../../base/errors.ts';
import { BitReader } from '../../../bits/bit-reader.ts';
import { BitWriter } from '../../../bits/bit-writer.ts';
import { SyntaxWriter } from '../../../bits/syntax-writer.ts';
import { SAMPLING_FREQUENCIES } from './sampling-frequency.ts';

/** Audio object type 2, table 1.17. */
const AOT_AAC_LC = 2;

/** The fields of AudioSpecificConfig and GASpecificConfig that an AAC-LC stream chooses. */
export interface AudioSpecificConfig {
  /** Table 1.18. */
  readonly samplingFrequencyIndex: number;
  /** Table 1.19, 1..7. */
  readonly channelConfiguration: number;
}

/** AudioSpecificConfig() of clause 1.6.2.1 with GASpecificConfig() of clause 4.4.1: two bytes. */
export function writeAudioSpecificConfig(config: AudioSpecificConfig): Uint8Array {
  const w = new SyntaxWriter(new BitWriter());
  w.u('audioObjectType', 5, AOT_AAC_LC);
  w.u('samplingFrequencyIndex', 4, config.samplingFrequencyIndex);
  w.u('channelConfiguration', 4, config.channelConfiguration);
  w.u('frameLengthFlag', 1, 0);
  w.u('dependsOnCoreCoder', 1, 0);
  w.u('extensionFlag', 1, 0);
  return w.bits.toBytes();
}

/**
 * Reads an AudioSpecificConfig as this encoder writes it. Throws `FormatError` for bytes that break the syntax,
 * `UnsupportedError` for other object types, explicit frequencies, and configuration 0.
 */
export function readAudioSpecificConfig(bytes: Uint8Array): AudioSpecificConfig {
  const r = new BitReader(bytes, 'aac.audioSpecificConfig');
  const audioObjectType = r.u(5);
  if (audioObjectType !== AOT_AAC_LC) {
    throw new UnsupportedError(
      'aac.audioSpecificConfig.audioObjectType',
      `got ${audioObjectType}, allowed is ${AOT_AAC_LC}, AAC-LC (clause 1.5.1.1)`,
    );
  }
  const samplingFrequencyIndex = r.u(4);
  if (samplingFrequencyIndex >= SAMPLING_FREQUENCIES.length) {
    throw new FormatError(
      'aac.audioSpecificConfig.samplingFrequencyIndex',
      `got ${samplingFrequencyIndex}, allowed are 0..12 (clause 1.6.3.4)`,
      0,
    );
  }
  const channelConfiguration = r.u(4);
  if (channelConfiguration < 1 || channelConfiguration > 7) {
    throw new UnsupportedError(
      'aac.audioSpecificConfig.channelConfiguration',
      `got ${channelConfiguration}, allowed are 1..7 (clause 1.6.3.5)`,
    );
  }
  return { samplingFrequencyIndex, channelConfiguration };
}
