/** Kind 21: tracks of text go along when pictures or sound are coded; where they cannot, the command says so and makes nothing. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runProgram } from '../../src/cli/program.ts';
import { Demuxer, MemorySink, Muxer } from '../../src/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'vitrine-text-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

async function vitrine(...args: readonly string[]) {
  const notes: string[] = [];
  const status = await runProgram(args, {
    ...{ line: () => {}, note: (text) => void notes.push(text), bytes: async () => {} },
    ...{ finish: async () => {}, showsProgress: false, progress: () => {} },
    input: (async function* () {})(),
  });
  return { status, notes: notes.join('\n') };
}

/** Sound as it is, and two cues. */
beforeAll(async () => {
  for (const format of ['matroska', 'mov']) {
    const sink = new MemorySink();
    const muxer = new Muxer(sink, { format });
    muxer.addRemuxStream({
      ...{ kind: 'audio', codec: 'pcm_s16le', timeBase: [1, 8000], config: new Uint8Array(0) },
      ...{ sampleRate: 8000, numChannels: 1, channelMask: 4, sampleFmt: 's16', frameSize: 0 },
      ...{ priming: 0, language: 'eng', isDefault: true },
    });
    const text = { kind: 'subtitle', codec: 'subrip', timeBase: [1, 1000] } as const;
    muxer.addRemuxStream({ ...text, config: new Uint8Array(0), language: 'fra', isDefault: false });
    await muxer.open();
    const data = new Uint8Array(32000).map((_, i) => (i & 1 ? 0 : i));
    const sound = [{ data, pts: 0, dts: 0, duration: 16000, isKey: true }];
    await muxer.write(0, { kind: 'audio', timeBase: [1, 8000], packets: sound });
    const cues = ['un', 'deux'].map((words, i) => {
      const pts = 100 + 700 * i;
      return { data: new TextEncoder().encode(words), pts, dts: pts, duration: 400, isKey: true };
    });
    await muxer.write(1, { kind: 'subtitle', timeBase: [1, 1000], packets: cues });
    await muxer.close();
    writeFileSync(at(format === 'mov' ? 'in.mov' : 'in.mkv'), sink.toBytes());
  }
});

/** Times in milliseconds and words of all cues of a file. */
async function cuesOf(path: string): Promise<string[]> {
  const demuxer = await Demuxer.open(path);
  const { streams } = demuxer;
  const index = streams.findIndex(({ kind }) => kind === 'subtitle');
  const stream = streams[index]!;
  expect(stream.language).toBe('fra');
  const cues: string[] = [];
  const [num, den] = stream.timeBase;
  for await (const batch of demuxer.streamingDemux({ indices: [index], numPackets: 10 })) {
    for (const { packets } of batch.values()) {
      for (const { data, pts } of packets) {
        const words = new TextDecoder().decode(
          stream.codec === 'mov_text' ? data.subarray(2) : data,
        );
        if (words !== '') cues.push(`${Math.round((1000 * pts * num) / den)} ${words}`);
      }
    }
  }
  await demuxer.close();
  return cues;
}

const LAYOUTS: readonly (readonly string[])[] = [
  ['made.mkv'],
  ['made.mov'],
  ['made.mp4'],
  ['made.mp4', '--movflags', 'fragmented'],
  ['made.mp4', '--movflags', 'faststart'],
];

for (const input of ['in.mkv', 'in.mov']) {
  test.each(LAYOUTS)(`${input} to %s %s %s, sound coded`, async (name, ...options) => {
    const sound = name === 'made.mkv' ? 'pcm_s16le' : 'aac';
    const args = ['encode', at(input), at(name!), '-y', ...options, '--codec-audio', sound];
    expect(await vitrine(...args)).toMatchObject({ status: 0, notes: '' });
    expect(await cuesOf(at(name!))).toEqual(['100 un', '800 deux']);
  });
}

test('where it has no place, or is to be cut, nothing is made', async () => {
  for (const [pattern, ...args] of [
    [/text is copied, and is not cut here/, 'no.mkv', '--cut', '..1'],
    [/text is copied, and is not cut here/, 'no.mkv', '--cut-inputs', '..1'],
    [/got audio, subtitle/, 'no.wav'],
  ] as const) {
    const run = await vitrine('encode', at('in.mkv'), at(args[0]), ...args.slice(1));
    expect(run.status).toBe(1);
    expect(run.notes).toMatch(pattern);
    expect(existsSync(at(args[0]))).toBe(false);
  }
  expect((await vitrine('encode', at('in.mkv'), at('no.wav'), '--streams', '0:a')).status).toBe(0);
});

test.each(['encode', 'remux'])(
  '%s refuses a layout that the output has not, by its own option',
  async (command) => {
    for (const name of ['layout.mkv', 'layout.wav']) {
      const result = await vitrine(
        command,
        at('in.mov'),
        '-o',
        at(name),
        '--movflags',
        'fragmented',
      );
      expect(result.status).toBe(1);
      expect(result.notes).toContain('--movflags: the output is');
      expect(existsSync(at(name))).toBe(false);
    }
  },
);
