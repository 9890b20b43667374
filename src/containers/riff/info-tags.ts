/** Title, artist and the like: the `LIST` chunk of type `INFO` (RIFF/WAVE 1991, "INFO List Chunk"). */

import { ConfigError, rejectUnknownKeys } from '../../base/errors.ts';
import { decodeUtf8, encodeUtf8 } from '../../base/utf8.ts';
import type { ByteWriter } from '../../bits/byte-writer.ts';

/** The tags of a WAV file. */
export interface WavTags {
  readonly title?: string;
  readonly artist?: string;
  readonly album?: string;
  readonly date?: string;
  readonly genre?: string;
  readonly track?: string;
  readonly comment?: string;
  readonly copyright?: string;
  readonly encoder?: string;
}

/** Table: tag => chunk. `IPRD` and `IPRT` are what players write for album and track. */
const CHUNKS: Readonly<Record<keyof WavTags, string>> = {
  title: 'INAM',
  artist: 'IART',
  album: 'IPRD',
  date: 'ICRD',
  genre: 'IGNR',
  track: 'IPRT',
  comment: 'ICMT',
  copyright: 'ICOP',
  encoder: 'ISFT',
};

/** Checks the tags; throws `ConfigError` naming the wrong one. */
export function checkTags(where: string, tags: WavTags): void {
  rejectUnknownKeys(where, tags, Object.keys(CHUNKS));
  for (const [name, text] of Object.entries(tags)) {
    if (text === undefined) continue;
    if (typeof text !== 'string' || text.includes('\0')) {
      throw new ConfigError(`${where}.${name}`, 'allowed is text without a zero character');
    }
  }
}

/** Writes the whole `LIST` chunk, or nothing if there are no tags. Text is UTF-8 with a zero at its end. */
export function writeInfoList(w: ByteWriter, tags: WavTags): void {
  const texts: [chunk: string, text: Uint8Array][] = [];
  for (const [name, chunk] of Object.entries(CHUNKS)) {
    const text = tags[name as keyof WavTags];
    if (text) texts.push([chunk, encodeUtf8(`${text}\0`)]);
  }
  if (texts.length === 0) return;
  w.ascii('LIST');
  w.u32le(texts.reduce((size, [, text]) => size + 8 + text.length + (text.length & 1), 4));
  w.ascii('INFO');
  for (const [chunk, text] of texts) {
    w.ascii(chunk);
    w.u32le(text.length);
    w.append(text);
    if (text.length & 1) w.u8(0);
  }
}

/** The tags in the contents of a `LIST` chunk; entries that are not understood are left out. */
export function readInfoList(bytes: Uint8Array): WavTags {
  const tags: { -readonly [name in keyof WavTags]: string } = {};
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (fourCc(bytes, 0) !== 'INFO') return tags;
  for (let at = 4; at + 8 <= bytes.length; ) {
    const chunk = fourCc(bytes, at);
    const size = view.getUint32(at + 4, true);
    const text = bytes.subarray(at + 8, Math.min(at + 8 + size, bytes.length));
    const name = Object.entries(CHUNKS).find((entry) => entry[1] === chunk)?.[0];
    if (name !== undefined) {
      const end = text.indexOf(0);
      tags[name as keyof WavTags] = decodeUtf8(end < 0 ? text : text.subarray(0, end));
    }
    at += 8 + size + (size & 1);
  }
  return tags;
}

/** Four bytes as characters. */
export function fourCc(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}
