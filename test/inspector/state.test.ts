/** The address of a view: it brings the view back, and an address from anybody does no harm. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DEFAULTS,
  formatState,
  OVERLAYS,
  parseState,
  type State,
  Store,
} from '../../inspector/state.ts';

const someState: fc.Arbitrary<State> = fc.record({
  view: fc.constantFrom('picture' as const, 'timeline' as const, 'tour' as const),
  picture: fc.nat(500),
  layer: fc.constantFrom('source' as const, 'residual' as const, 'difference' as const),
  show: fc.subarray([...OVERLAYS]),
  mb: fc.integer({ min: -1, max: 3600 }),
  block: fc.nat(23),
  zoom: fc.integer({ min: 1, max: 8 }),
  preset: fc.constantFrom('fast', 'veryslow'),
  qp: fc.nat(51),
  profile: fc.constantFrom('baseline', 'high'),
  bframes: fc.nat(4),
  coding: fc.constantFrom('CAVLC', 'CABAC'),
  preset2: fc.constantFrom('fast', 'superfast'),
  qp2: fc.nat(51),
  map: fc.constantFrom('none' as const, 'bits' as const, 'error' as const),
  frame: fc.nat(5000),
  channel: fc.nat(7),
  kbps: fc.integer({ min: 24, max: 192 }),
  kind: fc.constantFrom('png' as const, 'jpeg' as const),
  effort: fc.constantFrom('fast', 'best'),
  quality: fc.integer({ min: 1, max: 100 }),
  scan: fc.nat(99),
  still: fc.nat(65535),
  x: fc.nat(65535),
  y: fc.nat(65535),
  heat: fc.nat(1),
  step: fc.nat(9),
  byte: fc.nat(5_000_000),
  rate: fc.nat(100_000),
  buffer: fc.nat(100_000),
  link: fc.nat(65535),
  theme: fc.constantFrom('auto' as const, 'light' as const),
});

describe('the address of a state', () => {
  it('brings the state back', () => {
    fc.assert(
      fc.property(someState, (state) => {
        expect(parseState(formatState(state))).toEqual(state);
      }),
    );
  });

  it('is empty for the state without an address', () => {
    expect(formatState(DEFAULTS)).toBe('');
    expect(parseState('')).toEqual(DEFAULTS);
  });

  it('leaves out what it does not understand', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const state = parseState(text);
        expect(Object.keys(state)).toEqual(Object.keys(DEFAULTS));
      }),
    );
    expect(parseState('qp=99&view=<script>&show=x,bits&__proto__=1')).toEqual({
      ...DEFAULTS,
      show: ['bits'],
    });
  });
});

describe('a store', () => {
  it('tells of changes, and only of those', () => {
    const store = new Store(DEFAULTS);
    const told: State[] = [];
    store.onChange((state) => told.push(state));
    store.set({ qp: DEFAULTS.qp });
    store.set({ qp: 30 });
    expect(told.map(({ qp }) => qp)).toEqual([30]);
  });
});
