/**
 * Bundlers, without an option beyond what is to be bundled: one file for a page, which holds nothing of Node and gives no warning.
 * What they make is run by the rows of edge workers and browsers.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { installed, run } from './installed.ts';
import { MAKES_MOVIE, writeProgram } from './recipes.ts';
import { failed, type Row, type Setting, skipped } from './row.ts';

/** Bundles `entry` into `file`; returns what the bundler warned of. */
type Bundle = (entry: string, file: string) => Promise<readonly string[]>;

const local = createRequire(import.meta.url);
const load = (name: string) => import(pathToFileURL(local.resolve(name)).href);

/** esbuild, of those installed here. */
export const loadEsbuild = () => load('esbuild') as Promise<typeof import('esbuild')>;

/** The bundlers by their names. */
export const BUNDLERS: Readonly<Record<string, Bundle>> = {
  async esbuild(entry, file) {
    const { build } = await loadEsbuild();
    const options = { bundle: true, minify: true, format: 'esm', outfile: file } as const;
    const { warnings } = await build({ entryPoints: [entry], logLevel: 'silent', ...options });
    return warnings.map(({ text }: { text: string }) => text);
  },
  async rollup(entry, file) {
    const { rollup } = await load('rollup');
    const warnings: string[] = [];
    const build = await rollup({
      input: entry,
      onwarn: ({ message }: { message: string }) => warnings.push(message),
      plugins: [resolvePackages(['browser', 'import', 'default'])],
    });
    await build.write({ file, format: 'es', inlineDynamicImports: true });
    return warnings;
  },
  async webpack(entry, file) {
    const { default: webpack } = await load('webpack');
    const [folder, name] = [join(file, '..'), file.split('/').at(-1)];
    const options = { mode: 'production', entry, output: { path: folder, filename: name } };
    return new Promise((resolve, reject) => {
      webpack(
        { ...options, performance: { hints: false } },
        (error: unknown, stats: WebpackStats) => {
          if (error) reject(error);
          const { errors = [], warnings = [] } = stats.toJson({
            all: false,
            errors: true,
            warnings: true,
          });
          if (errors.length > 0) reject(new Error(errors[0]!.message));
          resolve(warnings.map(({ message }: { message: string }) => message));
        },
      );
    });
  },
  async Vite(entry, file) {
    const { build } = await load('vite');
    const [folder, name] = [join(file, '..'), file.split('/').at(-1)!];
    const warnings: string[] = [];
    const warn = (message: string) => void warnings.push(message);
    const logger = {
      info() {},
      warn,
      warnOnce: warn,
      error: warn,
      clearScreen() {},
      hasErrorLogged: () => false,
      hasWarned: false,
    };
    const lib = { entry, formats: ['es'], fileName: () => name };
    await build({
      root: join(entry, '..'),
      configFile: false,
      customLogger: logger,
      build: { outDir: folder, emptyOutDir: false, lib, minify: true },
    });
    return warnings;
  },
};

/** What webpack says when it is done. */
interface WebpackStats {
  toJson(options: object): Partial<Record<'errors' | 'warnings', { message: string }[]>>;
}

/** Rollup finds no packages by itself: `exports` and `imports` of package.json by the conditions of a page. */
function resolvePackages(conditions: readonly string[]) {
  const target = (row: unknown): string => {
    if (typeof row === 'string') return row;
    const chosen = Object.entries(row as Record<string, unknown>).find(([name]) =>
      conditions.includes(name),
    );
    return target(chosen![1]);
  };
  return {
    name: 'packages',
    resolveId(name: string, importer: string | undefined) {
      const match = /^(vitrine)(\/.*)?$/.exec(name);
      const own = importer !== undefined && /^(.*\/node_modules\/vitrine)\//.exec(importer);
      if (match === null && !(name.startsWith('#') && own)) return null;
      const folder =
        match === null
          ? (own as RegExpExecArray)[1]!
          : join(importer!, '..', 'node_modules', 'vitrine');
      const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      const row = match === null ? manifest.imports[name] : manifest.exports[`.${match[2] ?? ''}`];
      return { id: join(folder, target(row)), moduleSideEffects: manifest.sideEffects };
    },
  };
}

/** The version of a package that is installed here. */
export function versionOf(name: string): string {
  const path = installed(name, 'package.json');
  return path === null ? '' : JSON.parse(readFileSync(path, 'utf8')).version;
}

/** A row for each bundler. */
export async function bundlerRows(setting: Setting): Promise<Row[]> {
  const entry = join(setting.app, 'bundled.js');
  for (const name of ['movie.js', 'bundled.js']) {
    cpSync(join(setting.here, 'programs', name), join(setting.app, name));
  }
  mkdirSync(join(setting.work, 'bundles'), { recursive: true });
  const rows: Row[] = [];
  for (const [name, bundle] of Object.entries(BUNDLERS)) {
    rows.push(await rowOf(name, () => bundle(entry, bundlePath(setting, name)), setting));
  }
  return [...rows, ...(await recipeRows(setting))];
}

/** Folder of what a bundler makes of its recipe in docs/kernels.md. */
export const recipeFolder = (setting: Setting, bundler: string) =>
  join(setting.work, 'recipes', bundler.toLowerCase());

/** The bundlers that have a recipe for kernels.wasm: an application as they make it, with the file beside the program. */
const APPLICATIONS: Readonly<Record<string, (entry: string, folder: string) => Promise<void>>> = {
  async Vite(entry, folder) {
    const { build } = await load('vite');
    const rollupOptions = { input: entry, output: { entryFileNames: 'main.js' } };
    await build({
      root: join(entry, '..'),
      ...{ base: '/recipes/vite/', configFile: false, logLevel: 'silent' },
      build: { outDir: folder, emptyOutDir: false, rollupOptions },
    });
  },
  async webpack(entry, folder) {
    const { default: webpack } = await load('webpack');
    const output = { path: folder, filename: 'main.js', publicPath: '/recipes/webpack/' };
    await new Promise<void>((resolve, reject) => {
      webpack({ mode: 'production', entry, output }, (error: unknown, stats: WebpackStats) => {
        const { errors = [] } = stats?.toJson({ all: false, errors: true }) ?? {};
        if (error || errors.length > 0) reject(error ?? new Error(errors[0]!.message));
        else resolve();
      });
    });
  },
};

async function recipeRows(setting: Setting): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [bundler, build] of Object.entries(APPLICATIONS)) {
    const [group, name] = ['bundler', `${bundler}, kernels.wasm`];
    if (installed(bundler.toLowerCase()) === null) {
      rows.push(skipped(group, name, 'not installed'));
      continue;
    }
    const version = versionOf(bundler.toLowerCase());
    const folder = recipeFolder(setting, bundler);
    try {
      await build(writeProgram(setting, bundler, `${bundler}.js`, MAKES_MOVIE), folder);
      const files = (readdirSync(folder, { recursive: true }) as string[]).sort();
      const note = files.filter((file) => /\.(js|wasm)$/.test(file)).join(', ');
      rows.push({ group, name, version, outcome: /\.wasm/.test(note) ? 'same' : 'failed', note });
    } catch (error) {
      rows.push(failed(group, name, error, version));
    }
  }
  return rows;
}

/** What the errors of a bundle are called, where that is not the name of their class: minifiers rename classes. */
async function wrongNames(bundle: string): Promise<string> {
  // What webpack asks of a worker, to know where it is.
  const script = `Object.assign(globalThis, { self: globalThis, importScripts() {}, location: 'http://localhost/' });
    await import(${JSON.stringify(pathToFileURL(bundle).href)});
    console.log(JSON.stringify(globalThis.errorNames()));`;
  const said = await run(process.execPath, ['--input-type=module', '--eval', script]);
  const names: Record<string, string> = JSON.parse(said.trim().split('\n').at(-1)!);
  if (Object.keys(names).length < 6) return `nothing: ${said}`;
  const wrong = Object.entries(names).filter(([name, other]) => name !== other);
  return wrong.map(([name, other]) => `${other} for ${name}`).join(', ');
}

/** Where the bundle of a bundler lies. */
export function bundlePath(setting: Setting, bundler: string): string {
  return join(setting.work, 'bundles', `${bundler.toLowerCase()}.js`);
}

async function rowOf(
  name: string,
  bundle: () => Promise<readonly string[]>,
  setting: Setting,
): Promise<Row> {
  const group = 'bundler';
  const packageName = name.toLowerCase();
  if (installed(packageName) === null) return skipped(group, name, 'not installed');
  const version = versionOf(packageName);
  try {
    const warnings = await bundle();
    if (warnings.length > 0) return failed(group, name, warnings.join(' '), version);
    const bytes = readFileSync(bundlePath(setting, name));
    const other = readdirSync(join(setting.work, 'bundles')).filter((file) =>
      /^\d|chunk/.test(file),
    );
    if (/\bfrom\s*["']node:|require\(["']node:|import\(["']node:/.test(bytes.toString())) {
      return failed(group, name, 'the bundle has modules of Node in it', version);
    }
    const wrong = await wrongNames(bundlePath(setting, name));
    if (wrong !== '') return failed(group, name, `errors are called ${wrong}`, version);
    const parts = other.length > 0 ? `, and ${other.length} other files` : '';
    const note = `everything in ${(bytes.length / 1000).toFixed(0)} kB, ${(gzipSync(bytes).length / 1000).toFixed(0)} gzipped${parts}`;
    return { group, name, version, outcome: 'same', note };
  } catch (error) {
    return failed(group, name, error, version);
  }
}
