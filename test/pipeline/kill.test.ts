/**
 * A process that is killed while it writes a fragmented or a Matroska file: all that is complete plays. The kill comes at
 * sizes of the file that a printed seed chooses.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { Demuxer } from '../../src/index.ts';
import { randomNumbers } from '../fuzz/mutate.ts';
import { probeFile, runFfmpeg } from '../support/ffmpeg.ts';
import { passthroughOption } from '../support/h264.ts';

const SEED = Number(process.env.VITRINE_KILL_SEED ?? 20_261);
const KILLS = Number(process.env.VITRINE_KILLS ?? 2);
/** The file is killed between these sizes. */
const SIZES = [2_000, 200_000] as const;

const folder = mkdtempSync(join(tmpdir(), 'kill-'));
afterAll(() => rmSync(folder, { recursive: true }));

const program = fileURLToPath(new URL('./kill-program.ts', import.meta.url));
const root = fileURLToPath(new URL('../..', import.meta.url));

/** The file in progress beside the name `name`; undefined if there is none. */
function inProgress(name: string): string | undefined {
  const found = readdirSync(folder).find((each) => each.startsWith(`${name}.`));
  return found === undefined ? undefined : join(folder, found);
}

/** Writes until the file has `size` bytes, kills the process, and returns what is there. */
async function writeAndKill(name: string, options: object, size: number): Promise<Uint8Array> {
  const path = join(folder, name);
  const args = ['--import', 'tsx', program, path, JSON.stringify(options)];
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (text) => {
    said += String(text);
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  for (;;) {
    const part = inProgress(name);
    if (part !== undefined && statSync(part).size >= size) break;
    if (child.exitCode !== null) throw new Error(`the writing process ended: ${said}`);
    await sleep(1);
  }
  child.kill('SIGKILL');
  await ended;
  const bytes = new Uint8Array(readFileSync(inProgress(name)!));
  rmSync(inProgress(name)!);
  return bytes;
}

/** Byte behind the last complete fragment: of `mdat` boxes, those that are there whole. */
function completeMp4(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let complete = 0;
  for (let at = 0; at + 8 <= bytes.length; ) {
    const end = at + view.getUint32(at);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (end > bytes.length) break;
    if (type === 'mdat') complete = end;
    at = end;
  }
  return complete;
}

/** Byte behind the last complete cluster: before the last ID of one whose size reaches past the end, or the end. */
function completeMatroska(bytes: Uint8Array): number {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = buffer.indexOf(Buffer.from([0x1f, 0x43, 0xb6, 0x75]));
  let complete = 0;
  while (at >= 0 && at + 5 <= bytes.length) {
    const length = Math.clz32(bytes[at + 4]!) - 23;
    let size = bytes[at + 4]! & (0xff >> length);
    for (let i = 1; i < length; i++) size = size * 256 + (bytes[at + 4 + i] ?? 0);
    const end = at + 4 + length + size;
    if (end > bytes.length) break;
    complete = end;
    at = end;
  }
  return complete;
}

/** Packets of each stream that our demuxer reads. */
async function countPackets(bytes: Uint8Array): Promise<number[]> {
  const demuxer = await Demuxer.open(bytes);
  const counts = demuxer.streams.map(() => 0);
  for await (const { streamIndex } of demuxer.packets()) counts[streamIndex]!++;
  return counts;
}

const LAYOUTS = [
  ['mp4', { fragmented: true }, completeMp4],
  ['mkv', {}, completeMatroska],
] as const;

describe.each(LAYOUTS)('a killed %s', (extension, options, completeBytes) => {
  const random = randomNumbers(SEED);
  for (let i = 0; i < KILLS; i++) {
    const size = SIZES[0] + (random() % (SIZES[1] - SIZES[0]));
    test(`plays up to its last whole part: killed at ${size} bytes (seed ${SEED})`, async () => {
      const bytes = await writeAndKill(`${i}.${extension}`, options, size);
      const complete = completeBytes(bytes);
      expect(complete).toBeGreaterThan(0);
      const whole = bytes.subarray(0, complete);
      const [pictures, sounds] = await countPackets(whole);
      expect(pictures).toBeGreaterThanOrEqual(15);
      const [all, allSounds] = await countPackets(bytes);
      expect(all).toBeGreaterThanOrEqual(pictures!);
      expect(allSounds).toBeGreaterThanOrEqual(sounds!);
      const path = join(folder, `whole.${extension}`);
      writeFileSync(path, whole);
      const decoded = runFfmpeg([
        '-i',
        path,
        '-map',
        '0:v',
        ...passthroughOption(),
        '-f',
        'rawvideo',
        '-',
      ]);
      expect(decoded.length).toBe(pictures! * 64 * 48 * 1.5);
      runFfmpeg(['-i', path, '-map', '0:a', '-f', 'null', '-']);
      // As it is, with the cut part behind: nothing of the whole ones is lost.
      writeFileSync(path, bytes);
      const args = ['-select_streams', 'v', '-count_frames'];
      const { streams } = probeFile(path, args);
      expect(Number(streams[0].nb_read_frames)).toBeGreaterThanOrEqual(pictures!);
    }, 60_000);
  }
});
