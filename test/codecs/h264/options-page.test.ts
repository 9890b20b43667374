/** Tables of options in docs/h264 agree with the options: their rows, and what tunes stand for. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { H264_OPTIONS } from '../../../src/cli/h264-options.ts';
import { H264_KEYS, H264_ROWS } from '../../../src/codecs/h264/encoder/option-tables.ts';
import { TUNES, withTune } from '../../../src/codecs/h264/encoder/tunes.ts';
import { optionsPage } from '../../../tools/options/page.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

describe('options of the H.264 encoder', () => {
  const page = readFileSync(`${ROOT}/docs/h264/options.md`, 'utf8');

  it('are in the tables of the page as their rows have them: npm run docs:options', () => {
    expect(page).toBe(optionsPage(ROOT));
  });

  it('are all named on the page', () => {
    for (const name of H264_KEYS) expect(page).toContain(`\`${name}\``);
  });

  it.each([
    ['crf', 'crf'],
    ['qp', 'qp'],
    ['gop', 'gopSize'],
    ['bframes', 'bframes'],
    ['refs', 'refs'],
  ] as const)('have the range of their row on the command line: --%s', (option, name) => {
    const { kind, min, max } = H264_OPTIONS[option];
    const row = H264_ROWS[name];
    expect({ kind, min, max }).toEqual({ kind: row.kind, min: row.min, max: row.max });
  });

  it.each(TUNES)('tune %s stands for the options that docs/h264/psy.md says', (tune) => {
    const options = withTune('tune', { width: 16, height: 16, frameRate: [25, 1], tune });
    const { psyRd = '', aqStrength = '', deblock, deblockAlpha, deblockBeta } = options;
    let deblocking = deblockAlpha === undefined ? '' : `${deblockAlpha}, ${deblockBeta}`;
    if (deblock === false) deblocking = 'none';
    const row = readFileSync(`${ROOT}/docs/h264/psy.md`, 'utf8')
      .split('\n')
      .find((line) => line.startsWith(`| \`${tune}\``));
    const cells = row!.split('|').map((cell) => cell.trim());
    expect(cells.slice(2, 5)).toEqual([`${psyRd}`, `${aqStrength}`, deblocking]);
  });
});
