/** The names that the page's script calls by shorter ones are of no file, no address and no browser. */
import { expect, it } from 'vitest';
import { H264_COLUMNS } from '../../inspector/h264-columns.ts';
import { DEFAULTS } from '../../inspector/state.ts';
import { AAC_TABLES } from '../../src/codecs/aac/encoder/trace-tables.ts';
import { DEFLATE_TABLES } from '../../src/codecs/deflate/trace-tables.ts';
import { JPEG_TABLES } from '../../src/codecs/jpeg/trace-tables.ts';
import { PNG_TABLES } from '../../src/codecs/png/trace-tables.ts';
import { FILTER_TABLES } from '../../src/filters/index.ts';
import { TREE_TABLES } from '../../src/inspect/index.ts';

const root = new URL('../..', import.meta.url).pathname;
const { ownNames } = (await import(
  new URL('../../tools/private-names.mjs', import.meta.url).href
)) as {
  ownNames(root: string, folders: readonly string[]): RegExp;
};

it('leaves alone what is written to files and addresses, and what browsers have', () => {
  const own = ownNames(root, [`${root}/src`, `${root}/inspector`]);
  const tables = [AAC_TABLES, DEFLATE_TABLES, JPEG_TABLES, PNG_TABLES, FILTER_TABLES, TREE_TABLES];
  const names = [
    ...Object.keys(DEFAULTS),
    ...Object.values(H264_COLUMNS).flat(),
    ...(JSON.stringify(tables).match(/\w+/g) ?? []),
    ...['timeBaseNum', 'timeBaseDen', 'vbvMaxRate', 'vbvBufferSize', 'audioCodec', 'sampleRate'],
    ...[
      'getContext',
      'clientWidth',
      'addEventListener',
      'createImageBitmap',
      'subarray',
      'viewBox',
    ],
  ];
  expect(names.length).toBeGreaterThan(200);
  for (const name of names) expect([name, own.test(name)]).toEqual([name, false]);
  expect(own.test('knownCost')).toBe(true);
});
