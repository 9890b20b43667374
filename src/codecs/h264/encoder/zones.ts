/**
 * Zones: ranges of pictures that the caller wants coded otherwise than the rest: at a QP of their own, with more or fewer bits, or
 * with offsets by macroblock (regions of interest).
 */
import {
  ConfigError,
  rejectUnknownKeys,
  requireInteger,
  requireNumber,
} from '../../../base/errors.ts';
import { exp2, log2 } from '../../../base/exp-log.ts';

/** A range of pictures. Where ranges overlap the last one counts, for the rate and for the map each. */
export interface Zone {
  /** Its first and its last picture, counted from 0 as they are shown. */
  readonly start: number;
  readonly end: number;
  /**
   * QP of its P pictures, 0..51, before all offsets; with `crf` and `bitRate` kept within `qpMin` and `qpMax`. With `bitRate` the pictures
   * after the zone pay for what it takes beyond its share.
   */
  readonly qp?: number;
  /** Not with `qp`: bits that its pictures take, as a multiple (0.01..100) of what they would take otherwise. */
  readonly bitRateFactor?: number;
  /** QP by which each macroblock of its pictures differs, -51..51, in raster order; beside those that come with a picture. */
  readonly qpOffsets?: Int8Array;
}

/** Seconds in which two thirds of what zones took beyond their share are paid back. */
const REPAY_SECONDS = 2;

/** The zones of a stream, checked, and what they did to its rate. */
export class Zones {
  private readonly zones: readonly Zone[];
  private zone: Zone | null = null;
  /** How far the zone of the current picture moves its QP. */
  shift = 0;
  /** Bits that zones took beyond their share and that are still owed. */
  debt = 0;

  /**
   * @param mbs macroblocks of a picture
   * Throws `ConfigError` naming the first property that is wrong.
   */
  constructor(zones: readonly Zone[], mbs: number) {
    const at = 'h264.options.zones';
    if (!Array.isArray(zones)) {
      throw new ConfigError(at, `got ${String(zones)}, allowed is an array of zones`);
    }
    for (const [i, zone] of zones.entries()) checkZone(`${at}[${i}]`, zone, mbs);
    this.zones = [...zones].reverse();
  }

  /** Begins a picture. */
  startPicture(displayNumber: number): void {
    this.zone = this.rateZone(displayNumber);
    this.shift = 0;
  }

  /** The picture's QP as its zone wants it; `typeOffset`: what a picture of its type is above a P picture. */
  move(qp: number, typeOffset: number): number {
    const { zone } = this;
    if (zone === null) return qp;
    this.shift = zone.qp === undefined ? -6 * log2(zone.bitRateFactor!) : zone.qp + typeOffset - qp;
    return qp + this.shift;
  }

  /** Takes note of what the picture took, or, outside of zones, lets it pay. Returns the bits that it would have taken outside. */
  learn(bits: number, framesPerSecond: number): number {
    if (this.zone === null) {
      this.debt -= this.debt / (REPAY_SECONDS * framesPerSecond);
      return bits;
    }
    const outside = bits * exp2(this.shift / 6);
    this.debt += bits - outside;
    return outside;
  }

  /** The zone that says the QP or the bits of a picture; null if none does. */
  rateZone(displayNumber: number): Zone | null {
    return this.find(displayNumber, (zone) => (zone.qp ?? zone.bitRateFactor) !== undefined);
  }

  /** The map of a picture; null if there is none. */
  qpOffsets(displayNumber: number): Int8Array | null {
    const zone = this.find(displayNumber, ({ qpOffsets }) => qpOffsets !== undefined);
    return zone?.qpOffsets ?? null;
  }

  private find(n: number, says: (zone: Zone) => boolean): Zone | null {
    return this.zones.find((zone) => zone.start <= n && n <= zone.end && says(zone)) ?? null;
  }
}

function checkZone(at: string, zone: Zone, mbs: number): void {
  if (typeof zone !== 'object' || zone === null) {
    throw new ConfigError(at, `got ${String(zone)}, allowed is an object with start and end`);
  }
  rejectUnknownKeys(at, zone, ['start', 'end', 'qp', 'bitRateFactor', 'qpOffsets']);
  const { start, end, qp, bitRateFactor, qpOffsets } = zone;
  requireInteger(`${at}.start`, start, 0, Number.MAX_SAFE_INTEGER);
  requireInteger(`${at}.end`, end, start, Number.MAX_SAFE_INTEGER);
  if (qp !== undefined) requireNumber(`${at}.qp`, qp, 0, 51);
  if (bitRateFactor !== undefined) {
    requireNumber(`${at}.bitRateFactor`, bitRateFactor, 0.01, 100);
    if (qp !== undefined)
      throw new ConfigError(`${at}.bitRateFactor`, 'contradicts qp, allowed is one of them');
  }
  if (qpOffsets !== undefined) checkOffsets(`${at}.qpOffsets`, qpOffsets, mbs);
  if ((qp ?? bitRateFactor ?? qpOffsets) === undefined) {
    throw new ConfigError(at, 'says nothing, allowed is qp, bitRateFactor or qpOffsets');
  }
}

function checkOffsets(at: string, qpOffsets: Int8Array, mbs: number): void {
  if (!(qpOffsets instanceof Int8Array) || qpOffsets.length !== mbs) {
    const got = (qpOffsets as Int8Array | null)?.length;
    throw new ConfigError(
      at,
      `got ${got} numbers, allowed is an Int8Array of ${mbs}, one by macroblock`,
    );
  }
  for (const offset of qpOffsets) requireInteger(at, offset, -51, 51);
}
