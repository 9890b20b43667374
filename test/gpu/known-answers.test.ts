/** The known answers find kernels that leave something out, whatever it is that decides what a stream becomes. */
import { describe, expect, it } from 'vitest';
import { gpuKernels } from '../../src/gpu/index.ts';
import { type Fault, type Rows, runningGpuJs } from './running-gpu-js.ts';

/** Kernels by a piece of their text. */
const KERNELS = {
  halve: '2) * 0.25',
  rows: 'let packed',
  search: 'const height = Math.abs',
  vectors: 'let vector = 0',
  inter: 'const fromX',
  intra: 'let horizontal',
} as const;

const NO_CANDIDATE = 16777215;
/** Samples around a halved plane, of which a stream's search reaches the inner half. */
const PADDING = 32;
const USED = 16;

/** A fault of one kernel: `change` gets the rows of its result, plane after plane. */
function faultOf(kernel: keyof typeof KERNELS, change: (planes: Float32Array[][]) => void): Fault {
  return (rows, source) => {
    if (source.includes(KERNELS[kernel])) change(planesOf(rows));
    return rows;
  };
}

function planesOf(rows: Rows): Float32Array[][] {
  return (Array.isArray(rows[0]) ? rows : [rows]) as Float32Array[][];
}

/** Drops the rows of candidates that `isDropped` says, of `count`. */
const dropped = (isDropped: (row: number, count: number) => boolean) =>
  faultOf('search', (planes) => {
    for (const [z, plane] of planes.entries()) {
      if (isDropped(z, planes.length)) for (const row of plane) row.fill(NO_CANDIDATE);
    }
  });

/** Changes each number of a kernel. */
const changed = (kernel: keyof typeof KERNELS, change: (value: number, x: number) => number) =>
  faultOf(kernel, (planes) => {
    for (const row of planes.flat()) for (const [x, v] of row.entries()) row[x] = change(v, x);
  });

/** Changes the padding that a stream's search reads. */
const padded = (change: (plane: Float32Array[], from: number, to: number) => void) =>
  faultOf('halve', ([plane]) => change(plane!, PADDING - USED, PADDING));

const FAULTS: Readonly<Record<string, Fault>> = {
  'the first row of candidates is left out': dropped((row) => row === 0),
  'the last row of candidates is left out': dropped((row, count) => row === count - 1),
  'rows below the middle are left out': dropped((row, count) => row > count * 0.75),
  'odd rows are left out': dropped((row) => row % 2 === 1),
  'one row is left out in the longer range': dropped((row, count) => count === 65 && row === 47),
  'one row is left out in the shorter range': dropped((row, count) => count === 33 && row === 21),
  'the first column is worse': changed('search', (v) => (v % 128 === 0 ? v + 128 : v)),
  'a column of the longer range is worse': changed('search', (v) =>
    v % 128 === 61 ? v + 12800 : v,
  ),
  'of equal costs the right one counts': changed('vectors', (v) =>
    v === 32 * 128 + 31 ? v + 2 : v,
  ),
  'small inter costs are off by 1': changed('inter', (v) => (v < 200 ? v + 1 : v)),
  'large inter costs are off by 2': changed('inter', (v) => (v > 20000 ? v - 2 : v)),
  'the largest inter costs are off by 1': changed('inter', (v) => (v > 32000 ? v - 1 : v)),
  'small intra costs are off': changed('intra', (v) => (v < 300 && v > 4 ? v - 4 : v)),
  'intra costs are off from column 11 on': changed('intra', (v, x) => (x > 10 ? v + 1 : v)),
  'inter costs have fractions': changed('inter', (v, x) => (x === 0 ? v + 0.5 : v)),
  'intra costs have fractions': changed('intra', (v, x) => (x === 0 ? v + 0.25 : v)),
  'padding on the left is black': padded((plane, from, to) => {
    for (const row of plane) row.fill(0, from, to);
  }),
  'padding on the right is white': padded((plane, from, to) => {
    for (const row of plane) row.fill(255, row.length - to, row.length - from);
  }),
  'padding above is black': padded((plane, from, to) => {
    for (const row of plane.slice(from, to)) row.fill(0);
  }),
  'padding below is black': padded((plane, from, to) => {
    for (const row of plane.slice(plane.length - to, plane.length - from)) row.fill(0);
  }),
  'corners are black': padded((plane, from, to) => {
    for (const row of plane.slice(from, to)) row.fill(0, from, to);
  }),
};

describe('the known answers', () => {
  it('accept kernels that are right', async () => {
    const { kernels, fallbackReason } = await gpuKernels(runningGpuJs(), { mode: 'cpu' });
    expect([kernels.backend, fallbackReason]).toEqual(['gpu.js cpu', null]);
  });

  it.each(Object.keys(FAULTS))('refuse kernels where %s', async (name) => {
    const { kernels, fallbackReason } = await gpuKernels(runningGpuJs(FAULTS[name]), {
      mode: 'cpu',
    });
    expect(kernels.backend).toBe('typescript');
    expect(fallbackReason).toMatch(/gpu\.js cpu: (wrong numbers from|gpu: the GPU gave)/);
  });

  it.each([
    ['nothing', () => undefined],
    ['a text', () => 'hello'],
    ['too few rows', (rows: Rows) => rows.slice(1)],
    ['too short rows', (rows: Rows) => planesOf(rows)[0]!.map((row) => row.slice(1))],
  ])('say what is wrong with %s', async (_name, fault) => {
    const { fallbackReason } = await gpuKernels(runningGpuJs(fault), { mode: 'cpu' });
    expect(fallbackReason).toMatch(
      /^gpu\.js cpu: gpu: the GPU gave .*, needed are \d+ rows of \d+$/,
    );
  });
});
