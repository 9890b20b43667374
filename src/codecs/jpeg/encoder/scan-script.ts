/**
 * Which scans a progressive file has. Every way to cut the coefficients in bands and bits is coded by counting alone; the script with
 * the fewest bytes is taken. Choice: what is tried is a bit depth at which a component's AC coefficients begin (Al = 0..3), and one
 * cut of the band at that depth; DC with its lowest bit at once or later, together or apart.
 */
import type { Frame } from '../standard/frame.ts';
import type { RowSample, ScanCoder, ScanPlan } from './scan-coder.ts';
import { SymbolCounter } from './symbol-sinks.ts';

/** Largest Al that is tried for the first AC scan. */
const MAX_LOW = 3;
/** The index at which the band of AC coefficients is cut in two: the first scan ends there. */
const CUTS = [2, 5, 9, 14];
/** The same where time does not count. */
const ALL_CUTS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 17, 20, 27];
/** SOS, its parameters, and the marker and length of DHT: bytes of a scan beside tables and data. */
const SCAN_HEAD = 14;

/** The sequential scan over all components. */
export function sequentialScript(frame: Frame): ScanPlan[] {
  return [
    scanOf(
      frame.components.map((_, i) => i),
      0,
      63,
      0,
      0,
    ),
  ];
}

function scanOf(
  components: readonly number[],
  spectralStart: number,
  spectralEnd: number,
  approximationHigh: number,
  approximationLow: number,
): ScanPlan {
  return { components, spectralStart, spectralEnd, approximationHigh, approximationLow };
}

/** A script, or a part of one, and the bytes it takes. */
export interface CostedScript {
  readonly scans: readonly ScanPlan[];
  readonly bytes: number;
}

/** Estimates the bytes of scans by coding a sample of their rows. */
export class ScriptSearch {
  private readonly frame: Frame;
  private readonly coder: ScanCoder;
  private readonly sample: RowSample;
  private readonly exact: boolean;
  private readonly counter = new SymbolCounter();

  /** @param exact whether all rows are coded and more ways are tried */
  constructor(frame: Frame, coder: ScanCoder, sample: RowSample, exact: boolean) {
    this.exact = exact;
    this.frame = frame;
    this.coder = coder;
    this.sample = sample;
  }

  /** Bytes of one scan. */
  bytesOf(plan: ScanPlan): number {
    const { counter } = this;
    counter.clear();
    this.coder.codeScan(plan, counter, this.sample);
    const { distance, together } = this.sample;
    const bytes = this.exact ? counter.bytes() : counter.estimatedBytes(distance / together);
    return bytes + SCAN_HEAD;
  }

  private costed(scans: readonly ScanPlan[]): CostedScript {
    return { scans, bytes: scans.reduce((sum, plan) => sum + this.bytesOf(plan), 0) };
  }

  /** The best script of all that are tried. DC comes first, then AC of all components, later bits last. */
  best(): CostedScript {
    const all = this.frame.components.map((_, i) => i);
    const dc = this.bestDc(all);
    const ac = all.map((index) => this.bestAc(index));
    // Scans of low frequencies and high bits come first, so that a picture can be shown early.
    const scans = [...dc.scans, ...ac.flatMap(({ scans: part }) => part)].sort(
      (a, b) => rank(a) - rank(b),
    );
    return { scans, bytes: ac.reduce((sum, { bytes }) => sum + bytes, dc.bytes) };
  }

  /** DC of all components together and whole, or, where time does not count, with its lowest bit later, or apart. */
  private bestDc(all: readonly number[]): CostedScript {
    const together = this.costed([scanOf(all, 0, 0, 0, 0)]);
    if (!this.exact) return together;
    const options = [together, this.costed([scanOf(all, 0, 0, 0, 1), scanOf(all, 0, 0, 1, 0)])];
    if (all.length > 1) {
      options.push(this.costed(all.map((index) => scanOf([index], 0, 0, 0, 0))));
      if (all.length === 3) {
        options.push(this.costed([scanOf([0], 0, 0, 0, 0), scanOf([1, 2], 0, 0, 0, 0)]));
      }
    }
    return smallest(options);
  }

  private bestAc(index: number): CostedScript {
    const first = (start: number, end: number, low: number) => scanOf([index], start, end, 0, low);
    let best = this.costed([first(1, 63, 0)]);
    let refinements: CostedScript = { scans: [], bytes: 0 };
    let bestRefinements = refinements;
    let bestLow = 0;
    for (let low = 1; low <= MAX_LOW; low++) {
      const refinement = this.costed([scanOf([index], 1, 63, low, low - 1)]);
      refinements = joined(refinement, refinements);
      const whole = joined(this.costed([first(1, 63, low)]), refinements);
      if (whole.bytes >= best.bytes) break;
      best = whole;
      bestRefinements = refinements;
      bestLow = low;
    }
    for (const cut of this.exact ? ALL_CUTS : CUTS) {
      const parts = this.costed([first(1, cut, bestLow), first(cut + 1, 63, bestLow)]);
      best = smallest([best, joined(parts, bestRefinements)]);
    }
    return best;
  }

  /** The script that `jpegtran -progressive` and `cjpeg -progressive` write for pictures of luma and chroma, or of one component. */
  conventional(): CostedScript {
    const all = this.frame.components.map((_, i) => i);
    const later = all.slice(1).reverse();
    return this.costed([
      scanOf(all, 0, 0, 0, 1),
      scanOf([0], 1, 5, 0, 2),
      ...later.map((index) => scanOf([index], 1, 63, 0, 1)),
      scanOf([0], 6, 63, 0, 2),
      scanOf([0], 1, 63, 2, 1),
      scanOf(all, 0, 0, 1, 0),
      ...later.map((index) => scanOf([index], 1, 63, 1, 0)),
      scanOf([0], 1, 63, 1, 0),
    ]);
  }
}

function joined(a: CostedScript, b: CostedScript): CostedScript {
  return { scans: [...a.scans, ...b.scans], bytes: a.bytes + b.bytes };
}

/** The script with the fewest bytes. */
export function smallest(options: readonly CostedScript[]): CostedScript {
  return options.reduce((a, b) => (b.bytes < a.bytes ? b : a));
}

/** The place of a scan: DC, AC from low to high frequencies, luma before chroma; then later bits, the higher first. */
function rank(plan: ScanPlan): number {
  const { spectralStart, approximationHigh, components } = plan;
  const isLater = approximationHigh > 0;
  return (isLater ? 1000 * (20 - approximationHigh) : spectralStart * 10) + components[0]!;
}
