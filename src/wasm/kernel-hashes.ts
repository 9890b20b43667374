/**
 * The hashes of the kernels that this version of the library has, by set. The build puts them here (tools/build.mjs), so that a
 * library that is given prebuilt kernels need not write them to compare. In the sources there are none, and they are computed.
 */

/** Name of a set => hash of its module. */
export const KERNEL_HASHES: Readonly<Record<string, string>> | null = null;
