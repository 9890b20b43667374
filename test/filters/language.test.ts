/** The filter language: text to object and back, quoting, expressions, values. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  formatFilterGraph,
  getAbufferDesc,
  getAudioFilterDesc,
  getBufferDesc,
  getFilterDesc,
  getVideoFilterDesc,
  parseFilterGraph,
} from '../../src/filters/index.ts';
import { compileExpression } from '../../src/filters/language/expression.ts';
import { locate, quoteToken, readToken } from '../../src/filters/language/token.ts';
import {
  parseColor,
  parseDuration,
  parseRate,
  parseRatio,
  rationalOf,
} from '../../src/filters/language/values.ts';

const SEED = 8101;

describe('text and object', () => {
  const word = fc.stringMatching(/^[a-z]{1,6}$/);
  const value = fc.string({ minLength: 1, maxLength: 12 });
  const option = fc.record({ key: fc.option(word, { nil: undefined }), value });
  const filter = fc.record({
    inputs: fc.array(
      word.map((label) => ({ label })),
      { maxLength: 2 },
    ),
    name: word,
    instance: fc.option(word, { nil: undefined }),
    options: fc.array(option, { maxLength: 3 }),
    outputs: fc.array(
      word.map((label) => ({ label })),
      { maxLength: 2 },
    ),
  });
  const chains = fc.array(fc.array(filter, { minLength: 1, maxLength: 3 }), {
    minLength: 1,
    maxLength: 3,
  });

  const stripped = (graph: ReturnType<typeof parseFilterGraph>) =>
    graph.chains.map((chain) =>
      chain.map(({ name, instance, inputs, outputs, options }) => ({
        name,
        instance,
        inputs: inputs.map(({ label }) => label),
        outputs: outputs.map(({ label }) => label),
        options: options.map((o) => [o.key, o.value]),
      })),
    );

  test('any object is written so that it is read back', () => {
    fc.assert(
      fc.property(chains, (made) => {
        const graph = { chains: made } as unknown as ReturnType<typeof parseFilterGraph>;
        expect(stripped(parseFilterGraph(formatFilterGraph(graph)))).toEqual(stripped(graph));
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  test('what was read is written as it was, what was changed anew', () => {
    const text = " [a] [b] overlay = x='W-w' : y=1\\,2 [c] ;\n[c]hflip@x , vflip[d]";
    const graph = parseFilterGraph(text);
    expect(formatFilterGraph(graph)).toBe(text);
    const [[overlay], second] = graph.chains as [
      [(typeof graph.chains)[0][0]],
      (typeof graph.chains)[0],
    ];
    const changed = { ...graph, chains: [[{ ...overlay!, name: 'blend' }], second] };
    expect(formatFilterGraph(changed)).toBe(text.replace('overlay =', 'blend='));
  });

  test('a token is quoted so that it is read back', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (value) => {
        expect(readToken(locate(quoteToken(value, '[],;')), 0, '[],;').text).toBe(value);
      }),
      { seed: SEED, numRuns: 500 },
    );
  });
});

const evaluate = (text: string, values: Record<string, number> = {}): number =>
  compileExpression(text, { variables: Object.keys(values) }).evaluate(
    Float64Array.from(Object.values(values)),
  );

describe('expressions', () => {
  test.each([
    ['1+2*3', 7],
    ['-2^2', -4],
    ['2^3^2', 64],
    ['2^-1', 0.5],
    ['(1+2)*3', 9],
    ['1k+1Ki', 2024],
    ['6dB', 10 ** 0.3],
    ['1;2;3', 3],
    ['st(0,5);ld(0)*2', 10],
    ['if(0,1)', 0],
    ['ifnot(0,7,8)', 7],
    ['between(3,3,4)+lt(1,2)', 2],
    ['mod(-7,5)', 3],
    ['bitand(12,10)', 8],
    ['bitor(12,10)', 14],
    ['gcd(12,18)', 6],
    ['clip(9,0,5)', 5],
    ['lerp(1,3,0.25)', 1.5],
    ['round(-2.5)', -3],
    ['0x10', 16],
    ['while(lt(ld(0),5),st(0,ld(0)+1))', 5],
    ['root(ld(0)-3,10)', 3],
    ['taylor(1,1)', Math.E],
    ['isnan(0/0)', 1],
    ['sgn(-3)', -1],
    ['hypot(3,4)', 5],
    ['not(0)', 1],
    ['PI', Math.PI],
    ['a*2', 8],
  ] as const)('%s', (text, value) => {
    expect(evaluate(text, text.includes('a*') ? { a: 4 } : {})).toBeCloseTo(value, 9);
  });

  test.each(['1+', '(1', '1)', 'nosuch', 'sin()', 'sin(1,2)', '1 2', 'if(1)', 'time(0)', '+'])(
    '%s is refused',
    (text) => {
      expect(() => evaluate(text)).toThrow();
    },
  );

  test('any text is read or refused, without a hang', () => {
    const part = fc.constantFrom(
      '1',
      '(',
      ')',
      '+',
      '-',
      '*',
      '/',
      '^',
      ';',
      ',',
      'sin',
      'a',
      ' ',
      '.5',
      'st(1',
      'k',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 30 }), (parts) => {
        try {
          evaluate(parts.join(''), { a: 1 });
        } catch (error) {
          expect((error as Error).name).toBe('ExpressionError');
        }
      }),
      { seed: SEED, numRuns: 1000 },
    );
  });
});

test('values', () => {
  expect(parseDuration('01:02:03.5')).toBe(3723.5e6);
  expect(parseDuration('-1.5')).toBe(-1.5e6);
  expect(parseDuration('200ms')).toBe(200000);
  expect(parseDuration('x')).toBeUndefined();
  expect(parseRate('ntsc')).toEqual([30000, 1001]);
  expect(parseRate('29.97')).toEqual([2997, 100]);
  expect(parseRatio('16:9', 100)).toEqual([16, 9]);
  expect(rationalOf(1.77777, 100)).toEqual([16, 9]);
  expect(rationalOf(30000 / 1001, 0x7fffffff)).toEqual([30000, 1001]);
  expect(parseColor('red@0.5')).toEqual({ r: 255, g: 0, b: 0, a: 127 });
  expect(parseColor('#10203040')).toEqual({ r: 16, g: 32, b: 48, a: 64 });
  expect(parseColor('nocolor')).toBeUndefined();
});

test('descriptions are those of SPDL', () => {
  const video = { width: 320, height: 240, pixFmt: 'rgb24', timeBase: [1, 15360] as const };
  expect(getBufferDesc(video, { label: 'in0' })).toBe(
    'buffer@in0=video_size=320x240:pix_fmt=rgb24:time_base=1/15360:pixel_aspect=1/1',
  );
  const audio = {
    sampleRate: 44100,
    numChannels: 1,
    timeBase: [1, 44100] as const,
    channelMask: 4,
  };
  expect(getAbufferDesc(audio)).toBe(
    'abuffer=time_base=1/44100:sample_rate=44100:sample_fmt=fltp:channel_layout=0x4',
  );
  expect(getVideoFilterDesc()).toBe('format=pix_fmts=rgb24');
  expect(getVideoFilterDesc({ scaleWidth: 256, scaleHeight: 256 })).toBe(
    'scale=w=256:h=256:flags=bicubic:force_original_aspect_ratio=decrease,pad=w=256:h=256:x=-1:y=-1:color=black,format=pix_fmts=rgb24',
  );
  expect(getVideoFilterDesc({ numFrames: 30, padMode: 'black' })).toBe(
    'tpad=stop=-1:stop_mode=add:color=black,trim=end_frame=30,format=pix_fmts=rgb24',
  );
  expect(getVideoFilterDesc({ pixFmt: null })).toBeNull();
  expect(getAudioFilterDesc({ timestamp: [0, 10] })).toBe(
    'atrim=start=0:end=10,aformat=sample_fmts=fltp',
  );
  expect(getFilterDesc({ kind: 'audio', timestamp: [1, 2] }, { numChannels: 2 })).toBe(
    'aformat=channel_layouts=2c,atrim=start=1:end=2,aformat=sample_fmts=fltp',
  );
  expect(() => getVideoFilterDesc({ scaleWidth: 1, scaleMode: 'stretch' as never })).toThrow(
    /stretch/,
  );
});
