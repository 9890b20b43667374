/**
 * The bits that each syntax element of a macroblock takes in the arithmetic code, in 1/256 bit (not normative). Bins narrow the
 * interval; the logarithm of how much is their share of the bits. Elements are noted as they become bins. The bins are then
 * coded element by element, which gives the same code as all at once.
 */
import type { SyntaxTrace } from '../../../bits/bit-syntax.ts';
import type { BinString, CabacEncoder } from './cabac-encoder.ts';

/** Tells of the elements that one writer codes. */
export class CabacAccount {
  private readonly encoder: CabacEncoder;
  private readonly names: string[] = [];
  private readonly values: number[] = [];
  /** Where the bins of each element end in the string. */
  private readonly ends: number[] = [];
  /** Place in the code up to which all is told. */
  private told = 0;
  private markedTold = 0;

  constructor(encoder: CabacEncoder) {
    this.encoder = encoder;
  }

  /** The code begins. */
  start(): void {
    this.told = this.encoder.finePosition;
    this.clear();
  }

  private clear(): void {
    this.names.length = 0;
    this.values.length = 0;
    this.ends.length = 0;
  }

  /** Notes an element whose bins end at `end` of the macroblock's string. */
  note(name: string, value: number, end: number): void {
    this.names.push(name);
    this.values.push(value);
    this.ends.push(end);
  }

  /** Codes the noted elements of a string, and tells what each took; before them the flag that the slice did not end. */
  encode(string: BinString, trace: SyntaxTrace): void {
    const { encoder, names, values, ends } = this;
    if (encoder.finePosition > this.told) this.tell(trace, 'end_of_slice_flag', 0);
    let from = 0;
    for (let i = 0; i < names.length; i++) {
      encoder.encode(string, from, ends[i]);
      this.tell(trace, names[i], values[i]);
      from = ends[i];
    }
    encoder.encode(string, from);
    this.clear();
  }

  /** Tells that the bits up to where the code stands are those of an element. */
  private tell(trace: SyntaxTrace, name: string, value: number): void {
    const { finePosition } = this.encoder;
    trace(name, 'ae', value, this.told, finePosition - this.told);
    this.told = finePosition;
  }

  /** The code was ended, with its last bit before `bitPosition`: tells of the rest of its bits. */
  tellEnd(trace: SyntaxTrace, name: string, bitPosition: number): void {
    trace(name, 'ae', 0, this.told, bitPosition - this.told);
    this.told = bitPosition;
  }

  /** As the encoder's methods of these names. */
  mark(): void {
    this.markedTold = this.told;
  }

  rewind(): void {
    this.told = this.markedTold;
    this.clear();
  }
}
