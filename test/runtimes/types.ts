/** Compilers: the types of every part, read whole (`skipLibCheck: false`), from the oldest version that is supported on. */
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installed, run } from './installed.ts';
import { failed, type Row, type Setting, skipped } from './row.ts';

/** The first is the oldest that is supported. */
const VERSIONS = ['5.2', '5.5', '5.9', '6'];

/** What programs are compiled with: standard library, types of the platform, how packages are found. */
const SETTINGS = [
  { lib: ['es2022'], types: [], moduleResolution: 'nodenext' },
  { lib: ['es2022'], types: ['node'], moduleResolution: 'nodenext' },
  { lib: ['es2022', 'dom'], types: [], moduleResolution: 'bundler' },
  { lib: ['es2022', 'dom', 'dom.iterable'], types: ['node'], moduleResolution: 'bundler' },
] as const;

/** A row for each compiler and setting. */
export async function typeRows(setting: Setting): Promise<Row[]> {
  cpSync(join(setting.here, 'programs', 'types.mts'), join(setting.app, 'types.mts'));
  const nodeTypes = installed('@types', 'node');
  const target = join(setting.app, 'node_modules', '@types');
  if (nodeTypes !== null && !existsSync(target)) {
    mkdirSync(target);
    cpSync(nodeTypes, join(target, 'node'), { recursive: true });
    cpSync(installed('undici-types')!, join(target, '..', 'undici-types'), { recursive: true });
  }
  const rows: Row[] = [];
  for (const version of VERSIONS) {
    for (const options of SETTINGS) rows.push(await rowOf(version, options, setting));
  }
  return rows;
}

async function rowOf(
  version: string,
  options: (typeof SETTINGS)[number],
  setting: Setting,
): Promise<Row> {
  const group = 'types';
  const { lib, types, moduleResolution } = options;
  const name = `TypeScript, lib ${lib.join(' ')}, types ${types.join(' ') || 'none'}, ${moduleResolution}`;
  const compiler = installed(`typescript-${version}`, 'bin', 'tsc');
  if (compiler === null) return skipped(group, name, `TypeScript ${version} is not installed`);
  const compilerOptions = {
    ...{ lib, types, moduleResolution, target: 'es2022', noEmit: true, strict: true },
    ...{ skipLibCheck: false, exactOptionalPropertyTypes: true },
    module: moduleResolution === 'bundler' ? 'esnext' : 'nodenext',
  };
  const config = { compilerOptions, files: ['types.mts'] };
  writeFileSync(join(setting.app, 'tsconfig.json'), JSON.stringify(config));
  try {
    await run(process.execPath, [compiler, '--pretty', 'false'], { cwd: setting.app });
    return { group, name, version, outcome: 'same' };
  } catch (error) {
    return failed(group, name, error, version);
  }
}
