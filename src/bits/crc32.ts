/** CRC-32 of ISO 3309 and ITU-T V.42 (polynomial 0x04C11DB7, reflected), the checksum of EBML, PNG and gzip. */

const POLYNOMIAL = 0xedb88320;
const SLICES = 8;

let tables: Uint32Array | null = null;

/**
 * Eight tables of 256 entries: entry n of table k is the remainder of byte n followed by k zero bytes, so that eight
 * bytes are folded in at once.
 */
function crcTables(): Uint32Array {
  if (tables !== null) return tables;
  const made = new Uint32Array(SLICES * 256);
  for (let n = 0; n < 256; n++) {
    let crc = n;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) !== 0 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    made[n] = crc;
  }
  for (let n = 0; n < 256; n++) {
    for (let slice = 1; slice < SLICES; slice++) {
      const before = made[(slice - 1) * 256 + n]!;
      made[slice * 256 + n] = (before >>> 8) ^ made[before & 255]!;
    }
  }
  tables = made;
  return made;
}

/**
 * CRC-32 of `bytes` from `start` to before `end`, going on from `crc`, the result for the bytes before (0 at the
 * beginning). The result is unsigned.
 */
export function crc32(bytes: Uint8Array, crc = 0, start = 0, end: number = bytes.length): number {
  const table = crcTables();
  let rest = ~crc;
  let i = start;
  for (; i + 8 <= end; i += 8) {
    rest ^= bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    rest =
      table[1792 + (rest & 255)]! ^
      table[1536 + ((rest >>> 8) & 255)]! ^
      table[1280 + ((rest >>> 16) & 255)]! ^
      table[1024 + (rest >>> 24)]! ^
      table[768 + bytes[i + 4]!]! ^
      table[512 + bytes[i + 5]!]! ^
      table[256 + bytes[i + 6]!]! ^
      table[bytes[i + 7]!]!;
  }
  for (; i < end; i++) rest = (rest >>> 8) ^ table[(rest ^ bytes[i]!) & 255]!;
  return ~rest >>> 0;
}
