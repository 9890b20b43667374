/** The frame kernels on gpu.js's own WebGPU device: search and analysis by our shaders, the others by gpu.js. */
import type { PictureAnalysis } from '../../codecs/h264/encoder/picture-analysis.ts';
import type { BlockVectors, SamplePlane, SearchedSize, SearchRange } from '../frame-kernels.ts';
import type { GpuJsModule } from '../gpujs/gpu-js.ts';
import { GpuJsFrameKernels } from '../gpujs/gpu-js-kernels.ts';
import type { GpuDevice } from './webgpu.ts';
import { WgslAnalysis, WgslSearch } from './wgsl-analysis.ts';

/** See `FrameKernels` for each method. */
export class WgslFrameKernels extends GpuJsFrameKernels {
  override readonly backend: string = 'WGSL, gpu.js webgpu';
  private readonly device: GpuDevice;
  private readonly blockSearch: WgslSearch;
  private analysis: WgslAnalysis | null = null;
  /** The last `analyze`: they run one after another. */
  private last: Promise<unknown> = Promise.resolve();

  constructor(library: GpuJsModule, device: GpuDevice) {
    super(library, 'webgpu');
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

  override analyze(luma: SamplePlane): Promise<PictureAnalysis> {
    const { width, height } = luma;
    const samples = luma.samples.slice(0, width * height);
    const result = this.last.then(() => {
      this.analysis ??= new WgslAnalysis(this.device, width, height);
      return this.analysis.analyze(samples);
    });
    this.last = result.catch(() => {});
    return result;
  }

  override async close(): Promise<void> {
    await this.last;
    this.analysis?.close();
    await super.close();
  }
}
