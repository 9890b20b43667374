/** The facts about MP4 and Matroska that are known before the code of their readers and writers is loaded. */
import { isMp4 } from '../containers/isobmff/is-mp4.ts';
import { isEbml } from '../containers/matroska/is-ebml.ts';
import { carriedToMatroska, carriedToMp4, carriedToWebm } from './carried.ts';
import type { FormatDescription } from './format.ts';
import type { InputFormatDescription } from './input-format.ts';

/** MP4 (MPEG-4 part 14). */
export const ABOUT_MP4: FormatDescription = {
  name: 'mp4',
  description: 'MP4 (MPEG-4 part 14)',
  extensions: ['mp4', 'm4v'],
  defaultVideo: 'h264',
  defaultAudio: 'aac',
  carried: carriedToMp4,
};

/** MP4 with sound only. */
export const ABOUT_M4A: FormatDescription = {
  name: 'm4a',
  description: 'MP4 with sound only',
  extensions: ['m4a'],
  defaultAudio: 'aac',
  carried: carriedToMp4,
};

/** QuickTime. */
export const ABOUT_MOV: FormatDescription = {
  name: 'mov',
  description: 'QuickTime',
  extensions: ['mov', 'qt'],
  defaultVideo: 'h264',
  defaultAudio: 'aac',
  carried: carriedToMp4,
};

/** Matroska. */
export const ABOUT_MATROSKA: FormatDescription = {
  name: 'matroska',
  description: 'Matroska',
  extensions: ['mkv', 'mka', 'mks', 'mk3d'],
  defaultVideo: 'h264',
  defaultAudio: 'aac',
  carried: carriedToMatroska,
};

/** WebM. */
export const ABOUT_WEBM: FormatDescription = {
  name: 'webm',
  description: 'WebM',
  extensions: ['webm', 'weba'],
  carried: carriedToWebm,
};

/** Files of the MP4 family, as they are read. */
export const ABOUT_READ_MP4: InputFormatDescription = {
  name: 'mp4',
  description: 'MP4, QuickTime',
  aliases: ['mov', 'm4a', 'm4v', 'qt'],
  isFormat: isMp4,
  goesBack: true,
};

/** Matroska and WebM, as they are read. */
export const ABOUT_READ_MATROSKA: InputFormatDescription = {
  name: 'matroska',
  description: 'Matroska, WebM',
  aliases: ['mkv', 'mka', 'webm'],
  isFormat: isEbml,
  goesBack: false,
};
