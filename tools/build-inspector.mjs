/** Builds the inspector: one HTML file with its styles and its script inside, which is that of its workers too: `dist/inspector.html`. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

const result = await build({
  entryPoints: [`${root}/inspector/start.ts`],
  ...{
    bundle: true,
    write: false,
    minify: true,
    format: 'iife',
    target: 'es2022',
    charset: 'utf8',
  },
  // Files are read by the page itself: the part of the library for files of Node is not asked for.
  external: ['node:*', '#files'],
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
