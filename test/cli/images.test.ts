/** Pictures on the command line: single files, sequences, video, and files made smaller in place. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { VideoStreamInfo } from '../../src/base/packet.ts';
import { crc32 } from '../../src/bits/crc32.ts';
import { runProgram } from '../../src/cli/program.ts';
import { isSamePng } from '../../src/cli/same-pictures.ts';
import { encodeApng, optimizePng } from '../../src/codecs/png/index.ts';
import { Demuxer, encodeImage, loadImage, remux } from '../../src/index.ts';
import { runFfmpeg } from '../support/ffmpeg.ts';
import { bytesOf, madePicture } from '../support/pictures.ts';

const folder = mkdtempSync(join(tmpdir(), 'vitrine-images-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

const vitrine = (...args: readonly string[]) => vitrineWith(new Uint8Array(0), ...args);

async function vitrineWith(input: Uint8Array, ...args: readonly string[]) {
  const lines: string[] = [];
  const notes: string[] = [];
  const bytes: Uint8Array[] = [];
  const status = await runProgram(args, {
    input: (async function* () {
      for (let at = 0; at < input.length; at += 1000) yield input.subarray(at, at + 1000);
    })(),
    line: (text) => void lines.push(text),
    bytes: async (piece) => void bytes.push(piece),
    finish: async () => {},
    note: (text) => void notes.push(text),
    showsProgress: false,
    progress: () => {},
  });
  return { status, lines, notes: notes.join('\n'), bytes: Buffer.concat(bytes) };
}

const photo = madePicture('rgb24', 64, 48, 'steps');
const exif = Uint8Array.from([
  ...[0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1],
  ...[0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0],
]);

beforeAll(async () => {
  writeFileSync(at('photo.png'), await encodeImage(photo, { format: 'png' }));
  const turned = await encodeImage(photo, { format: 'jpg', quality: 95, metadata: { exif } });
  writeFileSync(at('turned.jpg'), turned);
  const frames = new Uint8Array(5 * (64 * 48 * 1.5)).map((_, i) => i >> 5);
  const head = 'YUV4MPEG2 W64 H48 F10:1 Ip A1:1 C420jpeg\n';
  const pictures = [0, 1, 2, 3, 4].map((i) => frames.subarray(i * 4608, (i + 1) * 4608));
  const parts = pictures.flatMap((picture) => [Buffer.from('FRAME\n'), picture]);
  writeFileSync(at('in.y4m'), Buffer.concat([Buffer.from(head), ...parts]));
});

test('a picture that lasts no time has no bit rate', async () => {
  const { status, lines } = await vitrine(
    ...['encode', at('photo.png'), '-o', at('fast.mp4'), '--rate', '1000'],
  );
  expect(status).toBe(0);
  expect(lines.join('')).toMatch(/: 1 frame, \d+ bytes, /);
});

test('one picture becomes another kind', async () => {
  const run = await vitrine('encode', at('photo.png'), at('photo.qoi'));
  expect(run).toMatchObject({ status: 0, notes: '' });
  expect(bytesOf((await loadImage(at('photo.qoi'))).array)).toEqual(bytesOf(photo));
  expect((await vitrine('encode', at('photo.png'), at('q.jpg'), '--quality', '80')).status).toBe(0);
  const wrong = await vitrine('encode', at('photo.png'), at('w.qoi'), '--quality', '80');
  expect(wrong.notes).toMatch(/--quality: is nothing for qoi/);
});

test('orientation is carried where the file has a place for it, and applied where not', async () => {
  expect((await vitrine('encode', at('turned.jpg'), at('turned.png'))).status).toBe(0);
  const carried = await loadImage(at('turned.png'));
  expect([carried.width, carried.height, carried.metadata.orientation]).toEqual([64, 48, 6]);
  expect((await vitrine('encode', at('turned.jpg'), at('turned.bmp'))).status).toBe(0);
  const applied = await loadImage(at('turned.bmp'));
  expect([applied.width, applied.height]).toEqual([48, 64]);
});

test('video says a rotation where it can, and has turned pictures where not', async () => {
  expect((await vitrine('encode', at('turned.jpg'), at('turned.mp4'))).status).toBe(0);
  const said = await Demuxer.open(at('turned.mp4'));
  expect(said.reader.streams[0]).toMatchObject({ width: 64, height: 48, rotation: 90 });
  await said.close();
  for (const [name, codec] of [
    ['turned.y4m', undefined],
    ['turned.h264', undefined],
    ['turned-jpegs.mov', 'mjpeg'],
  ] as const) {
    const chosen = codec === undefined ? [] : ['--codec-video', codec];
    expect((await vitrine('encode', at('turned.jpg'), at(name), ...chosen)).status).toBe(0);
    const file = await Demuxer.open(at(name));
    const { width, height, rotation = 0 } = file.reader.streams[0] as VideoStreamInfo;
    await file.close();
    expect([width, height, rotation], name).toEqual(
      name.endsWith('mov') ? [64, 48, 90] : [48, 64, 0],
    );
  }
  // Pictures in video say no orientation of their own: it would be applied twice.
  const frames = ['-i', at('turned-jpegs.mov'), '-c', 'copy', '-f', 'mjpeg', '-'];
  const jpeg = await loadImage(new Uint8Array(runFfmpeg(frames)));
  expect(jpeg.metadata.orientation).toBeUndefined();
  // And the other way: what a container says of its pictures is done to them.
  for (const [name, ...filter] of [['back.y4m'], ['filtered.y4m', '--vf', 'null'], ['back.bmp']]) {
    const run = await vitrine('encode', at('turned-jpegs.mov'), at(name!), ...filter);
    expect(run.status, name).toBe(0);
    const file = await Demuxer.open(at(name!));
    const { width, height, rotation } = file.reader.streams[0] as VideoStreamInfo;
    await file.close();
    expect([width, height, rotation], name).toEqual([48, 64, undefined]);
  }
});

test('sequences are written and read, and become video', async () => {
  expect(
    (await vitrine('encode', at('in.y4m'), at('f%03d.png'), '--start-number', '7')).status,
  ).toBe(0);
  const names = readdirSync(folder).filter((name) => /^f\d/.test(name));
  expect(names).toEqual(['f007.png', 'f008.png', 'f009.png', 'f010.png', 'f011.png']);
  const run = await vitrine('encode', at('f%03d.png'), at('film.mp4'), '--rate', '10', '--json');
  expect(run).toMatchObject({ status: 0, notes: '' });
  expect(JSON.parse(run.lines[0]!)).toMatchObject({ frames: 5, mediaSeconds: 0.5 });
});

test('what ffmpeg users type', async () => {
  const run = await vitrine(
    '-i',
    at('in.y4m'),
    '-frames:v',
    '1',
    '-q:v',
    '3',
    '-update',
    '1',
    at('one.jpg'),
  );
  expect(run).toMatchObject({ status: 0, notes: '' });
  expect((await loadImage(at('one.jpg'))).width).toBe(64);
  const two = await vitrine('encode', at('in.y4m'), at('two.png'));
  expect(two.status).toBe(1);
  expect(two.notes).toMatch(/one picture, and a second one came/);
  expect(readdirSync(folder)).not.toContain('two.png');
});

test.each([
  ['mjpeg', 'mkv'],
  ['mjpeg', 'mp4'],
  ['mjpeg', 'mov'],
  ['png', 'mov'],
  ['png', 'mkv'],
])('%s in .%s is what ffmpeg and we read, and is copied', async (codec, extension) => {
  const path = at(`film-${codec}.${extension}`);
  expect(await vitrine('encode', at('in.y4m'), path, '--codec-video', codec)).toMatchObject({
    status: 0,
    notes: '',
  });
  const rgb = runFfmpeg(['-i', path, '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'], undefined, {
    allowWarnings: true,
  });
  expect(rgb.length).toBe(5 * 64 * 48 * 3);
  const copy = at(`copy-${codec}-${extension}.mkv`);
  await remux(path, copy);
  expect(await vitrine('encode', copy, at(`${codec}.y4m`))).toMatchObject({ status: 0, notes: '' });
});

test('files are made smaller in place, and stay if anything fails', async () => {
  const large = await encodeImage(photo, { format: 'png', effort: 'fast', reduce: false });
  writeFileSync(at('large.png'), large);
  writeFileSync(at('photo.jpg'), await encodeImage(photo, { format: 'jpg', scans: 'baseline' }));
  const jpeg = readFileSync(at('photo.jpg'));
  writeFileSync(at('broken.png'), large.subarray(0, 60));
  const run = await vitrine('optimize', at('large.png'), at('photo.jpg'), at('broken.png'));
  expect(run.status).toBe(1);
  expect(readFileSync(at('broken.png')).length).toBe(60);
  expect(readFileSync(at('large.png')).length).toBeLessThanOrEqual(large.length);
  expect(readFileSync(at('photo.jpg')).length).toBeLessThanOrEqual(jpeg.length);
  expect(bytesOf((await loadImage(at('large.png'), { pixFmt: 'rgb24' })).array)).toEqual(
    bytesOf(photo),
  );
});

test('optimize - reads standard input and writes standard output', async () => {
  const large = await encodeImage(photo, { format: 'png', effort: 'fast', reduce: false });
  const run = await vitrineWith(large, 'optimize', '-');
  expect(run).toMatchObject({ status: 0, lines: [], notes: '' });
  expect(run.bytes.length).toBeLessThanOrEqual(large.length);
  const back = await loadImage(new Uint8Array(run.bytes), { pixFmt: 'rgb24' });
  expect(bytesOf(back.array)).toEqual(bytesOf(photo));
  const small = new Uint8Array(run.bytes);
  expect(new Uint8Array((await vitrineWith(small, 'optimize', '-')).bytes)).toEqual(small);
  expect((await vitrineWith(large, 'optimize', '-', at('photo.png'))).notes).toMatch(/alone/);
  expect((await vitrineWith(large, 'optimize', '-', '--json')).notes).toMatch(/--json/);
});

test.each(['png', 'jpg'])('optimize --strip keeps how a %s is turned', async (format) => {
  const xmp = new TextEncoder().encode('<x/>');
  const metadata = { exif, xmp };
  const options = format === 'png' ? { effort: 'fast' as const } : { scans: 'baseline' as const };
  writeFileSync(at(`strip.${format}`), await encodeImage(photo, { format, metadata, ...options }));
  expect((await vitrine('optimize', '--strip', at(`strip.${format}`))).status).toBe(0);
  const { metadata: left } = await loadImage(at(`strip.${format}`));
  expect([left.orientation, left.xmp]).toEqual([6, undefined]);
});

test('animations are compared frame by frame', () => {
  const data = [0, 1, 2].map((k) => new Uint8Array(16 * 16).map((_, i) => i * k));
  const image = { width: 16, height: 16, colorType: 0, bitDepth: 8 } as const;
  const file = (delay: number, last: Uint8Array) =>
    encodeApng(image, [
      { data: data[0]! },
      { data: data[1]!, delay: [delay, 10] },
      { data: last.subarray(0, 64), x: 3, y: 5, width: 8, height: 8 },
    ]);
  const original = file(1, data[2]!);
  expect(isSamePng(original, optimizePng(original, { effort: 'best' }))).toBe(true);
  expect(isSamePng(original, file(2, data[2]!))).toBe(false);
  expect(
    isSamePng(
      original,
      file(
        1,
        data[2]!.map((v) => v ^ 1),
      ),
    ),
  ).toBe(false);
});

test('optimize refuses pictures far larger than their file, until a limit is raised', async () => {
  // 192 MiB of samples, by the header of a file of a few kilobytes.
  const small = await encodeImage(photo, { format: 'png' });
  const lies = small.slice();
  const view = new DataView(lies.buffer);
  for (const at of [16, 20]) view.setUint32(at, 8192);
  view.setUint32(29, crc32(lies.subarray(12, 29)));
  writeFileSync(at('lies.png'), lies);
  const refused = await vitrine('optimize', at('lies.png'));
  expect(refused.status).toBe(1);
  expect(refused.notes).toMatch(/8192x8192 pixels.*--limits maxExpansion=1000/);
  const raised = await vitrine('optimize', at('lies.png'), '--limits', 'maxExpansion=1000000');
  expect(raised.notes).toMatch(/too early/);
  expect(readFileSync(at('lies.png'))).toEqual(Buffer.from(lies));
});
