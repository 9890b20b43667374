/** The vector kernels of JPEG, as one set. */
import { KernelModule } from '../../../../wasm/kernel-memory.ts';
import { defineEncodeRows } from './encode-rows.ts';
import { defineForwardDct } from './forward-dct.ts';
import { defineRealBlocks } from './real-blocks.ts';
import { defineRealRows } from './real-rows.ts';

/** A row of src/pipeline/kernel-sets.ts. */
export const JPEG_KERNELS = /* @__PURE__ */ new KernelModule('jpeg', (m) => {
  defineEncodeRows(m);
  defineForwardDct(m);
  defineRealRows(m);
  defineRealBlocks(m);
});
