/** Timecode: tracks of MP4 and QuickTime, tags of Matroska, and from one to the other. Judged by ffprobe. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseTimecode, timecodeText } from '../../../src/base/timecode-text.ts';
import { Demuxer, MemorySink, remux } from '../../../src/index.ts';
import { StreamSource } from '../../../src/io/index.ts';
import { boxesOf } from '../../fuzz/box-tree.ts';
import { probeFile, runFfmpeg } from '../../support/ffmpeg.ts';
import { changedBoxes, readFile } from './files.ts';

const folder = mkdtempSync(join(tmpdir(), 'timecode-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A file of ffmpeg's with that timecode. */
function made(extension: string, rate: string, text: string): Uint8Array {
  const path = join(folder, `made.${extension}`);
  const pictures = ['-f', 'lavfi', '-i', `testsrc2=s=64x48:r=${rate}:d=1`];
  const sound = ['-f', 'lavfi', '-i', 'sine=d=1'];
  const codecs = ['-c:v', 'libx264', '-preset', 'ultrafast', '-c:a', 'aac'];
  runFfmpeg(['-y', ...pictures, ...sound, ...codecs, '-timecode', text, path], undefined, {
    allowWarnings: true,
  });
  return new Uint8Array(readFileSync(path));
}

/** What ffprobe finds: timecodes of the pictures, and tracks of timecode. */
function judged(bytes: Uint8Array, extension: string) {
  const path = join(folder, `judged.${extension}`);
  writeFileSync(path, bytes);
  const { streams } = probeFile(path);
  type Stream = { codec_tag_string: string; codec_type: string; tags?: Record<string, string> };
  const timecodeOf = ({ tags = {} }: Stream) => tags.timecode ?? tags.TIMECODE;
  const pictures = streams.find(({ codec_type }: Stream) => codec_type === 'video');
  const tracks = streams.filter(({ codec_tag_string }: Stream) => codec_tag_string === 'tmcd');
  return { text: timecodeOf(pictures), tracks: tracks.map(timecodeOf) };
}

async function copy(bytes: Uint8Array, format: string, muxerOptions = {}) {
  const sink = new MemorySink();
  const { problems } = await remux(bytes, sink, { format, muxerOptions });
  return { bytes: sink.toBytes(), problems: problems.map(({ message }) => message) };
}

const CASES = [
  ['25', '01:02:03:04', '01:02:03:04'],
  ['30000/1001', '01:00:59;29', '01:00:59;29'],
  ['30000/1001', '10:11:00;02', '10:11:00;02'],
  ['60000/1001', '00:10:00;00', '00:10:00;00'],
  ['24', '23:59:59:23', '23:59:59:23'],
] as const;

describe.each(CASES)('%s pictures a second, from %s', (rate, given, text) => {
  it.each(['mov', 'mp4'])('a track of %s stays a track, and is a tag in Matroska', async (from) => {
    const file = made(from, rate, given);
    const wanted = judged(file, from);
    expect(wanted).toEqual({ text, tracks: [text] });
    const read = await readFile(file);
    expect(read.streams.map(({ kind }) => kind)).toEqual(['video', 'audio']);
    expect(read.streams[0]!.timecode?.text).toBe(text);
    for (const to of ['mov', 'mp4']) {
      const { bytes, problems } = await copy(file, to);
      expect(problems).toEqual([]);
      expect(judged(bytes, to)).toEqual(wanted);
    }
    const matroska = await copy(file, 'matroska');
    expect(matroska.problems).toEqual([]);
    expect(judged(matroska.bytes, 'mkv').text).toBe(text);
    const again = await copy(matroska.bytes, 'mov');
    expect(again.problems).toEqual([]);
    expect(judged(again.bytes, 'mov')).toEqual(wanted);
    expect((await copy(matroska.bytes, 'matroska')).bytes).toEqual(matroska.bytes);
  });
});

it('where there is no place for it, or it cannot be read, that is said', async () => {
  const file = made('mov', '25', '01:00:00:00');
  const fragmented = await copy(file, 'mp4', { fragmented: true });
  expect(fragmented.problems).toEqual([
    expect.stringMatching(/timecode \(01:00:00:00\) .*fragmented/),
  ]);
  const part = await remux(file, new MemorySink(), { format: 'mov', range: [0.5, 0.8] });
  expect(part.problems.map(({ message }) => message)).toEqual([
    expect.stringContaining('timecode, which begins elsewhere'),
  ]);
  const pieces = (async function* () {
    yield file;
  })();
  const piped = await remux(new StreamSource(pieces), new MemorySink(), { format: 'matroska' });
  const messages = piped.problems.map(({ message }) => message).join();
  const { streams } = await readFile(file);
  if (streams[0]!.timecode === undefined) expect(messages).toContain('timecode');
});

it('a track that no other names belongs to the pictures', async () => {
  const file = changedBoxes(made('mov', '25', '01:00:00:00'), (boxes) => {
    for (const trak of boxesOf(boxes, 'trak')) {
      trak.children = trak.children.filter(({ type }) => type !== 'tref');
    }
  });
  const { streams } = await readFile(file);
  expect(streams.map(({ timecode }) => timecode?.text)).toEqual(['01:00:00:00', undefined]);
});

it('tracks of other kinds are said by copies', async () => {
  const file = changedBoxes(made('mov', '25', '01:00:00:00'), (boxes) => {
    const [handler] = boxesOf(boxes, 'hdlr').filter(({ bytes }) => bytes[8] === 0x74);
    handler!.bytes.set([0x6d, 0x65, 0x74, 0x61], 8); // meta
  });
  expect((await readFile(file)).problems).toEqual([]);
  expect((await copy(file, 'mp4')).problems).toEqual([
    expect.stringMatching(/track 3 \(handler 'meta', tmcd\) is left out/),
  ]);
});

describe('counting', () => {
  it('text and number are each other, with and without dropped numbers', () => {
    for (const [rate, isDropFrame] of [
      [25, false],
      [30, true],
      [60, true],
      [24, false],
    ] as const) {
      for (let frame = 0; frame < 24 * 3600 * rate * 0.9; frame += 997) {
        const text = timecodeText(frame, rate, isDropFrame);
        expect(parseTimecode(text, rate)).toEqual({ frame, isDropFrame });
      }
    }
  });

  it('what is no timecode is none', () => {
    for (const text of ['', '1:2:3', '00:00:00:25', '00:61:00:00', '00:00:00;24']) {
      expect(parseTimecode(text, 25)).toBeNull();
    }
  });
});

it('of a Matroska file as a whole, as ffmpeg writes it, is that of its pictures', async () => {
  const path = join(folder, 'whole.mkv');
  const input = ['-f', 'lavfi', '-i', 'testsrc2=s=64x48:r=25:d=0.2', '-c:v', 'libx264'];
  runFfmpeg(['-y', ...input, '-timecode', '10:20:30:05', path]);
  const file = new Uint8Array(readFileSync(path));
  for (const format of ['mp4', 'mov', 'matroska']) {
    const { bytes, problems } = await copy(file, format);
    expect(problems).toEqual([]);
    const [stream] = (await Demuxer.open(bytes)).reader.streams;
    expect(stream!.timecode?.text, format).toBe('10:20:30:05');
  }
});

describe('tags of single tracks of Matroska', () => {
  it('stay in Matroska and MP4, those that programs make do not', async () => {
    const path = join(folder, 'tags.mkv');
    const input = ['-f', 'lavfi', '-i', 'testsrc2=s=64x48:r=25:d=0.2'];
    const tags = ['-metadata:s:v', 'LENS=50mm', '-metadata:s:v', 'REEL=A001'];
    runFfmpeg(['-y', ...input, '-c:v', 'libx264', ...tags, path]);
    const file = new Uint8Array(readFileSync(path));
    const { bytes, problems } = await copy(file, 'matroska');
    expect(problems).toEqual([]);
    writeFileSync(path, bytes);
    expect(probeFile(path).streams[0].tags).toMatchObject({ LENS: '50mm', REEL: 'A001' });
    const mp4 = await copy(file, 'mp4');
    expect(mp4.problems).toEqual([]);
    const [stream] = (await Demuxer.open(mp4.bytes)).reader.streams;
    expect(Object.fromEntries(stream!.tags!)).toEqual({ LENS: '50mm', REEL: 'A001' });
  });
});
