/**
 * The kernels by gpu.js in Chromium, headless, against their plain twins in Node: WebGL 2 and WebGPU on whatever the browser finds,
 * which is its driver in software where there is no GPU. The page loads what `npm run build` made.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FrameKernels, SamplePlane } from '../../../src/gpu/frame-kernels.ts';
import { findChromium } from '../../browser/chromium.ts';
import { type FileServer, startFileServer } from '../../browser/server.ts';
import { compareAll } from '../compare-all.ts';
import { packValue, unpackValue } from './transfer.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const GPU_JS = '/test/gpu/node_modules/gpu.js/dist/gpu-browser.js';
const BUILT = '/dist/src/gpu/index.js';
const FLAGS = ['--no-sandbox', '--enable-unsafe-webgpu'];

const PAGE = `<!doctype html>
<title>gpu</title>
<link rel="icon" href="data:,">
<script src="${GPU_JS}"></script>
<script type="module">
  import { gpuKernels } from '${BUILT}';
  import { packValue, unpackValue } from '/test/gpu/backends/transfer.js';
  let kernels;
  let analysis;
  window.open_ = async (options) => {
    const library = typeof GPU === 'function' ? GPU : GPU.GPU;
    const opened = await gpuKernels({ GPU: library, Input: library.Input ?? GPU.Input, WebGPUContext: GPU.WebGPUContext ?? library.WebGPUContext }, options);
    kernels = opened.kernels;
    return [kernels.backend, opened.fallbackReason];
  };
  window.ask = async (method, values) => {
    const given = values.map(unpackValue);
    if (method === 'openAnalysis') { analysis = kernels.openAnalysis(); return; }
    if (method === 'closeAnalysis') return analysis.close();
    const result = method === 'analyze' ? analysis.analyze(...given) : kernels[method](...given);
    return packValue(await result);
  };
</script>`;

/** The kernels of a page, each question sent there and its answer fetched. */
function kernelsOf(page: Page, backend: string): FrameKernels {
  const ask = async (method: string, values: readonly unknown[]) =>
    unpackValue(
      await page.evaluate(
        ([name, packed]) => (globalThis as never as { ask: Ask }).ask(name, packed),
        [method, values.map(packValue)] as const,
      ),
    );
  const openAnalysis = () => {
    let turn: Promise<unknown> = ask('openAnalysis', []);
    return {
      analyze: (luma: SamplePlane) => {
        const result = turn.then(() => ask('analyze', [luma]));
        turn = result;
        return result;
      },
      close: () => turn.then(() => ask('closeAnalysis', [])),
    };
  };
  return new Proxy({} as FrameKernels, {
    get: (_, method: string) =>
      method === 'backend'
        ? backend
        : method === 'openAnalysis'
          ? openAnalysis
          : (...values: unknown[]) => ask(method, values),
  });
}

type Ask = (method: string, values: readonly unknown[]) => Promise<unknown>;
type Open = (options: object) => Promise<[backend: string, fallbackReason: string | null]>;

const executable = findChromium();
const isReady = existsSync(`${ROOT}${GPU_JS}`) && existsSync(`${ROOT}${BUILT}`);
if (!isReady) console.log('Chromium: needed are npm ci --prefix test/gpu and npm run build');

describe.skipIf(executable === null || !isReady)('gpu.js in Chromium', () => {
  let server: FileServer;
  let browser: Browser;

  beforeAll(async () => {
    server = await startFileServer(ROOT, { '/': PAGE });
    browser = await chromium.launch({ executablePath: executable!, headless: true, args: FLAGS });
  });

  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  it.each([{ mode: 'webgl2' }, { mode: 'webgpu', wgsl: false }, { mode: 'webgpu', wgsl: true }])(
    '%o',
    async (options) => {
      const page = await browser.newPage();
      await page.goto(`${server.origin}/`);
      await page.waitForFunction(() => 'ask' in globalThis);
      const [backend, reason] = await page.evaluate(
        (wanted) => (globalThis as never as { open_: Open }).open_(wanted),
        options,
      );
      expect(reason).toBeNull();
      const count = await compareAll(kernelsOf(page, backend));
      console.log(`Chromium, ${backend}: ${count} numbers, all as TypeScript gives them`);
      await page.close();
    },
  );
});
