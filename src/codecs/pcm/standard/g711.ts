/**
 * The companding laws of ITU-T G.711: eight bits for samples whose steps grow with their size. Both laws are
 * computed from their definition, not copied; a 16-bit sample is the standard's number, 13 bits in A-law and 14 bits in
 * mu-law, shifted left until it fills 16 bits.
 */

/** G.711 clause 3.1: "the even bits are inverted" (bits 2, 4, 6, 8 counted from 1) before an A-law octet is sent. */
const ALAW_EVEN_BITS = 0x55;

/** Bias that makes all mu-law segments start at a power of two: 33 in the 14-bit numbers of table 2a. */
const MULAW_BIAS = 33 << 2;

/**
 * The 16-bit value of an A-law octet, G.711 clause 3.1, table 1a: sign (1 is positive), three bits of segment,
 * four of position. Segments 0 and 1 have steps of 2 (in 13-bit numbers), each further one doubles; the value is
 * the middle of its step.
 */
export function alawToLinear(octet: number): number {
  const bits = octet ^ ALAW_EVEN_BITS;
  const segment = (bits >> 4) & 7;
  const step = (bits & 15) * 2 + 1;
  const magnitude = segment === 0 ? step : (step + 32) << (segment - 1);
  return (bits & 0x80 ? magnitude : -magnitude) << 3;
}

/**
 * The 16-bit value of a mu-law octet, G.711 clause 3.2, table 2a: all bits are inverted; sign, three bits of
 * segment, four of position. Steps double from segment to segment; the first value of segment 0 is zero.
 */
export function mulawToLinear(octet: number): number {
  const bits = ~octet & 0xff;
  const magnitude = ((((bits & 15) << 3) + MULAW_BIAS) << ((bits >> 4) & 7)) - MULAW_BIAS;
  return bits & 0x80 ? -magnitude : magnitude;
}

/**
 * The A-law octet of a 16-bit sample, G.711 clause 3.1. Each octet stands for the samples from its lower decision
 * value (table 1a, column 5) up to the next one, that one excluded, over the whole signed line, so that -16 falls to -8.
 */
export function linearToAlaw(sample: number): number {
  const magnitude = (sample < 0 ? ~sample : sample) >> 4;
  const segment = magnitude < 32 ? magnitude >> 4 : 28 - Math.clz32(magnitude);
  const position = (segment > 1 ? magnitude >> (segment - 1) : magnitude) & 15;
  return ((sample < 0 ? 0 : 0x80) | (segment << 4) | position) ^ ALAW_EVEN_BITS;
}

/**
 * The mu-law octet of a 16-bit sample, G.711 clause 3.2: decision values of table 2a, column 5, taken as in
 * `linearToAlaw`. Samples beyond the last decision value (8159 in 14 bits) take the last octet.
 */
export function linearToMulaw(sample: number): number {
  const biased = Math.min((sample < 0 ? ~sample : sample) + MULAW_BIAS, 0x7fff);
  const segment = 24 - Math.clz32(biased);
  const position = (biased >> (segment + 3)) & 15;
  return ~((sample < 0 ? 0x80 : 0) | (segment << 4) | position) & 0xff;
}

/** Table: octet => 16-bit sample by `law`, G.711 tables 1 and 2 in the order of the octets. */
export function expansionTable(law: 'alaw' | 'mulaw'): Int16Array {
  const toLinear = law === 'alaw' ? alawToLinear : mulawToLinear;
  return Int16Array.from({ length: 256 }, (_, octet) => toLinear(octet));
}

/** Table: low 16 bits of a sample => octet by `law`, G.711 tables 1 and 2. */
export function compressionTable(law: 'alaw' | 'mulaw'): Uint8Array {
  const fromLinear = law === 'alaw' ? linearToAlaw : linearToMulaw;
  return Uint8Array.from({ length: 0x10000 }, (_, bits) => fromLinear((bits << 16) >> 16));
}
