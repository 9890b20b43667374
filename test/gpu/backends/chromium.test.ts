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
import { encodeAlone, HEIGHT, movingNoise, WIDTH } from '../encode-frames.ts';
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
  import { VideoFrames } from '/dist/src/frames/video-frames.js';
  import { H264 } from '/dist/src/pipeline/codecs/h264.js';
  import { videoEncodeConfig } from '/dist/src/pipeline/encode-config.js';
  let gpu;
  let kernels;
  let analysis;
  window.open_ = async (options) => {
    const library = typeof GPU === 'function' ? GPU : GPU.GPU;
    gpu = await gpuKernels({ GPU: library, Input: library.Input ?? GPU.Input, WebGPUContext: GPU.WebGPUContext ?? library.WebGPUContext }, options);
    kernels = gpu.kernels;
    return [kernels.backend, gpu.fallbackReason, await deviceOf(options.mode)];
  };
  const deviceOf = async (mode) => {
    if (mode === 'webgpu') {
      const { info } = await navigator.gpu.requestAdapter();
      return [info.vendor, info.architecture, info.description].filter(Boolean).join(' ');
    }
    const context = document.createElement('canvas').getContext('webgl2');
    const names = context.getExtension('WEBGL_debug_renderer_info');
    return String(context.getParameter(names === null ? context.RENDERER : names.UNMASKED_RENDERER_WEBGL));
  };
  window.encode = async (pictures, size, options) => {
    const config = videoEncodeConfig({ ...size, frameRate: 25, pixFmt: 'yuv420p' });
    const encoder = H264.createEncoder(config, { ...options, gpu }, H264.pixFmts);
    const packets = [];
    for (const [pts, picture] of pictures.entries()) {
      const { y, cb, cr } = unpackValue(picture);
      const plane = (data, stride) => ({ data, offset: 0, stride });
      const planes = [plane(y, size.width), plane(cb, size.width / 2), plane(cr, size.width / 2)];
      const about = { pixFmt: 'yuv420p', ...size };
      const frames = new VideoFrames([{ ...about, planes, pts }], { ...about, numPlanes: 3, timeBase: [1, 25] });
      packets.push(...(await encoder.encode(frames)));
    }
    packets.push(...(await encoder.flush()));
    return [packets.map(({ data }) => Array.from(data)), encoder.streamInfo.analysis];
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
type Open = (
  options: object,
) => Promise<[backend: string, fallbackReason: string | null, device: string]>;
type Encode = (
  pictures: readonly unknown[],
  size: object,
  options: object,
) => Promise<[data: number[][], analysis: unknown]>;

/** Pictures of an encode in a page: gpu.js's own WebGPU on a driver in software takes seconds for each. */
const ENCODED = 6;

/** Encodes in a page; the bytes are those of the encoder that analyzes by itself. */
async function compareEncodes(page: Page): Promise<void> {
  const frames = movingNoise().slice(0, ENCODED);
  const pictures = frames.map(({ planes }) => {
    const [y, cb, cr] = planes.map(({ data }) => data);
    return packValue({ y, cb, cr });
  });
  const options = { crf: 26, preset: 'superfast' } as const;
  const [data, analysis] = await page.evaluate(
    ([...values]) => (globalThis as never as { encode: Encode }).encode(...values),
    [pictures, { width: WIDTH, height: HEIGHT }, options] as const,
  );
  expect(analysis).toMatchObject({ fallbackReason: null });
  const alone = encodeAlone(frames, { ...options, analysis: 'full-search' });
  expect(data).toEqual(alone.map((bytes) => [...bytes]));
}

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
      const [backend, reason, device] = await page.evaluate(
        (wanted) => (globalThis as never as { open_: Open }).open_(wanted),
        options,
      );
      expect(reason).toBeNull();
      const count = await compareAll(kernelsOf(page, backend));
      await compareEncodes(page);
      console.log(
        `Chromium, ${backend} on ${device}: ${count} numbers, all as TypeScript gives them; an encode, the same bytes`,
      );
      await page.close();
    },
  );
});
