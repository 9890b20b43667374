/** What is installed for this test, and running it. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MODULES = fileURLToPath(new URL('node_modules', import.meta.url));

/** Path within the packages that are installed here, or null. */
export function installed(...parts: string[]): string | null {
  const path = join(MODULES, ...parts);
  return existsSync(path) ? path : null;
}

/** The first of `names` that is a program on the PATH, or null. */
export function onPath(names: readonly string[]): string | null {
  for (const name of names) {
    const found = spawnSync('sh', ['-c', 'command -v "$0"', name], { encoding: 'utf8' });
    if (found.status === 0) return found.stdout.trim();
  }
  return null;
}

/** The program that a package of one platform brings: `@cloudflare/workerd-linux-64/bin/workerd`. */
export function platformProgram(scope: string, start: string, program: string): string | null {
  const folder = join(MODULES, scope);
  if (!existsSync(folder)) return null;
  const found = readdirSync(folder).find((name) => name.startsWith(start));
  return found === undefined ? null : installed(scope, found, program);
}

/** What a program wrote when it ended well; throws what it said on stderr otherwise. */
export function run(
  program: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly seconds?: number } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: options.cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      err += chunk;
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), 1000 * (options.seconds ?? 120));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (code === 0) resolve(out);
      else
        reject(new Error(`exit ${code ?? signal}: ${err.trim().slice(-600) || out.slice(-600)}`));
    });
  });
}
