/** The list of picture filters and picture sources. */
import type { FilterDefinition } from '../filter.ts';
import { SETDAR, SETSAR } from './aspect.ts';
import { CONCAT } from './concat.ts';
import { CROP } from './crop.ts';
import { HFLIP, VFLIP } from './flip.ts';
import { FORMAT, NOFORMAT } from './format.ts';
import { FPS } from './fps.ts';
import { LOOP } from './loop.ts';
import { MERGEPLANES } from './merge-planes.ts';
import { COPY, NULL } from './null.ts';
import { PAD } from './pad.ts';
import { AREVERSE, REVERSE } from './reverse.ts';
import { SCALE } from './scale.ts';
import { ASELECT, SELECT } from './select.ts';
import { SETPTS, SETTB } from './setpts.ts';
import { SHOWINFO } from './showinfo.ts';
import { ASPLIT, SPLIT } from './split.ts';
import { HSTACK, VSTACK, XSTACK } from './stack.ts';
import { THUMBNAIL } from './thumbnail.ts';
import { TILE } from './tile.ts';
import { TPAD } from './tpad.ts';
import { TRANSPOSE } from './transpose.ts';
import { TRIM } from './trim.ts';

/** All of them. */
export const VIDEO_FILTERS: readonly FilterDefinition[] = [
  AREVERSE,
  ASELECT,
  ASPLIT,
  CONCAT,
  COPY,
  CROP,
  FORMAT,
  FPS,
  HFLIP,
  HSTACK,
  LOOP,
  MERGEPLANES,
  NOFORMAT,
  NULL,
  PAD,
  REVERSE,
  SCALE,
  SELECT,
  SETDAR,
  SETPTS,
  SETSAR,
  SETTB,
  SHOWINFO,
  SPLIT,
  THUMBNAIL,
  TILE,
  TPAD,
  TRANSPOSE,
  TRIM,
  VFLIP,
  VSTACK,
  XSTACK,
];
