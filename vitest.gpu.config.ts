/** Kernels on every backend of gpu.js that there is: `npm run test:gpu`, after `npm ci --prefix test/gpu` and `npm run build`. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/gpu/backends/**/*.test.ts'],
    testTimeout: 1_800_000,
    hookTimeout: 600_000,
    pool: 'forks',
    maxWorkers: 1,
  },
});
