/** A web server for the tests: files of the repository on 127.0.0.1, with byte ranges, as `<video>` asks for them. */
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize, sep } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.mp4': 'video/mp4',
  '.wav': 'audio/wav',
  '.mkv': 'video/x-matroska',
  '.html': 'text/html',
};

/** A running server. */
export interface FileServer {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly origin: string;
  close(): Promise<void>;
}

/** Serves the files below `root`, and `pages` (path => HTML text) before them, on a free port. */
export async function startFileServer(
  root: string,
  pages: Readonly<Record<string, string>>,
): Promise<FileServer> {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname);
    const page = pages[path];
    if (page !== undefined) {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page);
      return;
    }
    const file = normalize(join(root, path));
    const inside = file.startsWith(normalize(root + sep));
    if (!inside || !existsSync(file) || !statSync(file).isFile()) {
      response.writeHead(404).end();
      return;
    }
    sendFile(file, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function sendFile(file: string, request: IncomingMessage, response: ServerResponse): void {
  const { size } = statSync(file);
  const type = TYPES[extname(file)] ?? 'application/octet-stream';
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  const start = range === null ? 0 : Number(range[1]);
  const end = range?.[2] ? Math.min(Number(range[2]), size - 1) : size - 1;
  const headers = {
    'content-type': type,
    'accept-ranges': 'bytes',
    'content-length': end - start + 1,
  };
  if (range === null) response.writeHead(200, headers);
  else response.writeHead(206, { ...headers, 'content-range': `bytes ${start}-${end}/${size}` });
  createReadStream(file, { start, end }).pipe(response);
}
