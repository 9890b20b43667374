/** Builds the inspector: one HTML file with its styles and its script inside, which is that of its workers too: `dist/inspector.html`. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { packedCavlcTables, packedHuffmanTables, unpackingSource } from './pack-tables.mjs';
import { ownNames, privateNames } from './private-names.mjs';
import { withShortErrors } from './short-errors.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Kernels that the page does without, for its size: sound and files of pictures are small there, and come out the same. */
const WITHOUT_KERNELS = {
  'src/codecs/aac/kernels/kernel-set.ts': 'AAC_KERNELS',
  'src/codecs/deflate/kernels/vector.ts': 'DEFLATE_KERNELS',
  'src/codecs/h264/kernels/vector/level-trellis.ts': 'TRELLIS_KERNELS',
  'src/codecs/h264/kernels/vector/residual-8x8.ts': 'KERNELS_8X8',
  'src/codecs/jpeg/kernels/vector/index.ts': 'JPEG_KERNELS',
  'src/codecs/jpeg/kernels/vector/read-kernels.ts': 'JPEG_READ_KERNELS',
  'src/codecs/jpeg/kernels/vector/scan-kernels.ts': 'JPEG_SCAN_KERNELS',
  'src/codecs/png/kernels/filter-kernels.ts': 'PNG_KERNELS',
};

/** Puts `NO_KERNELS` in the place of those sets. */
const withoutKernels = {
  name: 'without kernels',
  setup(into) {
    into.onLoad({ filter: /kernels/ }, ({ path }) => {
      const name = Object.entries(WITHOUT_KERNELS).find(([file]) => path.endsWith(file))?.[1];
      if (name === undefined) return undefined;
      const memory = JSON.stringify(`${root}/src/wasm/kernel-memory.ts`);
      const set = `{ ...NO_KERNELS, over: () => null }`;
      // Filters of PNG have a margin for them.
      const contents = `import { NO_KERNELS } from ${memory}; export const ${name} = ${set}, ROW_MARGIN = 16;`;
      return { contents, loader: 'ts' };
    });
  },
};

/**
 * Modules of rate control, which a constant quantizer has no need of, of metadata, which pictures of the page have none of, and of full search, which
 * nobody can ask for; deblocking is a small part of an encode that is watched, and comes out the same without vectors. What stands in their place.
 */
const UNUSED = {
  'src/codecs/h264/kernels/vector/deblock.ts': 'export const defineDeblocking = () => {};',
  'src/codecs/h264/kernels/vector/full-search.ts': 'export const defineFullSearch = () => {};',
  'src/wasm/kernel-memory.ts': `export * from ${JSON.stringify(`${root}/inspector/made-kernels.ts`)};`,
  'src/codecs/png/metadata.ts':
    'const none = () => []; export { none as chunksBeforePalette, none as chunksBeforePixels, none as chunksBehindPixels, none as readAncillary, none as MetadataMemory };',
  'src/codecs/h264/encoder/rate-control.ts': `export * from ${JSON.stringify(`${root}/inspector/constant-quantizer.ts`)};`,
  'src/codecs/h264/encoder/vbv.ts':
    'export class Vbv {} export const hrdParameters = () => null; export const representableVbv = () => null;',
  'src/codecs/h264/encoder/vbv-options.ts':
    'export const INITIAL_FULLNESS = 0.9; export const resolveVbv = () => null;',
};

/** Puts those in their place. */
const withoutUnused = {
  name: 'without what is unused',
  setup(into) {
    into.onLoad(
      {
        filter:
          /(rate-control|vbv|vbv-options|png.metadata|kernel-memory|vector.full-search|vector.deblock)\.ts$/,
      },
      ({ path }) => {
        const contents = Object.entries(UNUSED).find(([file]) => path.endsWith(file))?.[1];
        return contents === undefined ? undefined : { contents, loader: 'ts' };
      },
    );
  },
};

/** Tables of codes that are short texts in the page, as in what is published. */
const PACKED = {
  'src/codecs/aac/standard/huffman-tables.ts': packedHuffmanTables,
  'src/codecs/h264/standard/cavlc-tables.ts': packedCavlcTables,
};

/** The elements of Matroska by columns: what is alike stands together, and is smaller. Parents are numbers of rows. */
function packedElements(path) {
  const source = readFileSync(path, 'utf8');
  const [statement, rows] = /const ROWS = (\[[\s\S]*?\n\]) as const;/.exec(source);
  const all = new Function(`return ${rows}`)();
  const names = all.map(([name]) => name);
  const types = [...new Set(all.map(([, , type]) => type))];
  const columns = [
    names,
    all.map(([, id]) => id.toString(36)),
    all.map(([, , type]) => types.indexOf(type)),
    all.map(([, , , parent]) => (parent === '*' ? '*' : names.indexOf(parent))),
  ];
  const texts = columns.map((column) => JSON.stringify(column.join(' ')));
  const contents = `const [N, I, T, P] = [${texts}].map((text) => text.split(' '));
    const ROWS = N.map((name, i) => [name, parseInt(I[i], 36), ${JSON.stringify(types)}[T[i]], P[i] === '*' ? '*' : (N[P[i]] ?? '')]);`;
  return { contents: source.replace(statement, () => contents), loader: 'ts' };
}

/** What a module exports that is written in TypeScript. */
async function exportsOf(path) {
  const options = { bundle: true, write: false, format: 'esm' };
  const { outputFiles } = await build({ entryPoints: [path], ...options });
  return import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
}

/** Puts the texts in their place. */
const packedTables = {
  name: 'packed tables',
  setup(into) {
    into.onResolve({ filter: /packed-text\.js$/ }, ({ path }) => ({ path, namespace: 'packed' }));
    into.onLoad({ filter: /.*/, namespace: 'packed' }, () => ({ contents: unpackingSource() }));
    into.onLoad({ filter: /element-table\.ts$/ }, ({ path }) => packedElements(path));
    // Pictures of the page are shown without what a file says of them beside.
    into.onLoad({ filter: /jpeg.standard.metadata\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace(
        /(export )(function )readMetadata/,
        '$1const readMetadata = () => ({}); $2unread',
      ),
      loader: 'ts',
    }));
    into.onLoad({ filter: /nearest-name\.ts$/ }, () => ({
      contents: `export const didYouMean = () => '';`,
    }));
    into.onLoad({ filter: /(huffman|cavlc)-tables\.ts$/ }, async ({ path }) => {
      const pack = Object.entries(PACKED).find(([file]) => path.endsWith(file))?.[1];
      return pack === undefined ? undefined : { contents: pack({ ...(await exportsOf(path)) }) };
    });
  },
};

/** The page sets all options itself: what is wrong with one is a mistake of the page. Files are read by it, and say what is wrong with them. */
const shortErrors = {
  name: 'short errors',
  setup(into) {
    into.onLoad({ filter: /src.(codecs|containers)..*\.ts$/ }, ({ path }) => ({
      contents: withShortErrors(readFileSync(path, 'utf8'), ['ConfigError', 'StateError']),
      loader: 'ts',
    }));
  },
};

/** What either of two expressions matches. */
const anyOf = (a, b) => new RegExp(`${a.source}|${b.source}`);
const sources = [`${root}/src`, `${root}/inspector`];

const result = await build({
  entryPoints: [`${root}/inspector/start.ts`],
  ...{
    bundle: true,
    write: false,
    minify: true,
    format: 'iife',
    target: 'es2022',
    charset: 'utf8',
    mangleProps: anyOf(privateNames(sources), ownNames(root, sources)),
  },
  // Files are read by the page itself: the part of the library for files of Node is not asked for.
  external: ['node:*', '#files'],
  plugins: [withoutKernels, withoutUnused, packedTables, shortErrors],
  logLevel: 'warning',
});
// Nothing inside a script may end its element.
const script = result.outputFiles[0].text
  .replaceAll('</script', '<\\/script')
  .replaceAll('<!--', '<\\!--');

const style = await build({
  entryPoints: [`${root}/inspector/style.css`],
  ...{ write: false, minify: true },
});
const parts = {
  '/*STYLE*/': style.outputFiles[0].text,
  '/*SCRIPT*/': script,
};
let page = readFileSync(`${root}/inspector/page.html`, 'utf8');
for (const [place, text] of Object.entries(parts)) page = page.replace(place, () => text);
mkdirSync(`${root}/dist`, { recursive: true });
writeFileSync(`${root}/dist/inspector.html`, page);
const size = gzipSync(page, { level: 9 }).length;
console.log(`dist/inspector.html: ${page.length} bytes, ${size} gzipped`);
