/** All tools of the writer. */
import { writeCarriedBoxes } from './carried-boxes.ts';
import { chapterTrack, isChapters } from './chapter-track.ts';
import { writeTrackTexts } from './keyed-metadata.ts';
import { writeUserData } from './metadata-writer.ts';
import { OTHER_ENTRIES } from './other-entries.ts';
import { writePictureBoxes } from './picture-boxes.ts';
import {
  checkTextCodec,
  textHandlerType,
  writeTextEntry,
  writeTextMediaHeader,
} from './text-entries.ts';
import { closingTextSample, trackSamples } from './text-samples.ts';
import { addTimecodes } from './timecode-track.ts';
import type { Mp4Tools } from './tools.ts';
import { hasKinds, lostElements, writeKinds } from './track-kinds.ts';
import { writeLinks } from './written-links.ts';

/** Every codec that MP4 has a place for, text, chapters and titles. */
export const ALL_TOOLS: Mp4Tools = {
  entries: OTHER_ENTRIES,
  text: {
    check: checkTextCodec,
    samples: trackSamples,
    closing: closingTextSample,
    chapterTrack,
    isChapters,
    handlerType: textHandlerType,
    writeMediaHeader: writeTextMediaHeader,
    writeEntry: writeTextEntry,
  },
  writePictureBoxes,
  writeCarriedBoxes,
  kinds: { has: hasKinds, write: writeKinds, lost: lostElements },
  addTimecodes,
  writeLinks,
  writeUserData,
  writeTrackTexts,
};
