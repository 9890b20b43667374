/** The command line loads what it needs: its lists say what the rows of the library say, and no command imports more than its own work. */
import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CODECS as LISTED_CODECS } from '../../src/cli/codec-list.ts';
import { COMMANDS } from '../../src/cli/command-list.ts';
import {
  FORMATS as LISTED_FORMATS,
  INPUT_FORMATS as LISTED_INPUT_FORMATS,
} from '../../src/cli/format-list.ts';
import { H264Baseline } from '../../src/pipeline/codecs/h264-baseline.ts';
import { CODECS, FORMATS, INPUT_FORMATS } from '../../src/pipeline/everything/registry.ts';

/** An object without its functions. */
const plain = (row: object) =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => typeof value !== 'function'));

describe('the lists of the command line', () => {
  it('have the codecs of the library, in its order', async () => {
    expect(LISTED_CODECS.map(plain)).toEqual(CODECS.map(plain));
    const loaded = await Promise.all(LISTED_CODECS.map(({ load }) => load({ profile: 'high' })));
    expect(loaded.map(plain)).toEqual(CODECS.map(plain));
    expect(loaded[0]).toBe(CODECS[0]);
  });

  it('have the formats of the library, in its order', async () => {
    expect(LISTED_FORMATS.map(plain)).toEqual(FORMATS.map(plain));
    const loaded = await Promise.all(LISTED_FORMATS.map(({ load }) => load()));
    loaded.forEach((format, i) => {
      expect(format.createWriter).toBe(FORMATS[i]!.createWriter);
    });
    expect(LISTED_INPUT_FORMATS.map(plain)).toEqual(INPUT_FORMATS.map(plain));
    LISTED_INPUT_FORMATS.forEach((format, i) => {
      expect(format.isFormat).toBe(INPUT_FORMATS[i]!.isFormat);
    });
  });

  it('have commands that can be loaded, each with examples of itself', async () => {
    for (const { name, summary, load } of COMMANDS) {
      const { examples } = await load();
      expect(examples.join('\n'), name).toMatch(new RegExp(`vitrine (${name}|-)`));
      expect(summary).toMatch(/\.$/);
    }
  });

  it('take the encoder of Constrained Baseline where its tools are enough', async () => {
    const { load } = LISTED_CODECS.find(({ name }) => name === 'h264')!;
    expect(await load({ preset: 'ultrafast', qp: 27 })).toBe(H264Baseline);
    expect(await load({ profile: 'baseline', preset: 'slow', crf: 20 })).toBe(H264Baseline);
    const more = [
      {},
      { preset: 'ultrafast', bframes: 1 },
      { preset: 'ultrafast', profile: 'high' },
      { profile: 'baseline', tune: 'film' },
      { profile: 'baseline', collectStatistics: true },
    ];
    for (const options of more) expect(await load(options)).not.toBe(H264Baseline);
  });
});

const SRC = join(import.meta.dirname, '..', '..', 'src');
/** A static import or export of values from a file of the project; those of types alone cost nothing. */
const IMPORT = /^(?:import|export)(?! type\b)[^;]*?\bfrom '(\.[^']+)';/gm;

/** The files of `src` that are loaded with one. */
function loadedWith(start: string): string[] {
  const found = new Set([normalize(join(SRC, start))]);
  for (const path of found) {
    for (const [, to] of readFileSync(path, 'utf8').matchAll(IMPORT)) {
      found.add(normalize(join(dirname(path), to!)));
    }
  }
  return [...found].map((path) => path.slice(SRC.length + 1));
}

const CODERS =
  /^codecs\/(h264\/(encoder\/(encoder|mode-decision)|kernels)|aac\/(encoder|kernels)|deflate|png\/encoder|jpeg\/(encoder|kernels))/;

describe('what is loaded', () => {
  it.each([
    ['main.ts', /^(codecs|containers|filters|frames|gpu|pipeline)\//],
    [
      'remux.ts',
      /^(filters|gpu)\/|^codecs\/h264|^containers\/(matroska|isobmff)\/(reader|.*writer)/,
    ],
    [
      'probe.ts',
      /^(filters|gpu)\/|^codecs\/h264|^containers\/(matroska|isobmff)\/(reader|.*writer)/,
    ],
    ['encode.ts', /^filters\/|^gpu\/(?!gpujs\/gpu-js\.ts)|-trace|^inspect\/trace-writer/],
  ])('%s loads no code of others', (command, others) => {
    const loaded = loadedWith(`cli/${command}`);
    expect(loaded.filter((path) => others.test(path) || CODERS.test(path))).toEqual([]);
  });

  it('the encoder of Constrained Baseline is without the tools of other profiles', () => {
    const loaded = loadedWith('pipeline/codecs/h264-baseline.ts');
    expect(
      loaded.filter((path) => /cabac|b-decision|(residual|transform)-8x8|-inspection/.test(path)),
    ).toEqual([]);
  });
});
