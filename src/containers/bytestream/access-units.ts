/** From NAL units to access units, H.264 clause 7.4.1.2.3: the slices of one picture, and the units before them. */
import type { ByteSource } from '../../base/byte-stream.ts';
import { untilError } from '../../base/container.ts';
import type { Budget } from '../../base/limits.ts';
import { type Problem, report } from '../../base/problems.ts';
import { isParameterSet } from '../../syntax/h264/byte-stream.ts';
import { NalUnitType, nalUnitType } from '../../syntax/h264/nal.ts';
import { beginsPicture, completesFrame } from '../../syntax/h264/picture-boundary.ts';
import { type ReadSlice, readSliceHeader } from '../../syntax/h264/slice-header.ts';
import { type NalUnit, scanNalUnits } from './nal-scanner.ts';
import { type NewSet, ParameterSets } from './parameter-sets.ts';

/** Memory that a unit of a picture takes beside its bytes. */
const UNIT_BYTES = 160;

/** One access unit in decoding order. */
export interface AccessUnit {
  readonly units: Uint8Array[];
  /** Its first slice. */
  readonly slice: ReadSlice;
  /** Parameter sets that stand in it, and differ from those that came before. */
  readonly newSets: NewSet[];
  /** Bytes that it takes, and where what was read of it ends. */
  bytes: number;
  end: number;
}

/** Units that the next access unit begins with, when they come after a slice: clause 7.4.1.2.3. */
function opensAccessUnit(type: number): boolean {
  return (
    type === NalUnitType.AUD ||
    type === NalUnitType.SPS ||
    type === NalUnitType.PPS ||
    type === NalUnitType.SEI ||
    (type >= NalUnitType.PREFIX && type <= NalUnitType.RESERVED_18)
  );
}

/** Units that begin with a slice header, clause 7.3.2.8 and 7.3.2.9.1. */
function beginsWithSliceHeader(type: number): boolean {
  return (
    type === NalUnitType.NON_IDR_SLICE ||
    type === NalUnitType.IDR_SLICE ||
    type === NalUnitType.PARTITION_A
  );
}

/** Other units of the picture that a slice before them began: data partitions, auxiliary slices. */
function belongsToPicture(type: number): boolean {
  return (
    type === NalUnitType.PARTITION_B ||
    type === NalUnitType.PARTITION_C ||
    type === NalUnitType.AUXILIARY_SLICE
  );
}

/** The parts that the passes through a file share. */
export interface FileContext {
  readonly source: ByteSource;
  readonly budget: Budget;
  readonly problems: Problem[];
}

/** Access units in decoding order, those that were read together in one run. Units before broken ones are given. */
export async function* gatherAccessUnits(
  context: FileContext,
): AsyncGenerator<readonly AccessUnit[]> {
  const { source, budget, problems } = context;
  const gatherer = new Gatherer(context);
  for await (const units of scanNalUnits(source, budget, problems)) {
    yield* untilError<AccessUnit>((run) => {
      for (const unit of units) gatherer.add(unit, run);
    });
  }
  const last = gatherer.end();
  if (last !== null) yield [last];
}

/** Gathers; the two fields of a frame are one. Delimiters, end marks and filler data are dropped, parameter sets kept apart. */
class Gatherer {
  private readonly budget: Budget;
  private readonly problems: Problem[];
  private readonly sets = new ParameterSets();
  private current: AccessUnit | null = null;
  /** The slice before, and how many pictures (frame or fields) `current` has. */
  private last: ReadSlice | null = null;
  private pictures = 0;
  // Units that precede the first slice of the access unit that comes next.
  private leading: Uint8Array[] = [];
  private newSets: NewSet[] = [];
  /** Bytes of what belongs to one picture and to what precedes the next. */
  private gathered = 0;
  private isFirstLost = true;

  constructor({ budget, problems }: FileContext) {
    this.budget = budget;
    this.problems = problems;
  }

  /** Takes the next NAL unit; an access unit that ends before it is appended to `run`. */
  add({ bytes, offset }: NalUnit, run: AccessUnit[]): void {
    const type = nalUnitType(bytes[0]!);
    this.gathered += bytes.length + UNIT_BYTES;
    this.budget.requireReadable('a picture with what precedes it', this.gathered, offset);
    if (isParameterSet(bytes)) {
      const newSet = this.sets.add(bytes, offset);
      if (newSet !== null) this.newSets.push(newSet);
    } else if (beginsWithSliceHeader(type)) {
      const slice = readSliceHeader(bytes, this.sets.find, 'start', offset);
      if (slice === null) this.lose(offset);
      else this.addSlice(slice, bytes, offset, run);
    } else if (belongsToPicture(type)) {
      this.current?.units.push(bytes);
    } else if (opensAccessUnit(type) && type !== NalUnitType.AUD) {
      this.leading.push(bytes);
    }
  }

  /** The last access unit; null if there was none. */
  end(): AccessUnit | null {
    return this.current;
  }

  private lose(offset: number): void {
    const lost = 'a slice whose parameter sets have not come; such pictures are left out';
    if (this.isFirstLost) report(this.problems, offset, lost);
    this.isFirstLost = false;
    this.gathered = 0;
    this.leading = [];
  }

  private addSlice(slice: ReadSlice, bytes: Uint8Array, offset: number, run: AccessUnit[]): void {
    const { last } = this;
    if (last !== null && beginsPicture(last, slice)) {
      if (this.pictures === 1 && completesFrame(last, slice)) this.pictures = 2;
      else if (this.current !== null) {
        run.push(this.current);
        this.current = null;
        this.gathered = bytes.length + UNIT_BYTES;
      }
    }
    this.last = slice;
    if (this.current === null) {
      this.current = { units: this.leading, slice, newSets: this.newSets, bytes: 0, end: 0 };
      this.newSets = [];
      this.pictures = 1;
    } else for (const unit of this.leading) this.current.units.push(unit);
    this.leading = [];
    this.current.units.push(bytes);
    this.current.bytes = this.gathered;
    this.current.end = offset + bytes.length;
  }
}
