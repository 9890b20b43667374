/**
 * Browsers: a page with an import map, module and service workers, a page where a policy forbids to compile, and what bundlers
 * made. Each page sends its movie to the server that it came from, so no driver is needed to read results.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, normalize } from 'node:path';
import { BUNDLERS, bundlePath, recipeFolder } from './bundlers.ts';
import { onPath, run } from './installed.ts';
import { compared, failed, type Measures, type Row, type Setting, skipped } from './row.ts';

const GROUP = 'browser';
/** Longest time that a page may take, starting the browser included. */
const PAGE_SECONDS = 90;

interface Browser {
  readonly name: string;
  readonly names: readonly string[];
  readonly args: (profile: string, url: string) => readonly string[];
  readonly pages: readonly string[];
}

const CHROMIUM_FLAGS = [
  ...['--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-sync'],
  ...['--disable-background-networking', '--disable-component-update'],
];

const BROWSERS: readonly Browser[] = [
  {
    name: 'Chromium',
    names: ['chromium', 'chromium-browser', 'google-chrome'],
    args: (profile, url) => [...CHROMIUM_FLAGS, `--user-data-dir=${profile}`, url],
    pages: ['page', 'module worker', 'service worker', 'strict policy', 'prebuilt kernels'],
  },
  {
    name: 'Firefox',
    names: ['firefox-esr', 'firefox'],
    args: (profile, url) => ['--headless', '--no-remote', '--profile', profile, url],
    pages: ['page', 'module worker', 'strict policy'],
  },
];

/** A row for each browser and way of loading. */
export async function browserRows(setting: Setting): Promise<Row[]> {
  const server = await startServer(setting);
  try {
    const rows: Row[] = [];
    for (const browser of BROWSERS) rows.push(...(await rowsOf(browser, server, setting)));
    return rows;
  } finally {
    server.close();
  }
}

async function rowsOf(browser: Browser, server: PageServer, setting: Setting): Promise<Row[]> {
  const program = onPath(browser.names);
  if (program === null) return [skipped(GROUP, browser.name, 'not installed')];
  const version = (await run(program, ['--version'])).replace(/[^\d.]*([\d.]+).*\s*$/s, '$1');
  const bundled = Object.keys(BUNDLERS).filter((name) => existsSync(bundlePath(setting, name)));
  const recipes = ['Vite', 'webpack'].filter((name) => existsSync(recipeFolder(setting, name)));
  const pages = [
    ...browser.pages,
    ...bundled.map((name) => `bundle by ${name}`),
    ...recipes.map((name) => `kernels.wasm by ${name}`),
  ];
  const rows: Row[] = [];
  for (const page of pages) {
    const name = `${browser.name}, ${page}`;
    try {
      const { bytes, measures } = await visit(browser, program, server, page);
      rows.push(compared(setting, { group: GROUP, name, version, measures }, bytes));
    } catch (error) {
      rows.push(failed(GROUP, name, error, version));
    }
  }
  return rows;
}

interface Result {
  readonly bytes: Uint8Array;
  readonly measures: Measures;
}

async function visit(
  browser: Browser,
  program: string,
  server: PageServer,
  page: string,
): Promise<Result> {
  const profile = mkdtempSync(join(server.folder, 'profile-'));
  const url = `${server.origin}/${encodeURIComponent(page)}`;
  const result = server.result(page);
  const process = spawn(program, browser.args(profile, url), { stdio: 'ignore', detached: true });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const message = `nothing came within ${PAGE_SECONDS} s`;
    timer = setTimeout(() => reject(new Error(message)), 1000 * PAGE_SECONDS);
  });
  try {
    return await Promise.race([result, late]);
  } finally {
    clearTimeout(timer);
    await ended(process);
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Ends a browser with the processes that it started: they are a group of their own. */
function ended(browser: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (browser.exitCode !== null || browser.pid === undefined) return resolve();
    browser.once('exit', () => resolve());
    process.kill(-browser.pid, 'SIGKILL');
  });
}

interface PageServer {
  readonly origin: string;
  readonly folder: string;
  /** What the page of that name will send. */
  result(page: string): Promise<Result>;
  close(): void;
}

const STRICT = "default-src 'self'; script-src 'self'";

async function startServer(setting: Setting): Promise<PageServer> {
  const waiting = new Map<string, { resolve(result: Result): void; reject(error: Error): void }>();
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (url.pathname === '/result') {
      const waits = waiting.get(url.searchParams.get('name') ?? '');
      const error = url.searchParams.get('error');
      const bytes = await bodyOf(request);
      response.end();
      if (error !== null) waits?.reject(new Error(error));
      else waits?.resolve({ bytes, measures: JSON.parse(url.searchParams.get('times') ?? '{}') });
      return;
    }
    serve(decodeURIComponent(url.pathname).slice(1), setting, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    folder: setting.work,
    result: (page) => new Promise((resolve, reject) => waiting.set(page, { resolve, reject })),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript',
  wasm: 'application/wasm',
  html: 'text/html; charset=utf-8',
};

function serve(path: string, setting: Setting, response: ServerResponse): void {
  const page = pageOf(path);
  const [text, type] = page ?? scriptOf(path) ?? fileOf(path, setting) ?? [null, ''];
  if (text === null) {
    response.writeHead(404).end();
    return;
  }
  const policy = path.startsWith('strict') ? { 'content-security-policy': STRICT } : {};
  response.writeHead(200, { 'content-type': TYPES[type]!, ...policy }).end(text);
}

/** The library by its path: what an import map maps `vitrine` to. */
const LIBRARY = '/vitrine/index.js';
const SEND = "import { makeAndSend } from '/programs/page.js';";

/** The HTML of a page by its name. */
function pageOf(name: string): [string, string] | null {
  const head = `<!doctype html><title>${name}</title><link rel="icon" href="data:,">`;
  const script = (code: string) => `<script type="module">${code}</script>`;
  const map = `<script type="importmap">{ "imports": { "vitrine": "${LIBRARY}" } }</script>`;
  const pages: Record<string, string> = {
    page: map + script(`${SEND} makeAndSend('page', () => import('vitrine'));`),
    'module worker': script("new Worker('/worker.js', { type: 'module' });"),
    'service worker': script(
      "await navigator.serviceWorker.register('/service-worker.js', { type: 'module' });",
    ),
    'strict policy': '<script type="module" src="/strict-page.js"></script>',
    'prebuilt kernels': script(`${SEND}
      const vectorKernels = await WebAssembly.compileStreaming(fetch('/vitrine/kernels.wasm'));
      makeAndSend('prebuilt kernels', () => import('${LIBRARY}'), { vectorKernels });`),
  };
  const bundler = /^bundle by (.*)$/.exec(name)?.[1];
  if (bundler !== undefined) {
    // webpack makes a script, the others modules.
    const load = bundler === 'webpack' ? 'loadScript' : 'import';
    pages[name] = script(`import { loadScript, sendMovieOf } from '/programs/page.js';
      sendMovieOf('${name}', () => ${load}('/bundles/${bundler.toLowerCase()}.js'));`);
  }
  const recipe = /^kernels\.wasm by (.*)$/.exec(name)?.[1];
  if (recipe !== undefined) {
    pages[name] = script(`import { loadScript, sendMovieOf } from '/programs/page.js';
      sendMovieOf('${name}', () => ${recipe === 'webpack' ? 'loadScript' : 'import'}('/recipes/${recipe.toLowerCase()}/main.js'));`);
  }
  return Object.hasOwn(pages, name) ? [head + pages[name], 'html'] : null;
}

function scriptOf(name: string): [string, string] | null {
  const scripts: Record<string, string> = {
    'worker.js': `${SEND} makeAndSend('module worker', () => import('${LIBRARY}'));`,
    // Service workers have no import().
    'service-worker.js': `${SEND} import * as library from '${LIBRARY}';
      makeAndSend('service worker', async () => library);`,
    'strict-page.js': `${SEND} makeAndSend('strict policy', () => import('${LIBRARY}'));`,
  };
  return Object.hasOwn(scripts, name) ? [scripts[name]!, 'js'] : null;
}

function fileOf(path: string, setting: Setting): [Buffer, string] | null {
  const [first, ...rest] = path.split('/');
  const folders: Record<string, string> = {
    vitrine: join(setting.app, 'node_modules', 'vitrine', 'dist'),
    programs: join(setting.here, 'programs'),
    bundles: join(setting.work, 'bundles'),
    recipes: join(setting.work, 'recipes'),
  };
  const folder = folders[first ?? ''];
  const file = folder && normalize(join(folder, ...rest));
  if (!file?.startsWith(folder) || !existsSync(file)) return null;
  return [readFileSync(file), path.split('.').at(-1) ?? ''];
}
