import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const manifest = JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8'));

/** `vitrine` and `vitrine/part` mean the sources in tests, by the same table that the package exports. */
const sourceOf = (types: string) =>
  fileURLToPath(new URL(types.replace('/dist/', '/').replace(/\.d\.ts$/, '.ts'), import.meta.url));
const parts = Object.entries<{ types?: string; default?: string }>(manifest.exports).filter(
  ([, target]) => target.default?.endsWith('.js'),
);
const alias = parts.map(([name, target]) => ({
  find: new RegExp(`^vitrine${name.slice(1)}$`),
  replacement: sourceOf(target.types!),
}));
alias.push({ find: /^#files$/, replacement: sourceOf(manifest.imports['#files'].types) });

export default defineConfig({
  resolve: { alias },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/browser/**', 'test/runtimes/**', 'test/gpu/backends/**'],
    setupFiles: ['test/support/turn.ts'],
    testTimeout: 600_000,
    hookTimeout: 600_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
