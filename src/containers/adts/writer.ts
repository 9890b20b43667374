/** Writes ADTS (.aac): a header before each raw_data_block, AAC clause 1.A.2. */
import type { ByteSink } from '../../base/byte-stream.ts';
import type { ContainerWriter } from '../../base/container.ts';
import {
  ConfigError,
  rejectUnknownKeys,
  requireOneOf,
  UnsupportedError,
} from '../../base/errors.ts';
import type { Packet, StreamInfo } from '../../base/packet.ts';
import type { Rational } from '../../base/rational.ts';
import { SyntaxWriter } from '../../bits/syntax-writer.ts';
import { protectedBitsOf } from '../../syntax/aac/aac-packet.ts';
import {
  type AdtsHeader,
  CRC_BYTES,
  HEADER_BYTES,
  MAX_FRAME_BYTES,
  writeAdtsHeader,
} from '../../syntax/aac/adts-header.ts';
import { audioFormatOf, readAudioSpecificConfig } from '../../syntax/aac/audio-specific-config.ts';
import { ID_PCE } from '../../syntax/aac/element-ids.ts';
import { type ProgramConfig, programConfigElement } from '../../syntax/aac/program-config.ts';
import { SAMPLING_FREQUENCIES } from '../../syntax/aac/sampling-frequency.ts';
import { adtsCrc } from './error-check.ts';

/** Options of the ADTS writer. */
export interface AdtsOptions {
  /**
   * Whether each frame has a CRC (protection_absent 0): two bytes more. Only for packets that come from the encoder of this
   * library, which say what it covers. Default false.
   */
  readonly crc?: boolean;
}

/**
 * A writer of an ADTS file with one AAC stream. Frames follow each other; times, priming and padding have no place in the
 * file. Channels that have no configuration of their own are told by a program_config_element() in every frame.
 *
 * Throws `ConfigError` for other streams, `UnsupportedError` for configurations that a header cannot say: object types
 * above 4, frequencies outside of the table, configurations above 7, frames of 960 samples.
 */
export function createAdtsWriter(
  sink: ByteSink,
  streams: readonly StreamInfo[],
  options: AdtsOptions = {},
): ContainerWriter {
  rejectUnknownKeys('adts.options', options, ['crc']);
  const crc = requireOneOf('adts.options.crc', options.crc ?? false, [true, false]);
  const [stream] = streams;
  if (streams.length !== 1 || stream?.kind !== 'audio' || stream.codec !== 'aac') {
    const found = streams.map(({ codec }) => codec).join(', ') || 'none';
    throw new ConfigError('adts.streams', `got ${found}, allowed is one stream of aac`);
  }
  const config = readAudioSpecificConfig(stream.config);
  const { audioObjectType, samplingFrequency, channelConfiguration } = config;
  const { frameLength } = audioFormatOf(config);
  const { programConfig } = config;
  const index = SAMPLING_FREQUENCIES.indexOf(samplingFrequency);
  const refuse = (field: string, found: number, allowed: string): never => {
    throw new UnsupportedError(`adts.streams[0].config.${field}`, `got ${found}, ${allowed}`);
  };
  if (audioObjectType < 1 || audioObjectType > 4) {
    refuse('audioObjectType', audioObjectType, 'an ADTS header can say 1..4 (clause 1.A.2.2.1)');
  }
  if (index < 0) {
    refuse('samplingFrequency', samplingFrequency, 'an ADTS header can say those of table 1.18');
  }
  if (channelConfiguration > 7 || (channelConfiguration === 0 && programConfig === null)) {
    refuse('channelConfiguration', channelConfiguration, 'an ADTS header can say 1..7');
  }
  const prefix = programConfig === null ? null : programConfigPrefix(programConfig);
  if (frameLength !== 1024) refuse('frameLength', frameLength, 'ADTS frames have 1024 samples');
  return new AdtsWriter(
    sink,
    [1, stream.sampleRate],
    {
      protection_absent: crc ? 0 : 1,
      profile_ObjectType: audioObjectType - 1,
      sampling_frequency_index: index,
      channel_configuration: channelConfiguration,
      aac_frame_length: HEADER_BYTES,
      number_of_raw_data_blocks_in_frame: 0,
    },
    prefix,
  );
}

/** A program_config_element() with its id_syn_ele, as a raw_data_block begins with it: whole bytes. */
function programConfigPrefix(config: ProgramConfig): Uint8Array {
  const w = new SyntaxWriter();
  w.u('id_syn_ele', 3, ID_PCE);
  programConfigElement(w, { ...config, comment_field_data: new Uint8Array(0) });
  return w.bits.toBytes();
}

class AdtsWriter implements ContainerWriter {
  readonly timeBases: readonly Rational[];
  private readonly sink: ByteSink;
  private readonly header: AdtsHeader;
  /** The beginning of each raw_data_block, unless it has it already: channels that the header cannot say. */
  private readonly prefix: Uint8Array;
  private readonly frame = new Uint8Array(MAX_FRAME_BYTES);

  constructor(sink: ByteSink, timeBase: Rational, header: AdtsHeader, prefix: Uint8Array | null) {
    this.prefix = prefix ?? new Uint8Array(0);
    this.sink = sink;
    this.timeBases = [timeBase];
    this.header = header;
  }

  async writeHeader(): Promise<void> {}

  async writePacket(streamIndex: number, packet: Packet): Promise<void> {
    requireOneOf('adts.writePacket.streamIndex', streamIndex, [0]);
    const { data } = packet;
    const { header, frame } = this;
    const hasCrc = header.protection_absent === 0;
    const start = HEADER_BYTES + (hasCrc ? CRC_BYTES : 0);
    const prefixBytes = data[0]! >> 5 === ID_PCE ? 0 : this.prefix.length;
    const aac_frame_length = start + prefixBytes + data.length;
    if (data.length === 0 || aac_frame_length > MAX_FRAME_BYTES) {
      throw new ConfigError(
        'adts.writePacket.packet.data',
        `got ${data.length} bytes, allowed are 1..${MAX_FRAME_BYTES - start - prefixBytes} (aac_frame_length has 13 bits)`,
      );
    }
    writeAdtsHeader({ ...header, aac_frame_length }, frame);
    frame.set(this.prefix.subarray(0, prefixBytes), start);
    frame.set(data, start + prefixBytes);
    if (hasCrc) {
      const protectedBits = protectedBitsOf(packet);
      if (protectedBits === undefined) {
        throw new UnsupportedError(
          'adts.options.crc',
          'packets of this stream do not say what a CRC covers; only those from the encoder do',
        );
      }
      const crc = adtsCrc(frame, HEADER_BYTES, this.prefix, data, protectedBits);
      frame[HEADER_BYTES] = crc >> 8;
      frame[HEADER_BYTES + 1] = crc;
    }
    await this.sink.write(frame.subarray(0, aac_frame_length));
  }

  async writeTrailer(): Promise<void> {}
}
