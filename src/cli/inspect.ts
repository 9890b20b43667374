/** `vitrine inspect`: the inspector's page with a file in it, on a local address or as one HTML file. */
import { existsSync, readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename } from 'node:path';
import { ConfigError, StateError, UnsupportedError } from '../base/errors.ts';
import { encodeUtf8 } from '../base/utf8.ts';
import { command, type Output, SHARED_OPTIONS } from './command.ts';
import type { OptionTable, OptionValues } from './options.ts';
import { OutputFiles } from './output-files.ts';
import { OVERWRITE_OPTIONS, type OverwriteValues } from './overwrite.ts';

const OPTIONS = {
  output: {
    kind: 'text',
    short: 'o',
    meta: 'FILE',
    help: 'write one HTML file that needs nothing else',
  },
  port: {
    kind: 'integer',
    min: 0,
    max: 65535,
    help: 'port of the local page; default: any that is free',
  },
  ...OVERWRITE_OPTIONS,
  ...SHARED_OPTIONS,
} as const satisfies OptionTable;

/** The command. */
export const inspect = command({
  usage: '[FILE|TRACE] [-o report.html]',
  examples: ['vitrine inspect film.mp4', 'vitrine inspect film.trace -o report.html'],
  options: OPTIONS,
  run,
});

/** Where the page lies, seen from the built program and from its source. */
const PLACES = ['./inspector.html', '../inspector.html', '../../dist/inspector.html'];

/** Largest file that is put into the page: it holds it as text, and the browser once more as bytes. */
const LARGEST = 128 << 20;

const EMBEDDED = '<script type="text/plain" id="embedded" data-name="">';

function readPage(): string {
  const found = PLACES.map((place) => new URL(place, import.meta.url)).find((url) =>
    existsSync(url),
  );
  if (found === undefined) {
    throw new StateError('vitrine inspect', 'the page is not built; run npm run build:inspector');
  }
  return readFileSync(found, 'utf8');
}

/** `text` as the value of an attribute. */
function attribute(text: string): string {
  const names: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '"': '&quot;',
    '<': '&lt;',
    '>': '&gt;',
  };
  return text.replace(/[&"<>]/g, (char) => names[char]!);
}

/** The page with a file in it, which it opens as if it had been dropped there. */
async function pageWith(name: string | undefined): Promise<string> {
  const page = readPage();
  if (name === undefined) return page;
  const { size } = await stat(name).catch(() => {
    throw new ConfigError('FILE', `${name} cannot be read`);
  });
  if (size > LARGEST) {
    throw new UnsupportedError(
      'vitrine inspect',
      `${name} has ${size} bytes, a page holds ${LARGEST}; start vitrine inspect without a file and drop it there`,
    );
  }
  const element = EMBEDDED.replace('data-name=""', `data-name="${attribute(basename(name))}"`);
  const filled = element + readFileSync(name).toString('base64');
  return page.replace(EMBEDDED, () => filled);
}

/** Serves the page on this machine alone. */
async function serve(page: string, port: number): Promise<Server> {
  const { createServer } = await import('node:http');
  const server = createServer((request, response) => {
    const isPage = request.url === '/';
    response.writeHead(isPage ? 200 : 404, { 'content-type': 'text/html; charset=utf-8' });
    response.end(isPage ? page : '');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(new ConfigError('--port', error.message)));
    server.listen(port, '127.0.0.1', resolve);
  });
  return server;
}

async function writePage(
  inputs: readonly string[],
  path: string,
  values: OverwriteValues,
  output: Output,
): Promise<void> {
  await OutputFiles.during(inputs, values, output, async (files) => {
    await files.claimSideFile('--output', path);
    await files.writeSideFile(path, encodeUtf8(await pageWith(inputs[0])));
  });
}

async function run(
  inputs: readonly string[],
  values: OptionValues<typeof OPTIONS>,
  output: Output,
): Promise<void> {
  if (inputs.length > 1)
    throw new ConfigError('FILE', `got ${inputs.length} files, allowed is one`);
  if (values.output !== undefined) return writePage(inputs, values.output, values, output);
  const page = await pageWith(inputs[0]);
  const server = await serve(page, values.port ?? 0);
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  output.line(
    values.json === true ? JSON.stringify({ address }) : `${address} shows it; Ctrl-C ends.`,
  );
  await new Promise<void>((resolve) => server.once('close', resolve));
}
