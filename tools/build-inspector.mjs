/** Builds the inspector: one HTML file with its styles and its script inside, which is that of its workers too: `dist/inspector.html`. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { packedCavlcTables, packedHuffmanTables, unpackingSource } from './pack-tables.mjs';
import { privateNames } from './private-names.mjs';

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
      const contents = `import { NO_KERNELS } from ${memory}; export const ${name} = ${set};`;
      return { contents, loader: 'ts' };
    });
  },
};

/** Modules of the decoder's buffer, which a constant quantizer does not keep, and what stands in their place. */
const WITHOUT_BUFFER = {
  'src/codecs/h264/encoder/buffer-fit.ts': 'export class BufferFit {}',
  'src/codecs/h264/encoder/vbv.ts':
    'export class Vbv {} export const hrdParameters = () => null; export const representableVbv = () => null;',
  'src/codecs/h264/encoder/vbv-options.ts':
    'export const INITIAL_FULLNESS = 0.9; export const resolveVbv = () => null;',
};

/** Puts those in their place. */
const withoutBuffer = {
  name: 'without the buffer',
  setup(into) {
    into.onLoad({ filter: /(buffer-fit|vbv|vbv-options)\.ts$/ }, ({ path }) => {
      const contents = Object.entries(WITHOUT_BUFFER).find(([file]) => path.endsWith(file))?.[1];
      return contents === undefined ? undefined : { contents, loader: 'ts' };
    });
  },
};

/** Tables of codes that are short texts in the page, as in what is published. */
const PACKED = {
  'src/codecs/aac/standard/huffman-tables.ts': packedHuffmanTables,
  'src/codecs/h264/standard/cavlc-tables.ts': packedCavlcTables,
};

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
    into.onLoad({ filter: /(huffman|cavlc)-tables\.ts$/ }, async ({ path }) => {
      const pack = Object.entries(PACKED).find(([file]) => path.endsWith(file))?.[1];
      return pack === undefined ? undefined : { contents: pack({ ...(await exportsOf(path)) }) };
    });
  },
};

const result = await build({
  entryPoints: [`${root}/inspector/start.ts`],
  ...{
    bundle: true,
    write: false,
    minify: true,
    format: 'iife',
    target: 'es2022',
    charset: 'utf8',
    mangleProps: privateNames([`${root}/src`, `${root}/inspector`]),
  },
  // Files are read by the page itself: the part of the library for files of Node is not asked for.
  external: ['node:*', '#files'],
  plugins: [withoutKernels, withoutBuffer, packedTables],
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
