/** An encoder without the tools of higher profiles: the same bytes where none is used, a refusal where one is. */
import { describe, expect, it } from 'vitest';
import { createSyntheticClip } from '../../../../bench/video/synthetic.ts';
import { UnsupportedError } from '../../../../src/base/errors.ts';
import { createH264BaselineEncoder } from '../../../../src/codecs/h264/encoder/create-baseline-encoder.ts';
import { createH264Encoder } from '../../../../src/codecs/h264/encoder/create-encoder.ts';
import { QUIET_INSPECTOR } from '../../../../src/codecs/h264/encoder/inspector.ts';
import type { H264Options } from '../../../../src/codecs/h264/encoder/options.ts';
import { PRESETS } from '../../../../src/codecs/h264/encoder/speed-options.ts';
import {
  createReferenceVideoFrame,
  MemorySink,
  Muxer,
  ndarray,
  videoEncodeConfig,
} from '../../../../src/index.ts';
import { H264, H264Baseline } from '../../../../src/pipeline/codecs/index.ts';

const SIZE = { width: 64, height: 48 } as const;

function code(open: typeof createH264Encoder, options: Partial<H264Options>): Uint8Array[] {
  const encoder = open({ ...SIZE, frameRate: 25, ...options });
  const clip = createSyntheticClip(SIZE.width, SIZE.height);
  const packets = Array.from({ length: 6 }, (_, pts) => encoder.encode({ ...clip(pts), pts }));
  return [...packets.flat(), ...encoder.flush()].map(({ data }) => data);
}

describe('the encoder of Constrained Baseline', () => {
  it.each(PRESETS)('writes the same bytes with preset %s', (preset) => {
    expect(code(createH264BaselineEncoder, { preset, qp: 23 })).toEqual(
      code(createH264Encoder, { preset, qp: 23, profile: 'baseline' }),
    );
  });

  it('refuses what it has no tool for, and says which encoder has it', () => {
    const open = (options: Partial<H264Options>) => () =>
      createH264BaselineEncoder({ ...SIZE, frameRate: 25, ...options });
    for (const options of [
      { profile: 'main' },
      { profile: 'high' },
      { profile: 'high', cabac: false },
      { profile: 'high', transform8x8: false },
    ] as const) {
      expect(open(options)).toThrow(UnsupportedError);
      expect(open(options)).toThrow(/without the tools of profile (main|high); take createH264Enc/);
    }
  });

  it('refuses options of tools that it is without', () => {
    for (const options of [
      { bitRate: 100_000, vbvBufferSize: 100_000, hrd: 'vbr' },
      { settingsSei: true },
      {
        bitRate: 100_000,
        statistics: { ...SIZE, pictures: [{ isIntra: true, qp: 20, bits: 9000 }] },
      },
      { keyPictures: 'recovery' },
      { tune: 'film' },
      { inspect: QUIET_INSPECTOR },
    ] as const) {
      const open = () => createH264BaselineEncoder({ ...SIZE, frameRate: 25, ...options });
      expect(open).toThrow(UnsupportedError);
      expect(open).toThrow(/this encoder is without; take createH264Encoder/);
    }
  });

  it('is a codec of the session', async () => {
    const movie = async (encoder: typeof H264) => {
      const sink = new MemorySink();
      const muxer = new Muxer(sink, { format: 'mp4' });
      const config = videoEncodeConfig({ ...SIZE, frameRate: 25 });
      const encoderConfig = { profile: 'baseline' };
      const stream = muxer.addEncodeStream({ config, encoder, encoderConfig });
      await muxer.open();
      const array = ndarray(
        new Uint8Array(3 * 48 * 64 * 3).map((_, i) => i / 99),
        [3, 48, 64, 3],
      );
      const frames = createReferenceVideoFrame({ array, pixFmt: 'rgb24', frameRate: 25, pts: 0 });
      await muxer.write(0, await stream.encode(frames));
      await muxer.close();
      return sink.toBytes();
    };
    expect(await movie(H264Baseline)).toEqual(await movie(H264));
  });
});
