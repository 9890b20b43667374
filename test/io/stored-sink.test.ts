/** `faststart` into what cannot go back: kept outside of memory, the same bytes as a file, and nothing left. */
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import type { ByteSink } from '../../src/base/byte-stream.ts';
import { joinBytes } from '../../src/base/byte-stream.ts';
import { IoError } from '../../src/base/errors.ts';
import { audioEncodeConfig, MemorySink, Muxer, remux } from '../../src/index.ts';
import { type SpillStore, StoredSink } from '../../src/io/index.ts';
import { pcmFrames, tones } from '../pipeline/clips.ts';

/** A sink that goes forward only, as a pipe. */
class Pipe implements ByteSink {
  readonly seekable = false;
  readonly pieces: Uint8Array[] = [];
  end = '';

  write(bytes: Uint8Array): void {
    this.pieces.push(bytes.slice());
  }

  writeAt(): never {
    throw new Error('a pipe');
  }

  close(): void {
    this.end += 'closed';
  }

  abort(): void {
    this.end += 'aborted';
  }
}

async function sound(): Promise<Uint8Array> {
  const sink = new MemorySink();
  const muxer = new Muxer(sink, { format: 'wav' });
  const encoder = muxer.addEncodeStream({
    config: audioEncodeConfig({ sampleRate: 48_000, numChannels: 2, sampleFmt: 's16' }),
  });
  await muxer.open();
  await muxer.write(0, await encoder.encode(pcmFrames(tones(48_000, 2, 48_000))));
  await muxer.close();
  return sink.toBytes();
}

function temporaryFiles(): string[] {
  return readdirSync(tmpdir()).filter((name) => /^vitrine-[0-9a-f]{16}\.tmp$/.test(name));
}

describe('moov in front, into a pipe', () => {
  it('is the file that a path has, byte for byte', async () => {
    const source = await sound();
    const before = temporaryFiles();
    const file = new MemorySink();
    const pipe = new Pipe();
    const options = { format: 'mov', muxerOptions: { faststart: true } };
    await remux(source, file, options);
    await remux(source, pipe, options);
    expect(Buffer.compare(joinBytes(pipe.pieces), file.toBytes())).toBe(0);
    expect(pipe.end).toBe('closed');
    expect(temporaryFiles()).toEqual(before);
  });

  it('keeps nothing of a copy that fails', async () => {
    const source = await sound();
    const before = temporaryFiles();
    const pipe = new Pipe();
    const options = { format: 'mov', muxerOptions: { faststart: true }, strict: true };
    await expect(remux(source.subarray(0, -99), pipe, options)).rejects.toThrow(/ends/);
    expect([pipe.pieces.length, pipe.end]).toEqual([0, 'aborted']);
    expect(temporaryFiles()).toEqual(before);
  });

  it('a full temporary disk is told in one sentence', async () => {
    let isClosed = false;
    const store: SpillStore = {
      write: () => Promise.reject(new Error('ENOSPC: no space left on device')),
      read: () => Promise.reject(new Error('nothing')),
      close: async () => {
        isClosed = true;
      },
    };
    const pipe = new Pipe();
    const sink = new StoredSink(pipe, store);
    const failing = sink.write(Uint8Array.of(1));
    await expect(failing).rejects.toThrow(IoError);
    await expect(failing).rejects.toThrow(/temporary file: ENOSPC.*write to a file/);
    await sink.abort();
    expect([isClosed, pipe.end]).toEqual([true, 'aborted']);
  });
});
