/** The inner loops of H.264 with vector instructions, each the twin of a plain function. */
import { KernelModule } from '../../../../wasm/kernel-memory.ts';
import { defineBiMotion } from './bi-motion.ts';
import { defineDeblocking } from './deblock.ts';
import { defineDistortion } from './distortion.ts';
import { defineFullSearch } from './full-search.ts';
import { defineHalveRows } from './halve-rows.ts';
import { defineInterpolation } from './interpolation.ts';
import { defineIntra } from './intra.ts';
import { defineMotion } from './motion.ts';
import { defineResidual } from './residual.ts';

/** The vector kernels of H.264, but for those of 8x8 blocks (residual-8x8.ts); a row of src/pipeline/kernel-sets.ts. */
export const H264_KERNELS = /* @__PURE__ */ new KernelModule('h264', (m) => {
  defineDistortion(m);
  defineInterpolation(m);
  defineResidual(m);
  defineHalveRows(m);
  defineFullSearch(m);
  defineDeblocking(m);
  defineIntra(m);
  defineBiMotion(m, defineMotion(m));
});
