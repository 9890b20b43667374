/** Kind 17: how many pictures an encoder holds. Whatever their size, its memory ends where positions end. */
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../../src/base/errors.ts';
import { ALL_TOOLS } from '../../../../src/codecs/h264/encoder/all-tools.ts';
import { withDefaults } from '../../../../src/codecs/h264/encoder/defaults.ts';
import { H264Encoder } from '../../../../src/codecs/h264/encoder/encoder.ts';
import {
  createLayout,
  EncoderMemory,
  MOST_BYTES,
  reconstructedBytes,
  SCRATCH_BYTES,
  sourceBytes,
} from '../../../../src/codecs/h264/encoder/memory.ts';
import { type H264Options, resolveOptions } from '../../../../src/codecs/h264/encoder/options.ts';
import { countPictures } from '../../../../src/codecs/h264/encoder/picture-counts.ts';
import { PRESETS } from '../../../../src/codecs/h264/encoder/speed-options.ts';

const resolved = (options: Partial<H264Options>) =>
  resolveOptions({ width: 8192, height: 4320, frameRate: [25, 1], ...options }, null, withDefaults);

/** Bytes of all pictures of an encoder, and of what it holds beside them. */
function bytesOf(options: Partial<H264Options>): number {
  const all = resolved(options);
  const { sources, reconstructed } = countPictures(all);
  const layout = createLayout(Math.ceil(all.width / 16), Math.ceil(all.height / 16));
  const pictures = sources * sourceBytes(layout) + reconstructed * reconstructedBytes(layout);
  return pictures + SCRATCH_BYTES;
}

describe('the pictures of an encoder (kind 17)', () => {
  it.each(PRESETS)('of the largest size fit at %s by default', (preset) => {
    expect(bytesOf({ preset })).toBeLessThanOrEqual(MOST_BYTES);
  });

  it('are as many as the preset says where they fit', () => {
    expect(resolved({ width: 3840, height: 2160, preset: 'slower' }).rate.lookahead).toBe(40);
  });

  it('wait in as large a number as fits where that is fewer', () => {
    const { lookahead } = resolved({}).rate;
    expect(lookahead).toBeLessThan(25);
    expect(resolved({ lookahead }).rate.lookahead).toBe(lookahead);
    const more = () => resolved({ lookahead: lookahead + 1 });
    expect(more).toThrow(ConfigError);
    expect(more).toThrow(
      `h264.options.lookahead: got ${lookahead + 1}, in 8192x4320 allowed is 0..${lookahead}`,
    );
  });

  it('are refused where they fit with no lookahead', () => {
    const options = { width: 8192, height: 4320, frameRate: [25, 1], bframes: 16 } as const;
    const open = () => new H264Encoder(options, ALL_TOOLS);
    expect(open).toThrow(ConfigError);
    expect(open).toThrow(/h264\.options: .* take \d+ bytes/);
  });

  it('leave enough for what is no picture', () => {
    const memory = new EncoderMemory(512, 2, 1, 1, false);
    const scratch = memory.sources[0].luma;
    expect(scratch).toBeGreaterThan(0);
    // The rest of it is at the end: what words read past a block.
    expect(scratch).toBeLessThan(SCRATCH_BYTES / 2);
  });
});
