/**
 * Kernels over whole pictures, on a GPU where there is one: `vitrine/gpu`. Read frame-kernels.ts first, then `plain/`, then
 * `gpujs/kernel-sources.ts` and `wgsl/shaders.ts`, which compute the same.
 */
export type { PictureAnalysis } from '../codecs/h264/encoder/picture-analysis.ts';
export type {
  BlockQuantizer,
  BlockVectors,
  FrameKernels,
  HalfSamplePlanes,
  LumaChromaPlanes,
  SamplePlane,
  SearchedSize,
  SearchRange,
  StreamAnalysis,
} from './frame-kernels.ts';
export { GpuKernels, type GpuKernelsOptions, gpuKernels } from './gpu-kernels.ts';
export type { GpuJsModule, GpuMode } from './gpujs/gpu-js.ts';
export type { AnalysisReport, GuardedAnalysis } from './guarded-analysis.ts';
export { offerWebGpu, type WebGpuPackage } from './offer-webgpu.ts';
export { PlainFrameKernels } from './plain/plain-frame-kernels.ts';
