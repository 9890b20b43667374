/** What a trace says is what the stream has: levels by block, candidates by number, clauses, patterns, bits of I_PCM. */
import { describe, expect, it } from 'vitest';
import { StateError } from '../../../../src/base/errors.ts';
import { createH264Encoder } from '../../../../src/codecs/h264/encoder/create-encoder.ts';
import { QUIET_INSPECTOR } from '../../../../src/codecs/h264/encoder/inspector.ts';
import type { H264Options } from '../../../../src/codecs/h264/encoder/options.ts';
import { StatisticsCollector } from '../../../../src/codecs/h264/encoder/stream-statistics.ts';
import { TraceInspector } from '../../../../src/codecs/h264/encoder/trace-inspector.ts';
import { B_DIRECT_16X16, I_PCM } from '../../../../src/codecs/h264/standard/macroblock.ts';
import type { Trace } from '../../../../src/inspect/index.ts';
import { DESCRIPTORS } from '../../../../src/inspect/trace-format.ts';
import { codePictures, frameOf } from '../../../support/h264.ts';
import { endTrace, traceRows } from '../../../support/trace.ts';
import { type CONTENTS, drawScene } from './content.ts';

const [WIDTH, HEIGHT] = [64, 48];
const BASE = { width: WIDTH, height: HEIGHT, frameRate: [30, 1], preset: 'medium' } as const;

type Content = (typeof CONTENTS)[number];
const scene = (content: Content, count: number) =>
  drawScene({ content, seed: 7, dx: 2, dy: 1 }, WIDTH, HEIGHT, count);

function traceOf(options: Partial<H264Options>, content: Content, count = 4): Trace {
  const inspect = new TraceInspector({});
  codePictures({ ...BASE, ...options, inspect }, scene(content, count));
  return endTrace(inspect);
}

/** The rows of a table that count. */
const rowsOf = (trace: Trace, name: string) =>
  traceRows(trace, name).filter((row) => row.void === 0);
const placeOf = ({ picture, macroblock }: Record<string, number>) => `${picture} ${macroblock}`;

/** Elements of macroblocks, with their names and the place of their macroblock. */
function elementsOf(trace: Trace) {
  const pictures = new Map(rowsOf(trace, 'unit').map(({ unit, picture }) => [unit, picture]));
  return rowsOf(trace, 'element')
    .filter(({ macroblock }) => macroblock! >= 0)
    .map(({ unit, macroblock, name, value, descriptor, length }) => ({
      ...{ name: trace.names[name!]!, value: value!, length: length! },
      ...{ descriptor: DESCRIPTORS[descriptor!], place: `${pictures.get(unit)} ${macroblock}` },
    }));
}

function count(into: Map<string, number>, key: string, by: number): void {
  if (by !== 0) into.set(key, (into.get(key) ?? 0) + by);
}

const KINDS: Record<string, string> = {
  ...{ LumaLevel4x4: 'luma', LumaLevel8x8: 'luma', Intra16x16ACLevel: 'luma' },
  ...{ Intra16x16DCLevel: 'luma DC', ChromaDCLevel: 'chroma DC', ChromaACLevel: 'chroma' },
};

/** How many levels the tables of blocks have, by macroblock and kind, and how many the elements say. */
function levelCounts(trace: Trace) {
  const [told, sent] = [new Map<string, number>(), new Map<string, number>()];
  for (const row of rowsOf(trace, 'block')) {
    const block = row.block!;
    const isDc = block > 23;
    const kind = block < 16 ? 'luma' : !isDc ? 'chroma' : block === 24 ? 'luma DC' : 'chroma DC';
    count(told, `${placeOf(row)} ${kind}`, row.level === 0 ? 0 : 1);
  }
  for (const row of rowsOf(trace, 'block8x8')) {
    count(told, `${placeOf(row)} luma`, row.level === 0 ? 0 : 1);
  }
  for (const { name, value, place } of elementsOf(trace)) {
    if (KINDS[name] !== undefined) count(sent, `${place} ${KINDS[name]}`, value);
  }
  return { told, sent };
}

const STREAMS: readonly (readonly [Partial<H264Options>, Content])[] = [
  [{ profile: 'baseline', preset: 'slow', qp: 24 }, 'mixture'],
  [{ profile: 'baseline', preset: 'fast', qp: 0 }, 'noise'],
  [{ profile: 'high', qp: 20, bframes: 2 }, 'mixture'],
  [{ profile: 'high', qp: 22, cabac: false, scaling: 'default' }, 'mixture'],
  [{ profile: 'high', qp: 2, cabac: false }, 'noise'],
  [{ profile: 'main', qp: 0 }, 'noise'],
];

describe.each(STREAMS)('a trace of %o, %s', (options, content) => {
  const trace = traceOf(options, content);
  const macroblocks = rowsOf(trace, 'macroblock');

  it('has the levels that are sent, those of DC too', () => {
    const { told, sent } = levelCounts(trace);
    expect(told).toEqual(sent);
    expect([...sent.keys()].filter((key) => key.endsWith('chroma DC')).length).toBeGreaterThan(1);
  });

  it('names the candidate that is written, none for I_PCM', () => {
    const candidates = new Map<string, number>();
    for (const row of rowsOf(trace, 'candidate')) count(candidates, placeOf(row), 1);
    for (const row of macroblocks) {
      if (row.type === I_PCM) expect(row.candidate).toBe(-1);
      else expect(row.candidate).toBeGreaterThanOrEqual(0);
      expect(row.candidate).toBeLessThan(candidates.get(placeOf(row))!);
    }
    if (options.qp === 0) expect(macroblocks.some(({ type }) => type === I_PCM)).toBe(true);
  });

  it('has patterns, not the numbers of their codes', () => {
    const patterns = new Map(macroblocks.map((row) => [placeOf(row), row.codedBlockPattern]));
    const told = elementsOf(trace).filter(({ name }) => name === 'coded_block_pattern');
    if (options.qp !== 0) expect(told.length).toBeGreaterThan(5);
    for (const { value, place, descriptor } of told) {
      const isPcm = macroblocks.some((row) => placeOf(row) === place && row.type === I_PCM);
      if (!isPcm) expect(value).toBe(patterns.get(place));
      expect(descriptor).toBe(
        options.cabac === false || options.profile === 'baseline' ? 'me' : 'ae',
      );
    }
  });

  it('has each alignment bit before the samples of I_PCM by itself', () => {
    const bits = elementsOf(trace).filter(({ name }) => name === 'pcm_alignment_zero_bit');
    const byPlace = new Map<string, number>();
    for (const { place, length, descriptor } of bits) {
      expect([length, descriptor]).toEqual([1, 'u']);
      count(byPlace, place, 1);
    }
    for (const number of byPlace.values()) expect(number).toBeLessThan(8);
  });
});

describe('a trace', () => {
  it('has 8x8 blocks with the levels of the dead zone; where no levels are decided, those are sent', () => {
    for (const scaling of ['flat', 'default'] as const) {
      const options = { profile: 'high', preset: 'faster', qp: 24, scaling } as const;
      const rows = rowsOf(traceOf(options, 'mixture'), 'block8x8');
      expect(rows.length).toBeGreaterThan(100);
      const blocks = new Map<string, Record<string, number>[]>();
      for (const row of rows) {
        const key = `${placeOf(row)} ${row.block}`;
        blocks.set(key, [...(blocks.get(key) ?? []), row]);
      }
      for (const block of blocks.values()) {
        if (block.every(({ level }) => level === 0)) continue;
        for (const { level, deadZoneLevel } of block) expect(level).toBe(deadZoneLevel);
      }
    }
    const decided = rowsOf(traceOf({ profile: 'high', qp: 24 }, 'mixture'), 'block8x8');
    expect(decided.some(({ level, deadZoneLevel }) => level !== deadZoneLevel)).toBe(true);
  });

  it('of B pictures that the buffer allows no residual names no candidate, and the QP of their slices', () => {
    const inspect = new TraceInspector({});
    const rate = { bitRate: 12_000, vbvMaxRate: 12_000, vbvBufferSize: 6_000 };
    const order = { bframes: 3, bAdapt: 0, sceneCut: false, profile: 'high' } as const;
    const size = { width: 96, height: 96 };
    const draw = (content: Content, dx: number, number: number) =>
      drawScene({ content, seed: 9, dx, dy: 1 }, 96, 96, number);
    const pictures = [...draw('gradient', 1, 6), ...draw('noise', 3, 10)];
    codePictures({ ...BASE, ...size, ...order, ...rate, inspect }, pictures);
    const trace = endTrace(inspect);
    const candidates = new Map<string, number>();
    for (const row of rowsOf(trace, 'candidate')) count(candidates, placeOf(row), 1);
    const macroblocks = rowsOf(trace, 'macroblock');
    for (const row of macroblocks) {
      expect(row.candidate).toBeLessThan(candidates.get(placeOf(row)) ?? 0);
    }
    expect(macroblocks.some(({ candidate }) => candidate === -1)).toBe(true);
    for (const { qp } of rowsOf(trace, 'picture')) expect(qp).toBeGreaterThanOrEqual(0);
  });

  it('of direct prediction has its cost, without rdo too', () => {
    const trace = traceOf(
      { profile: 'high', preset: 'superfast', qp: 24, bframes: 3, bAdapt: 0 },
      'mixture',
      8,
    );
    const direct = rowsOf(trace, 'candidate').filter(({ type }) => type === B_DIRECT_16X16);
    expect(direct.length).toBeGreaterThan(0);
    for (const { cost } of direct) expect(cost).toBeGreaterThan(0);
  });

  it('has the clauses of the tables that elements stand in', () => {
    const clauses = new Map<string, Set<string>>();
    const streams: Partial<H264Options>[] = [
      { profile: 'baseline', preset: 'slow', qp: 20, longTermPeriod: 2, refs: 3 },
      {
        ...{ profile: 'high', bframes: 3, settingsSei: true, hrd: 'cbr' },
        ...{ bitRate: 300_000, vbvBufferSize: 200_000, vbvMaxRate: 300_000 },
      },
      {
        profile: 'high',
        preset: 'slow',
        keyPictures: 'recovery',
        gopSize: 4,
        weightP: true,
        qp: 30,
      },
    ];
    for (const options of streams) {
      const trace = traceOf(options, 'mixture', 8);
      for (const { name, clause } of traceRows(trace, 'element')) {
        const key = trace.names[name!]!;
        clauses.set(key, (clauses.get(key) ?? new Set()).add(trace.names[clause!]!));
      }
    }
    const expected = {
      ...{ ref_pic_list_modification_flag_l0: '7.3.3.1', abs_diff_pic_num_minus1: '7.3.3.1' },
      ...{ luma_log2_weight_denom: '7.3.3.2', luma_weight_l0_flag: '7.3.3.2' },
      ...{ no_output_of_prior_pics_flag: '7.3.3.3', adaptive_ref_pic_marking_mode_flag: '7.3.3.3' },
      ...{ memory_management_control_operation: '7.3.3.3', long_term_frame_idx: '7.3.3.3' },
      ...{ last_payload_type_byte: '7.3.2.3.1', last_payload_size_byte: '7.3.2.3.1' },
      ...{
        initial_cpb_removal_delay: 'D.1.2',
        cpb_removal_delay: 'D.1.3',
        dpb_output_delay: 'D.1.3',
      },
      ...{ user_data_payload_byte: 'D.1.7', recovery_frame_cnt: 'D.1.8', slice_type: '7.3.3' },
    };
    for (const [name, clause] of Object.entries(expected)) {
      expect([name, ...(clauses.get(name) ?? [])]).toEqual([name, clause]);
    }
    expect([...clauses].filter(([, found]) => found.has(''))).toEqual([]);
    expect(clauses.get('seq_parameter_set_id')).toEqual(new Set(['7.3.2.1.1', '7.3.2.2', 'D.1.2']));
  });
});

/** Two pictures of which every sample is another. */
const NOISE = [1, 2].map((seed) =>
  Uint8Array.from({ length: (WIDTH * HEIGHT * 3) / 2 }, (_, i) => {
    const mixed = Math.imul(i + seed * 65536, 0x9e3779b1);
    return Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b) >>> 24;
  }),
);

it('statistics of pictures without chroma have none, with I_PCM too', () => {
  const collector = new StatisticsCollector();
  const { inspector: inspect } = collector;
  codePictures({ ...BASE, profile: 'high', cabac: false, monochrome: true, qp: 0, inspect }, NOISE);
  const { P } = collector.statistics;
  expect(P!.macroblocks.I_PCM).toBeGreaterThan(0);
  expect(P!.coded.chromaDc).toBe(0);
  expect(P!.coded.luma).toBeGreaterThan(50);
});

it('an inspector that calls its encoder is told so, and nothing is lost', () => {
  const pictures = scene('mixture', 6);
  const errors: unknown[] = [];
  const call = (): void => {
    for (const work of [
      () => encoder.flush(),
      () => encoder.encode(frameOf(pictures[0]!, WIDTH, HEIGHT, 99)),
    ]) {
      try {
        work();
      } catch (error) {
        errors.push(error);
      }
    }
  };
  const options = { ...BASE, profile: 'baseline', qp: 30 } as const;
  const encoder = createH264Encoder({
    ...options,
    inspect: { ...QUIET_INSPECTOR, row: call, macroblockEnd: call },
  });
  const watched = pictures.flatMap((picture, i) =>
    encoder.encode(frameOf(picture, WIDTH, HEIGHT, i)),
  );
  watched.push(...encoder.flush());
  expect(errors.length).toBeGreaterThan(10);
  for (const error of errors) {
    expect(error).toBeInstanceOf(StateError);
    expect((error as Error).message).toMatch(/called by what it calls/);
  }
  expect(watched).toEqual(codePictures(options, pictures).packets);
});
