/** What must hold when a damaged index is asked where to begin: reads at places that can be, and the same errors as ever. */
import { type ContainerReader, packetRuns } from '../../src/base/container.ts';
import { MemorySource } from '../../src/io/memory-source.ts';

/** Bytes that complain of a place that no file has. */
export class StrictSource extends MemorySource {
  override async read(position: number, length: number): Promise<Uint8Array> {
    if (!(position >= 0 && length >= 0)) throw new RangeError(`read(${position}, ${length})`);
    return super.read(position, length);
  }
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
