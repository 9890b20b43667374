/** The index of a segment while it is written: an entry for each key frame, packed until the end of the file. Cues, RFC 9559 clause 5.1.5. */
import type { ByteSink } from '../../base/byte-stream.ts';
import { PackedNumbers } from '../../bits/packed-numbers.ts';
import { EbmlWriter, elementBytes, uintBytes } from './ebml-writer.ts';

/** Bytes of entries that are written at once. */
const PIECE_BYTES = 1 << 16;

/** Maps signed integers to unsigned ones, small ones to small ones. */
const toUnsigned = (value: number): number => (value < 0 ? -2 * value - 1 : 2 * value);
const toSigned = (value: number): number => (value % 2 === 0 ? value / 2 : -(value + 1) / 2);

/** Where a key frame is: when it is shown, where its cluster begins in the segment, and where its block in the cluster's data. */
interface CuePoint {
  time: number;
  cluster: number;
  relative: number;
}

/** The entries of one track. */
export class CuesWriter {
  length = 0;
  private readonly trackNumber: number;
  /** Three for each entry: the steps of time and cluster, and the byte within the cluster. */
  private readonly steps = new PackedNumbers();
  private time = 0;
  private cluster = 0;

  constructor(trackNumber: number) {
    this.trackNumber = trackNumber;
  }

  /** Where the cluster of the last entry begins; 0 before the first. */
  get lastCluster(): number {
    return this.cluster;
  }

  /** Adds an entry: its time in ticks, the byte of its cluster from the segment's data, that of the block in the cluster. */
  add(time: number, cluster: number, relative: number): void {
    // Pictures are stored in the order of decoding: times may fall.
    this.steps.push(toUnsigned(time - this.time));
    this.steps.push(cluster - this.cluster);
    this.steps.push(relative);
    this.time = time;
    this.cluster = cluster;
    this.length++;
  }

  /** Writes Cues to `sink`, and returns how many bytes they have. */
  async write(sink: ByteSink): Promise<number> {
    let size = 0;
    for (const point of this.points())
      size += elementBytes('CuePoint', this.pointSizes(point).point);
    const w = new EbmlWriter();
    w.begin('Cues', size);
    const total = w.position + size;
    for (const point of this.points()) {
      this.writePoint(w, point);
      if (w.position < PIECE_BYTES) continue;
      await sink.write(w.bytes.view());
      w.bytes.reset();
    }
    await sink.write(w.bytes.view());
    return total;
  }

  /** The entries; the object is the same each time. */
  private *points(): Generator<Readonly<CuePoint>> {
    const next = this.steps.walk();
    const point: CuePoint = { time: 0, cluster: 0, relative: 0 };
    for (let i = 0; i < this.length; i++) {
      point.time += toSigned(next());
      point.cluster += next();
      point.relative = next();
      yield point;
    }
  }

  /** Bytes of the children of CuePoint and of CueTrackPositions. */
  private pointSizes({ time, cluster, relative }: CuePoint): { point: number; positions: number } {
    const positions =
      uintBytes('CueTrack', this.trackNumber) +
      uintBytes('CueClusterPosition', cluster) +
      uintBytes('CueRelativePosition', relative);
    const point = uintBytes('CueTime', time) + elementBytes('CueTrackPositions', positions);
    return { point, positions };
  }

  private writePoint(w: EbmlWriter, point: CuePoint): void {
    const sizes = this.pointSizes(point);
    w.begin('CuePoint', sizes.point);
    w.uint('CueTime', point.time);
    w.begin('CueTrackPositions', sizes.positions);
    w.uint('CueTrack', this.trackNumber);
    w.uint('CueClusterPosition', point.cluster);
    w.uint('CueRelativePosition', point.relative);
  }
}
