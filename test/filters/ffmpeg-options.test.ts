/**
 * Every option that ffmpeg 5.1 lists for a filter of ours, with its values, is there or is refused and stands in docs/filters.md.
 * tools/ffmpeg-options.ts makes the list.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { FilterDefinition } from '../../src/filters/definition/filter.ts';
import { FILTERS, FilterGraph } from '../../src/filters/index.ts';

interface Listed {
  readonly enable: boolean;
  readonly options: Readonly<Record<string, readonly string[]>>;
}

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
const LISTED: Readonly<Record<string, Listed>> = JSON.parse(read('vectors/ffmpeg-options.json'));
const ROWS = read('../../docs/filters.md')
  .split('\n')
  .filter((line) => /^\| `/.test(line))
  .map((line) => line.split('|').slice(1, 3) as [string, string]);

/** Whether docs/filters.md says that this option of a filter, or this value of it, is refused. */
function isSaid(filter: string, text: string): boolean {
  return ROWS.some(
    ([names, what]) => names.includes(`\`${filter}\``) && what.includes(`\`${text}\``),
  );
}

/** Faults of a filter against ffmpeg's list. */
function faults(definition: FilterDefinition): string[] {
  const { name, options } = definition;
  const listed = LISTED[name];
  if (listed === undefined) return [];
  const found: string[] = [];
  if (listed.enable && definition.timeline !== true && !isSaid(name, 'enable'))
    found.push('enable');
  for (const [option, values] of Object.entries(listed.options)) {
    const ours = options.find((o) => o.name === option || o.aliases?.includes(option));
    if (ours === undefined) found.push(option);
    else if (ours.absent === true && !isSaid(name, ours.name)) found.push(`${option} in docs`);
    // The values of these are read by the filter, or are names of formats.
    if (ours === undefined || ours.kind === 'string' || ours.kind === 'pixFmt') continue;
    for (const value of values) {
      if (ours.choices !== undefined && Object.hasOwn(ours.choices, value)) continue;
      if (!isSaid(name, `${ours.name}=${value}`)) found.push(`${option}=${value}`);
    }
  }
  return found;
}

describe("ffmpeg's options", () => {
  test('are there, or are refused and listed', () => {
    const all = FILTERS.flatMap((filter) =>
      faults(filter).map((fault) => `${filter.name}: ${fault}`),
    );
    expect(all).toEqual([]);
    expect(Object.keys(LISTED).length).toBeGreaterThan(100);
  });

  test('that are refused say so with their column, and may be given with their default', () => {
    for (const { name, options } of FILTERS) {
      for (const option of options.filter((o) => o.absent === true)) {
        const open = (value: string) => new FilterGraph(`color,${name}=${option.name}=${value}`);
        expect(() => open('17'), `${name} ${option.name}`).toThrow(/not implemented, .*column/);
        expect(isSaid(name, option.name), `${name} ${option.name}`).toBe(true);
      }
    }
    expect(() => new FilterGraph('sine,dynaudnorm=overlap=0.0:o=0,abuffersink')).toThrow(/twice/);
    expect(() => new FilterGraph('sine,bass=100:q:0.5:5:2:1,abuffersink')).not.toThrow();
    expect(() => new FilterGraph('sine,bass=100:q:0.5:5:1,abuffersink')).toThrow(/poles/);
    expect(
      () => new FilterGraph('sine,bass=100:q:0.5:5:2:1:all:0:di:f64:0,abuffersink'),
    ).not.toThrow();
  });

  test('colorspace and scale know all names of matrices, primaries and curves', () => {
    const { options } = LISTED.colorspace!;
    const takes = (graph: string) =>
      expect(() => new FilterGraph(`color,${graph},buffersink`), graph).not.toThrow();
    for (const name of options.space!.filter((n) => n !== 'gbr' && n !== 'ycgco')) {
      takes(`colorspace=iall=bt709:space=${name}:primaries=bt709:trc=bt709`);
    }
    for (const name of options.primaries!) {
      takes(`colorspace=iall=bt709:space=bt709:primaries=${name}:trc=bt709`);
    }
    for (const name of options.trc!) {
      takes(`colorspace=iall=bt709:space=bt709:primaries=bt709:trc=${name}`);
    }
    for (const name of LISTED.scale!.options.in_color_matrix!) {
      takes(`scale=in_color_matrix=${name},format=rgb24`);
      takes(`scale=out_color_matrix=${name}`);
    }
  });
});
