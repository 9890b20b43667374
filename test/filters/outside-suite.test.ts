/** Graphs of ffmpeg's own tests and manual: each parses, and what we have filters for gives what ffmpeg gives. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import {
  FILTERS,
  FilterGraph,
  FilterGraphError,
  formatFilterGraph,
  parseFilterGraph,
} from '../../src/filters/index.ts';
import {
  bytePsnr,
  differences,
  ffmpegSamples,
  type MalformedGraph,
  rawFrames,
  readFilterSuite,
  runSuiteGraph,
  type SuiteGraph,
  SuiteInputs,
} from '../support/filter-suite.ts';

const suite = readFilterSuite();
if (suite === null)
  console.warn('../shared/reference/filter-graphs.json not found: its tests are skipped');

const graphs = suite?.graphs ?? [];
const names = new Set(FILTERS.map(({ name }) => name));
const ours = graphs.filter(
  (entry) => entry.fits && entry.runs && entry.filters.every((name) => names.has(name)),
);
const only = process.env.FILTER_GRAPH;
const run = ours.filter((entry) => only === undefined || entry.id.includes(only));
/** All names of filters in the suite: what a malformed graph mentions of them must be ours. */
const everyName = new Set([...graphs.flatMap(({ filters }) => filters), 'gradients']);
const counts = { parsed: 0, run: 0, equal: 0 };
const folder = mkdtempSync(join(tmpdir(), 'vitrine-filters-'));
const inputs = suite === null ? undefined : new SuiteInputs(suite);

afterAll(() => {
  rmSync(folder, { recursive: true });
  console.log(
    `filter graphs: ${counts.parsed} of ${graphs.length} parsed, ${counts.run} of ${run.length} run, ${counts.equal} equal`,
  );
});

describe.skipIf(suite === null)('the outside suite', () => {
  test('every graph parses, and is written as it was', () => {
    for (const { graph } of graphs) {
      expect(formatFilterGraph(parseFilterGraph(graph))).toBe(graph);
      counts.parsed++;
    }
  });

  test.each(run.map((entry) => [entry.id, entry] as const))('%s', async (_, entry) => {
    await breath();
    const outputs = runSuiteGraph(entry, inputs!);
    counts.run++;
    expect(differences(entry, outputs), entry.linked).toEqual([]);
    const psnr = typeof entry.least === 'number' ? ratioToFfmpeg(entry, outputs) : Infinity;
    expect(psnr, `${entry.linked}: dB to ffmpeg`).toBeGreaterThanOrEqual(
      entry.least === null || entry.least === 'exact' ? 0 : entry.least!,
    );
    counts.equal++;
  });
});

/** Lets the runner hear of what is done: tests here compute without a pause otherwise. */
const breath = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function ratioToFfmpeg(entry: SuiteGraph, outputs: ReturnType<typeof runSuiteGraph>): number {
  const video = entry.inputs?.every(({ kind }) => kind === 'video') ?? true;
  if (!video || entry.out![0]!.kind !== 'video') return Infinity;
  const files = (entry.inputs ?? []).map((_, i) => {
    const path = join(folder, `v${i % 4}.yuv`);
    writeFileSync(path, inputs!.bytes('video', i));
    return path;
  });
  const expected = ffmpegSamples(entry, files);
  return bytePsnr(Buffer.concat(rawFrames(outputs[0]!.frames!)), expected);
}

/** A malformed graph between a source and a sink; `offset` is how far its text moves. */
function closed({ kind, graph }: MalformedGraph): { text: string; offset: number } {
  const video = 'buffer=video_size=352x288:pix_fmt=yuv420p:time_base=1/25:frame_rate=25/1:sar=1/1';
  const audio = 'abuffer=sample_rate=44100:sample_fmt=s16:channel_layout=stereo';
  if (kind === 'vf') return { text: `${video},${graph},buffersink`, offset: video.length + 1 };
  if (kind === 'af') return { text: `${audio},${graph},abuffersink`, offset: audio.length + 1 };
  // ffmpeg's inputs may be used several times; here each use has a source of its own.
  const sources: string[] = [];
  const text = graph.replace(/\[\d:([va])\]/g, (_, letter) => {
    const label = `[${sources.length}:${letter}]`;
    sources.push(`${letter === 'v' ? video : audio}${label};`);
    return label;
  });
  const head = sources.join('');
  return {
    text: `${head}${text}${graph.includes('[o]') ? ';[o]buffersink' : ''}`,
    offset: head.length,
  };
}

describe.skipIf(suite === null)('malformed graphs', () => {
  const known = (suite?.malformed ?? []).filter(({ graph }) => {
    const mentioned = graph.match(/[a-z]\w+(?==)/g) ?? [];
    return mentioned.every((name) => names.has(name) || !everyName.has(name));
  });
  test.each(known.map((entry) => [`${entry.kind} ${JSON.stringify(entry.graph)}`, entry] as const))(
    '%s',
    async (_, entry) => {
      await breath();
      const { text, offset } = closed(entry);
      let thrown: unknown;
      try {
        new FilterGraph(text);
      } catch (error) {
        thrown = error;
      }
      if (entry.must === 'accept') expect(thrown).toBeUndefined();
      if (entry.must === 'refuse') {
        expect(thrown, text).toBeInstanceOf(FilterGraphError);
        const column = (thrown as FilterGraphError).column - 1 - offset;
        const at = Math.min(column, entry.graph.length);
        expect(
          Math.abs(at - entry.at),
          `${(thrown as Error).message}; expected at ${entry.at}, got ${at}`,
        ).toBeLessThanOrEqual(1);
      }
    },
  );
});
