/** Cues of WebVTT from WebM to Matroska and back: text, settings, identifier. */
import { describe, expect, test } from 'vitest';
import type { ReadPacket } from '../../../src/base/container.ts';
import type { SubtitleStreamInfo } from '../../../src/base/packet.ts';
import { decodeUtf8, encodeUtf8 } from '../../../src/base/utf8.ts';
import { elementsOf, parseElements } from '../../fuzz/element-tree.ts';
import { made, readAll, saved, writeAll } from './files.ts';

const STREAM: SubtitleStreamInfo = {
  kind: 'subtitle',
  codec: 'webvtt',
  timeBase: [1, 1000],
  config: new Uint8Array(0),
};

function cue(pts: number, text: string, beside?: string): ReadPacket {
  const packet = { data: encodeUtf8(text), pts, dts: pts, duration: 500, isKey: true };
  if (beside === undefined) return { streamIndex: 0, packet };
  return {
    streamIndex: 0,
    packet: { ...packet, additions: [{ id: 1, data: encodeUtf8(beside) }] },
  };
}

const CUES = [
  cue(0, 'plain'),
  cue(500, 'two\nlines', 'align:start position:10%\nfirst'),
  cue(1000, 'ä', 'line:0\n'),
  cue(1500, 'named', '\nonly a name'),
];

function blocks(bytes: Uint8Array): string[] {
  return elementsOf(parseElements(bytes), 'Block').map(({ data }) => decodeUtf8(data.subarray(4)));
}

describe('cues of WebVTT', () => {
  test('are in one block in WebM, beside each other in Matroska, and the same when read', async () => {
    const webm = (await writeAll([STREAM], CUES, { docType: 'webm' })).bytes();
    const matroska = (await writeAll([STREAM], CUES)).bytes();
    expect(blocks(webm)).toEqual([
      '\n\nplain',
      'first\nalign:start position:10%\ntwo\nlines',
      '\nline:0\nä',
      'only a name\n\nnamed',
    ]);
    expect(blocks(matroska)).toEqual(['plain', 'two\nlines', 'ä', 'named']);
    for (const bytes of [webm, matroska]) {
      const { packets, streams } = await readAll(bytes);
      expect(packets).toEqual(CUES);
      expect(streams[0]!.codec).toBe('webvtt');
    }
  });

  test('lines that end with CR LF, and blocks that end early', async () => {
    const asBytes = { ...STREAM, codec: 'webvtt' };
    const given = ['a\r\nb\r\nc', 'a\nb', 'a', '\n\nx'].map((text, i) => cue(500 * i, text));
    // Written as text of another codec, so that the blocks are what is given.
    const bytes = (await writeAll([{ ...asBytes, codec: 'subrip' }], given)).bytes();
    const tree = decodeUtf8(bytes).includes('S_TEXT/UTF8');
    expect(tree).toBe(true);
    const renamed = replaced(bytes, 'S_TEXT/UTF8', 'D_WEBVTT/AB');
    const { packets } = await readAll(renamed);
    expect(packets.map(({ packet }) => decodeUtf8(packet.data))).toEqual(['c', 'x']);
    expect(decodeUtf8(packets[0]!.packet.additions![0]!.data)).toBe('b\na');
  });

  test("ffmpeg's WebM", async (context) => {
    const text =
      'WEBVTT\n\nfirst\n00:00.000 --> 00:01.000 align:start\nHello\n\n00:02.000 --> 00:03.000\nplain\n';
    const bytes = made('cues.webm', ['-i', saved('cues.vtt', encodeUtf8(text)), '-c:s', 'copy']);
    if (bytes === null) return context.skip();
    const { packets } = await readAll(bytes);
    expect(packets.map(({ packet }) => decodeUtf8(packet.data))).toEqual(['Hello', 'plain']);
    expect(decodeUtf8(packets[0]!.packet.additions![0]!.data)).toBe('align:start\nfirst');
  });
});

function replaced(bytes: Uint8Array, from: string, to: string): Uint8Array {
  const text = Buffer.from(bytes).toString('latin1').replace(from, to);
  return new Uint8Array(Buffer.from(text, 'latin1'));
}
