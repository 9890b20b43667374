/** ffmpeg's filter language over our frames: text to graph, graph to frames. */
export {
  LoudnessMeter,
  type LoudnessMeterOptions,
} from '../dsp/loudness.ts';
export { Resampler, type ResamplerOptions, resample, type Span } from './audio/resample/index.ts';
export {
  CHANNEL_LAYOUT_NAMES,
  type ChannelLayout,
  parseChannelLayout,
} from './definition/channel-layout.ts';
export type {
  AudioLink,
  FilterDefinition,
  FilterInstance,
  FilterReport,
  FilterSetup,
  Frame,
  Link,
  VideoLink,
} from './definition/filter.ts';
export type { OptionDefinition, OptionKind } from './definition/options.ts';
export {
  type AudioFilterOptions,
  type AudioSourceInfo,
  getAbufferDesc,
  getAudioFilterDesc,
  getBufferDesc,
  getFilterDesc,
  getVideoFilterDesc,
  type PacketsInfo,
  type TimeSpan,
  type VideoFilterOptions,
  type VideoSourceInfo,
} from './descriptions.ts';
export { type Conversion, FilterGraph, type FilterGraphOptions } from './filter-graph.ts';
export type { FilterFunction, FrameContext, FunctionFilterOptions } from './function-filter.ts';
export type { OpenInput } from './graph/build.ts';
export type { GraphInspector, GraphLink } from './graph/inspector.ts';
export { FilterGraphError } from './language/graph-error.ts';
export {
  type FilterGraphText,
  type FilterText,
  formatFilterGraph,
  type LabelText,
  type OptionText,
  parseFilterGraph,
} from './language/graph-text.ts';
export { FILTERS } from './registry.ts';
export { FILTER_TABLES, GraphTrace } from './trace.ts';
