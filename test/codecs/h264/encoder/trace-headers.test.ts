/**
 * The headers of our streams as the trace has them, beside what ffmpeg reads (`-bsf:v trace_headers`): every element of every unit by
 * name, place and value.
 */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { H264Options } from '../../../../src/codecs/h264/encoder/options.ts';
import { TraceInspector } from '../../../../src/codecs/h264/encoder/trace-inspector.ts';
import { readTrace } from '../../../../src/inspect/index.ts';
import { byteStreamOf, codePictures } from '../../../support/h264.ts';
import { drawScene } from './content.ts';

const folder = mkdtempSync(join(tmpdir(), 'vitrine-headers-'));
afterAll(() => rmSync(folder, { recursive: true }));

const BASE: H264Options = {
  width: 80,
  height: 60,
  frameRate: [25, 1],
  preset: 'superfast',
  qp: 30,
};

const CASES: readonly [string, Partial<H264Options>][] = [
  ['baseline', { profile: 'baseline' }],
  ['main, B pictures, CABAC, weights', { profile: 'main', bframes: 2, preset: 'medium' }],
  [
    'high, slices, references',
    { profile: 'high', slices: 3, refs: 4, deblockAlpha: 2, deblockBeta: -1 },
  ],
  ['long-term references', { profile: 'baseline', refs: 2, longTermPeriod: 2 }],
  [
    'times and buffer',
    {
      profile: 'main',
      hrd: 'vbr',
      qp: undefined,
      bitRate: 100_000,
      vbvMaxRate: 100_000,
      vbvBufferSize: 100_000,
    } as Partial<H264Options>,
  ],
];

/** Whether this machine's ffmpeg is there to ask. */
const ffmpeg = spawnSync('ffmpeg', ['-hide_banner', '-bsfs'], { encoding: 'utf8' });
const canAsk = ffmpeg.status === 0 && ffmpeg.stdout.includes('trace_headers');

/** Names that ffmpeg spells in another way than clause 7.3.2.1.1. */
const SPELLINGS: Readonly<Record<string, string>> = {
  gaps_in_frame_num_allowed_flag: 'gaps_in_frame_num_value_allowed_flag',
};

/** `position name value` of the elements that ffmpeg finds in a byte stream, unit after unit. */
function askFfmpeg(stream: Uint8Array): string[] {
  const path = join(folder, 'stream.h264');
  writeFileSync(path, stream);
  const args = [
    '-v',
    'trace',
    '-f',
    'h264',
    '-i',
    path,
    '-c',
    'copy',
    '-bsf:v',
    'trace_headers',
    '-f',
    'null',
    '-',
  ];
  const { stderr } = spawnSync('ffmpeg', args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  const lines = stderr.split('\n').filter((line) => line.startsWith('[trace_headers'));
  const first = lines.findIndex((line) => line.includes('Packet:'));
  const found: string[] = [];
  for (const line of lines.slice(first)) {
    const match = /\] (\d+)\s+([a-z]\w*)(?:\[\d+\])*\s+[01]+ = (-?\d+)/i.exec(line);
    if (match === null) continue;
    const [, at, name, value] = match;
    found.push(`${at} ${SPELLINGS[name!] ?? name} ${value}`);
  }
  return found;
}

/** What the two say differently without a difference: bits of filling one by one, and messages, whose parts have other names. */
function isCompared(line: string): boolean {
  return !/alignment_zero_bit|emulation_prevention|nal_unit_length|cabac_alignment|bit_equal_to/.test(
    line,
  );
}

describe.skipIf(!canAsk)('headers in a trace', () => {
  it.each(CASES)('are those that ffmpeg reads (%s)', (_name, options) => {
    const scene = drawScene({ content: 'mixture', seed: 21, dx: 2, dy: 1 }, 80, 60, 6);
    const inspect = new TraceInspector({ codec: 'h264' });
    const coded = codePictures({ ...BASE, ...options, inspect }, scene);
    inspect.end();
    const { tables, names } = readTrace(new Uint8Array(Buffer.concat(inspect.take())));
    const {
      name,
      clause,
      macroblock,
      position,
      value,
      void: isVoid,
      unit,
    } = tables.element!.columns;
    const own: { unit: number; at: number; line: string }[] = [];
    for (let i = 0; i < tables.element!.rowCount; i++) {
      if (isVoid![i] !== 0 || macroblock![i]! >= 0 || names[clause![i]!] === '7.3.5') continue;
      const at = position![i]! + 8;
      own.push({ unit: unit![i]!, at, line: `${at} ${names[name![i]!]} ${value![i]}` });
    }
    own.sort((a, b) => a.unit - b.unit || a.at - b.at);
    const ours = own
      .filter(({ line, at }) => at >= 0 && isCompared(line) && !/slice_data_end/.test(line))
      .map(({ line }) => line);
    const theirs = askFfmpeg(byteStreamOf(coded)).filter(isCompared);
    expect(ours.length).toBeGreaterThan(100);
    expect(ours).toEqual(theirs);
  });
});
