/** All filters. A new one is its own file and its name in one of the two lists. */

import { AUDIO_FILTERS } from './audio/audio-filters.ts';
import type { FilterDefinition } from './definition/filter.ts';
import { ABUFFER, ABUFFERSINK } from './ends/abuffer.ts';
import { BUFFER, BUFFERSINK } from './ends/buffer.ts';
import { VIDEO_FILTERS } from './video/video-filters.ts';

/** Every filter of the library. */
export const FILTERS: readonly FilterDefinition[] = [
  BUFFER,
  BUFFERSINK,
  ABUFFER,
  ABUFFERSINK,
  ...VIDEO_FILTERS,
  ...AUDIO_FILTERS,
];
