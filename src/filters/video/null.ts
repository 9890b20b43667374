/** `null` and `copy`: pictures as they are. */
import { type FilterDefinition, VIDEO_PAD } from '../definition/filter.ts';

/** Hands every picture on. */
export const NULL: FilterDefinition = {
  name: 'null',
  description: 'hands pictures on as they are',
  options: [],
  inputs: VIDEO_PAD,
  outputs: VIDEO_PAD,
  open: () => ({}),
};

/** Frames are never written to, so a copy is the picture itself. */
export const COPY: FilterDefinition = { ...NULL, name: 'copy' };
