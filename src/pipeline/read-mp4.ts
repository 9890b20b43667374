/** Files of the MP4 family as the session reads them. */
import { openMp4 } from '../containers/isobmff/index.ts';
import { ABOUT_READ_MP4 } from './format-descriptions.ts';
import type { InputFormat } from './input-format.ts';

/** MP4, QuickTime. */
export const READ_MP4: InputFormat = { ...ABOUT_READ_MP4, open: openMp4 };
