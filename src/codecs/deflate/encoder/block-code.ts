/** The codes of one dynamic block and how its header describes them: RFC 1951 clause 3.2.7. */
import {
  FIRST_LENGTH,
  MAX_CODE_LENGTH,
  MAX_DISTANCE_CODES,
  MAX_LITLEN_CODES,
  MAX_PRECODE_LENGTH,
  PRECODE_ORDER,
  PRECODE_SYMBOLS,
  REPEAT_EXTRA,
} from '../standard/symbols.ts';
import type { BitSink } from './bit-sink.ts';
import { codeLengths } from './code-lengths.ts';

/** Code lengths of a block, and its header. One object serves many blocks. */
export class BlockCode {
  readonly litlenLengths = new Uint8Array(288);
  readonly distanceLengths = new Uint8Array(32);
  /** Bits of the header from HLIT on. */
  headerBits = 0;
  private litlenCodes = 0;
  private distanceCodes = 0;
  private precodes = 0;
  private readonly header = new LengthRuns();
  private readonly maxLength: number;

  /** `maxLength`: bits of the longest code, 9 to 15. */
  constructor(maxLength: number = MAX_CODE_LENGTH) {
    this.maxLength = maxLength;
  }

  /** Finds the codes for symbols that come `litlen` and `distance` times; the end of the block has to be counted. */
  fit(litlen: Int32Array, distance: Int32Array): void {
    codeLengths(litlen, MAX_LITLEN_CODES, this.maxLength, this.litlenLengths);
    codeLengths(distance, MAX_DISTANCE_CODES, this.maxLength, this.distanceLengths);
    this.describe();
  }

  /** Makes the header for the lengths as they are. */
  describe(): void {
    const { litlenLengths, distanceLengths, header } = this;
    this.litlenCodes = MAX_LITLEN_CODES;
    while (this.litlenCodes > FIRST_LENGTH && litlenLengths[this.litlenCodes - 1] === 0)
      this.litlenCodes--;
    this.distanceCodes = MAX_DISTANCE_CODES;
    while (this.distanceCodes > 1 && distanceLengths[this.distanceCodes - 1] === 0)
      this.distanceCodes--;
    // Without any distance one code of one bit is described: old decoders stumble over none at all.
    if (this.distanceCodes === 1 && distanceLengths[0] === 0) distanceLengths[0] = 1;
    const { lengths } = header;
    lengths.set(litlenLengths.subarray(0, this.litlenCodes));
    lengths.set(distanceLengths.subarray(0, this.distanceCodes), this.litlenCodes);
    header.fit(this.litlenCodes + this.distanceCodes);
    this.precodes = PRECODE_SYMBOLS;
    while (this.precodes > 4 && header.precodeLengths[PRECODE_ORDER[this.precodes - 1]!] === 0)
      this.precodes--;
    this.headerBits = 14 + 3 * this.precodes + header.bits;
  }

  /** Writes the header. Room is reserved. */
  write(sink: BitSink): void {
    const { header } = this;
    sink.put(this.litlenCodes - FIRST_LENGTH, 5);
    sink.put(this.distanceCodes - 1, 5);
    sink.put(this.precodes - 4, 4);
    for (let i = 0; i < this.precodes; i++) sink.put(header.precodeLengths[PRECODE_ORDER[i]!]!, 3);
    header.write(sink);
  }

  /** Bits of the symbols with these codes, extra bits not counted. */
  symbolBits(litlen: Int32Array, distance: Int32Array): number {
    let bits = 0;
    for (let i = 0; i < MAX_LITLEN_CODES; i++) bits += litlen[i]! * this.litlenLengths[i]!;
    for (let i = 0; i < MAX_DISTANCE_CODES; i++) bits += distance[i]! * this.distanceLengths[i]!;
    return bits;
  }
}

/** Turns of choosing runs by the costs of the code before; the third hardly ever finds anything. */
const ROUNDS = 3;

/** Code lengths as runs, and the code for them. */
class LengthRuns {
  readonly lengths = new Uint8Array(MAX_LITLEN_CODES + MAX_DISTANCE_CODES);
  readonly precodeLengths = new Uint8Array(PRECODE_SYMBOLS);
  /** Bits of the runs. */
  bits = 0;
  private count = 0;
  private readonly sameAhead = new Uint16Array(MAX_LITLEN_CODES + MAX_DISTANCE_CODES + 1);
  private readonly costs = new Int32Array(MAX_LITLEN_CODES + MAX_DISTANCE_CODES + 1);
  /** By position: how many lengths the run there covers. */
  private readonly steps = new Uint8Array(MAX_LITLEN_CODES + MAX_DISTANCE_CODES);
  private readonly bestSteps = new Uint8Array(MAX_LITLEN_CODES + MAX_DISTANCE_CODES);
  private readonly counts = new Int32Array(PRECODE_SYMBOLS);
  private readonly bestLengths = new Uint8Array(PRECODE_SYMBOLS);

  /** Chooses runs for the first `count` lengths by their costs, and the code by how often runs come, in turns. */
  fit(count: number): void {
    this.count = count;
    const { sameAhead, lengths } = this;
    sameAhead[count] = 0;
    for (let i = count - 1; i >= 0; i--) {
      sameAhead[i] = i + 1 < count && lengths[i] === lengths[i + 1] ? sameAhead[i + 1]! + 1 : 1;
    }
    this.precodeLengths.fill(4);
    this.bits = Number.MAX_SAFE_INTEGER;
    for (let round = 0; round < ROUNDS; round++) {
      this.chooseRuns();
      this.countRuns();
      codeLengths(this.counts, PRECODE_SYMBOLS, MAX_PRECODE_LENGTH, this.precodeLengths);
      const bits = this.bitsOfRuns();
      if (bits >= this.bits) break;
      this.bits = bits;
      this.bestSteps.set(this.steps);
      this.bestLengths.set(this.precodeLengths);
      // What does not come is not free: it costs what the longest code costs.
      for (let i = 0; i < PRECODE_SYMBOLS; i++) this.precodeLengths[i] ||= MAX_PRECODE_LENGTH;
    }
    this.precodeLengths.set(this.bestLengths);
    // A single code is a code of one bit beside one that never comes: clause 3.2.7 wants it complete.
    if (this.usedCodes() === 1) this.precodeLengths[this.precodeLengths[0] === 0 ? 0 : 1] = 1;
    this.steps.set(this.bestSteps);
  }

  private usedCodes(): number {
    let used = 0;
    for (let i = 0; i < PRECODE_SYMBOLS; i++) if (this.precodeLengths[i]! > 0) used++;
    return used;
  }

  /** The cheapest way through the lengths, from the end. */
  private chooseRuns(): void {
    const { lengths, sameAhead, costs, steps, precodeLengths, count } = this;
    costs[count] = 0;
    const repeat = precodeLengths[16]! + REPEAT_EXTRA[0]!;
    const zeros = precodeLengths[17]! + REPEAT_EXTRA[1]!;
    const manyZeros = precodeLengths[18]! + REPEAT_EXTRA[2]!;
    for (let i = count - 1; i >= 0; i--) {
      let best = costs[i + 1]! + precodeLengths[lengths[i]!]!;
      let step = 1;
      const same = sameAhead[i]!;
      if (lengths[i] === 0) {
        for (let run = 3; run <= Math.min(same, 138); run++) {
          const cost = costs[i + run]! + (run <= 10 ? zeros : manyZeros);
          if (cost <= best) {
            best = cost;
            step = run;
          }
        }
      } else if (i > 0 && lengths[i - 1] === lengths[i]) {
        for (let run = 3; run <= Math.min(same, 6); run++) {
          const cost = costs[i + run]! + repeat;
          if (cost <= best) {
            best = cost;
            step = run;
          }
        }
      }
      costs[i] = best;
      steps[i] = step;
    }
  }

  /** The symbol of the run at a position. */
  private runSymbol(i: number, step: number): number {
    if (step === 1) return this.lengths[i]!;
    return this.lengths[i] !== 0 ? 16 : step <= 10 ? 17 : 18;
  }

  private countRuns(): void {
    this.counts.fill(0);
    for (let i = 0; i < this.count; i += this.steps[i]!) {
      const symbol = this.runSymbol(i, this.steps[i]!);
      this.counts[symbol] = this.counts[symbol]! + 1;
    }
  }

  private bitsOfRuns(): number {
    let bits = 0;
    for (let i = 0; i < PRECODE_SYMBOLS; i++) {
      const extra = i < 16 ? 0 : REPEAT_EXTRA[i - 16]!;
      bits += this.counts[i]! * (this.precodeLengths[i]! + extra);
    }
    return bits;
  }

  write(sink: BitSink): void {
    const codes = canonicalCodes(
      this.precodeLengths,
      PRECODE_SYMBOLS,
      new Uint16Array(PRECODE_SYMBOLS),
    );
    for (let i = 0; i < this.count; i += this.steps[i]!) {
      const step = this.steps[i]!;
      const symbol = this.runSymbol(i, step);
      sink.put(codes[symbol]!, this.precodeLengths[symbol]!);
      if (symbol >= 16) sink.put(step - (symbol === 18 ? 11 : 3), REPEAT_EXTRA[symbol - 16]!);
    }
  }
}

/** The codes that go with lengths, clause 3.2.2, their first bit lowest as clause 3.1.1 packs them. Fills `codes`. */
export function canonicalCodes(
  lengths: Uint8Array,
  count: number,
  codes: Uint16Array,
): Uint16Array {
  const next = new Uint16Array(MAX_CODE_LENGTH + 2);
  for (let symbol = 0; symbol < count; symbol++) {
    if (lengths[symbol]! > 0) next[lengths[symbol]! + 1]!++;
  }
  for (let length = 1; length <= MAX_CODE_LENGTH; length++) {
    next[length + 1] = (next[length]! + next[length + 1]!) << 1;
  }
  for (let symbol = 0; symbol < count; symbol++) {
    const length = lengths[symbol]!;
    if (length > 0) codes[symbol] = reverseBits(next[length]!++, length);
  }
  return codes;
}

function reverseBits(code: number, length: number): number {
  let reversed = 0;
  for (let i = 0; i < length; i++) reversed |= ((code >>> i) & 1) << (length - 1 - i);
  return reversed;
}
