/** From canonical packets and configuration records to an Annex B stream. */

/** NAL units of a canonical packet: each behind a 4-byte length. */
export function* lengthPrefixed(data: Uint8Array): Generator<Uint8Array> {
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  for (let at = 0; at < data.length; ) {
    const length = view.getUint32(at);
    yield data.subarray(at + 4, at + 4 + length);
    at += 4 + length;
  }
}

/** The parameter sets of an AVCDecoderConfigurationRecord, ISO/IEC 14496-15 clause 5.3.3.1. */
export function* parameterSets(config: Uint8Array): Generator<Uint8Array> {
  let at = 5;
  for (const mask of [31, 255]) {
    let count = config[at++]! & mask;
    for (; count > 0; count--) {
      const length = (config[at]! << 8) | config[at + 1]!;
      yield config.subarray(at + 2, at + 2 + length);
      at += 2 + length;
    }
  }
}

/** NAL units, each behind a start code of four bytes (clause B.1.1). */
export function annexB(units: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(units.reduce((sum, unit) => sum + 4 + unit.length, 0));
  let at = 0;
  for (const unit of units) {
    out[at + 3] = 1;
    out.set(unit, at + 4);
    at += 4 + unit.length;
  }
  return out;
}
