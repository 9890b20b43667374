/** The list of picture filters and picture sources. */
import type { FilterDefinition } from '../filter.ts';
import { COPY, NULL } from './null.ts';

/** All of them. */
export const VIDEO_FILTERS: readonly FilterDefinition[] = [COPY, NULL];
