/** Copies from MP4 or QuickTime to MP4 or QuickTime keep what only these files say: entries of other codecs, and boxes in entries. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Demuxer, MemorySink, remux } from '../../../src/index.ts';
import { boxesOf, type TreeBox } from '../../fuzz/box-tree.ts';
import { probeFile, runFfmpeg } from '../../support/ffmpeg.ts';
import { AUDIO, changedBoxes, mp4Of, readCopy, readFile, VIDEO } from '../kinds/files.ts';

const folder = mkdtempSync(join(tmpdir(), 'entries-'));
afterAll(() => rmSync(folder, { recursive: true }));

const PICTURES = ['-f', 'lavfi', '-i', 'testsrc2=s=64x48:r=25:d=0.4'];
const SOUND = ['-f', 'lavfi', '-i', 'sine=r=44100:d=0.4'];

/** What ffmpeg says of each packet, and of each decoded frame, with their times. */
function sums(path: string, ...options: string[]): string {
  const bytes = runFfmpeg(['-i', path, '-map', '0', ...options, '-f', 'framemd5', '-'], undefined, {
    allowWarnings: true,
  });
  return Buffer.from(bytes)
    .toString()
    .replace(/^#.*\n/gm, '');
}

async function copy(bytes: Uint8Array, format: string): Promise<Uint8Array> {
  const sink = new MemorySink();
  const { problems } = await remux(bytes, sink, { format });
  expect(problems).toEqual([]);
  return sink.toBytes();
}

describe('codecs that are not known', () => {
  it.each([
    ['ProRes', [...PICTURES, '-c:v', 'prores_ks', '-pix_fmt', 'yuv422p10le']],
    ['2vuy', [...PICTURES, '-c:v', 'rawvideo', '-pix_fmt', 'uyvy422']],
    ['raw RGB', [...PICTURES, '-c:v', 'rawvideo', '-pix_fmt', 'rgb24']],
    ['Animation', [...PICTURES, '-c:v', 'qtrle']],
    ['FFV1, with its record', [...PICTURES, '-c:v', 'ffv1']],
    ['IMA 4:1', [...SOUND, '-c:a', 'adpcm_ima_qt']],
  ] as const)('%s', async (name, options) => {
    const path = join(folder, 'in.mov');
    runFfmpeg(['-y', ...options, path], undefined, { allowWarnings: true });
    for (const format of ['mov', 'mp4']) {
      const to = join(folder, `out.${format}`);
      writeFileSync(to, await copy(new Uint8Array(readFileSync(path)), format));
      expect(sums(to, '-c', 'copy'), name).toBe(sums(path, '-c', 'copy'));
      expect(sums(to)).toBe(sums(path));
      const { codec_name, codec_tag_string } = probeFile(to).streams[0];
      const { codec_name: oldName, codec_tag_string: oldTag } = probeFile(path).streams[0];
      expect([codec_name, codec_tag_string]).toEqual([oldName, oldTag]);
    }
  });

  it.each([
    ['ProRes', 'V_PRORES', [...PICTURES, '-c:v', 'prores_ks', '-pix_fmt', 'yuv422p10le']],
    ['ProRes 4444', 'V_PRORES', [...PICTURES, '-c:v', 'prores_ks', '-pix_fmt', 'yuva444p10le']],
    ['FFV1', 'V_FFV1', [...PICTURES, '-c:v', 'ffv1']],
    ['FFV1 with a record', 'V_FFV1', [...PICTURES, '-c:v', 'ffv1', '-level', '3']],
    ['CineForm', 'V_MS/VFW/FOURCC', [...PICTURES, '-c:v', 'cfhd', '-pix_fmt', 'yuv422p10le']],
    ['2vuy', 'V_QUICKTIME', [...PICTURES, '-c:v', 'rawvideo', '-pix_fmt', 'uyvy422']],
    ['Animation', 'V_QUICKTIME', [...PICTURES, '-c:v', 'qtrle']],
    ['Sorenson', 'V_QUICKTIME', [...PICTURES, '-c:v', 'svq1', '-pix_fmt', 'yuv410p']],
  ] as const)('%s goes to Matroska as %s, and back', async (_, codecId, options) => {
    const path = join(folder, 'in.mov');
    runFfmpeg(['-y', ...options, path], undefined, { allowWarnings: true });
    const pictures = sums(path).replace(/^.*, /gm, '');
    const matroska = await copy(new Uint8Array(readFileSync(path)), 'matroska');
    expect(
      Buffer.from(matroska).includes(
        `\x86${String.fromCharCode(0x80 + codecId.length)}${codecId}`,
        0,
        'latin1',
      ),
    ).toBe(true);
    for (const format of ['matroska', 'mov', 'mp4']) {
      const to = join(folder, format === 'matroska' ? 'again.mkv' : `again.${format}`);
      const made = format === 'matroska' ? matroska : await copy(matroska, format);
      writeFileSync(to, made);
      expect(sums(to).replace(/^.*, /gm, ''), format).toBe(pictures);
      const stream = (await Demuxer.open(made)).reader.streams[0]!;
      expect(stream).toMatchObject({ width: 64, height: 48 });
    }
    expect(await copy(matroska, 'matroska')).toEqual(matroska);
  });

  it('of ffmpeg in Matroska come to QuickTime', async () => {
    const path = join(folder, 'in.mkv');
    runFfmpeg(['-y', ...PICTURES, '-c:v', 'prores_ks', '-pix_fmt', 'yuv422p10le', path]);
    const to = join(folder, 'from-ffmpeg.mov');
    writeFileSync(to, await copy(new Uint8Array(readFileSync(path)), 'mov'));
    expect(sums(to).replace(/^.*, /gm, '')).toBe(sums(path).replace(/^.*, /gm, ''));
    expect(probeFile(to).streams[0]).toMatchObject({
      codec_name: 'prores',
      codec_tag_string: expect.stringMatching(/^ap/),
    });
  });

  it('of sound go nowhere else', async () => {
    const path = join(folder, 'in.mov');
    runFfmpeg(['-y', ...SOUND, '-c:a', 'adpcm_ima_qt', path]);
    const sink = new MemorySink();
    await expect(
      remux(new Uint8Array(readFileSync(path)), sink, { format: 'matroska' }),
    ).rejects.toThrow(/'ima4' has no CodecID in Matroska/);
  });
});

/** Appends boxes to the sample entry of that type. */
async function withBoxes(type: string, ...added: readonly (readonly [string, number[]])[]) {
  return changedBoxes(await mp4Of([VIDEO, AUDIO]), (boxes) => {
    const entry = boxesOf(boxes, type)[0]!;
    for (const [name, bytes] of added) {
      entry.children.push({ type: name, bytes: Uint8Array.from(bytes), children: [] });
    }
  });
}

const found = (file: Uint8Array, type: string) => {
  const all: TreeBox[] = [];
  changedBoxes(file, (boxes) => void all.push(...boxesOf(boxes, type)));
  return all.map(({ bytes }) => [...bytes]);
};

/** Dolby Vision: version 1.0, profile 8, level 1, RPU and base layer, compatibility 4. */
const DVCC = [1, 0, 0x10, 0x0d, 0x40, ...Array.from({ length: 19 }, () => 0)];
/** Stereo3DBox: side by side. */
const ST3D = [0, 0, 0, 0, 2];

describe('boxes in the entries of codecs that are known', () => {
  it('stay in copies, each once, and ffprobe reads them', async () => {
    const fiel = [2, 1];
    const file = await withBoxes('avc1', ['dvcC', DVCC], ['st3d', ST3D], ['fiel', fiel]);
    for (const format of ['mp4', 'mov']) {
      const made = await copy(file, format);
      expect(found(made, 'dvcC')).toEqual([DVCC]);
      expect(found(made, 'st3d')).toEqual([ST3D]);
      expect(found(made, 'fiel')).toEqual([fiel]);
      const path = join(folder, `boxes.${format}`);
      writeFileSync(path, made);
      const [video] = probeFile(path).streams;
      expect(video.field_order).toBe('tt');
      const sides = video.side_data_list.map(({ side_data_type: type }: never) => type);
      expect(sides).toContain('Stereo 3D');
      expect(sides).toContain('DOVI configuration record');
    }
  });

  it('of sound too', async () => {
    const ambisonic = [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1];
    const file = await withBoxes('mp4a', ['SA3D', ambisonic]);
    expect(found(await copy(file, 'mp4'), 'SA3D')).toEqual([ambisonic]);
  });

  it('are none where nothing is said beyond the fields', async () => {
    const file = await mp4Of([VIDEO, AUDIO]);
    for (const { carriedBoxes, sampleEntry } of (await readFile(file)).streams) {
      expect(carriedBoxes).toBeUndefined();
      expect(sampleEntry).toBeUndefined();
    }
    const { streams } = await readCopy(await copy(file, 'mov'), 'mp4');
    for (const { carriedBoxes } of streams) expect(carriedBoxes).toBeUndefined();
  });
});
