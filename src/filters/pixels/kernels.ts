/** The vector kernels of picture filters, as one set; a row of src/pipeline/kernel-sets.ts. */
import { KernelModule } from '../../wasm/kernel-memory.ts';
import { defineBlending } from './blend-vectors.ts';
import { defineBlurs } from './blur-vectors.ts';

/** All of them; each filter that is open has a memory of its own. */
export const PIXEL_KERNELS: KernelModule = /* @__PURE__ */ new KernelModule('pixels', (m) => {
  defineBlending(m);
  defineBlurs(m);
});
