/**
 * Documents that follow one another in one file: an EBML Stream is one or more of them (RFC 8794 clause 3), and recordings
 * are joined by appending one to the other. The tracks of a later one go on in the streams of the first, as far as they are
 * the same; a track that is coded with another configuration says so in band, where its codec can.
 */
import { isEqual } from '../../base/byte-stream.ts';
import { FormatError, MediaError } from '../../base/errors.ts';
import type { StreamInfo } from '../../base/packet.ts';
import { report } from '../../base/problems.ts';
import { inBandConfiguration } from '../config/in-band.ts';
import { type OpenSegment, openDocument } from './segment-reader.ts';
import type { ReaderTrack } from './track-reader.ts';

/** The document that begins at `start`, its tracks given the places of those of `first`; null if it cannot go on. */
export async function joinDocument(first: OpenSegment, start: number): Promise<OpenSegment | null> {
  const { problems, budget } = first;
  let next: OpenSegment;
  try {
    next = await openDocument(first, start);
  } catch (error) {
    if (!(error instanceof MediaError)) throw error;
    report(problems, start, `another document begins here and cannot be read: ${error.message}`);
    return null;
  }
  budget.reach(start);
  report(problems, start, 'another document begins here; its times go on behind those before');
  const tracks = new Map<number, ReaderTrack>();
  for (const [number, track] of next.tracks) {
    const before = placeOf(first, number, track);
    if (before === undefined) {
      const { kind, codec } = track.stream;
      const detail = `track ${number} (${kind} ${codec}) is none of the first document; it is left out`;
      report(problems, start, detail);
      continue;
    }
    tracks.set(number, continued(before, track, start));
  }
  return { ...next, tracks };
}

/** The track of `first` that `track` goes on: that of the same number if it is alike, else the first alike. */
function placeOf(first: OpenSegment, number: number, track: ReaderTrack): ReaderTrack | undefined {
  const same = first.tracks.get(number);
  if (same !== undefined && isAlike(same.stream, track.stream)) return same;
  return [...first.tracks.values()].find(({ stream }) => isAlike(stream, track.stream));
}

function isAlike(a: StreamInfo, b: StreamInfo): boolean {
  if (a.kind !== b.kind || a.codec !== b.codec) return false;
  if (a.kind !== 'audio' || b.kind !== 'audio') return true;
  return a.sampleRate === b.sampleRate && a.numChannels === b.numChannels;
}

/** `track` in the place of `before`, with what a decoder of that must be told. */
function continued(before: ReaderTrack, track: ReaderTrack, offset: number): ReaderTrack {
  const { stream, streamIndex } = before;
  const placed = { ...track, stream, streamIndex };
  const { config } = track.stream;
  if (isEqual(config, stream.config)) return placed;
  // Sound that differs in nothing but its configuration record, such as the name of an encoder, plays on.
  const inBand = stream.kind === 'video' ? inBandConfiguration(stream.codec, config) : null;
  if (inBand !== null) return { ...placed, inBand };
  if (stream.kind !== 'audio') return placed;
  throw new FormatError(
    'matroska.tracks.CodecPrivate',
    `another document begins, whose ${stream.codec} is configured in another way`,
    offset,
  );
}
