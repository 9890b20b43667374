/** What the tests of Matroska share: a file in memory, files made by ffmpeg, and ffmpeg's view of their packets. */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { type ByteSink, type ByteSource, joinBytes } from '../../../src/base/byte-stream.ts';
import type { ReadPacket } from '../../../src/base/container.ts';
import type { StreamInfo } from '../../../src/base/packet.ts';
import {
  createMatroskaWriter,
  type MatroskaOptions,
  openMatroska,
} from '../../../src/containers/matroska/index.ts';
import { ffmpegPath, ffprobePath } from '../../support/ffmpeg.ts';

const folder = mkdtempSync(join(tmpdir(), 'matroska-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A path in a folder that is removed after the tests. */
export function temporary(name: string): string {
  return join(folder, name);
}

/** A sink in memory; each write is one entry of `writes`, so that a test can cut the file between them. */
export class MemoryFile implements ByteSink {
  readonly seekable: boolean;
  private parts: Uint8Array[] = [];
  private end = 0;

  constructor(seekable = true) {
    this.seekable = seekable;
  }

  /** Ends of the writes, in bytes. */
  readonly ends: number[] = [];

  write(bytes: Uint8Array): void {
    this.parts.push(bytes.slice());
    this.end += bytes.length;
    this.ends.push(this.end);
  }

  writeAt(position: number, bytes: Uint8Array): void {
    if (!this.seekable || position + bytes.length > this.end) throw new Error('writeAt');
    const whole = this.bytes();
    whole.set(bytes, position);
    this.parts = [whole];
  }

  bytes(): Uint8Array {
    return joinBytes(this.parts);
  }

  close(): void {}
  abort(): void {}
}

/** `bytes` as a source; of unknown size and forward only if `isStream`. */
export function sourceOf(bytes: Uint8Array, isStream = false): ByteSource {
  let lowest = 0;
  return {
    size: isStream ? null : bytes.length,
    async read(position, length) {
      if (isStream && position < lowest) throw new Error(`position ${position} was dropped`);
      lowest = position;
      return bytes.slice(position, position + length);
    },
    async close() {},
  };
}

/** Writes `bytes` to a file and returns its path. */
export function saved(name: string, bytes: Uint8Array): string {
  const path = temporary(name);
  writeFileSync(path, bytes);
  return path;
}

/** Bytes of a file that ffmpeg makes from `args`; null if this ffmpeg cannot (an encoder that it lacks). */
export function made(name: string, args: readonly string[]): Uint8Array | null {
  const path = temporary(name);
  const run = spawnSync(ffmpegPath(), ['-v', 'error', '-y', ...args, path]);
  if (run.status !== 0) {
    console.warn(`this ffmpeg cannot make ${name}: ${run.stderr.toString().split('\n')[0]}`);
    return null;
  }
  return new Uint8Array(readFileSync(path));
}

/** Everything that our reader gives for `bytes`. */
export async function readAll(
  bytes: Uint8Array,
  isStream = false,
): Promise<{
  streams: readonly StreamInfo[];
  packets: ReadPacket[];
  reader: Awaited<ReturnType<typeof openMatroska>>;
}> {
  const reader = await openMatroska(sourceOf(bytes, isStream));
  const packets: ReadPacket[] = [];
  for await (const packet of reader.packets()) packets.push(packet);
  return { streams: reader.streams, packets, reader };
}

/** Writes `packets` with our writer. */
export async function writeAll(
  streams: readonly StreamInfo[],
  packets: readonly ReadPacket[],
  options: MatroskaOptions = {},
  file: MemoryFile = new MemoryFile(),
): Promise<MemoryFile> {
  const writer = createMatroskaWriter(file, streams, options);
  await writer.writeHeader();
  for (const { streamIndex, packet } of packets) await writer.writePacket(streamIndex, packet);
  await writer.writeTrailer();
  return file;
}

/** One packet as ffmpeg reports it. */
export interface ProbedPacket {
  readonly stream_index: number;
  readonly pts: number;
  readonly dts?: number;
  readonly duration?: number;
  readonly flags: string;
  readonly data_hash: string;
}

/** Packets of `path` by ffprobe. */
export function probePackets(path: string): ProbedPacket[] {
  const args = ['-v', 'error', '-of', 'json', '-show_packets', '-show_data_hash', 'md5', path];
  const json = execFileSync(ffprobePath(), args, { maxBuffer: 1 << 28 }).toString();
  return JSON.parse(json).packets;
}

/** ffmpeg's frame hashes of `path` without decoding: stream, dts, pts, duration, size, md5 in each line. */
export function frameHashes(path: string): string[] {
  const args = ['-v', 'error', '-i', path, '-map', '0', '-c', 'copy', '-f', 'framemd5', '-'];
  const text = execFileSync(ffmpegPath(), args, { maxBuffer: 1 << 28 }).toString();
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

/** Hash of a packet's bytes as ffprobe prints it. */
export function hashOf(data: Uint8Array): string {
  return `MD5:${createHash('md5').update(data).digest('hex')}`;
}
