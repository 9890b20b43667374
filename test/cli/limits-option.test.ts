/** `--limits`: what an input may cost, from the command line (kind 16). */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { LIMIT_NAMES, readLimits } from '../../src/cli/limits-option.ts';
import { runProgram } from '../../src/cli/program.ts';
import { ConfigError } from '../../src/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'limits-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

async function vitrine(...args: string[]): Promise<{ status: number; notes: string }> {
  const notes: string[] = [];
  const status = await runProgram(args, {
    ...{ line: () => {}, note: (text) => void notes.push(text), bytes: async () => {} },
    ...{ finish: async () => {}, showsProgress: false, progress: () => {} },
    input: (async function* () {})(),
  });
  return { status, notes: notes.join('\n') };
}

test('every limit of the library, with letters for powers of two', () => {
  expect(readLimits('maxPacketBytes=256M, maxExpansion=1.5,maxTracks=2k', LIMIT_NAMES)).toEqual({
    ...{ maxPacketBytes: 256 << 20, maxExpansion: 1.5, maxTracks: 2048 },
  });
  expect(readLimits('maxPackets=none', LIMIT_NAMES).maxPackets).toBe(Number.POSITIVE_INFINITY);
  for (const name of LIMIT_NAMES)
    expect(readLimits(`${name}=7`, LIMIT_NAMES)).toEqual({ [name]: 7 });
});

test('what is wrong names the nearest limit, or what is allowed', () => {
  const refused = (text: string) => {
    try {
      readLimits(text, LIMIT_NAMES);
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError);
      return (error as Error).message;
    }
    throw new Error(`${text} was taken`);
  };
  expect(refused('maxPaketBytes=1')).toMatch(/did you mean maxPacketBytes\?/);
  expect(refused('constructor=1')).toMatch(/allowed are maxPacketBytes/);
  expect(refused('maxTracks=0')).toMatch(/got 0/);
  expect(refused('maxTracks')).toMatch(/got no number/);
  expect(refused('maxTracks=1,maxTracks=2')).toMatch(/given twice/);
});

/** A y4m file of three pictures of 24 bytes. */
const Y4M = `YUV4MPEG2 W4 H4 F25:1 C420\n${`FRAME\n${'x'.repeat(24)}`.repeat(3)}`;

test('probe, remux and encode keep to them', async () => {
  writeFileSync(at('a.y4m'), Y4M);
  const commands = [
    ['probe', at('a.y4m')],
    ['remux', at('a.y4m'), '-o', at('b.y4m'), '-y'],
    ['encode', at('a.y4m'), '-o', at('b.mp4'), '-y'],
  ];
  for (const args of commands) {
    expect(await vitrine(...args), args[0]).toMatchObject({ status: 0 });
    const refused = await vitrine(...args, '--limits', 'maxPacketBytes=20');
    expect(refused.status, args[0]).toBe(1);
    expect(refused.notes).toMatch(/limits\.maxPacketBytes/);
    const misspelled = await vitrine(...args, '--limits', 'maxpackets=20');
    expect(misspelled.notes).toMatch(/did you mean maxPackets\?/);
  }
});

test('sequences of pictures have limits too', async () => {
  for (const number of [0, 1]) writeFileSync(at(`p${number}.ppm`), `P6 2 2 255\n${'x'.repeat(12)}`);
  const args = ['probe', at('p%d.ppm')];
  expect(await vitrine(...args)).toMatchObject({ status: 0 });
  const refused = await vitrine(...args, '--limits', 'maxPacketBytes=20');
  expect(refused.notes).toMatch(/limits\.maxPacketBytes/);
});

test('decompress has maxExpansion', async () => {
  writeFileSync(at('c.gz'), gzipSync(new Uint8Array(8 << 20)));
  const args = ['decompress', at('c.gz'), '-o', at('c'), '-y'].filter((arg) => arg !== '-y');
  const refused = await vitrine(...args, '--limits', 'maxExpansion=20');
  expect(refused).toMatchObject({ status: 1 });
  expect(refused.notes).toMatch(/limits\.maxExpansion/);
  expect((await vitrine(...args, '--limits', 'maxExpansion=2000')).status).toBe(0);
  expect((await vitrine(...args, '--limits', 'maxTracks=1')).notes).toMatch(
    /allowed are maxExpansion/,
  );
});
