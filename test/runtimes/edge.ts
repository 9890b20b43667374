/** Runtimes of edge workers, which have no files and let no code be made, and an engine that has next to nothing. */
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { loadEsbuild, versionOf } from './bundlers.ts';
import { installed, onPath, platformProgram, run } from './installed.ts';
import { writeProgram } from './recipes.ts';
import { compared, failed, type Measures, type Row, type Setting, skipped } from './row.ts';

const GROUP = 'edge';

/** A row for each. */
export async function edgeRows(setting: Setting): Promise<Row[]> {
  if (installed('esbuild') === null) {
    return [skipped(GROUP, 'workerd, @edge-runtime/vm, QuickJS', 'esbuild is not installed')];
  }
  await bundleScript(setting);
  return [
    ...(await workerdRows(setting)),
    await scriptRow(setting, '@edge-runtime/vm', 'edge-vm.mjs', 'script.js'),
    await scriptRow(setting, '@edge-runtime/vm', 'edge-vm.mjs', 'script-kernels.js'),
    await scriptRow(
      { ...setting, expected: setting.small },
      ...(['quickjs-emscripten', 'quickjs.mjs', 'script.js'] as const),
    ),
  ];
}

/**
 * One function that is called at once: what stands at the top of a script is a property of the global object, which costs a
 * context of `node:vm` ten times the time.
 */
async function bundleScript(setting: Setting): Promise<void> {
  for (const name of ['movie.js', 'bundled.js']) {
    cpSync(join(setting.here, 'programs', name), join(setting.app, name));
  }
  const { build } = await loadEsbuild();
  const options = {
    bundle: true,
    format: 'iife',
    platform: 'browser',
    logLevel: 'silent',
  } as const;
  const entry = join(setting.app, 'bundled.js');
  await build({ entryPoints: [entry], outfile: join(setting.work, 'script.js'), ...options });
  // As Vercel does: the import becomes a module that was compiled when the function was deployed.
  const rest = readFileSync(entry, 'utf8');
  await build({
    entryPoints: [writeProgram(setting, 'Vercel edge', 'edge.js', rest)],
    outfile: join(setting.work, 'script-kernels.js'),
    plugins: [
      {
        name: 'modules',
        setup(plugin) {
          plugin.onResolve({ filter: /\.wasm\?module$/ }, ({ path }) => ({
            path,
            namespace: 'wasm',
          }));
          plugin.onLoad({ filter: /.*/, namespace: 'wasm' }, () => ({
            contents: 'export default globalThis.kernels;',
          }));
        },
      },
    ],
    ...options,
  });
}

/** A runtime that is a package: a program of Node loads it and runs the bundle in it. */
async function scriptRow(
  setting: Setting,
  packageName: string,
  script: string,
  bundle: string,
): Promise<Row> {
  const name = bundle.includes('kernels') ? `${packageName}, kernels.wasm` : packageName;
  const node = installed('node22', 'bin', 'node') ?? process.execPath;
  if (installed(packageName) === null) return skipped(GROUP, name, 'not installed');
  const version = versionOf(packageName);
  const file = join(setting.work, `${script}.mp4`);
  try {
    const program = join(setting.here, 'programs', script);
    const path = join(setting.work, bundle);
    const kernels = join(setting.app, 'node_modules', 'vitrine', 'dist', 'kernels.wasm');
    const out = await run(node, [program, path, file, kernels], { seconds: 300 });
    const measures: Measures = JSON.parse(out.trim().split('\n').at(-1)!);
    return compared(setting, { group: GROUP, name, version, measures }, readFileSync(file));
  } catch (error) {
    return failed(GROUP, name, error, version);
  }
}

const CONFIG = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:PORT", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  compatibilityDate = "2025-01-01",
  modules = [
    (name = "worker.js", esModule = embed "worker.js"),
    (name = "kernels.wasm", wasm = embed "kernels.wasm"),
  ],
);
`;

/** With the kernels that came along, without, and what it says about a path. */
async function workerdRows(setting: Setting): Promise<Row[]> {
  const program =
    platformProgram('@cloudflare', 'workerd', join('bin', 'workerd')) ?? onPath(['workerd']);
  const name = 'workerd';
  if (program === null) return [skipped(GROUP, name, 'not installed')];
  const version = (await run(program, ['--version'])).trim().replace('workerd ', '');
  const port = await freePort();
  await bundleWorker(setting, port);
  const server = spawn(program, ['serve', 'config.capnp'], { cwd: setting.work, stdio: 'inherit' });
  try {
    const rows: Row[] = [];
    for (const [path, how] of [
      ['/', 'kernels.wasm'],
      ['/plain', 'no kernels'],
      ['/sets', 'kernels.wasm: deflate, JPEG, scaling, resampling'],
    ] as const) {
      const { bytes, measures } = await request(server, port, path);
      const row = { group: GROUP, name: `${name}, ${how}`, version, measures };
      const expected = path === '/sets' ? setting.sets : setting.expected;
      rows.push(compared({ ...setting, expected }, row, bytes));
    }
    const said = await (await fetch(`http://127.0.0.1:${port}/path`)).text();
    const isRight = /^UnsupportedError: path: there are no files on this platform/.test(said);
    const row = { group: GROUP, name: `${name}, a path`, version, note: said };
    rows.push({ ...row, outcome: isRight ? 'same' : 'failed' });
    return rows;
  } catch (error) {
    return [failed(GROUP, name, error, version)];
  } finally {
    server.kill('SIGKILL');
  }
}

async function bundleWorker(setting: Setting, port: number): Promise<void> {
  const rest = readFileSync(join(setting.here, 'programs', 'workerd.js'), 'utf8');
  const { build } = await loadEsbuild();
  await build({
    entryPoints: [writeProgram(setting, 'wrangler and workerd', 'workerd.js', rest)],
    outfile: join(setting.work, 'worker.js'),
    ...{ bundle: true, format: 'esm', conditions: ['workerd', 'worker', 'browser'] },
    external: ['vitrine/kernels.wasm'],
    logLevel: 'silent',
  });
  const bundled = readFileSync(join(setting.work, 'worker.js'), 'utf8');
  // As wrangler does: the module of code becomes a module beside the script.
  const linked = bundled.replace('"vitrine/kernels.wasm"', '"kernels.wasm"');
  writeFileSync(join(setting.work, 'worker.js'), linked);
  cpSync(
    join(setting.app, 'node_modules', 'vitrine', 'dist', 'kernels.wasm'),
    join(setting.work, 'kernels.wasm'),
  );
  writeFileSync(join(setting.work, 'config.capnp'), CONFIG.replace('PORT', String(port)));
}

/** Asks twice; processor time and memory are those of the process. */
async function request(
  server: ChildProcess,
  port: number,
  path: string,
): Promise<{ bytes: Uint8Array; measures: Measures }> {
  const times: number[] = [];
  let bytes = new Uint8Array(0);
  const before = processorMs(server.pid!);
  const spent: number[] = [];
  for (let round = 0; round < 2; round++) {
    const start = performance.now();
    const response = await retried(`http://127.0.0.1:${port}${path}`);
    bytes = new Uint8Array(await response.arrayBuffer());
    if (!response.ok) throw new Error(new TextDecoder().decode(bytes));
    times.push(performance.now() - start);
    const after = processorMs(server.pid!);
    if (after !== undefined && before !== undefined) spent.push(after - before);
  }
  const memoryMb = residentMb(server.pid!);
  return {
    bytes,
    measures: {
      ...{ firstMs: times[0]!, secondMs: times[1]! },
      ...(spent.length < 2 ? {} : { cpuMs: spent[0]!, secondCpuMs: spent[1]! - spent[0]! }),
      ...(memoryMb === undefined ? {} : { memoryMb }),
    },
  };
}

/** The server takes a moment to listen. */
async function retried(url: string): Promise<Response> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await fetch(url);
    } catch (error) {
      if (attempt > 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** Processor time of a process in milliseconds, where the system says it (Linux: hundredths of a second). */
function processorMs(pid: number): number | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
    return 10 * (Number(fields[11]) + Number(fields[12]));
  } catch {
    return undefined;
  }
}

function residentMb(pid: number): number | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
  } catch {
    return undefined;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
