/**
 * The glass of the encoder: the stream is the same with an inspector and without, the bits of all elements sum to it, attempts
 * that are thrown away are told apart, and a trace holds what was told.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError, FormatError, StateError } from '../../../../src/base/errors.ts';
import { createH264Encoder } from '../../../../src/codecs/h264/encoder/create-encoder.ts';
import {
  bothInspectors,
  type H264Inspector,
  QUIET_INSPECTOR,
} from '../../../../src/codecs/h264/encoder/inspector.ts';
import type { H264Options } from '../../../../src/codecs/h264/encoder/options.ts';
import { PRESETS, type Preset } from '../../../../src/codecs/h264/encoder/speed-options.ts';
import {
  formatStatistics,
  StatisticsCollector,
} from '../../../../src/codecs/h264/encoder/stream-statistics.ts';
import { TraceInspector } from '../../../../src/codecs/h264/encoder/trace-inspector.ts';
import { readTrace, type Trace } from '../../../../src/inspect/index.ts';
import {
  type CodedPictures,
  codePictures,
  frameOf,
  nalUnits,
  parameterSetsOf,
} from '../../../support/h264.ts';
import { CONTENTS, drawScene } from './content.ts';

const RUNS = Number(process.env.VITRINE_RUNS ?? 8);
const SEED = Number(process.env.VITRINE_SEED ?? 264);

const BASE: H264Options = {
  width: 80,
  height: 64,
  frameRate: [25, 1],
  preset: 'veryfast',
  qp: 26,
  profile: 'baseline',
};

function pictures(content: (typeof CONTENTS)[number], count = 5): Uint8Array[] {
  return drawScene({ content, seed: 7, dx: 2.5, dy: 1 }, 80, 64, count);
}

function concat(pieces: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(pieces));
}

/** Codes with a trace; returns both. */
function traced(
  options: H264Options,
  scene: readonly Uint8Array[],
): { coded: CodedPictures; bytes: Uint8Array; trace: Trace } {
  const inspect = new TraceInspector({ codec: 'h264' });
  const coded = codePictures({ ...options, inspect }, scene);
  inspect.end();
  const bytes = concat(inspect.take());
  return { coded, bytes, trace: readTrace(bytes) };
}

/** Sum of the lengths of the elements that count, of packets alone: the parameter sets are the units before. */
function countedBits({ tables }: Trace, { streamInfo }: CodedPictures): number {
  const sets = parameterSetsOf(streamInfo.config).length;
  const { unit, length, void: isVoid } = tables.element!.columns;
  let sum = 0;
  for (let i = 0; i < tables.element!.rowCount; i++) {
    if (isVoid![i] === 0 && unit![i]! >= sets) sum += length![i]!;
  }
  return sum;
}

function packetBits({ packets }: CodedPictures): number {
  return 8 * packets.reduce((sum, { data }) => sum + data.length, 0);
}

const someOptions: fc.Arbitrary<Partial<H264Options>> = fc.record(
  {
    qp: fc.integer({ min: 4, max: 44 }),
    refs: fc.integer({ min: 1, max: 4 }),
    slices: fc.integer({ min: 1, max: 4 }),
    partitions: fc.constantFrom('none' as const, '8x8' as const, 'all' as const),
    rdo: fc.boolean(),
    trellis: fc.boolean(),
    exactVectors: fc.boolean(),
    deblock: fc.boolean(),
    accessUnitDelimiters: fc.boolean(),
    profile: fc.constantFrom('baseline' as const, 'main' as const),
  },
  { requiredKeys: [] },
);

describe('an inspector', () => {
  it.each(PRESETS)(
    'does not change a byte at preset %s, and all bits are told',
    (preset: Preset) => {
      for (const content of ['mixture'] as const) {
        const scene = pictures(content);
        const plain = codePictures({ ...BASE, preset }, scene);
        const { coded, trace } = traced({ ...BASE, preset }, scene);
        expect(concat(coded.packets.map(({ data }) => data))).toEqual(
          concat(plain.packets.map(({ data }) => data)),
        );
        expect(countedBits(trace, coded)).toBe(packetBits(coded));
      }
    },
  );

  it(`does not change a byte whatever the options (seed ${SEED}, ${RUNS} runs)`, () => {
    fc.assert(
      fc.property(
        someOptions,
        fc.constantFrom(...CONTENTS),
        fc.constantFrom(...PRESETS),
        (options, content, preset) => {
          const scene = pictures(content, 4);
          const all = { ...BASE, preset, ...options };
          const plain = codePictures(all, scene);
          const { coded, trace } = traced(all, scene);
          expect(coded.packets.map(({ data }) => data)).toEqual(
            plain.packets.map(({ data }) => data),
          );
          expect(countedBits(trace, coded)).toBe(packetBits(coded));
        },
      ),
      { seed: SEED, numRuns: RUNS },
    );
  });

  it('is told of macroblocks that are taken back, and they do not count', () => {
    const options: H264Options = { ...BASE, qp: 8, sliceBytes: 700 };
    const { coded, trace } = traced(options, pictures('noise', 2));
    const { element, macroblock } = trace.tables;
    expect(element!.columns.void!.includes(1)).toBe(true);
    expect(countedBits(trace, coded)).toBe(packetBits(coded));
    const kept = macroblock!.columns.void!.filter((flag) => flag === 0);
    expect(kept.length).toBe(2 * 5 * 4);
    const { unit } = trace.tables;
    const units = coded.packets.flatMap(({ data }) => [...nalUnits(data)]);
    const keptUnits = unit!.columns.void!.filter((flag) => flag === 0);
    expect(keptUnits.length).toBe(units.length + 2);
  });

  it('is told of pictures that are coded again, and the last attempt counts', () => {
    const options: H264Options = {
      ...{ width: 80, height: 64, frameRate: [25, 1], preset: 'veryfast', bitRate: 60_000 },
      ...{ vbvBufferSize: 24_000, vbvMaxRate: 60_000 },
    };
    const { coded, trace } = traced(options, pictures('noise', 5));
    const { picture } = trace.tables;
    const { attempt, void: isVoid, qp } = picture!.columns;
    expect(Math.max(...attempt!)).toBeGreaterThan(0);
    const counted = [...isVoid!].filter((flag) => flag === 0);
    expect(counted.length).toBe(5);
    const again = [...attempt!].findIndex((n, i) => n > 0 && isVoid![i] === 0);
    expect(isVoid![again - 1]).toBe(1);
    expect(qp![again - 1]).not.toBe(qp![again]);
    expect(countedBits(trace, coded)).toBe(packetBits(coded));
  });

  it('is told of elements one after the other, without gaps, in every unit', () => {
    const { trace } = traced({ ...BASE, slices: 2, accessUnitDelimiters: true }, pictures('edges'));
    const { element } = trace.tables;
    const { unit, position, length, name } = element!.columns;
    const next = new Map<number, number>();
    for (let i = 0; i < element!.rowCount; i++) {
      if (position![i]! < 0) continue;
      if (trace.names[name![i]!] === 'emulation_prevention_three_byte') continue;
      expect(position![i]).toBe(next.get(unit![i]!) ?? 0);
      next.set(unit![i]!, position![i]! + length![i]!);
    }
    const named = new Set([...name!].map((index) => trace.names[index]));
    for (const wanted of ['profile_idc', 'slice_type', 'mb_type', 'mvd_l0', 'LumaLevel4x4']) {
      expect(named).toContain(wanted);
    }
  });

  it('is told of candidates, searches, blocks and edges of each macroblock', () => {
    const { trace } = traced({ ...BASE, preset: 'medium' }, pictures('mixture', 3));
    const { candidate, search, block, edge, macroblock } = trace.tables;
    for (const table of [candidate, search, block, edge])
      expect(table!.rowCount).toBeGreaterThan(0);
    // Every macroblock has the type of one of its candidates.
    const tried = new Set<string>();
    const c = candidate!.columns;
    for (let i = 0; i < candidate!.rowCount; i++) {
      tried.add(`${c.picture![i]} ${c.macroblock![i]} ${c.type![i]}`);
    }
    const m = macroblock!.columns;
    for (let i = 0; i < macroblock!.rowCount; i++) {
      expect(tried).toContain(`${m.picture![i]} ${m.macroblock![i]} ${m.type![i]}`);
    }
    // The cost of a search falls from best to best.
    const s = search!.columns;
    for (let i = 1; i < search!.rowCount; i++) {
      const [step, before] = [s.step![i]!, s.step![i - 1]!];
      // Where SATD replaces SAD, the best vector is measured again.
      if (step === 1 && before !== 0) expect(s.cost![i]).toBeLessThan(s.cost![i - 1]!);
      if (step === 2) expect(s.cost![i]).toBe(s.cost![i - 1]);
    }
    expect(s.step).toContain(3);
    expect(block!.columns.level!.some((level) => level !== 0)).toBe(true);
  });

  it('is told of costs that are the sum of their parts', () => {
    const options = {
      ...BASE,
      preset: 'slow',
      profile: 'main',
      qp: 30,
      psyRd: 1,
      aqStrength: 0,
    } as const;
    const { trace } = traced(options, pictures('mixture', 3));
    const { distortion, psy, bits, cost, type } = trace.tables.candidate!.columns;
    const worths = new Set<string>();
    for (const [i, value] of cost!.entries()) {
      // Cost 0: taken before anything was measured.
      if (value === 0 || bits![i]! < 40) continue;
      expect(type![i]).toBeGreaterThanOrEqual(0);
      worths.add(((value - distortion![i]! - psy![i]!) / bits![i]!).toFixed(2));
    }
    // A lambda for each type of picture, none for each macroblock.
    expect(worths.size).toBeLessThanOrEqual(3);
    expect(psy!.some((value) => value > 0)).toBe(true);
  });

  it('is told of the mean QP of pictures, and of the pictures that weighted references are copies of', () => {
    const dark = pictures('mixture', 6).map((picture, n) => picture.map((s) => s * (1 - n / 8)));
    const options = {
      ...BASE,
      preset: 'medium',
      profile: 'main',
      bframes: 0,
      weightP: true,
    } as const;
    const { trace } = traced(options, dark);
    const { macroblock, picture, reference, search } = trace.tables;
    const p = picture!.columns;
    for (const [i, number] of p.picture!.entries()) {
      const qps = [...macroblock!.columns.qp!].filter(
        (_, k) => macroblock!.columns.picture![k] === number,
      );
      expect(p.meanQp![i]).toBeCloseTo(qps.reduce((sum, qp) => sum + qp, 0) / qps.length, 9);
    }
    const pocs = new Set(
      [...reference!.columns.picture!].map((n, i) => `${n} ${reference!.columns.poc![i]}`),
    );
    for (const [i, number] of search!.columns.picture!.entries()) {
      expect(pocs).toContain(`${number} ${search!.columns.poc![i]}`);
    }
  });

  it('that throws closes the encoder, and the error reaches the caller', () => {
    let count = 0;
    const inspect: H264Inspector = {
      ...QUIET_INSPECTOR,
      macroblockEnd: () => {
        if (++count > 30) throw new RangeError('enough');
      },
    };
    const encoder = createH264Encoder({ ...BASE, inspect });
    const [first, second, third] = pictures('noise', 3).map((data, pts) =>
      frameOf(data, 80, 64, pts),
    );
    const encode = () => {
      for (const frame of [first, second, third]) encoder.encode(frame!);
      encoder.flush();
    };
    expect(encode).toThrow(RangeError);
    expect(() => encoder.encode(third!)).toThrow(StateError);
    expect(() => encoder.flush()).toThrow(StateError);
  });

  it('without all its methods is refused', () => {
    const inspect = { picture: () => {} } as unknown as H264Inspector;
    expect(() => createH264Encoder({ ...BASE, inspect })).toThrow(ConfigError);
    expect(() => createH264Encoder({ ...BASE, inspect })).toThrow(/options\.inspect/);
  });
});

describe('statistics', () => {
  it('sum to all macroblocks, and to the bytes of the stream', () => {
    const collector = new StatisticsCollector();
    const seen: number[] = [];
    const other: H264Inspector = { ...QUIET_INSPECTOR, macroblockEnd: (mb) => seen.push(mb) };
    const inspect = bothInspectors(collector.inspector, other);
    const coded = codePictures(
      { ...BASE, preset: 'slow', refs: 3, inspect },
      pictures('texture', 6),
    );
    const { I, P, B, references } = collector.statistics;
    expect([I!.pictures, P!.pictures, B]).toEqual([1, 5, null]);
    expect(seen.length).toBe(6 * 20);
    for (const type of [I!, P!]) {
      const total = Object.values(type.macroblocks).reduce((sum, share) => sum + share, 0);
      expect(total).toBeCloseTo(100, 6);
    }
    expect(I!.meanQp).toBeCloseTo(23, 6);
    const bytes = I!.pictures * I!.meanBytes + P!.pictures * P!.meanBytes;
    expect(8 * bytes).toBeCloseTo(packetBits(coded), 3);
    expect(references.reduce((sum, share) => sum + share, 0)).toBeCloseTo(100, 6);
    const lines = formatStatistics(collector.statistics);
    expect(lines[0]).toMatch(/^frame I:1 {2}Avg QP:23\.00 {2}size:\d+$/);
    expect(lines.join('\n')).toMatch(/mb P {2}.*skip|mb P {2}.*P16x16/);
  });
});

describe('a trace', () => {
  const { bytes } = traced(BASE, pictures('edges', 2));

  it('that is cut off is a FormatError with the offset', () => {
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), (length) => {
        try {
          readTrace(bytes.subarray(0, length));
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
          expect((error as FormatError).offset).toBeGreaterThanOrEqual(0);
          return;
        }
        expect.fail(`${length} bytes of ${bytes.length} were read`);
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  it('of another version is a FormatError', () => {
    const other = bytes.slice();
    other[8] = 9;
    expect(() => readTrace(other)).toThrow(/version 9, read are 1 to 2 \(byte offset 8\)/);
    expect(() => readTrace(new Uint8Array(40))).toThrow(FormatError);
  });

  it('with any bytes changed is read, or is a FormatError', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(4000), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        (changes) => {
          const broken = bytes.slice();
          for (const [at, value] of changes) broken[at % broken.length] = value;
          try {
            readTrace(broken);
          } catch (error) {
            expect(error).toBeInstanceOf(FormatError);
          }
        },
      ),
      { seed: SEED, numRuns: 500 },
    );
  });
});
