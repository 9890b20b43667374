/**
 * adts_error_check, AAC clause 1.A.2.2.3: a CRC over the header and the beginnings of the coded channels, where an error
 * would be loudest. What it covers is found by the encoder (`AacPacket.protectedBits`): a container cannot tell where the second
 * channel of a pair begins without decoding the first.
 */

/** x^16 + x^15 + x^2 + 1, AAC clause 1.A.3.2.1. */
const POLYNOMIAL = 0x8005;
/** The register before the first bit. */
const START = 0xffff;

/**
 * crc_check of a frame with one raw_data_block.
 * @param header its `headerBytes` first bytes are covered whole
 * @param programConfig a program_config_element() with its id_syn_ele before `data`, covered whole; empty if there is none
 * @param data the raw_data_block, or the rest of it
 * @param protectedBits the parts of `data` that are covered, as `AacPacket.protectedBits`
 */
export function adtsCrc(
  header: Uint8Array,
  headerBytes: number,
  programConfig: Uint8Array,
  data: Uint8Array,
  protectedBits: Uint16Array,
): number {
  let crc = addBits(START, header, 0, headerBytes * 8);
  if (programConfig.length > 0) crc = addBits(crc, programConfig, 3, programConfig.length * 8 - 3);
  for (let i = 0; i < protectedBits.length; i += 3) {
    const count = protectedBits[i + 1]!;
    crc = addBits(crc, data, protectedBits[i]!, count);
    for (let zero = count; zero < protectedBits[i + 2]!; zero++) crc = addBit(crc, 0);
  }
  return crc;
}

function addBits(crc: number, bytes: Uint8Array, first: number, count: number): number {
  for (let at = first; at < first + count; at++) {
    crc = addBit(crc, (bytes[at >> 3]! >> (7 - (at & 7))) & 1);
  }
  return crc;
}

function addBit(crc: number, bit: number): number {
  const shifted = (crc << 1) & 0xffff;
  return (crc >> 15) ^ bit ? shifted ^ POLYNOMIAL : shifted;
}
