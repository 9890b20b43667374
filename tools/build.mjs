/**
 * Builds what is published, under `dist`. Twice, with the same names exported: `dist/src` holds every file of `src` as one ES
 * module with its declarations, of which bundlers take what is used; beside it lie the parts, a file each, with their shared code in
 * `dist/parts`, about a file for each folder of `src`: importing a part in Node, or from a page without a bundler, reads a few files instead
 * of some hundred.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { transform } from 'esbuild';
import { rollup } from 'rollup';
import { packTables } from './pack-tables.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const require = createRequire(import.meta.url);
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Programs and platform files that are built beside the exported parts: name in `dist` => file in `dist/src`. */
const PROGRAMS = {
  cli: 'cli/main.js',
  files: 'io/node/files.js',
  'no-files': 'io/no-files.js',
};

function compile() {
  const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');
  const arguments_ = [tsc, '--project', 'tsconfig.build.json'];
  const compiled = spawnSync(process.execPath, arguments_, { cwd: root, stdio: 'inherit' });
  if (compiled.status !== 0) process.exit(compiled.status ?? 1);
}

/** Whether a row of `exports` is a part of the library, and no other file. */
const isScript = (target) => target.default?.endsWith('.js') === true;

/** Name of the bundled file => file in `dist/src`, by the conditions `node` and `default` of each part. */
function entries() {
  const parts = Object.entries(manifest.exports).filter(([, target]) => isScript(target));
  return {
    ...Object.fromEntries(
      parts.map(([, { types, node, default: path }]) => [
        relative('dist', node ?? path).replace(/\.js$/, ''),
        join(root, types.replace(/\.d\.ts$/, '.js')),
      ]),
    ),
    ...Object.fromEntries(
      Object.entries(PROGRAMS).map(([name, path]) => [name, join(dist, 'src', path)]),
    ),
  };
}

/**
 * Parts that are smaller than their folders: name in `dist/parts` => the modules whose imports they are. The first that has a module
 * takes it. Whoever only tells files apart, or reads options, loads no codec, and Constrained Baseline none of the other tools.
 */
const CORES = {
  probes: ['pipeline/format-descriptions.js'],
  'image-headers': ['pipeline/image-headers.js'],
  'h264-options': ['option-tables', 'defaults', 'tunes'].map(ofH264),
  'h264-baseline': [ofH264('create-baseline-encoder')],
};

/** The same for the files of the command line: what it starts with, and what most commands need. */
const CLI_CORES = {
  'cli-start': ['cli/program.js'],
  'cli-files': ['cli/remux.js'],
};

function ofH264(name) {
  return `codecs/h264/encoder/${name}.js`;
}

/** Modules of `dist/src` with those that they import, and that these import. */
function withImports(paths, getModuleInfo) {
  const found = new Set(paths.map((path) => join(dist, 'src', path)));
  for (const id of found) for (const next of getModuleInfo(id).importedIds) found.add(next);
  return found;
}

/** Folders of the lowest rows, which nearly every part needs: one file, since each that is loaded costs a process half a millisecond. */
const FOUNDATION = new Set(['base', 'bits', 'io', 'wasm']);

/** Modules of `pipeline/codecs` that lie with what needs them: name => file in `dist/parts`. */
const COMPANIONS = {
  'descriptions.js': 'session',
  'rawvideo.js': 'session-encoders',
  'analyzed-h264.js': 'session-h264-codec',
};

/** The function that says which file of `dist/parts` a module goes to: one for each folder of the layers, with exceptions. */
function chunks() {
  const found = new Map();
  const coreOf = (cores, id, getModuleInfo) =>
    Object.keys(cores).find((name) => {
      if (!found.has(name)) found.set(name, withImports(cores[name], getModuleInfo));
      return found.get(name).has(id);
    });
  return (id, { getModuleInfo }) => {
    const path = relative(join(dist, 'src'), id).split(sep);
    return chunkOf(path, coreOf(path[0] === 'cli' ? CLI_CORES : CORES, id, getModuleInfo));
  };
}

/** The same for the parts of a path, and the core that has it. */
function chunkOf([folder, second, third], core) {
  if (folder === 'codecs' || folder === 'containers') return core ?? second;
  // Bundlers read it beside `dist/src`: it may bring nothing of `dist/parts`.
  if (second === 'no-files.js') return undefined;
  if (folder === 'io' && second === 'node') return 'files';
  if (FOUNDATION.has(folder)) return 'base';
  // Each command is loaded by itself, with what only it needs.
  if (folder === 'cli') return core;
  if (folder === 'gpu' && third === 'gpu-js.js') return 'gpu-js';
  if (folder !== 'pipeline') return second === undefined ? undefined : folder;
  // It has the names of all of these.
  if (second === 'index.js') return undefined;
  // Nobody shall load an encoder, or what knows them all, who only muxes; nor a container, who writes another.
  if (second === 'everything') return 'everything';
  if (second === 'codecs') return COMPANIONS[third] ?? sessionChunk(third);
  if (/^(isobmff|matroska)-formats|^read-/.test(second)) return sessionChunk(second);
  if (core === 'image-headers') return core;
  return /^((video|audio)-encoder|image-codec)\b/.test(second) ? 'session-encoders' : 'session';
}

/** A file for one module of the session. */
function sessionChunk(file) {
  return `session-${file.replace(/\.js$/, '')}`;
}

/**
 * Writes `kernels.wasm`, for engines that let no code be made at run time, and puts the hashes of its sets into the library,
 * which then knows its own kernels without writing them.
 */
async function writeKernels() {
  const load = (path) => import(pathToFileURL(join(dist, 'src', path)).href);
  const { KERNEL_SETS } = await load('pipeline/kernel-sets.js');
  const { kernelHashes, kernelsFile } = await load('wasm/kernels-file.js');
  writeFileSync(join(dist, 'kernels.wasm'), kernelsFile(KERNEL_SETS));
  const declaration = 'declare const kernels: object;\nexport default kernels;\n';
  writeFileSync(join(dist, 'kernels.wasm.d.ts'), declaration);
  const hashes = join(dist, 'src', 'wasm', 'kernel-hashes.js');
  const source = readFileSync(hashes, 'utf8');
  const filled = source.replace('= null;', `= ${JSON.stringify(kernelHashes(KERNEL_SETS))};`);
  if (filled === source) throw new Error(`${hashes} has no place for the hashes`);
  writeFileSync(hashes, filled);
}

/**
 * Makes the declarations readable for TypeScript from 5.2 on, with the standard library of ES2022 alone: typed arrays had no
 * parameter before 5.7, there was no `NoInfer` before 5.4, and `await using` has a library of its own, which is named where it is needed.
 */
function widenDeclarations() {
  const files = readdirSync(join(dist, 'src'), { recursive: true });
  for (const name of files.filter((file) => file.endsWith('.d.ts'))) {
    const path = join(dist, 'src', name);
    const written = readFileSync(path, 'utf8');
    const widened = written
      .replace(/\bNoInfer<(\w+)>/g, '$1')
      .replace(/\b(\w+Array)<ArrayBufferLike>/g, '$1')
      .replace(/\b(\w+Array)<ArrayBuffer>/g, 'ReturnType<typeof $1.of>');
    const needsLibrary = /asyncDispose|AsyncDisposable/.test(widened);
    const library = needsLibrary ? '/// <reference lib="esnext.disposable" />\n' : '';
    if (library !== '' || widened !== written) writeFileSync(path, library + widened);
  }
}

/**
 * Takes comments and spaces out of the parts, and leaves names as they are: `dist/src` is there to be read. A whole process that encodes
 * a short sound takes 0.89 of the processor time.
 */
const compact = {
  name: 'compact',
  async renderChunk(code) {
    return (await transform(code, { minifyWhitespace: true, minifySyntax: true })).code;
  },
};

async function bundle() {
  const warnings = [];
  const build = await rollup({
    input: entries(),
    external: (id) => id.startsWith('node:') || id === '#files',
    treeshake: { moduleSideEffects: false },
    onwarn: (warning) => warnings.push(warning.message),
  });
  await build.write({
    dir: dist,
    entryFileNames: '[name].js',
    chunkFileNames: 'parts/[name].js',
    manualChunks: chunks(),
    hoistTransitiveImports: false,
    plugins: [compact],
  });
  await build.close();
  for (const warning of warnings) console.error(`bundle: ${warning}`);
  if (warnings.length > 0) process.exit(1);
}

/** Every path that the manifest names. */
function namedPaths() {
  const conditions = (target) => (typeof target === 'string' ? [target] : Object.values(target));
  return [
    ...Object.values(manifest.exports).flatMap(conditions),
    ...Object.values(manifest.imports).flatMap(conditions),
    ...Object.values(manifest.bin),
  ];
}

rmSync(dist, { recursive: true, force: true });
compile();
widenDeclarations();
await packTables(join(dist, 'src'));
await writeKernels();
await bundle();
const missing = namedPaths().filter((path) => !existsSync(join(root, path)));
for (const path of missing)
  console.error(`package.json names ${path}, which the build did not make`);
if (missing.length > 0) process.exit(1);
for (const path of Object.values(manifest.bin)) chmodSync(join(root, path), 0o755);
