/**
 * The abilities of a writer of MP4 files beyond H.264 and AAC. They are handed over, so that programs which write no more than these need not
 * carry it: bundlers leave out parts that are not handed over.
 */
import { UnsupportedError } from '../../base/errors.ts';
import type { Chapter } from '../../base/file-description.ts';
import type { Packet, StreamInfo, VideoStreamInfo } from '../../base/packet.ts';
import type { BoxWriter } from './box-writer.ts';
import type { ResolvedMp4Options } from './options.ts';
import type { BitRates, Mp4Track } from './track.ts';

/** The kinds of file, by the name of the option. */
export type Mp4Format = ResolvedMp4Options['format'];

/** Tools of a writer; null: it is without. */
export interface Mp4Tools {
  readonly entries: OtherEntries | null;
  readonly text: TextTools | null;
  /** Writes what an entry says of the picture beside its size and colors. */
  readonly writePictureBoxes: ((w: BoxWriter, stream: VideoStreamInfo) => void) | null;
  /** Writes the boxes of a sample entry that another file had. */
  readonly writeCarriedBoxes: ((w: BoxWriter, stream: StreamInfo) => void) | null;
  readonly kinds: KindTools | null;
  /** Adds the tracks of timecode that go with others to `tracks`, and writes their samples. */
  readonly addTimecodes:
    | ((
        tracks: Mp4Track[],
        write: (track: Mp4Track, packet: Packet) => Promise<void> | void,
      ) => Promise<void>)
    | null;
  /** Writes the links of a track to others. */
  readonly writeLinks: ((w: BoxWriter, tracks: readonly Mp4Track[], index: number) => void) | null;
  /** Writes titles, cover art and the list of chapters. */
  readonly writeUserData: ((w: BoxWriter, about: UserData) => void) | null;
  /** Writes the texts of one track. */
  readonly writeTrackTexts: ((w: BoxWriter, stream: StreamInfo, format: Mp4Format) => void) | null;
}

/** What is written about the whole file. */
export type UserData = Pick<ResolvedMp4Options, 'metadata' | 'chapters' | 'otherTags' | 'format'>;

/** Roles of tracks. */
export interface KindTools {
  has(stream: StreamInfo): boolean;
  /** Writes them in the track's `udta`. */
  write(w: BoxWriter, stream: StreamInfo): void;
  /** What the streams say that has no place in the file, a sentence each. */
  lost(streams: readonly StreamInfo[]): string[];
}

/** Sample entries of other codecs of pictures and sound. */
export interface OtherEntries {
  /** Throws `UnsupportedError` or `ConfigError` for a stream that has none in files of this format. */
  check(where: string, stream: StreamInfo, format: Mp4Format): void;
  /** Bytes of a sample of a channel; 0 if `codec` is not PCM. */
  pcmBytes(codec: string): number;
  write(w: BoxWriter, track: Mp4Track, format: Mp4Format, rates: BitRates | null): void;
}

/** Tracks of text: cues, and chapters. */
export interface TextTools {
  /** Throws `UnsupportedError` for codecs of text that MP4 has no place for. */
  check(where: string, stream: StreamInfo): void;
  /** A packet with what the file's form of text needs: as a sample, and gaps filled. */
  samples(track: Mp4Track, packet: Packet): Iterable<Packet>;
  /** The sample that ends a track; null if it needs none. */
  closing(track: Mp4Track): Packet | null;
  /** A track that names chapters, and a packet for each. */
  chapterTrack(
    chapters: readonly Chapter[],
    streamIndex: number,
    endSeconds: number,
  ): { readonly track: Mp4Track; readonly packets: readonly Packet[] };
  isChapters(stream: StreamInfo): boolean;
  handlerType(stream: StreamInfo): string;
  writeMediaHeader(w: BoxWriter, stream: StreamInfo, format: Mp4Format): void;
  writeEntry(w: BoxWriter, stream: StreamInfo): void;
}

/** No tool: H.264 and AAC. */
export const SMALL_TOOLS: Mp4Tools = {
  entries: null,
  text: null,
  writePictureBoxes: null,
  writeCarriedBoxes: null,
  kinds: null,
  addTimecodes: null,
  writeLinks: null,
  writeUserData: null,
  writeTrackTexts: null,
};

/** The error where a tool is missing. */
export function missingTool(where: string, what: string): UnsupportedError {
  return new UnsupportedError(
    where,
    `${what}: this writer has H.264 and AAC only; take createMp4Writer`,
  );
}
