/**
 * Builds what is published: every file of `src` (and the demo) as one ES module with its declarations, under `dist`.
 * Nothing is bundled; relative imports end in `.js`, so that browsers load the files as they are.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const require = createRequire(import.meta.url);
const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');

rmSync(join(root, 'dist'), { recursive: true, force: true });
const compiled = spawnSync(process.execPath, [tsc, '--project', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
});
if (compiled.status !== 0) process.exit(compiled.status ?? 1);

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const missing = Object.values(manifest.exports)
  .flatMap((entry) => [entry.types, entry.default])
  .concat(Object.values(manifest.bin))
  .filter((path) => !existsSync(join(root, path)));
for (const path of missing)
  console.error(`package.json names ${path}, which the build did not make`);
if (missing.length > 0) process.exit(1);

for (const path of Object.values(manifest.bin)) chmodSync(join(root, path), 0o755);
