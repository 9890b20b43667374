/** Makes a JPEG file smaller without changing a coefficient: best scans, best Huffman tables. */
import { rejectUnknownKeys, requireOneOf } from '../../base/errors.ts';
import { orientationOf, withOrientation } from '../../frames/exif.ts';
import type { VectorKernels } from '../../wasm/kernel-memory.ts';
import { requireLimits } from './decoder.ts';
import { type ComponentBlocks, createBlockStore } from './encoder/block-store.ts';
import type { JpegInspector } from './encoder/inspector.ts';
import { type ScanMode, writeFile } from './encoder/write-scans.ts';
import { JPEG_SCAN_KERNELS } from './kernels/vector/scan-kernels.ts';
import { BandDecoder } from './standard/band-decoder.ts';
import type { Frame } from './standard/frame.ts';
import { APP0, APP2, APP14 } from './standard/markers.ts';
import { exifSegment, readMetadata } from './standard/metadata.ts';
import { type JpegFile, type JpegLimits, readFile, type Segment } from './standard/read-file.ts';
import { ZIGZAG } from './standard/zigzag.ts';

/** Options of `optimizeJpeg`. */
export interface JpegOptimizeOptions {
  /** Scans of the result. Default `smallest`. */
  readonly scans?: ScanMode;
  /** `all` keeps Exif, ICC, XMP, comments and what else is there; `color` only what colors depend on (JFIF, ICC, Adobe), and an Exif segment with the orientation alone where the file says one. Default `all`. */
  readonly metadata?: 'all' | 'color';
  /** Limits of memory and size that the file must keep. */
  readonly limits?: Partial<JpegLimits>;
  /** Told of the scans that are written; null (default) for none. The file is the same. */
  readonly inspect?: JpegInspector | null;
  /** Vector kernels: true where the engine can make them, false for none, or the module of `vitrine/kernels.wasm`. Default true; the bytes are the same. */
  readonly vectorKernels?: VectorKernels;
}

/**
 * A file with the same coefficients and quantization tables as `bytes`, at most as large. Restart markers are left out. Memory: for
 * the coefficients that are not zero, some 2 bytes each. Throws as `decodeJpeg` does.
 */
export function optimizeJpeg(
  bytes: Uint8Array,
  options: JpegOptimizeOptions = {},
): Uint8Array<ArrayBuffer> {
  rejectUnknownKeys('jpeg.options', options, [
    'scans',
    'metadata',
    'limits',
    'inspect',
    'vectorKernels',
  ]);
  const vectorKernels = JPEG_SCAN_KERNELS.requireKernels(
    'jpeg.options.vectorKernels',
    options.vectorKernels ?? true,
  );
  const { scans = 'smallest', metadata = 'all', inspect = null } = options;
  requireOneOf('jpeg.options.scans', scans, ['smallest', 'progressive', 'baseline']);
  requireOneOf('jpeg.options.metadata', metadata, ['all', 'color']);
  const file = readFile(bytes, requireLimits('jpeg.limits', options.limits));
  const { frame, quantTables } = withOwnTables(file);
  const segments = metadata === 'all' ? file.segments : segmentsOfColor(file);
  const head = { frame, quantTables, segments, restartInterval: 0 };
  inspect?.picture(frame, file.quantization);
  const smaller = writeFile(head, readBlocks(file), scans, true, vectorKernels, inspect);
  return smaller.length < bytes.length || scans !== 'smallest' ? smaller : Uint8Array.from(bytes);
}

/** The segments without which a picture would look different: those of colors, and how it is turned. */
function segmentsOfColor({ segments }: JpegFile): Segment[] {
  const kept = segments.filter(({ marker }) => [APP0, APP2, APP14].includes(marker));
  const exif = withOrientation(undefined, orientationOf(readMetadata(segments).exif));
  if (exif === undefined) return kept;
  // JFIF's segment comes first (T.871 clause 10.1), Exif's next (Exif clause 4.5.4).
  const at = kept[0]?.marker === APP0 ? 1 : 0;
  return [...kept.slice(0, at), exifSegment(exif), ...kept.slice(at)];
}

/** The blocks of a file. */
function readBlocks(file: JpegFile): ComponentBlocks[] {
  const { frame } = file;
  const decoder = new BandDecoder(file);
  const { starts, size } = decoder.layout;
  const coefficients = new Int16Array(size);
  const blocks = createBlockStore(frame);
  const index = new Int32Array(64);
  const level = new Int32Array(64);
  for (let band = 0; band < frame.mcusHigh; band++) {
    decoder.decode(band, coefficients);
    for (let i = 0; i < blocks.length; i++) {
      const { v, blocksWide, blocksHigh, paddedBlocksWide } = frame.components[i]!;
      for (let y = 0; y < Math.min(v, blocksHigh - band * v); y++) {
        for (let x = 0; x < blocksWide; x++) {
          const at = starts[i]! + 64 * (y * paddedBlocksWide + x);
          let count = 0;
          for (let k = 1; k < 64; k++) {
            const value = coefficients[at + ZIGZAG[k]!]!;
            if (value === 0) continue;
            index[count] = k;
            level[count++] = value;
          }
          blocks[i]!.addAc(count, index, level);
          blocks[i]!.dc[(band * v + y) * blocksWide + x] = coefficients[at]!;
        }
      }
    }
  }
  return blocks;
}

/** A file may redefine a table between scans; here, equal tables share a destination and others have their own. */
function withOwnTables(file: JpegFile): { frame: Frame; quantTables: Int16Array[] } {
  const quantTables: Int16Array[] = [];
  const components = file.frame.components.map((component, i) => {
    const steps = file.quantization[i]!;
    let quantTable = quantTables.findIndex((table) => table.every((step, k) => step === steps[k]));
    if (quantTable < 0) quantTable = quantTables.push(steps) - 1;
    return { ...component, quantTable };
  });
  return { frame: { ...file.frame, components }, quantTables };
}
