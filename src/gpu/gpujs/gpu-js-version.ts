/** Which gpu.js is taken: from 2.24.1 on, below 3. It says nowhere which it is. */
import { ConfigError, described, UnsupportedError } from '../../base/errors.ts';
import type { GpuJsModule } from './gpu-js.ts';

const NEEDED = 'needed is gpu.js 2.24.1 or later, below 3';

/**
 * The module's exports; those of a CommonJS module may lie under `default`.
 * @throws ConfigError if `library` is not gpu.js
 */
export function moduleOf(library: GpuJsModule): GpuJsModule {
  const inner = (library as { default?: GpuJsModule } | undefined)?.default;
  for (const candidate of [library, inner]) {
    if (typeof candidate?.GPU === 'function' && typeof candidate.Input === 'function') {
      return candidate;
    }
  }
  throw new ConfigError(
    'gpu.library',
    `got ${described(library)}, ${NEEDED}: pass what import("gpu.js") gives`,
  );
}

/** A difference that 2.24.0 and older write as a decrement: `a--b`. */
const TWO_MINUS_SIGNS = 'function probe(a, b) { return a - -b; }';

/** Throws `UnsupportedError` for a gpu.js that is older, or lacks what is needed of it. */
export function requireVersion({ GPU, CPUFunctionNode }: GpuJsModule): void {
  const argumentTypes = ['Number', 'Number'];
  const names = { argumentNames: ['a', 'b'], argumentTypes, returnType: 'Number', output: [1] };
  const translated =
    CPUFunctionNode === undefined ? '' : new CPUFunctionNode(TWO_MINUS_SIGNS, names).toString();
  if (typeof GPU.isWebGPUAvailable === 'function' && !translated.includes('--')) return;
  throw new UnsupportedError('gpu', `${NEEDED}; this one is older`);
}

/** Throws `UnsupportedError` unless `kernel` can be called: later versions may give a promise of it. */
export function requireKernel(kernel: unknown): void {
  if (typeof kernel === 'function') return;
  throw new UnsupportedError('gpu', `${NEEDED}; what this one makes of a kernel is no function`);
}
