/** What must hold when a damaged index is asked where to begin: reads at places that can be, and the same errors as ever. */
import type { ByteSource } from '../../src/base/byte-stream.ts';
import { type ContainerReader, packetRuns } from '../../src/base/container.ts';

/** Bytes that complain of a place that no file has. */
export class StrictSource implements ByteSource {
  readonly size: number;
  private readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.size = bytes.length;
  }

  async read(position: number, length: number): Promise<Uint8Array> {
    if (!(position >= 0 && length >= 0)) throw new RangeError(`read(${position}, ${length})`);
    return this.bytes.subarray(position, position + length);
  }

  async close(): Promise<void> {}
}

/** Seconds at which reading is to begin: within and behind the small files that are damaged. */
const STARTS = [0.7, 5];

/** Reads `reader` from some times on. Throws what it throws, and an error for packets without end. */
export async function readFromTimes(reader: ContainerReader, maxPackets: number): Promise<void> {
  for (const seconds of STARTS) {
    for (const streamIndex of reader.streams.keys()) {
      let packets = 0;
      for await (const run of packetRuns(reader, { streamIndex, seconds })) {
        packets += run.length;
        if (packets > maxPackets) throw new Error(`${packets} packets from ${seconds} s`);
      }
    }
  }
}
