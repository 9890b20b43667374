/** The order that scans must keep (T.81 clauses G.1.1.1, B.2.3): every bit of every coefficient is coded once, the higher first. */
import { FormatError } from '../../../base/errors.ts';
import type { Scan } from './read-file.ts';

/**
 * Records which bits the scans so far have coded. The record bounds the work that a hostile file can ask for: each
 * coefficient is coded at most 14 times.
 */
export class SpectralProgress {
  private readonly isProgressive: boolean;
  /** 64 * component + k => the lowest bit that has been coded, or -1 if none was. */
  private readonly lowestBit: Int8Array;

  constructor(componentCount: number, isProgressive: boolean) {
    this.isProgressive = isProgressive;
    this.lowestBit = new Int8Array(64 * componentCount).fill(-1);
  }

  /** Notes that `scan` codes `component`; throws `FormatError` if T.81 clauses B.2.3 and G.1.1.1 do not allow it after those before. */
  advance(component: number, scan: Scan, offset: number): void {
    const { spectralStart, spectralEnd, approximationHigh, approximationLow } = scan;
    const fail = (detail: string): never => {
      throw new FormatError('jpeg.SOS', detail, offset);
    };
    // Sequential scans code all; some encoders leave the four numbers at 0, and decoders have always taken that.
    const first = this.isProgressive ? spectralStart : 0;
    const last = this.isProgressive ? spectralEnd : 63;
    const high = this.isProgressive ? approximationHigh : 0;
    const low = this.isProgressive ? approximationLow : 0;
    if (last > 63 || first > last || (this.isProgressive && first === 0 && last !== 0)) {
      fail(`got Ss ${first}, Se ${last} (T.81 clause G.1.1.1.1)`);
    }
    if (first > 0 && scan.components.length > 1) {
      fail('a scan of AC coefficients of more than one component (T.81 clause G.1.1.1.1)');
    }
    if (low > 13 || (high !== 0 && high !== low + 1)) {
      fail(`got Ah ${high}, Al ${low} (T.81 clause G.1.1.1.2)`);
    }
    const at = 64 * component;
    if (first > 0 && this.lowestBit[at] === -1) {
      fail('AC coefficients before the DC coefficient (T.81 clause G.1.1.1.1)');
    }
    for (let k = first; k <= last; k++) {
      if (this.lowestBit[at + k] !== (high === 0 ? -1 : high)) {
        fail(`coefficient ${k} is coded twice, or a bit of it is left out (T.81 clause G.1.1.1.2)`);
      }
      this.lowestBit[at + k] = low;
    }
  }
}
