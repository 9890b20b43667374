/** The package as `npm publish` would send it, installed into a folder that has nothing else. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './installed.ts';

/** Folder with `node_modules/vitrine`. `npm pack` builds it before, by the script `prepack`. */
export async function packAndInstall(root: string, work: string): Promise<string> {
  const npm = process.env.npm_execpath;
  const call = (args: string[], cwd: string) =>
    npm === undefined
      ? run('npm', args, { cwd, seconds: 300 })
      : run(process.execPath, [npm, ...args], { cwd, seconds: 300 });
  await call(['pack', '--pack-destination', work, '--silent'], root);
  const tarball = readdirSync(work).find((name) => name.endsWith('.tgz'));
  if (tarball === undefined) throw new Error('npm pack made no tarball');
  const app = join(work, 'app');
  mkdirSync(app);
  writeFileSync(join(app, 'package.json'), '{ "private": true, "type": "module" }\n');
  await call(['install', '--no-audit', '--no-fund', '--offline', join(work, tarball)], app);
  return app;
}
