/** A file opened, one stream of it read, and the file closed: SPDL's `demux_audio`, `demux_video` and `demux_image`. */
import { rejectUnknownKeys } from '../../base/errors.ts';
import type { Origin } from '../../io/open.ts';
import type { PacketList } from '../demuxed-packets.ts';
import type { DemuxerOptions, TimeWindow } from '../demuxer.ts';
import { Demuxer } from './sessions.ts';

/** The part of the file to read, and how to open it. */
export interface DemuxFileOptions {
  /** Only this part of the time line, in seconds; default all of it. */
  readonly timestamp?: TimeWindow;
  /** Bitstream filters for the packets. */
  readonly bsf?: string;
  /** As for `Demuxer.open`. */
  readonly demuxConfig?: DemuxerOptions;
}

/** Packets of the best audio stream of a file, as `Demuxer.demuxAudio` gives them. */
export async function demuxAudio(
  origin: Origin,
  options: DemuxFileOptions = {},
): Promise<PacketList> {
  rejectUnknownKeys('demuxAudio', options, ['timestamp', 'bsf', 'demuxConfig']);
  return withDemuxer(origin, options, (demuxer) =>
    demuxer.demuxAudio(options.timestamp, filterOf(options)),
  );
}

/** Packets of the best video stream of a file, as `Demuxer.demuxVideo` gives them. */
export async function demuxVideo(
  origin: Origin,
  options: DemuxFileOptions = {},
): Promise<PacketList> {
  rejectUnknownKeys('demuxVideo', options, ['timestamp', 'bsf', 'demuxConfig']);
  return withDemuxer(origin, options, (demuxer) =>
    demuxer.demuxVideo(options.timestamp, filterOf(options)),
  );
}

/** The picture of a file, as `Demuxer.demuxImage` gives it. */
export async function demuxImage(
  origin: Origin,
  options: Omit<DemuxFileOptions, 'timestamp'> = {},
): Promise<PacketList> {
  rejectUnknownKeys('demuxImage', options, ['bsf', 'demuxConfig']);
  return withDemuxer(origin, options, (demuxer) => demuxer.demuxImage(filterOf(options)));
}

function filterOf({ bsf }: DemuxFileOptions): { readonly bsf?: string } {
  return bsf === undefined ? {} : { bsf };
}

async function withDemuxer(
  origin: Origin,
  { demuxConfig }: DemuxFileOptions,
  read: (demuxer: Demuxer) => Promise<PacketList>,
): Promise<PacketList> {
  const demuxer = await Demuxer.open(origin, demuxConfig);
  try {
    return await read(demuxer);
  } finally {
    await demuxer.close();
  }
}
