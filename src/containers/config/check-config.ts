/**
 * The check of a configuration that is carried on: it must be one that the readers of this library, and decoders, take. A track with
 * another one cannot be decoded by anybody, so readers leave it out and say so.
 */
import { FormatError } from '../../base/errors.ts';
import {
  type AudioFormat,
  audioFormatOf,
  readAudioSpecificConfig,
} from '../../syntax/aac/audio-specific-config.ts';
import { readAvcRecord } from '../../syntax/h264/configuration-record.ts';
import { opusHeadToBox } from './opus-head.ts';

/** Bytes that a record has at least, and its first byte. */
const RECORDS: Readonly<Record<string, readonly [bytes: number, first: number]>> = {
  hevc: [23, 1], // configurationVersion, NALFF clause 8.3.3.1
  av1: [4, 0x81], // marker and version, AV1-ISOBMFF clause 2.3.3
};

/** Throws `FormatError` if `config` is no configuration of `codec`; an empty one is left to the container. */
export function requireConfig(codec: string, config: Uint8Array): void {
  if (config.length === 0) return;
  if (codec === 'aac') aacFormat(config);
  else if (codec === 'h264') readAvcRecord(config);
  else if (codec === 'opus') opusHeadToBox(config);
  const record = Object.hasOwn(RECORDS, codec) ? RECORDS[codec] : undefined;
  if (record !== undefined && (config.length < record[0] || config[0] !== record[1])) {
    throw new FormatError(`${codec}.config`, `${config.length} bytes are no record of ${codec}`);
  }
}

/** The format of the sound, as an AudioSpecificConfig says it. Throws `FormatError` if it is none. */
export function aacFormat(config: Uint8Array): AudioFormat {
  return audioFormatOf(readAudioSpecificConfig(config));
}
