/**
 * Every real container file into every container that can hold its streams: ffmpeg sees the same packets in the copy, in
 * payload, order, times (to the tick of the coarser time base) and duration. What cannot be carried is refused.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ConfigError, remux, UnsupportedError } from '../../src/index.ts';
import { ffmpegPath } from '../support/ffmpeg.ts';
import { hasMedia, mediaPath } from '../support/media.ts';

const folder = mkdtempSync(join(tmpdir(), 'pairs-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Table: file => extensions of the containers that hold all of its streams. */
// biome-ignore format: one line per file
const CARRIED: Readonly<Record<string, readonly string[]>> = {
  'h264_aac_plain_10s.mp4': ['mp4', 'mov', 'mkv'],
  'h264_bframes_aac_faststart.mp4': ['mp4', 'mov', 'mkv'],
  'h264_aac_fragmented.mp4': ['mp4', 'mov', 'mkv'],
  'h264_fragmented_multi_sidx.mp4': ['mp4', 'mov', 'mkv'],
  'editlist_empty_edit_then_media.mp4': ['mp4', 'mov', 'mkv'],
  'editlist_trim_iibbibb.mp4': ['mp4', 'mov', 'mkv'],
  'multitrack_2v2a_tx3g.mp4': ['mp4', 'mov', 'mkv'],
  'hevc_bframes.mp4': ['mp4', 'mov', 'mkv'],
  'av1_aac.mp4': ['mp4', 'mov', 'mkv'],
  'h264_aac_quicktime.mov': ['mp4', 'mov', 'mkv'],
  'h264_aac_rotated_reflected.mp4': ['mp4', 'mov', 'mkv'],
  'h264_aac_2byte_nal_length_co64.mp4': ['mp4', 'mov', 'mkv'],
  'h264_bpyramid.mp4': ['mp4', 'mov', 'mkv', 'h264'],
  'h264_aac_udta_metadata.mp4': ['mp4', 'mov', 'mkv'],
  'opus_in_mp4.mp4': ['mp4', 'mov', 'mkv', 'webm'],
  'aac_8k_mono.m4a': ['mp4', 'm4a', 'mov', 'mkv', 'aac'],
  'h264_pcm_twos_mov_style.mp4': ['mp4', 'mov', 'mkv'],
  'h264_ac3_srt.mkv': ['mp4', 'mov', 'mkv'],
  'vp9_bear.webm': ['mp4', 'mov', 'mkv', 'webm'],
  'opus_48k_mono.webm': ['mp4', 'mov', 'mkv', 'webm'],
  'rf64_s16_stereo.wav': ['mp4', 'mov', 'mkv', 'wav'],
  'extensible_f32_5.1.wav': ['mp4', 'mov', 'mkv', 'wav'],
  'pcm_s24_mono.wav': ['mp4', 'mov', 'mkv', 'wav'],
  'pcm_f32_mono.wav': ['mp4', 'mov', 'mkv', 'wav'],
  'pcm_u8_mono.wav': ['mov', 'mkv', 'wav'],
  'pcm_s16_odd_chunk.wav': ['mp4', 'mov', 'mkv', 'wav'],
  'annexb_BA1_Sony_D.h264': ['mp4', 'mov', 'mkv', 'h264'],
  'annexb_MR1_BT_A.h264': ['mp4', 'mov', 'mkv', 'h264'],
  'aac_lc_adts_44k.aac': ['mp4', 'm4a', 'mov', 'mkv', 'aac'],
};

/** The same writer makes MP4 and QuickTime; every pair is run with this set, else QuickTime for sound alone. */
const runsAll = process.env.VITRINE_ALL_PAIRS === '1';

interface Line {
  readonly dts: number;
  readonly pts: number;
  readonly duration: number;
  readonly md5: string;
}

interface Hashed {
  /** Seconds per tick of each stream. */
  readonly ticks: number[];
  readonly codecs: string[];
  readonly lines: Line[][];
}

/** ffmpeg's packets of a file. NAL lengths of two bytes and ADTS headers are packaging: filters take them off. */
function hashed(path: string, args: readonly string[]): Hashed {
  const all = ['-v', 'error', '-i', path, '-map', '0:v?', '-map', '0:a?', '-c', 'copy', '-copyts'];
  const run = spawnSync(ffmpegPath(), [...all, ...args, '-f', 'framemd5', '-'], {
    maxBuffer: 1 << 28,
  });
  const found: Hashed = { ticks: [], codecs: [], lines: [] };
  for (const line of run.stdout.toString().split('\n')) {
    const base = /^#tb (\d+): (\d+)\/(\d+)/.exec(line);
    if (base) found.ticks[Number(base[1])] = Number(base[2]) / Number(base[3]);
    const codec = /^#codec_id (\d+): (\w+)/.exec(line);
    if (codec) found.codecs[Number(codec[1])] = codec[2]!;
    if (line.startsWith('#') || line === '') continue;
    const [stream, dts, pts, duration, , md5] = line.split(',').map((field) => field.trim());
    const tick = found.ticks[Number(stream)]!;
    found.lines[Number(stream)] ??= [];
    found.lines[Number(stream)]!.push({
      dts: Number(dts) * tick,
      pts: Number(pts) * tick,
      duration: Number(duration) * tick,
      md5: md5!,
    });
  }
  return found;
}

/** md5 of all samples of a PCM file: how many are in a packet is the container's affair. */
function samplesMd5(path: string): string {
  const args = ['-v', 'error', '-i', path, '-map', '0:a', '-c', 'copy', '-f', 'md5', '-'];
  return spawnSync(ffmpegPath(), args).stdout.toString();
}

function filtersFor(file: string, target: string): string[] {
  if (file.endsWith('.aac') || target === 'aac') return ['-bsf:a', 'aac_adtstoasc'];
  return file.includes('2byte') ? ['-bsf:v', 'h264_mp4toannexb'] : [];
}

/** Compares times of two streams; `shift` is how much later the copy is as a whole. */
function compare(source: Line[], copy: Line[], tick: number, shift: number, file: string): void {
  expect(copy.map((line) => line.md5)).toEqual(source.map((line) => line.md5));
  const within = tick * 1.001;
  for (const [i, line] of source.entries()) {
    const got = copy[i]!;
    const what = `packet ${i} of ${source.length}: ${JSON.stringify([line, got])}`;
    expect(Math.abs(got.pts - shift - line.pts), what).toBeLessThanOrEqual(within);
    // Matroska has no decoding times: ffmpeg counts the negative ones back by a duration that it guesses.
    const isGuessed = file.endsWith('.mkv') && line.dts < 0;
    if (!isGuessed) {
      expect(Math.abs(got.dts - shift - line.dts), what).toBeLessThanOrEqual(within);
    }
    // The last one is what edit lists and padding cut or stretch, and one tick says "not known" in a Matroska source.
    const isKnown = line.duration > 0.0011 && i < source.length - 1;
    if (isKnown) expect(Math.abs(got.duration - line.duration), what).toBeLessThanOrEqual(within);
  }
}

describe.skipIf(!hasMedia)('copies hold the same packets', () => {
  for (const [file, all] of Object.entries(CARRIED)) {
    const targets = all.filter((target) => runsAll || target !== 'mov' || file.endsWith('.wav'));
    test(`${file} to ${targets.join(', ')}`, async () => {
      const from = mediaPath(`containers/${file}`);
      const sources = new Map<string, Hashed>();
      for (const target of targets) {
        const to = join(folder, `copy.${target}`);
        const result = await remux(from, to);
        expect(result.packets).toBeGreaterThan(0);
        if (file.endsWith('.wav')) {
          expect(samplesMd5(to)).toBe(samplesMd5(from));
          continue;
        }
        // A byte stream has no times: its pictures are compared.
        if (target === 'h264' || file.endsWith('.h264')) {
          expect(picturesMd5(to)).toMatch(/^MD5=/);
          expect(picturesMd5(to)).toBe(picturesMd5(from));
          continue;
        }
        const filters = filtersFor(file, target);
        const key = filters.join(' ');
        if (!sources.has(key)) sources.set(key, hashed(from, filters));
        const source = sources.get(key)!;
        const isAdtsCopy = target === 'aac';
        const copy = hashed(to, isAdtsCopy || !file.endsWith('.aac') ? filters : []);
        expect(copy.codecs).toEqual(source.codecs);
        // Matroska has no negative times: a file that starts with some is moved as a whole.
        const isMatroska = target === 'mkv' || target === 'webm';
        const first = Math.min(...source.lines.flat().map((line) => line.pts));
        const isMoved = isMatroska && file.startsWith('editlist_trim');
        const shift = isMoved ? -first : isAdtsCopy ? -first : 0;
        for (const [i, lines] of source.lines.entries()) {
          const tick = Math.max(source.ticks[i]!, copy.ticks[i]!);
          compare(lines, copy.lines[i]!, isAdtsCopy ? 0.001 : tick, shift, file);
        }
      }
    });
  }
});

/** md5 of all decoded pictures, those before the start of an edit list with them. */
function picturesMd5(path: string): string {
  const all = path.endsWith('.mp4') ? ['-ignore_editlist', '1'] : [];
  const args = ['-v', 'error', ...all, '-i', path, '-map', '0:v', '-vsync', '0', '-f', 'md5', '-'];
  return spawnSync(ffmpegPath(), args).stdout.toString();
}

describe.skipIf(!hasMedia)('what a file cannot carry is refused, with the reason', () => {
  const refused: [file: string, target: string, reason: RegExp][] = [
    ['h264_aac_plain_10s.mp4', 'webm', /WebM does not hold 'h264'/],
    ['aac_8k_mono.m4a', 'webm', /WebM does not hold 'aac'/],
    ['aac_8k_mono.m4a', 'wav', /cannot hold aac/],
    ['pcm_u8_mono.wav', 'mp4', /'pcm_u8' has no sample entry in MP4.*mov/],
    ['h264_aac_plain_10s.mp4', 'aac', /allowed is one stream of aac/],
    ['h264_aac_plain_10s.mp4', 'h264', /allowed is one stream of h264/],
    ['vp9_bear.webm', 'wav', /one audio stream/],
    ['h264_mp2.ts', 'mp4', /MPEG transport stream files are not read/],
  ];
  for (const [file, target, reason] of refused) {
    test(`${file} to ${target}`, async () => {
      const copying = remux(mediaPath(`containers/${file}`), join(folder, `refused.${target}`));
      const error = await copying.catch((caught: unknown) => caught);
      expect(error instanceof UnsupportedError || error instanceof ConfigError).toBe(true);
      expect((error as Error).message).toMatch(reason);
    });
  }

  test('containers that are not written are named with those that are', async () => {
    const from = mediaPath('containers/h264_bpyramid.mp4');
    for (const extension of ['flv', 'avi', 'ts', 'ogg']) {
      await expect(remux(from, join(folder, `a.${extension}`))).rejects.toThrow(/extensions mp4/);
    }
  });
});

/** SPDL copies the codec tag of the source and so fails at these; here the target's own is written. */
describe.skipIf(!hasMedia)('pairs that fail in SPDL', () => {
  const pairs: [file: string, target: string, codec: string][] = [
    ['aac_8k_mono.m4a', 'mkv', 'aac'],
    ['pcm_s16_odd_chunk.wav', 'mov', 'pcm_s16le'],
    ['pcm_s16_odd_chunk.wav', 'mp4', 'pcm_s16le'],
  ];
  for (const [file, target, codec] of pairs) {
    test(`${codec} to ${target}`, async () => {
      const to = join(folder, `pair.${target}`);
      await remux(mediaPath(`containers/${file}`), to);
      expect(hashed(to, []).codecs).toEqual([codec]);
    });
  }
});

describe.skipIf(!hasMedia)('remux', () => {
  test('some streams only, in another order', async () => {
    const to = join(folder, 'some.mkv');
    const from = mediaPath('containers/h264_aac_plain_10s.mp4');
    const { packets } = await remux(from, to, { indices: [1] });
    expect(packets).toBe(428);
    await remux(from, to, { indices: [1, 0] });
    expect(hashed(to, []).codecs).toEqual(['h264', 'aac']);
    await expect(remux(from, to, { indices: [2] })).rejects.toThrow(/0\.\.1/);
    await expect(remux(from, to, { indices: [0, 0] })).rejects.toThrow(/twice/);
  });
});
