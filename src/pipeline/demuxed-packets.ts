/** What demuxer and bitstream filters hand on. */
import type { Packets, StreamInfo } from '../base/packet.ts';

/** Packets of one stream as the demuxer gives them. */
export interface DemuxedPackets extends Packets {
  /** The stream that they belong to; absent from the chunks of `streamingDemux`, as in SPDL. */
  readonly codec?: StreamInfo;
  /** The window that was asked for, in seconds. */
  readonly timestamp?: readonly [start: number, end: number];
}
