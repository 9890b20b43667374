/** The last cue of a track of text ends where it ends, not with the movie. */
import { expect, test } from 'vitest';
import type { Packet, StreamInfo } from '../../../src/base/packet.ts';
import { type Mp4Options, openMp4 } from '../../../src/containers/isobmff/index.ts';
import { runFfmpeg } from '../../support/ffmpeg.ts';
import { temporaryFile } from './coded-streams.ts';
import { TestSource } from './memory-file.ts';
import { muxMp4 } from './mux.ts';

const NO_BYTES = new Uint8Array(0);

/** PCM of five seconds, so that the movie goes on behind the cues. */
const SOUND = {
  stream: {
    ...{
      kind: 'audio',
      codec: 'pcm_s16le',
      timeBase: [1, 8000],
      config: NO_BYTES,
      sampleFmt: 's16',
    },
    ...{ sampleRate: 8000, numChannels: 1, channelMask: 0, frameSize: 0, priming: 0 },
  } as StreamInfo,
  packets: [{ data: new Uint8Array(80_000), pts: 0, dts: 0, duration: 40_000, isKey: true }],
};

function text(codec: string): StreamInfo {
  return { kind: 'subtitle', codec, timeBase: [1, 1000], config: NO_BYTES };
}

function cue(bytes: readonly number[], pts: number, duration: number): Packet {
  return { data: Uint8Array.from(bytes), pts, dts: pts, duration, isKey: true };
}

/** Cues as ffmpeg shows them in a player's file of text: lines with their times, and the text. */
function shown(file: Uint8Array): string[] {
  const path = temporaryFile(file, 'text.mp4');
  const args = ['-i', path, '-map', '0:s', '-f', 'srt', '-'];
  const srt = new TextDecoder().decode(runFfmpeg(args, undefined, { allowWarnings: true }));
  return srt.split(/\r?\n/).filter((line) => line !== '' && !/^\d+$/.test(line));
}

async function readCues(file: Uint8Array): Promise<{ stream: StreamInfo; packets: Packet[] }> {
  const reader = await openMp4(new TestSource(file));
  const index = reader.streams.findIndex(({ kind }) => kind === 'subtitle');
  const packets: Packet[] = [];
  for await (const { streamIndex, packet } of reader.packets()) {
    if (streamIndex === index) packets.push(packet);
  }
  return { stream: reader.streams[index]!, packets };
}

const EXPECTED = ['00:00:00,100 --> 00:00:00,500', 'A', '00:00:00,600 --> 00:00:00,900', 'B'];

/** Table: codec => the packets of two cues. */
const CUES: Readonly<Record<string, readonly Packet[]>> = {
  subrip: [cue([65], 100, 400), cue([66], 600, 300)],
  'mov_text without an end': [
    ...[cue([0, 0], 0, 100), cue([0, 1, 65], 100, 400)],
    ...[cue([0, 0], 500, 100), cue([0, 1, 66], 600, 300)],
  ],
  'mov_text with an empty sample at its end': [
    ...[cue([0, 0], 0, 100), cue([0, 1, 65], 100, 400)],
    ...[cue([0, 0], 500, 100), cue([0, 1, 66], 600, 300), cue([0, 0], 900, 0)],
  ],
};

const LAYOUTS: readonly Mp4Options[] = [{}, { format: 'mov' }, { faststart: true }];

for (const [name, packets] of Object.entries(CUES)) {
  test(`the last cue ends: ${name}, and in a copy of the copy`, async () => {
    const stream = text(name.split(' ')[0]!);
    for (const options of LAYOUTS) {
      const first = await muxMp4([SOUND, { stream, packets: [...packets] }], options);
      expect(shown(first)).toEqual(EXPECTED);
      const second = await muxMp4([SOUND, await readCues(first)], options);
      expect(shown(second)).toEqual(EXPECTED);
      const third = await muxMp4([SOUND, await readCues(second)], options);
      expect(third.length).toBe(second.length);
    }
  });
}

test('a last cue that does not say how long it lasts is shown', async () => {
  for (const codec of ['subrip', 'mov_text']) {
    const bytes = codec === 'subrip' ? [65] : [0, 1, 65];
    const file = await muxMp4([SOUND, { stream: text(codec), packets: [cue(bytes, 100, 0)] }]);
    expect(shown(file)[1]).toBe('A');
  }
});
