/** How magnitudes from 0 to 1 become heights from 0 to 1. */
import { gainToDecibels } from '../../dsp/biquad.ts';

const ROOTS: Readonly<Record<string, (x: number) => number>> = {
  lin: (x) => x,
  sqrt: Math.sqrt,
  cbrt: Math.cbrt,
  '4thrt': (x) => Math.sqrt(Math.sqrt(x)),
  '5thrt': (x) => x ** 0.2,
};

/** A scale by its name: a root, or `log`, where `range` decibels go from 0 to 1. */
export function amplitudeScale(name: string, range: number): (x: number) => number {
  if (name !== 'log') return ROOTS[name];
  return (x) => Math.max(0, Math.min(1, 1 + gainToDecibels(Math.abs(x)) / range));
}
