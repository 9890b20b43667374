/**
 * Text cues as samples. A cue's packet is its text in UTF-8; the file wants timed text (3GPP TS 26.245 clause 5.17: a
 * 16-bit length before the text) or WebVTT boxes (ISO/IEC 14496-30 clause 7.4), and something for the time between cues,
 * for samples follow one another without gaps.
 */

import type { Packet, StreamInfo } from '../../base/packet.ts';
import { decodeUtf8, decodeUtf16 } from '../../base/utf8.ts';
import { boxesIn, findBox } from './box-reader.ts';
import { BoxWriter } from './box-writer.ts';
import { opaque } from './boxes-movie.ts';
import { WEBVTT_CODEC } from './text-entries.ts';
import type { Mp4Track } from './track.ts';

const MAX_TEXT_BYTES = 0xffff;

/** One sample of `wvtt`: a cue (`vttc` with its text in `payl`), or none (`vtte`). */
function webVttSample(text: Uint8Array): Uint8Array {
  const w = new BoxWriter();
  if (text.length === 0) w.box('vtte', () => {});
  else w.box('vttc', () => w.put(opaque, { data: text }, null, 'payl'));
  return w.view().slice();
}

function timedTextSample(text: Uint8Array): Uint8Array {
  const length = Math.min(text.length, MAX_TEXT_BYTES);
  const sample = new Uint8Array(2 + length);
  sample[0] = length >> 8;
  sample[1] = length & 255;
  sample.set(text.subarray(0, length), 2);
  return sample;
}

/** `text` as a sample of `stream`'s codec; `mov_text` packets are samples already. */
function textSample(stream: StreamInfo, text: Uint8Array): Uint8Array {
  if (stream.codec === WEBVTT_CODEC) return webVttSample(text);
  return stream.codec === 'mov_text' ? text : timedTextSample(text);
}

const NO_TEXT = new Uint8Array(0);

/** A sample without text that lasts from `start` to `end`. */
function emptyTextSample(stream: StreamInfo, start: number, end: number): Packet {
  const data = stream.codec === WEBVTT_CODEC ? webVttSample(NO_TEXT) : timedTextSample(NO_TEXT);
  return { data, pts: start, dts: start, duration: end - start, isKey: true };
}

/** Packets of `track` with what the file's form of text needs: each cue as a sample, and gaps filled. */
export function* trackSamples(track: Mp4Track, packet: Packet): Generator<Packet> {
  const { stream } = track;
  if (stream.kind !== 'subtitle' || stream.sampleEntry !== undefined) {
    yield packet;
    return;
  }
  // Before the first packet `endPts` is 0: the time up to it is a gap too. A cue of no duration lasts until the next.
  const hasEnded = track.packetCount === 0 || track.endPts > track.startOfLast;
  if (stream.codec !== 'mov_text' && packet.dts > track.endPts && hasEnded) {
    yield emptyTextSample(stream, track.endPts, packet.dts);
  }
  yield { ...packet, data: textSample(stream, packet.data) };
}

/**
 * The sample without text, of no duration, that ends a track of cues: without it some readers show the last cue until
 * the movie ends. Null for other tracks, where no cue came, and behind a last one of no duration: it ends the
 * track so already (packets of `mov_text` are samples of a file), or does not say how long it lasts.
 */
export function closingTextSample(track: Mp4Track): Packet | null {
  const { stream, endPts } = track;
  const isOpen = track.packetCount > 0 && endPts > track.startOfLast;
  const isText = stream.kind === 'subtitle' && stream.sampleEntry === undefined;
  return isText && isOpen ? emptyTextSample(stream, endPts, endPts) : null;
}

/** The text of a timed text sample: a 16-bit length and UTF-8, or UTF-16 behind a byte order mark. */
export function readTimedText(sample: Uint8Array): string {
  const length = ((sample[0] ?? 0) << 8) | (sample[1] ?? 0);
  const text = sample.subarray(2, 2 + length);
  const isWide = (text[0] === 0xfe && text[1] === 0xff) || (text[0] === 0xff && text[1] === 0xfe);
  if (!isWide) return decodeUtf8(text);
  return decodeUtf16(text.subarray(2), text[0] === 0xfe);
}

/** The text of a `wvtt` sample: the payloads of its cues, one after the other; empty if it has none. */
export function readVttSample(sample: Uint8Array): Uint8Array {
  const texts: Uint8Array[] = [];
  for (const cue of boxesIn(sample, 0, sample.length)) {
    const text = cue.type === 'vttc' ? findBox(sample, cue.dataStart, cue.end, 'payl') : null;
    if (text === null) continue;
    if (texts.length > 0) texts.push(NEW_LINE);
    texts.push(sample.subarray(text.dataStart, text.end));
  }
  const joined = new Uint8Array(texts.reduce((sum, text) => sum + text.length, 0));
  let at = 0;
  for (const text of texts) {
    joined.set(text, at);
    at += text.length;
  }
  return joined;
}

const NEW_LINE = new Uint8Array([10]);
