/** The vector kernels of decoding, as one set. */
import { KernelModule } from '../../../../wasm/kernel-memory.ts';
import { defineColorRows } from './color-rows.ts';
import { defineInverseDct } from './inverse-dct.ts';
import { defineUpsampling } from './upsampling.ts';

/** A row of src/pipeline/kernel-sets.ts. */
export const JPEG_READ_KERNELS = /* @__PURE__ */ new KernelModule('jpeg-read', (m) => {
  defineInverseDct(m);
  defineUpsampling(m);
  defineColorRows(m);
});
