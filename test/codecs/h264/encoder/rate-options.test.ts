/** Rate options: defaults, ranges and contradictions, each refused before anything is coded. */
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../../src/base/errors.ts';
import { createH264Encoder } from '../../../../src/codecs/h264/encoder/create-encoder.ts';
import { type H264Options, resolveOptions } from '../../../../src/codecs/h264/encoder/options.ts';

const BASE: H264Options = {
  width: 352,
  height: 288,
  frameRate: [30, 1],
  profile: 'baseline',
};

describe('rate options', () => {
  it('have defaults', () => {
    expect(resolveOptions(BASE).rate).toMatchObject({
      target: { kind: 'qp', qp: 23 },
      vbv: null,
      lookahead: 0,
      importance: 0,
      aqStrength: 0,
      minGopSize: 4,
    });
    expect(resolveOptions({ ...BASE, crf: 20.5 }).rate).toMatchObject({
      target: { kind: 'crf', crf: 20.5 },
      lookahead: 25,
    });
    expect(resolveOptions({ ...BASE, crf: 20, preset: 'ultrafast' }).rate.lookahead).toBe(0);
    expect(
      resolveOptions({ ...BASE, bitRate: 1e6, vbvBufferSize: 1e6, hrd: 'cbr' }).rate.vbv,
    ).toEqual({ maxRate: 1e6, bufferSize: 1e6, initialFullness: 0.9, isConstant: true });
  });

  it.each([
    [{ qp: 52 }, 'qp', /allowed are integers 0\.\.51/],
    [{ qp: 20, crf: 20 }, 'crf', /contradicts qp/],
    [{ crf: 20, bitRate: 1e6 }, 'bitRate', /contradicts crf/],
    [{ crf: -1 }, 'crf', /0\.\.51/],
    [{ crf: Number.NaN }, 'crf', /NaN/],
    [{ bitRate: 999 }, 'bitRate', /1000\.\./],
    [{ crf: 20, vbvMaxRate: 1e6 }, 'vbvMaxRate', /without vbvBufferSize/],
    [{ crf: 20, vbvBufferSize: 1e6 }, 'vbvMaxRate', /missing/],
    [{ qp: 20, vbvBufferSize: 1e6, vbvMaxRate: 1e6 }, 'vbvBufferSize', /constant quantizer/],
    [{ bitRate: 1e6, vbvBufferSize: 1e6, vbvMaxRate: 9e5 }, 'vbvMaxRate', /allowed from bitRate/],
    [{ bitRate: 1e6, vbvBufferSize: 4500 }, 'vbvBufferSize', /must hold one picture/],
    [{ bitRate: 9000, vbvBufferSize: 1e6 }, 'vbvMaxRate', /allowed from 9600 at this frame rate/],
    [{ bitRate: 1e6, vbvBufferSize: 1e6, vbvInitialFullness: 0 }, 'vbvInitialFullness', /got 0/],
    [{ bitRate: 1e6, hrd: 'vbr' }, 'hrd', /needs vbvBufferSize/],
    [{ bitRate: 1e6, vbvBufferSize: 1e6, vbvMaxRate: 2e6, hrd: 'cbr' }, 'hrd', /equal to bitRate/],
    [{ hrd: 'abr' }, 'hrd', /allowed are none, vbr, cbr/],
    [{ statistics: { width: 352, height: 288, pictures: [] } }, 'statistics', /needs bitRate/],
    [{ bitRate: 1e6, statistics: { width: 16, height: 16, pictures: [] } }, 'statistics', /16x16/],
    [{ lookahead: 251 }, 'lookahead', /0\.\.250/],
    [{ importance: 6 }, 'importance', /0\.\.5/],
    [{ aqStrength: -1 }, 'aqStrength', /0\.\.3/],
    [{ minGopSize: 0 }, 'minGopSize', /1\.\./],
    [{ sceneCut: 1 }, 'sceneCut', /true, false/],
    [{ level: '7' }, 'level', /6\.2/],
  ] as [object, string, RegExp][])('refuse %j', (change, key, message) => {
    const open = () => createH264Encoder({ ...BASE, ...change } as H264Options);
    expect(open).toThrow(ConfigError);
    expect(open).toThrow(`h264.options.${key}`);
    expect(open).toThrow(message);
  });

  it('keep to the level asked for, or refuse it', () => {
    const level = (options: Partial<H264Options>) =>
      createH264Encoder({ ...BASE, ...options }).streamInfo.config[3];
    expect(level({})).toBe(13);
    expect(level({ level: '4' })).toBe(40);
    expect(level({ bitRate: 1e6, vbvBufferSize: 2e6, vbvMaxRate: 2e6 })).toBe(20);
    expect(() => level({ level: '1.2' })).toThrow(/level 1\.2 is too low: got 11880 macroblocks/);
    expect(() => level({ level: '1.3', bitRate: 1e6, vbvBufferSize: 1e6 })).toThrow(/MaxBR/);
  });
});
