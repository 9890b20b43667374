/**
 * Rate control driven by a model of an encoder: bits fall with a power of the step, times noise that it cannot foresee. Bit
 * rates are met, and the buffer is checked by Annex C.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../../src/base/errors.ts';
import {
  ACCEPT,
  RateControl,
  WITHOUT_RESIDUAL,
} from '../../../../src/codecs/h264/encoder/rate-control.ts';
import {
  type PictureForecast,
  type RateControlOptions,
  typeOffset,
} from '../../../../src/codecs/h264/encoder/rate-target.ts';
import {
  checkStatistics,
  planSecondPass,
  SECOND_PASS,
} from '../../../../src/codecs/h264/encoder/two-pass.ts';
import { representableVbv, type VbvOptions } from '../../../../src/codecs/h264/encoder/vbv.ts';
import { SliceType } from '../../../../src/syntax/h264/slice-header.ts';
import { type AccessUnit, checkBuffer } from './hrd.ts';

const MBS = 396;

/** Small deterministic generator: the 32-bit xorshift of Marsaglia (2003), as a number in 0..1. */
function randomNumbers(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

interface ModelPicture {
  isIntra: boolean;
  complexity: number;
  /** What the size is off from the model, a factor. */
  surprise: number;
}

/** Pictures of scenes of different complexity, IDR at least every `gopSize`. */
function modelPictures(
  seed: number,
  count: number,
  gopSize: number,
  roughness: number,
): ModelPicture[] {
  const random = randomNumbers(seed);
  const pictures: ModelPicture[] = [];
  let sinceIdr = gopSize;
  let intra = 500;
  let inter = 150;
  for (let n = 0; n < count; n++) {
    const isCut = random() < 0.01;
    if (isCut || n === 0) {
      intra = 200 + 800 * random();
      inter = intra * (0.1 + 0.6 * random());
    }
    const isIntra = n === 0 || isCut || sinceIdr >= gopSize;
    sinceIdr = isIntra ? 1 : sinceIdr + 1;
    const surprise = Math.exp(roughness * (random() + random() - 1));
    const wobble = 0.8 + 0.4 * random();
    pictures.push({ isIntra, complexity: MBS * wobble * (isIntra ? intra : inter), surprise });
  }
  return pictures;
}

function modelBits(picture: ModelPicture, qp: number): number {
  const slope = picture.isIntra ? 0.85 : 1.3;
  const bits = 0.2 * picture.complexity * picture.surprise * 2 ** ((slope * (27 - qp)) / 6);
  return 8 * Math.ceil((120 + bits) / 8);
}

interface Run {
  units: AccessUnit[];
  bits: number;
  retries: number;
  filler: number;
  qps: number[];
  control: RateControl;
}

/** Codes the pictures by the model; `lookahead` of them are known ahead. */
function simulate(
  pictures: readonly ModelPicture[],
  options: Partial<RateControlOptions> & Pick<RateControlOptions, 'target'>,
  lookahead: number,
): Run {
  const control = new RateControl({
    vbv: null,
    frameRate: [30, 1],
    widthInMbs: 22,
    heightInMbs: 18,
    ipOffset: 3,
    pbOffset: 2,
    hasImportance: false,
    secondPass: SECOND_PASS,
    collectStatistics: true,
    ...options,
  });
  const run: Run = { units: [], bits: 0, retries: 0, filler: 0, qps: [], control };
  let sinceIdr = 0;
  for (const [n, picture] of pictures.entries()) {
    const later = pictures.slice(n + 1, n + 1 + lookahead);
    const forecast: PictureForecast = {
      type: picture.isIntra ? SliceType.I : SliceType.P,
      isReference: true,
      complexity: picture.complexity,
      meanQpOffset: 0,
      upcoming: {
        complexity: Float64Array.from(later, (p) => p.complexity),
        type: Uint8Array.from(later, (p) => (p.isIntra ? SliceType.I : SliceType.P)),
        count: later.length,
        framesLeft: n + lookahead >= pictures.length ? pictures.length - n : -1,
      },
    };
    const { vbv } = control;
    const initial_cpb_removal_delay = vbv?.initialRemovalDelay ?? 0;
    const initial_cpb_removal_delay_offset = vbv?.initialRemovalDelayOffset ?? 0;
    let qp = control.startFrame(forecast);
    let bits = modelBits(picture, Math.round(qp / 256));
    for (let answer = control.review(bits); answer !== ACCEPT; answer = control.review(bits)) {
      if (answer === WITHOUT_RESIDUAL) {
        bits = 120;
        break;
      }
      run.retries++;
      qp = answer;
      bits = modelBits(picture, Math.round(qp / 256));
    }
    const filler = 8 * control.endFrame(bits);
    run.units.push({
      bits: bits + filler,
      cpb_removal_delay: 2 * sinceIdr,
      ...(picture.isIntra
        ? { bufferingPeriod: { initial_cpb_removal_delay, initial_cpb_removal_delay_offset } }
        : {}),
    });
    sinceIdr = picture.isIntra ? 1 : sinceIdr + 1;
    run.bits += bits + filler;
    run.filler += filler;
    run.qps.push(qp / 256);
  }
  return run;
}

function deviation(run: Run, bitRate: number): number {
  return Math.abs(run.bits / ((run.units.length / 30) * bitRate) - 1);
}

describe('constant QP', () => {
  it('is constant, and lower for IDR pictures', () => {
    const pictures = modelPictures(1, 60, 30, 0.5);
    const { qps } = simulate(pictures, { target: { kind: 'qp', qp: 30 } }, 0);
    expect(qps).toEqual(pictures.map((picture) => (picture.isIntra ? 27 : 30)));
    const lowest = simulate(pictures, { target: { kind: 'qp', qp: 1 } }, 0);
    expect(Math.min(...lowest.qps)).toBe(0);
  });
});

describe('constant quality', () => {
  it('moves QP by as much as CRF, and towards complexity by less than size would', () => {
    const pictures = modelPictures(2, 100, 100, 0);
    const a = simulate(pictures, { target: { kind: 'crf', crf: 20 } }, 10);
    const b = simulate(pictures, { target: { kind: 'crf', crf: 26 } }, 10);
    for (let n = 0; n < 100; n++) expect(b.qps[n] - a.qps[n]).toBeCloseTo(6, 1);
  });
});

describe('the offset of a type', () => {
  const forecast = (type: number, meanQpOffset: number): PictureForecast => ({
    type,
    isReference: true,
    complexity: 1,
    meanQpOffset,
    upcoming: {
      complexity: new Float64Array(0),
      type: new Uint8Array(0),
      count: 0,
      framesLeft: -1,
    },
  });

  it('is that of intra pictures as far as later pictures inherit from them', () => {
    const offsets = { ipOffset: 3, pbOffset: 2, ipByWorth: true };
    expect(typeOffset(forecast(SliceType.I, 0), offsets)).toBe(0);
    expect(typeOffset(forecast(SliceType.I, -1.5 * 256), offsets)).toBe(-1.5);
    expect(typeOffset(forecast(SliceType.I, -7 * 256), offsets)).toBe(-3);
    expect(typeOffset(forecast(SliceType.I, 5 * 256), offsets)).toBe(0);
    expect(typeOffset(forecast(SliceType.I, 0), { ipOffset: 3, pbOffset: 2 })).toBe(-3);
    expect(typeOffset(forecast(SliceType.P, -7 * 256), offsets)).toBe(0);
  });
});

describe('average bit rate', () => {
  it('is met within 2 % from five seconds on, with and without lookahead', () => {
    fc.assert(
      fc.property(
        fc.nat(1e6),
        fc.integer({ min: 150, max: 400 }),
        fc.integer({ min: 150, max: 3000 }),
        fc.constantFrom(0, 20),
        (seed, count, kbits, lookahead) => {
          const pictures = modelPictures(seed, count, 250, 0.5);
          const bitRate = 1000 * kbits;
          const run = simulate(
            pictures,
            { target: { kind: 'bitRate', bitRate, statistics: null } },
            lookahead,
          );
          // Where QP 51 is too much and QP 1 not enough, no rate control can help; nor where the stream ends soon after an
          // IDR picture, or a scene quite unlike the one before, that nobody could pay for ahead.
          fc.pre(Math.max(...run.qps) < 50 && Math.min(...run.qps.slice(5)) > 2);
          const sinceIdr = count - 1 - pictures.findLastIndex((picture) => picture.isIntra);
          fc.pre(sinceIdr >= (lookahead > 0 ? 45 : 100));
          expect(deviation(run, bitRate)).toBeLessThan(0.02);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('is met where pictures near the end take far more than those before', () => {
    const pictures = Array.from({ length: 150 }, (_, n) => ({
      isIntra: n === 0,
      complexity: MBS * (n === 0 ? 400 : 100),
      surprise: n < 135 ? 1 : n < 147 ? 0.05 : 1.2,
    }));
    const target = { kind: 'bitRate', bitRate: 300_000, statistics: null } as const;
    const run = simulate(pictures, { target }, 4);
    expect(run.retries).toBeGreaterThan(0);
    expect(run.retries).toBeLessThanOrEqual(12);
    expect(deviation(run, 300_000)).toBeLessThan(0.02);
  });

  it('is met within 1 % by a second pass', () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.integer({ min: 200, max: 2000 }), (seed, kbits) => {
        const pictures = modelPictures(seed, 300, 250, 0.4);
        const bitRate = 1000 * kbits;
        const first = simulate(
          pictures,
          { target: { kind: 'bitRate', bitRate, statistics: null } },
          0,
        );
        fc.pre(Math.max(...first.qps) < 49 && Math.min(...first.qps.slice(5)) > 4);
        const statistics = first.control.statistics(352, 288);
        expect(statistics.pictures.length).toBe(300);
        const second = simulate(pictures, { target: { kind: 'bitRate', bitRate, statistics } }, 0);
        expect(deviation(second, bitRate)).toBeLessThan(0.01);
      }),
      { numRuns: 30 },
    );
  });
});

describe('planSecondPass', () => {
  it('spends what it is given, IDR pictures at lower QP', () => {
    const pictures = Array.from({ length: 100 }, (_, n) => ({
      isIntra: n % 50 === 0,
      qp: 30,
      bits: n % 50 === 0 ? 40000 : 5000,
    }));
    const plan = planSecondPass(pictures, 1_000_000, 3, 2);
    const total = plan.reduce((sum, picture) => sum + picture.bits, 0);
    expect(Math.abs(total / 1_000_000 - 1)).toBeLessThan(1e-6);
    expect(plan[51].qp - plan[50].qp).toBeCloseTo(3, 6);
    expect(plan[1].qp).toBeCloseTo(plan[30].qp, 6);
  });

  it('refuses statistics of another stream', () => {
    const pictures = [{ isIntra: true, qp: 20, bits: 100 }];
    expect(() => checkStatistics({ width: 16, height: 16, pictures }, 32, 16)).toThrow(ConfigError);
    expect(() => checkStatistics({ width: 16, height: 16, pictures: [] }, 16, 16)).toThrow(
      ConfigError,
    );
    const broken = [{ isIntra: true, qp: 52, bits: 100 }];
    expect(() => checkStatistics({ width: 16, height: 16, pictures: broken }, 16, 16)).toThrow(
      /pictures\[0\]/,
    );
  });
});

describe('the check of the buffer', () => {
  const unit = (bits: number, n: number, delay = 45000): AccessUnit => ({
    bits,
    cpb_removal_delay: 2 * n,
    ...(n === 0
      ? {
          bufferingPeriod: {
            initial_cpb_removal_delay: delay,
            initial_cpb_removal_delay_offset: 90000 - delay,
          },
        }
      : {}),
  });
  const schedule = { bitRate: 300000, cpbSize: 300000, cbr: true, tick: 1 / 60 };

  it('finds underflow and overflow', () => {
    // 10000 bits flow in per picture; half a second of them, 150000, are there at the start.
    const steady = Array.from({ length: 40 }, (_, n) => unit(10000, n));
    expect(checkBuffer(steady, schedule)).toEqual([]);
    const large = steady.with(20, unit(150001, 20));
    expect(checkBuffer(large, schedule)[0]).toMatch(/^unit 20: underflow, 1 bits/);
    const small = Array.from({ length: 40 }, (_, n) => unit(n === 0 ? 10000 : 100, n));
    expect(checkBuffer([...small, unit(600000, 40)], schedule).join()).toMatch(/overflow/);
    expect(checkBuffer([unit(10000, 0, 90001)], schedule)[0]).toMatch(/delay above the buffer's/);
  });
});

describe('the buffer', () => {
  it('never runs dry nor over, by Annex C', () => {
    fc.assert(
      fc.property(
        fc.nat(1e6),
        fc.integer({ min: 60, max: 4000 }),
        fc.double({ min: 0.15, max: 3, noNaN: true }),
        fc.double({ min: 0.3, max: 1, noNaN: true }),
        fc.constantFrom('vbr', 'cbr', 'crf'),
        fc.constantFrom(0, 20),
        (seed, kbits, seconds, initialFullness, kind, lookahead) => {
          const bitRate = 64 * Math.round((1000 * kbits) / 64);
          const vbv: VbvOptions = representableVbv({
            maxRate: kind === 'vbr' ? 64 * Math.round((1.5 * bitRate) / 64) : bitRate,
            bufferSize: Math.floor(seconds * bitRate),
            initialFullness,
            isConstant: kind === 'cbr',
          });
          // One picture at QP 51 must fit, as the options require.
          fc.pre(vbv.bufferSize * initialFullness > 800 + 24 * MBS);
          const pictures = modelPictures(seed, 200, 60, 0.8);
          const run = simulate(
            pictures,
            {
              target:
                kind === 'crf'
                  ? { kind: 'crf', crf: 20 }
                  : { kind: 'bitRate', bitRate, statistics: null },
              vbv,
            },
            lookahead,
          );
          // The model's IDR pictures may be larger at QP 51 than real ones; those runs prove nothing.
          fc.pre(
            pictures.every(
              (picture) => !picture.isIntra || modelBits(picture, 51) < 24 * MBS * 0.5,
            ),
          );
          const problems = checkBuffer(run.units, {
            bitRate: vbv.maxRate,
            cpbSize: vbv.bufferSize,
            cbr: vbv.isConstant,
            tick: 1 / 60,
          });
          expect(problems).toEqual([]);
          if (kind !== 'cbr') expect(run.filler).toBe(0);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('is kept by a second look at few pictures', () => {
    const pictures = modelPictures(7, 500, 100, 0.4);
    const bitRate = 640000;
    const vbv = { maxRate: bitRate, bufferSize: bitRate, initialFullness: 0.9, isConstant: true };
    const target = { kind: 'bitRate', bitRate, statistics: null } as const;
    const run = simulate(pictures, { target, vbv }, 20);
    expect(run.retries).toBeLessThan(25);
    expect(run.filler / run.bits).toBeLessThan(0.02);
  });
});
