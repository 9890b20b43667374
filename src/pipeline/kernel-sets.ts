/** The sets of vector kernels of all codecs: what the build writes into `kernels.wasm`. A new set is a row here. */
import { AAC_KERNELS } from '../codecs/aac/kernels/kernel-set.ts';
import { INFLATE_KERNELS } from '../codecs/deflate/kernels/inflate.ts';
import { DEFLATE_KERNELS } from '../codecs/deflate/kernels/vector.ts';
import { H264_KERNELS } from '../codecs/h264/kernels/vector/index.ts';
import { TRELLIS_KERNELS } from '../codecs/h264/kernels/vector/level-trellis.ts';
import { LOW_SEARCH_KERNELS } from '../codecs/h264/kernels/vector/low-search.ts';
import { KERNELS_8X8 } from '../codecs/h264/kernels/vector/residual-8x8.ts';
import { WINDOW_KERNELS } from '../codecs/h264/kernels/vector/window-rows.ts';
import { JPEG_KERNELS } from '../codecs/jpeg/kernels/vector/index.ts';
import { JPEG_READ_KERNELS } from '../codecs/jpeg/kernels/vector/read-kernels.ts';
import { JPEG_SCAN_KERNELS } from '../codecs/jpeg/kernels/vector/scan-kernels.ts';
import { PNG_KERNELS } from '../codecs/png/kernels/filter-kernels.ts';
import { RESAMPLE_KERNELS } from '../filters/audio/resample/block-resampler.ts';
import { PIXEL_KERNELS } from '../filters/pixels/kernels.ts';
import { SCALE_KERNELS } from '../filters/scale/vector.ts';
import type { KernelModule } from '../wasm/kernel-memory.ts';

/** All of them. */
export const KERNEL_SETS: readonly KernelModule[] = [
  AAC_KERNELS,
  DEFLATE_KERNELS,
  H264_KERNELS,
  INFLATE_KERNELS,
  KERNELS_8X8,
  LOW_SEARCH_KERNELS,
  TRELLIS_KERNELS,
  JPEG_KERNELS,
  JPEG_READ_KERNELS,
  JPEG_SCAN_KERNELS,
  PIXEL_KERNELS,
  PNG_KERNELS,
  RESAMPLE_KERNELS,
  SCALE_KERNELS,
  WINDOW_KERNELS,
];
