/** The frame kernels on gpu.js's own WebGPU device: search and analysis by our shaders, the others by gpu.js. */
import type {
  BlockVectors,
  SamplePlane,
  SearchedSize,
  SearchRange,
  StreamAnalysis,
} from '../frame-kernels.ts';
import type { GpuJsModule } from '../gpujs/gpu-js.ts';
import { GpuJsFrameKernels } from '../gpujs/gpu-js-kernels.ts';
import type { GpuDevice } from './webgpu.ts';
import { WgslAnalysis, WgslSearch } from './wgsl-analysis.ts';

/** See `FrameKernels` for each method. */
export class WgslFrameKernels extends GpuJsFrameKernels {
  override readonly backend: string = 'WGSL, gpu.js webgpu';
  private readonly device: GpuDevice;
  private readonly blockSearch: WgslSearch;

  constructor(library: GpuJsModule, device: GpuDevice) {
    super(library, 'webgpu', device);
    this.device = device;
    this.blockSearch = new WgslSearch(device);
  }

  override searchBlocks(
    current: SamplePlane,
    reference: SamplePlane,
    size: SearchedSize,
    range: SearchRange,
  ): Promise<BlockVectors> {
    return this.blockSearch.search(current, reference, size, range);
  }

  override openAnalysis(): StreamAnalysis {
    return new WgslAnalysis(this.device);
  }
}
