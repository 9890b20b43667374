/** One table of parts, written twice: `exports` of package.json and `paths` of tsconfig.json. They must agree. */
import type { Finding, Project } from './finding.ts';
import { lineAt } from './source.ts';

/** Compares `exports` and `paths`, and checks that each part's source file is there. */
export function checkManifest(project: Project): Finding[] {
  const findings: Finding[] = [];
  const manifestText = project.documents.get('package.json') ?? '{}';
  const configText = project.documents.get('tsconfig.json') ?? '{}';
  const manifest = JSON.parse(manifestText);
  const paths: Record<string, string[]> = JSON.parse(configText).compilerOptions?.paths ?? {};
  const exports: Record<string, Partial<Record<string, string>>> = manifest.exports ?? {};
  const known = new Set(project.files.map((file) => file.path));
  const inManifest = (name: string, message: string) => {
    const line = lineAt(manifestText, manifestText.indexOf(`"${name}"`));
    findings.push({ path: 'package.json', line, message });
  };

  const version = project.files.find(({ path }) => path === 'src/base/version.ts')?.text ?? '';
  if (manifest.version !== undefined && !version.includes(`'${manifest.version}'`)) {
    inManifest('version', 'src/base/version.ts says another version');
  }
  if (Object.keys(manifest.dependencies ?? {}).length > 0) {
    inManifest('dependencies', 'the library has no run-time dependency');
  }
  for (const [part, target] of Object.entries(exports)) {
    if (target.types === undefined || !target.default?.endsWith('.js')) continue;
    const source = target.types.replace('./dist/', '').replace(/\.d\.ts$/, '.ts');
    const name = `${manifest.name}${part.slice(1)}`;
    const module = target.types.replace(/\.d\.ts$/, '.js');
    const file = `./dist/${part === '.' ? 'index' : part.slice(2)}.js`;
    // Either bundlers take modules and the others the file of the part, or all take the file.
    const isSplit = target.default === module;
    const bundled = isSplit ? [target.node, target.bun, target.deno] : [target.default];
    if (bundled.some((path) => path !== file)) {
      inManifest(
        part,
        isSplit
          ? `"${part}": node, bun and deno are not ${file}`
          : `"${part}": default is neither ${module} nor ${file}`,
      );
    }
    if (!known.has(source)) inManifest(part, `"${part}" names ${source}, which does not exist`);
    if (paths[name]?.[0] !== `./${source}`) {
      inManifest(part, `"${part}" is ${source} here, but tsconfig.json says ${paths[name]?.[0]}`);
    }
  }
  for (const name of Object.keys(paths)) {
    if (name.startsWith('#') && manifest.imports?.[name] !== undefined) continue;
    if (exports[`.${name.slice(manifest.name.length)}`] !== undefined) continue;
    const line = lineAt(configText, configText.indexOf(`"${name}"`));
    findings.push({
      path: 'tsconfig.json',
      line,
      message: `"${name}" is not in exports or imports of package.json`,
    });
  }
  return findings;
}
