/** Streams whose samples are encrypted: a copy would lack the keys' names and the counters (ISO/IEC 23001-7), so nobody could play it. */
import { UnsupportedError } from '../../base/errors.ts';

/** Types of sample entries of encrypted samples (ISO/IEC 14496-12 clause 8.12; iTunes), which are the names of their codecs. */
export const ENCRYPTED_TYPES: readonly string[] = ['encv', 'enca', 'enct', 'encs', 'drms', 'drmi'];

/** Throws `UnsupportedError` for a codec that stands for encrypted samples. */
export function refuseEncrypted(where: string, codec: string): void {
  if (!ENCRYPTED_TYPES.includes(codec)) return;
  throw new UnsupportedError(where, `the samples are encrypted ('${codec}'); they are not copied`);
}
