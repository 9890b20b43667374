/**
 * Bitstream filters: change how packets are packaged without decoding them. A description names filters with commas
 * between, as ffmpeg's `-bsf` does: `h264_mp4toannexb,null`.
 */
import { ConfigError, FormatError, StateError } from '../base/errors.ts';
import type { Packet, StreamInfo } from '../base/packet.ts';
import {
  CRC_BYTES,
  configOfHeader,
  HEADER_BYTES,
  readAdtsHeader,
} from '../syntax/aac/adts-header.ts';
import { writeAudioSpecificConfig } from '../syntax/aac/audio-specific-config.ts';
import { joinWithStartCodes, splitLengthPrefixed } from '../syntax/h264/byte-stream.ts';
import { readAvcRecord } from '../syntax/h264/configuration-record.ts';
import { NalUnitType, nalUnitType } from '../syntax/h264/nal.ts';
import { type DemuxedPackets, PacketList } from './demuxed-packets.ts';

/** One filter, or several as one: packets go in and come out one for one. */
export interface BsfChain {
  /** The stream as it is behind the filter. */
  readonly codec: StreamInfo;
  filter(packet: Packet): Packet;
}

/** The stream before a filter. Its description may become complete only with the first packet. */
interface Upstream {
  readonly codec: StreamInfo;
}

/** Table: name => what makes the filter behind `upstream`. */
const FILTERS: Readonly<Record<string, (upstream: Upstream) => BsfChain>> = {
  null: (upstream) => ({
    get codec() {
      return upstream.codec;
    },
    filter: (packet) => packet,
  }),
  h264_mp4toannexb: (upstream) => new Mp4ToAnnexB(upstream.codec),
  aac_adtstoasc: (upstream) => new AdtsToAsc(upstream.codec),
};

/** Makes the filters of `description` for a stream. Throws `ConfigError` for an unknown filter or a codec that it is not for. */
export function createBsfChain(codec: StreamInfo, description: string): BsfChain {
  const chain: BsfChain[] = [];
  let upstream: Upstream = { codec };
  for (const name of description.split(',')) {
    const create = Object.hasOwn(FILTERS, name.trim()) ? FILTERS[name.trim()] : undefined;
    if (create === undefined) {
      throw new ConfigError(
        'bsf',
        `unknown filter '${name.trim()}', allowed are ${Object.keys(FILTERS).join(', ')}`,
      );
    }
    const filter = create(upstream);
    chain.push(filter);
    upstream = filter;
  }
  return {
    get codec() {
      return chain.at(-1)!.codec;
    },
    filter: (packet) => chain.reduce((data, filter) => filter.filter(data), packet),
  };
}

/** Filters the packets of one stream, piece by piece. */
export class BSF {
  private readonly chain: BsfChain;
  private isFlushed = false;

  /**
   * @param codec the stream that packets will come from
   * @param description filters by their names, with commas between
   */
  constructor(codec: StreamInfo, description: string) {
    if (codec === undefined) throw new ConfigError('bsf.codec', 'needed is a stream, got none');
    this.chain = createBsfChain(codec, description);
  }

  /** The stream as it is behind the filter; for ADTS it is complete after the first packet. */
  get codec(): StreamInfo {
    return this.chain.codec;
  }

  /** The packets behind the filter. They have a codec if those given had one. `flush`: these are the last. */
  filter(packets: DemuxedPackets, options: { readonly flush?: boolean } = {}): PacketList {
    if (this.isFlushed) throw new StateError('bsf.filter', 'was flushed; make a new BSF');
    if (packets.kind !== this.chain.codec.kind) {
      throw new ConfigError('bsf.filter.packets', `got ${packets.kind}, not ${this.codec.kind}`);
    }
    const filtered = packets.packets.map((packet) => this.chain.filter(packet));
    if (options.flush === true) this.isFlushed = true;
    const { codec: given, ...rest } = packets;
    return given === undefined
      ? new PacketList({ ...rest, packets: filtered })
      : new PacketList({ ...rest, packets: filtered, codec: this.codec });
  }

  /** No packets will follow. None of the filters holds any back, so this gives none. */
  flush(): PacketList {
    if (this.isFlushed) throw new StateError('bsf.flush', 'was flushed before; make a new BSF');
    this.isFlushed = true;
    const { kind, timeBase } = this.codec;
    return new PacketList({ kind, timeBase, packets: [] });
  }
}

/** Filters all packets of a stream at once. Throws `ConfigError` if they do not say their codec. */
export function applyBsf(packets: DemuxedPackets, description: string): PacketList {
  if (packets.codec === undefined) {
    throw new ConfigError(
      'applyBsf.packets',
      'do not have a codec; use demuxVideo() or demuxAudio(), or a BSF with the codec',
    );
  }
  return new BSF(packets.codec, description).filter(packets, { flush: true });
}

/**
 * Lengths become start codes (H.264 Annex B), and the parameter sets of the record stand before each IDR picture that has
 * none of its own. The first unit of a packet and parameter sets get zero_byte before the start code (clause B.1.2).
 */
class Mp4ToAnnexB implements BsfChain {
  readonly codec: StreamInfo;
  private readonly sps: readonly Uint8Array[];
  private readonly pps: readonly Uint8Array[];
  private readonly isConverted: boolean;
  /** Whether an IDR picture that begins now still needs parameter sets, and which of them have been seen. */
  private needsSets = true;
  private hasSps = false;
  private hasPps = false;

  constructor(codec: StreamInfo) {
    if (codec.codec !== 'h264') {
      throw new ConfigError('bsf.h264_mp4toannexb', `is for h264, got ${codec.codec}`);
    }
    this.isConverted = codec.config.length < 4 || codec.config[0] !== 1;
    const record = this.isConverted ? { sps: [], pps: [] } : readAvcRecord(codec.config);
    this.sps = record.sps;
    this.pps = record.pps;
    const sets = [...this.sps, ...this.pps];
    this.codec = this.isConverted ? codec : { ...codec, config: joinWithStartCodes(sets) };
  }

  filter(packet: Packet): Packet {
    if (this.isConverted) return packet;
    const units: Uint8Array[] = [];
    const given = splitLengthPrefixed(packet.data, (length, at) => {
      const where = 'bsf.h264_mp4toannexb';
      return new FormatError(where, `a NAL unit of ${length} bytes does not fit`, at);
    });
    for (const unit of given) {
      units.push(...this.setsBefore(unit), unit);
      if (nalUnitType(unit[0]!) === NalUnitType.NON_IDR_SLICE) {
        this.needsSets = true;
        this.hasSps = false;
        this.hasPps = false;
      }
    }
    return { ...packet, data: joinWithStartCodes(units) };
  }

  /** Parameter sets that have to stand before `unit`. */
  private setsBefore(unit: Uint8Array): readonly Uint8Array[] {
    const type = nalUnitType(unit[0]!);
    if (type === NalUnitType.SPS) {
      this.hasSps = true;
      this.needsSets = true;
    } else if (type === NalUnitType.PPS) {
      this.hasPps = true;
      this.needsSets = true;
      if (!this.hasSps && this.sps.length > 0) {
        this.hasSps = true;
        return this.sps;
      }
    } else if (type === NalUnitType.IDR_SLICE) {
      // first_mb_in_slice 0 is coded as a single one bit: a new picture begins (clause 7.3.3).
      const isFirstSlice = ((unit[1] ?? 0) & 0x80) !== 0;
      if (!this.needsSets && isFirstSlice) this.needsSets = true;
      if (this.needsSets && !this.hasSps && !this.hasPps) {
        this.needsSets = false;
        return [...this.sps, ...this.pps];
      }
      if (this.needsSets && this.hasSps && !this.hasPps) {
        this.needsSets = false;
        return this.pps;
      }
    }
    return [];
  }
}

/** Takes the ADTS header (AAC clause 1.A.2) off each packet and makes it the stream's configuration. */
class AdtsToAsc implements BsfChain {
  codec: StreamInfo;

  constructor(codec: StreamInfo) {
    if (codec.codec !== 'aac') {
      throw new ConfigError('bsf.aac_adtstoasc', `is for aac, got ${codec.codec}`);
    }
    this.codec = codec;
  }

  filter(packet: Packet): Packet {
    const { data } = packet;
    const header = readAdtsHeader(data);
    if (header === null) {
      if (this.codec.config.length > 0) return packet;
      throw new FormatError('bsf.aac_adtstoasc', 'no ADTS header, and no configuration', 0);
    }
    if (header.number_of_raw_data_blocks_in_frame !== 0) {
      throw new FormatError('bsf.aac_adtstoasc', 'a frame holds more than one raw_data_block', 6);
    }
    if (header.channel_configuration === 0) {
      throw new FormatError('bsf.aac_adtstoasc', 'channels told by a program config element', 2);
    }
    if (this.codec.config.length === 0) {
      this.codec = { ...this.codec, config: writeAudioSpecificConfig(configOfHeader(header)) };
    }
    const start = HEADER_BYTES + (header.protection_absent === 1 ? 0 : CRC_BYTES);
    return { ...packet, data: data.subarray(start) };
  }
}
