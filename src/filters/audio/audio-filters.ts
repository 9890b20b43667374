/** The list of sound filters, sound sources, and filters from sound to picture. */
import type { FilterDefinition } from '../filter.ts';
import { AFORMAT } from './aformat.ts';
import { ANULL } from './anull.ts';
import { ARESAMPLE } from './aresample.ts';

/** All of them. */
export const AUDIO_FILTERS: readonly FilterDefinition[] = [AFORMAT, ANULL, ARESAMPLE];
