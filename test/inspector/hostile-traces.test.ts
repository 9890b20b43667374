/** Traces of sound, of pictures and of video with any bytes changed: a record, or an error with a sentence; nothing that hangs or fills the memory. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodePictures } from '../../inspector/engine.ts';
import { type FileNode, treeOfTrace } from '../../inspector/file-tree.ts';
import { encodeImage } from '../../inspector/image-engine.ts';
import { jpegRecord } from '../../inspector/jpeg-record.ts';
import { linksOfTrace } from '../../inspector/link-record.ts';
import { pngRecord } from '../../inspector/png-record.ts';
import { recordingOfTrace } from '../../inspector/recording.ts';
import { createSample } from '../../inspector/sample.ts';
import { encodeSound } from '../../inspector/sound-engine.ts';
import { recordSound } from '../../inspector/sound-record.ts';
import { blocks8x8Of, blocksOf } from '../../inspector/views/block.ts';
import { candidatesOf, candidateTable } from '../../inspector/views/candidates.ts';
import { bitsTable } from '../../inspector/views/macroblock.ts';
import { misledMacroblocks } from '../../inspector/views/misled.ts';
import { elementTable, typeTable } from '../../inspector/views/picture-panel.ts';
import { searchesOf } from '../../inspector/views/search-path.ts';
import { bandTable } from '../../inspector/views/sound.ts';
import { pictureTable } from '../../inspector/views/timeline.ts';
import { joinBytes } from '../../src/base/byte-stream.ts';
import { encodePng, inspectPng } from '../../src/codecs/png/index.ts';
import { FILTER_TABLES, FilterGraph, GraphTrace } from '../../src/filters/index.ts';
import {
  openTrace,
  readTrace,
  TREE_TABLES,
  TraceWriter,
  traceTree,
} from '../../src/inspect/index.ts';
import { MemorySource } from '../../src/io/index.ts';

const SEED = 20261130;

/** Calls `look` on a trace with bytes changed, many times; what it throws has to be an error with words. */
async function withChanges(
  trace: Uint8Array,
  look: (bytes: Uint8Array) => void | Promise<void>,
): Promise<void> {
  const place = fc.oneof(fc.nat(4000), fc.nat(trace.length - 1));
  const changes = fc.array(fc.tuple(place, fc.nat(255)), { minLength: 1, maxLength: 8 });
  let read = 0;
  await fc.assert(
    fc.asyncProperty(changes, async (bytes) => {
      const changed = trace.slice();
      for (const [at, value] of bytes) changed[Math.min(at, changed.length - 1)] = value;
      try {
        await look(changed);
        read++;
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
        expect((error as Error).message).not.toBe('');
        expect(error).not.toBeInstanceOf(TypeError);
        expect(error).not.toBeInstanceOf(RangeError);
      }
    }),
    { seed: SEED, numRuns: 300 },
  );
  expect(read).toBeGreaterThan(10);
}

test('of sound', async () => {
  const samples = Float32Array.from({ length: 9000 }, (_, n) => Math.sin(n * n * 1e-5) * 0.4);
  const source = { title: 'sweep', sampleRate: 44_100, channels: [samples, samples] };
  const { trace } = await encodeSound(source, 64_000);
  await withChanges(trace, (bytes) => {
    const record = recordSound(bytes, null, null);
    for (const [i] of record.frames.entries()) {
      for (let c = 0; c < record.numChannels; c++) bandTable(record, i, c);
    }
  });
});

test('of filters and of parts of files', async () => {
  const writer = new TraceWriter({}, [...FILTER_TABLES, ...TREE_TABLES]);
  const inspect = new GraphTrace(writer);
  const graph = new FilterGraph('testsrc2=size=16x16:rate=9:duration=1,fps=5,buffersink', {
    inspect,
  });
  while ((graph.getFrames()?.numFrames ?? 0) > 0);
  const picture = {
    width: 4,
    height: 4,
    colorType: 0,
    bitDepth: 8,
    data: new Uint8Array(16),
  } as const;
  traceTree(writer, inspectPng(encodePng(picture)));
  writer.end();
  await withChanges(joinBytes(writer.take()), (bytes) => {
    const trace = readTrace(bytes);
    for (const { times } of linksOfTrace(trace)) expect(times.every(Number.isFinite)).toBe(true);
    const walk = (nodes: readonly FileNode[]): void => {
      for (const node of nodes) {
        node.fields();
        walk(node.children());
      }
    };
    walk(treeOfTrace(trace));
  });
});

test('of PNG and of JPEG', async () => {
  const [width, height] = [40, 30];
  const data = Uint8Array.from({ length: 4 * width * height }, (_, i) =>
    i % 4 === 3 ? 255 : i >> 4,
  );
  const source = { title: 'slope', width, height, data };
  const settings = { effort: 'default', quality: 75 } as const;
  await withChanges(encodeImage(source, { kind: 'png', ...settings }).trace, (bytes) => {
    const record = pngRecord(readTrace(bytes));
    record?.rows.forEach((_, y) => void record.tokensOf(y));
    if (record !== null) expect(record.rows[record.rowOf(3, 2)]).toBeDefined();
  });
  await withChanges(encodeImage(source, { kind: 'jpeg', ...settings }).trace, (bytes) => {
    const record = jpegRecord(readTrace(bytes));
    if (record === null) return;
    record.blockBits(record.scans.length);
    record.components.forEach((_, i) => void record.levelsOf(i, 0, 0));
  });
});

test('of video', async () => {
  const sample = createSample();
  const source = { ...sample, pictures: sample.pictures.slice(0, 3) };
  const settings = { preset: 'superfast', qp: 34, profile: 'main', bframes: 1 } as const;
  const { trace } = await encodePictures(source, { ...settings, coding: 'CAVLC' }, true);
  await withChanges(trace, async (bytes) => {
    const recording = await recordingOfTrace(await openTrace(new MemorySource(bytes)), 'changed');
    pictureTable(recording);
    for (const picture of recording.pictures.slice(0, 4)) {
      await recording.load(picture);
      elementTable(recording, picture);
      typeTable(picture);
      misledMacroblocks(picture);
      for (let mb = 0; mb < 20; mb++) {
        bitsTable(recording, picture, mb);
        candidateTable(candidatesOf(picture, mb), picture, mb);
        searchesOf(picture, mb);
        blocksOf(picture, mb);
        blocks8x8Of(picture, mb);
      }
    }
  });
});
