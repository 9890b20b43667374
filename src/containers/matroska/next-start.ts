/** Where reading can go on after damage: at the next bytes that look like the start of a cluster, or of another document. */

/** The ID of a cluster as it stands in a file (RFC 9559, 5.1.3). */
export const CLUSTER_ID_BYTES = [0x1f, 0x43, 0xb6, 0x75];
/** The ID of the EBML header, with which a document begins. */
export const EBML_ID_BYTES = [0x1a, 0x45, 0xdf, 0xa3];

/** Where in `bytes`, from `from` on, a cluster or another document may begin; -1 if nowhere. */
export function findNextStart(bytes: Uint8Array, from: number): number {
  const cluster = findId(bytes, from, CLUSTER_ID_BYTES);
  const document = findId(bytes, from, EBML_ID_BYTES);
  return document < 0 || (cluster >= 0 && cluster < document) ? cluster : document;
}

function findId(bytes: Uint8Array, from: number, id: readonly number[]): number {
  for (let at = bytes.indexOf(id[0]!, from); at >= 0; ) {
    if (id.every((byte, i) => bytes[at + i] === byte)) return at;
    at = bytes.indexOf(id[0]!, at + 1);
  }
  return -1;
}
