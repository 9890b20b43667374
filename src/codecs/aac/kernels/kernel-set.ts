/** The vector kernels of AAC, as one set. */
import { KernelModule } from '../../../wasm/kernel-memory.ts';
import { defineSearch } from './vector-search.ts';
import { defineTransforms } from './vector-transforms.ts';

/** A row of src/pipeline/kernel-sets.ts. */
export const AAC_KERNELS = /* @__PURE__ */ new KernelModule('aac', (m) => {
  defineSearch(m);
  defineTransforms(m);
});
