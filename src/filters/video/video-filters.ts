/** The list of picture filters and picture sources. */
import type { FilterDefinition } from '../definition/filter.ts';
import { SETDAR, SETSAR } from './aspect.ts';
import { BLEND } from './blend.ts';
import { BOXBLUR, GBLUR } from './blur.ts';
import { COLOR, NULLSRC } from './color.ts';
import { COLORCHANNELMIXER } from './colorchannelmixer.ts';
import { COLORSPACE } from './colorspace.ts';
import { CONCAT } from './concat.ts';
import { CROP } from './crop.ts';
import { DRAWBOX, DRAWGRID } from './draw-box.ts';
import { DRAWTEXT } from './draw-text.ts';
import { EQ } from './eq.ts';
import { FADE } from './fade.ts';
import { HFLIP, VFLIP } from './flip.ts';
import { FORMAT, NOFORMAT } from './format.ts';
import { FPS } from './fps.ts';
import { GEQ } from './geq.ts';
import { GRADIENTS } from './gradients.ts';
import { HUE } from './hue.ts';
import { LOOP } from './loop.ts';
import { LUT, LUTRGB, LUTYUV } from './lut.ts';
import { MERGEPLANES } from './merge-planes.ts';
import { NEGATE } from './negate.ts';
import { COPY, NULL } from './null.ts';
import { OVERLAY } from './overlay.ts';
import { PAD } from './pad.ts';
import { AREVERSE, REVERSE } from './reverse.ts';
import { ROTATE } from './rotate.ts';
import { SCALE } from './scale.ts';
import { ASELECT, SELECT } from './select.ts';
import { SETPTS, SETTB } from './setpts.ts';
import { SHOWINFO } from './showinfo.ts';
import { SMPTEBARS } from './smptebars.ts';
import { ASPLIT, SPLIT } from './split.ts';
import { HSTACK, VSTACK, XSTACK } from './stack.ts';
import { TESTSRC, TESTSRC2 } from './testsrc.ts';
import { THUMBNAIL } from './thumbnail.ts';
import { TILE } from './tile.ts';
import { TPAD } from './tpad.ts';
import { TRANSPOSE } from './transpose.ts';
import { TRIM } from './trim.ts';
import { UNSHARP } from './unsharp.ts';
import { XFADE } from './xfade.ts';
import { ZOOMPAN } from './zoompan.ts';

/** All of them. */
export const VIDEO_FILTERS: readonly FilterDefinition[] = [
  AREVERSE,
  ASELECT,
  ASPLIT,
  BLEND,
  BOXBLUR,
  COLOR,
  COLORCHANNELMIXER,
  COLORSPACE,
  CONCAT,
  COPY,
  CROP,
  DRAWBOX,
  DRAWGRID,
  DRAWTEXT,
  EQ,
  FADE,
  FORMAT,
  FPS,
  GBLUR,
  GEQ,
  GRADIENTS,
  HFLIP,
  HSTACK,
  HUE,
  LOOP,
  LUT,
  LUTRGB,
  LUTYUV,
  MERGEPLANES,
  NEGATE,
  NOFORMAT,
  NULL,
  NULLSRC,
  OVERLAY,
  PAD,
  REVERSE,
  ROTATE,
  SCALE,
  SELECT,
  SETDAR,
  SETPTS,
  SETSAR,
  SETTB,
  SHOWINFO,
  SMPTEBARS,
  SPLIT,
  TESTSRC,
  TESTSRC2,
  THUMBNAIL,
  TILE,
  TPAD,
  TRANSPOSE,
  TRIM,
  UNSHARP,
  VFLIP,
  VSTACK,
  XFADE,
  XSTACK,
  ZOOMPAN,
];
