/** The PCM codecs: exact round trips over random samples, layouts and formats, and what is refused. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError, StateError } from '../../../src/base/errors.ts';
import {
  createPcmDecoder,
  createPcmEncoder,
  defaultChannelMask,
  PCM_CODECS,
  type PcmCodec,
  pcmFormat,
  pcmSampleFmts,
} from '../../../src/codecs/pcm/index.ts';
import type { AudioFrame, Plane, SampleArray } from '../../../src/frames/frame.ts';
import type { SampleFmt } from '../../../src/frames/sample-format.ts';

const ARRAYS = {
  u8: Uint8Array,
  s16: Int16Array,
  s32: Int32Array,
  s64: BigInt64Array,
  flt: Float32Array,
  dbl: Float64Array,
} as const;

/** Random bytes as samples of `kind`, from a small generator so that fast-check can shrink by seed alone. */
function randomSamples(kind: keyof typeof ARRAYS, count: number, seed: number): SampleArray {
  const type = ARRAYS[kind];
  const bytes = new Uint8Array(count * type.BYTES_PER_ELEMENT);
  let state = seed | 1;
  for (let i = 0; i < bytes.length; i++) {
    state = Math.imul(state, 0x2c9277b5) + 0x3c6ef372;
    bytes[i] = state >>> 24;
  }
  return new type(bytes.buffer);
}

function frameOf(
  sampleFmt: SampleFmt,
  numChannels: number,
  numSamples: number,
  planes: Plane[],
): AudioFrame {
  return { sampleFmt, sampleRate: 48000, numChannels, numSamples, planes, pts: 7 };
}

/**
 * Bytes of the stream, sample by sample, by the definition of the codec: the upper bytes of each element, in order.
 * Taken as bytes, since reading a float as a number may change the bits of a NaN.
 */
function expectedBytes(codec: PcmCodec, data: SampleArray, indexes: readonly number[]) {
  const { bytesPerSample, bigEndian } = pcmFormat('test', codec);
  const width = data.BYTES_PER_ELEMENT;
  const bytes = new Uint8Array(data.buffer);
  const out: number[] = [];
  for (const index of indexes) {
    const lowFirst = [...bytes.subarray(index * width, (index + 1) * width)].slice(-bytesPerSample);
    out.push(...(bigEndian ? lowFirst.reverse() : lowFirst));
  }
  return Uint8Array.from(out);
}

const layout = fc.record({
  numChannels: fc.integer({ min: 1, max: 32 }),
  numSamples: fc.integer({ min: 0, max: 40 }),
  offset: fc.integer({ min: 0, max: 5 }),
  extraStride: fc.integer({ min: 0, max: 3 }),
  seed: fc.integer(),
});

describe('PCM codecs', () => {
  for (const codec of PCM_CODECS) {
    const format = pcmFormat('test', codec);
    const kind = format.sampleFmt as keyof typeof ARRAYS;
    const [packed, planar] = pcmSampleFmts(codec);

    it(`${codec}: packed and planar frames of any layout give the defined bytes, and come back`, () => {
      fc.assert(
        fc.property(layout, ({ numChannels, numSamples, offset, extraStride, seed }) => {
          const stride = numChannels + extraStride;
          const data = randomSamples(kind, offset + (numSamples + 1) * stride, seed);
          const count = numSamples * numChannels;
          const indexes = Array.from(
            { length: count },
            (_, i) => offset + Math.floor(i / numChannels) * stride + (i % numChannels),
          );
          const options = { codec, sampleRate: 48000, numChannels, nonFinite: 'keep' } as const;
          const whole = createPcmEncoder({ ...options, sampleFmt: packed }).encode(
            frameOf(packed, numChannels, numSamples, [{ data, offset, stride }]),
          );
          // The same samples as planes: the arrays of a planar frame may have strides, too.
          const planes = Array.from({ length: numChannels }, (_, c) => ({
            data,
            offset: offset + c,
            stride,
          }));
          const split = createPcmEncoder({ ...options, sampleFmt: planar }).encode(
            frameOf(planar, numChannels, numSamples, planes),
          );
          expect(split).toEqual(whole);
          if (numSamples === 0) {
            expect(whole).toEqual([]);
            return;
          }
          const [packet] = whole;
          expect(packet).toMatchObject({ pts: 7, dts: 7, duration: numSamples, isKey: true });
          if (format.law === null)
            expect(packet!.data).toEqual(expectedBytes(codec, data, indexes));
          else expect(packet!.data.length).toBe(count);

          const frame = createPcmDecoder({ codec, sampleRate: 48000, numChannels }).decode(packet!);
          expect(frame).toMatchObject({ sampleFmt: packed, numSamples, numChannels, pts: 7 });
          const again = createPcmEncoder({ ...options, sampleFmt: packed }).encode(frame);
          expect(again[0]!.data).toEqual(packet!.data);
        }),
        { numRuns: 30, seed: 1117 },
      );
    });
  }

  it('reads packets at any address', () => {
    const bytes = Uint8Array.of(9, 1, 2, 3, 4).subarray(1);
    const packet = { data: bytes, pts: 0, dts: 0, duration: 2, isKey: true };
    const decoder = createPcmDecoder({ codec: 'pcm_s16le', sampleRate: 8000, numChannels: 1 });
    expect(decoder.decode(packet).planes[0]!.data).toEqual(Int16Array.of(0x0201, 0x0403));
    expect(bytes).toEqual(Uint8Array.of(1, 2, 3, 4));
  });

  it('keeps its packets when the caller reuses the array', () => {
    const data = Int16Array.of(1, 2, 3, 4);
    const encoder = createPcmEncoder({
      codec: 'pcm_s16le',
      sampleFmt: 's16',
      sampleRate: 48000,
      numChannels: 2,
    });
    const [packet] = encoder.encode(frameOf('s16', 2, 2, [{ data, offset: 0, stride: 2 }]));
    data.fill(0);
    expect(packet!.data).toEqual(Uint8Array.of(1, 0, 2, 0, 3, 0, 4, 0));
  });

  it('has the usual channel masks: as many bits as channels, none beyond eight', () => {
    for (let count = 1; count <= 8; count++) {
      const bits = defaultChannelMask(count).toString(2).replaceAll('0', '').length;
      expect(bits).toBe(count);
    }
    expect(defaultChannelMask(9)).toBe(0);
  });

  it('refuses what is wrong, naming it', () => {
    const good = {
      codec: 'pcm_f32le',
      sampleFmt: 'flt',
      sampleRate: 48000,
      numChannels: 2,
    } as const;
    const refused = (options: object, where: string) => {
      const act = () => createPcmEncoder({ ...good, ...options });
      expect(act).toThrow(ConfigError);
      expect(act).toThrow(where);
    };
    refused({ codec: 'pcm_s12le' }, 'pcm.options.codec');
    refused({ sampleFmt: 's16' }, 'pcm.options.sampleFmt: got s16, allowed are flt, fltp');
    refused({ sampleRate: 0 }, 'pcm.options.sampleRate');
    refused({ sampleRate: Number.NaN }, 'pcm.options.sampleRate');
    refused({ numChannels: 0 }, 'pcm.options.numChannels');
    refused({ numChannels: 65536 }, 'pcm.options.numChannels');
    refused({ bitrate: 1 }, 'pcm.options.bitrate');

    const encoder = createPcmEncoder(good);
    const data = new Float32Array(8);
    const frame = frameOf('flt', 2, 4, [{ data, offset: 0, stride: 2 }]);
    const refusedFrame = (change: object, where: string) => {
      const act = () => encoder.encode({ ...frame, ...change });
      expect(act).toThrow(ConfigError);
      expect(act).toThrow(where);
    };
    refusedFrame({ numSamples: 5 }, 'leave the array of 8');
    refusedFrame({ sampleFmt: 'fltp' }, 'pcm.frame.sampleFmt');
    refusedFrame({ numChannels: 1 }, 'pcm.frame.numChannels');
    refusedFrame({ sampleRate: 44100 }, 'pcm.frame.sampleRate');
    refusedFrame({ planes: [] }, 'pcm.frame.planes');
    refusedFrame({ pts: Number.NaN }, 'pcm.frame.pts');
    refusedFrame({ planes: [{ data: new Int32Array(8), offset: 0, stride: 2 }] }, 'integers of 4');
    data[5] = Number.NaN;
    refusedFrame({}, 'sample 2 is NaN');
    data[5] = Number.NEGATIVE_INFINITY;
    refusedFrame({}, 'sample 2 is -Infinity');
    const keep = createPcmEncoder({ ...good, nonFinite: 'keep' }).encode(frame);
    expect(new Float32Array(keep[0]!.data.buffer)[5]).toBe(Number.NEGATIVE_INFINITY);

    encoder.flush();
    expect(() => encoder.encode(frame)).toThrow(StateError);
    expect(() => encoder.flush()).toThrow(StateError);

    const decoder = createPcmDecoder({ codec: 'pcm_s16le', sampleRate: 8000, numChannels: 2 });
    const odd = { data: new Uint8Array(7), pts: 0, dts: 0, duration: 1, isKey: true };
    expect(() => decoder.decode(odd)).toThrow('multiples of 4');
  });
});
