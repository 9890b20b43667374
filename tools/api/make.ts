/** Has the compiler write the declarations, and makes the pages of docs/api of them. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { apiPages, type Part } from './pages.ts';

const require = createRequire(import.meta.url);

/** File name => text, of the sources in `root`. */
export function makeApiPages(root: string): Map<string, string> {
  const folder = mkdtempSync(join(tmpdir(), 'vitrine-api-'));
  try {
    const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');
    const project = join(root, 'tsconfig.build.json');
    const options = ['--emitDeclarationOnly', '--outDir', folder, '--sourceMap', 'false'];
    const run = spawnSync(process.execPath, [tsc, '--project', project, ...options], {
      cwd: root,
      encoding: 'utf8',
    });
    if (run.status !== 0) throw new Error(run.stdout + run.stderr);
    return apiPages(partsOf(root, join(folder, 'src')));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The parts that package.json exports, their declarations under `folder` as the build lays them under `dist/src`. */
function partsOf(root: string, folder: string): Part[] {
  const { name, exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const parts: Part[] = [];
  for (const [part, target] of Object.entries<{ types?: string }>(exports)) {
    const declared = target.types?.replace(/^\.\/dist\/src\//, '');
    if (declared === undefined || declared === target.types) continue;
    const source = readFileSync(join(root, 'src', declared.replace(/\.d\.ts$/, '.ts')), 'utf8');
    parts.push({ name: `${name}${part.slice(1)}`, path: join(folder, declared), source });
  }
  return parts;
}
