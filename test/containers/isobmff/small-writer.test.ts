/** The writer for small bundles: the same bytes, and errors that say what has the rest. */
import { describe, expect, it } from 'vitest';
import type { StreamInfo } from '../../../src/base/packet.ts';
import {
  createMp4Writer,
  createPlainMp4Writer,
  createSmallMp4Writer,
  type Mp4Options,
} from '../../../src/containers/isobmff/index.ts';
import { codedAudio, codedVideo, pcmAudio } from './coded-streams.ts';
import { TestSink } from './memory-file.ts';
import { muxMp4 } from './mux.ts';

const video = codedVideo();
const audio = codedAudio();

describe('createSmallMp4Writer', () => {
  it.each<Mp4Options>([{}, { faststart: true }, { format: 'mov' }, { sampleDependencies: true }])(
    'writes the bytes of createMp4Writer: %o',
    async (options) => {
      const whole = await muxMp4([video, audio], { fragmented: false, ...options }, {});
      for (const create of [createSmallMp4Writer, createPlainMp4Writer]) {
        expect(await muxMp4([video, audio], options, {}, create)).toEqual(whole);
      }
    },
  );

  it('refuses what it is without', () => {
    const open = (streams: readonly StreamInfo[], options: Mp4Options = {}) =>
      createSmallMp4Writer(new TestSink({}), streams, options);
    const { stream } = video;
    const text = { kind: 'subtitle', codec: 'subrip', timeBase: [1, 1000] } as const;
    const light = { maxCLL: 1000, maxFALL: 400 };
    for (const opening of [
      () => open([pcmAudio('pcm_s16le', 1, 1).stream]),
      () => open([{ ...text, config: new Uint8Array(0) }]),
      () => open([{ ...stream, contentLight: light } as StreamInfo]),
      () => open([stream], { chapters: [{ start: 0, title: 'one' }] }),
      () => open([stream], { metadata: { title: 'one' } }),
    ]) {
      expect(opening).toThrow(/this writer has H\.264 and AAC only; take createMp4Writer/);
    }
    expect(() => open([stream], { fragmented: true })).toThrow(/take createMp4Writer/);
    expect(() =>
      createMp4Writer(new TestSink({}), [pcmAudio('pcm_s16le', 1, 1).stream]),
    ).not.toThrow();
  });
});
