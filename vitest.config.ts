import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const manifest = JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8'));

/** `vitrine` and `vitrine/part` mean the sources in tests, by the same table that the package exports. */
const alias = Object.entries<{ default: string }>(manifest.exports).map(([name, target]) => ({
  find: new RegExp(`^vitrine${name.slice(1)}$`),
  replacement: fileURLToPath(
    new URL(target.default.replace('/dist/', '/').replace(/\.js$/, '.ts'), import.meta.url),
  ),
}));

export default defineConfig({
  resolve: { alias },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/browser/**'],
    testTimeout: 600_000,
    hookTimeout: 600_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
