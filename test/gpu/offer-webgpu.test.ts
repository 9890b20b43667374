/** The WebGPU of a package is put on `navigator`, unless the platform has one. */
import { afterEach, expect, it } from 'vitest';
import { offerWebGpu } from '../../src/gpu/index.ts';

const before = Object.getOwnPropertyDescriptor(globalThis, 'navigator');

afterEach(() => {
  if (before === undefined) Reflect.deleteProperty(globalThis, 'navigator');
  else Object.defineProperty(globalThis, 'navigator', before);
});

const offered = () => (globalThis.navigator as unknown as { gpu?: unknown }).gpu;

it('offers the WebGPU of a package once', () => {
  const first = {};
  offerWebGpu({ create: () => first, globals: {} });
  expect(offered()).toBe(first);
  offerWebGpu({ create: () => ({}), globals: {} });
  expect(offered()).toBe(first);
});

it('changes nothing where the package fails', () => {
  const fails = () => {
    throw new Error('no driver');
  };
  expect(() => offerWebGpu({ create: fails, globals: {} })).toThrow('no driver');
  expect(Object.getOwnPropertyDescriptor(globalThis, 'navigator')).toEqual(before);
});
