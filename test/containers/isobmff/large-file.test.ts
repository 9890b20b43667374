/** Files beyond 4 GiB, without writing any: the sink keeps the structure and forgets the payload. */
import { describe, expect, it } from 'vitest';
import type { ByteSink, ByteSource } from '../../../src/base/byte-stream.ts';
import { createMp4Writer, inspectMp4, openMp4 } from '../../../src/containers/isobmff/index.ts';
import { walkTree } from '../../../src/inspect/tree.ts';
import { pcmAudio } from './coded-streams.ts';

const PACKET_BYTES = 64 << 20;
const PACKETS = 70;

/** Keeps what is written in small pieces, with its place; pieces of `PACKET_BYTES` read as zeros. */
class SparseFile implements ByteSink, ByteSource {
  readonly seekable = true;
  size = 0;
  private readonly pieces: { start: number; bytes: Uint8Array }[] = [];

  write(bytes: Uint8Array): void {
    if (bytes.length < PACKET_BYTES) this.pieces.push({ start: this.size, bytes: bytes.slice() });
    this.size += bytes.length;
  }

  writeAt(start: number, bytes: Uint8Array): void {
    this.pieces.push({ start, bytes: bytes.slice() });
  }

  read(position: number, length: number): Promise<Uint8Array> {
    const end = Math.min(this.size, position + length);
    const view = new Uint8Array(Math.max(0, end - position));
    for (const { start, bytes } of this.pieces) {
      const from = Math.max(start, position);
      const to = Math.min(start + bytes.length, end);
      if (from < to) view.set(bytes.subarray(from - start, to - start), from - position);
    }
    return Promise.resolve(view);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  abort(): void {}
}

describe('a file of more than 4 GiB', () => {
  it('has a 64-bit mdat and 64-bit chunk offsets, and its packets are found', async () => {
    const { stream } = pcmAudio('pcm_s16le', 1, 1);
    const file = new SparseFile();
    const writer = createMp4Writer(file, [stream]);
    await writer.writeHeader();
    const data = new Uint8Array(PACKET_BYTES);
    const duration = PACKET_BYTES / 4;
    for (let i = 0; i < PACKETS; i++) {
      const pts = i * duration;
      await writer.writePacket(0, { data, pts, dts: pts, duration, isKey: true });
    }
    await writer.writeTrailer();
    expect(file.size).toBeGreaterThan(2 ** 32);
    const nodes = await inspectMp4(file);
    const mdat = nodes.find(({ name }) => name === 'mdat');
    expect(mdat?.fields.map(({ name }) => name)).toEqual(['size', 'type', 'largesize']);
    const names = [...walkTree(nodes)].map(({ name }) => name);
    expect(names).toContain('co64');
    expect(names).not.toContain('stco');
    for (const node of walkTree(nodes)) expect(node.problem).toBeUndefined();
    const reader = await openMp4(file);
    expect(reader.tracks[0].sampleCount).toBe(PACKETS * duration);
    expect(reader.tracks[0].duration).toBe(PACKETS * duration);
    let count = 0;
    for await (const { packet } of reader.packets()) {
      expect(packet.pts).toBe(count * 1024);
      if (++count === 50) break;
    }
  });
});
