/**
 * What ends up in a page: bundles by esbuild, minified, as gzip sends them. Those with a budget fail above it. Other libraries stand
 * beside them, each with what makes MP4 or WAV in it.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { loadEsbuild, versionOf } from './bundlers.ts';
import { installed } from './installed.ts';
import { failed, type Row, type Setting, skipped } from './row.ts';

const GROUP = 'size';

interface Bundle {
  readonly name: string;
  /** What is imported. */
  readonly code: string;
  /** Kilobytes (1000 bytes) gzipped that it may have. */
  readonly budget?: number;
}

const SINK = "export { MemorySink } from 'vitrine/io';";

const BUNDLES: readonly Bundle[] = [
  {
    name: 'H.264, AAC and MP4, with vector kernels',
    code: `export { createH264Encoder } from 'vitrine/h264'; export { createAacEncoder } from 'vitrine/aac';
      export { createSmallMp4Writer } from 'vitrine/mp4'; ${SINK}`,
    budget: 178,
  },
  {
    name: 'the same with Constrained Baseline alone, AAC without vector kernels',
    code: `export { createH264BaselineEncoder } from 'vitrine/h264'; export { createSmallAacEncoder } from 'vitrine/aac';
      export { createSmallMp4Writer } from 'vitrine/mp4'; ${SINK}`,
    // The goal is 100.
    budget: 127.5,
  },
  {
    name: 'the same with the session: arrays in, conversion, interleaving',
    code: `export { Muxer, MP4, videoEncodeConfig, audioEncodeConfig } from 'vitrine/mux';
      export { H264, AAC } from 'vitrine/codecs'; ${SINK}
      export { createReferenceAudioFrame, createReferenceVideoFrame } from 'vitrine/frames';`,
  },
  {
    name: 'the same session with Constrained Baseline alone',
    code: `export { Muxer, MP4, videoEncodeConfig, audioEncodeConfig } from 'vitrine/mux';
      export { H264Baseline, AAC } from 'vitrine/codecs'; ${SINK}
      export { createReferenceAudioFrame, createReferenceVideoFrame } from 'vitrine/frames';`,
  },
  {
    name: 'MP4 files of packets, H.264 and AAC',
    code: `export { createSmallMp4Writer } from 'vitrine/mp4'; ${SINK}`,
    budget: 18,
  },
  {
    name: 'MP4 files of packets, every codec, text, chapters',
    code: `export { createPlainMp4Writer } from 'vitrine/mp4'; ${SINK}`,
  },
  {
    name: 'the same with the muxer, and fragments',
    code: `export { Muxer, MP4 } from 'vitrine/mux'; ${SINK}`,
  },
  {
    name: 'WAV files of packets',
    code: "export { createWavWriter } from 'vitrine/wav';",
    budget: 5,
  },
  {
    name: 'WAV files, with PCM',
    code: `export { createWavWriter } from 'vitrine/wav'; export { createPcmEncoder } from 'vitrine/pcm'; ${SINK}`,
  },
  { name: 'H.264', code: "export { createH264Encoder } from 'vitrine/h264';" },
  { name: 'AAC', code: "export { createAacEncoder } from 'vitrine/aac';" },
  { name: 'everything', code: "export * from 'vitrine';" },
];

/** A row for each bundle. */
export async function sizeRows(setting: Setting): Promise<Row[]> {
  if (installed('esbuild') === null) return [skipped(GROUP, 'sizes', 'esbuild is not installed')];
  const rows: Row[] = [];
  for (const bundle of BUNDLES) rows.push(await rowOf(bundle, setting));
  return [...rows, ...(await otherLibraries(setting))];
}

async function rowOf({ name, code, budget }: Bundle, setting: Setting): Promise<Row> {
  const version = JSON.parse(readFileSync(join(setting.root, 'package.json'), 'utf8')).version;
  try {
    const size = await gzippedSize(code, setting.app);
    const bound = budget === undefined ? '' : `, allowed are ${budget}`;
    const note = `${(size / 1000).toFixed(1)} kB gzipped${bound}`;
    const isOver = budget !== undefined && size > 1000 * budget;
    const row = { group: GROUP, name, version, note };
    return { ...row, outcome: isOver ? 'failed' : 'same' };
  } catch (error) {
    return failed(GROUP, name, error, version);
  }
}

async function gzippedSize(code: string, folder: string): Promise<number> {
  const { build } = await loadEsbuild();
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: folder },
    ...{ bundle: true, minify: true, format: 'esm', platform: 'browser', logLevel: 'silent' },
    write: false,
  });
  return gzipSync(outputFiles![0]!.contents, { level: 9 }).length;
}

async function otherLibraries(setting: Setting): Promise<Row[]> {
  const rows: Row[] = [];
  const add = async (name: string, what: string, size: () => number | Promise<number>) => {
    if (installed(name) === null) {
      rows.push(skipped(GROUP, `${name}: ${what}`, 'not installed'));
      return;
    }
    const note = `${((await size()) / 1000).toFixed(1)} kB gzipped`;
    rows.push({
      group: GROUP,
      name: `${name}: ${what}`,
      version: versionOf(name),
      outcome: 'same',
      note,
    });
  };
  const files = (name: string, ...paths: string[]) =>
    paths
      .map((path) => installed(name, path)!)
      .reduce((sum, path) => sum + gzipSync(readFileSync(path), { level: 9 }).length, 0);
  const mediabunny = (names: string) =>
    gzippedSize(`export { ${names} } from 'mediabunny';`, setting.here);
  await add('mediabunny', 'MP4 files of packets', () =>
    mediabunny('Output, Mp4OutputFormat, BufferTarget, EncodedVideoPacketSource, EncodedPacket'),
  );
  await add('mediabunny', 'WAV files', () =>
    mediabunny('Output, WavOutputFormat, BufferTarget, AudioSampleSource, AudioSample'),
  );
  await add('h264-mp4-encoder', 'H.264 and MP4', () =>
    files('h264-mp4-encoder', 'embuild/dist/h264-mp4-encoder.web.js'),
  );
  await add('@ffmpeg/core', 'FFmpeg', () =>
    files('@ffmpeg/core', 'dist/esm/ffmpeg-core.js', 'dist/esm/ffmpeg-core.wasm'),
  );
  return rows;
}
