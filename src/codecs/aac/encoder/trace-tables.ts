/** The tables of a trace of AAC (docs/inspection.md). */
import type { TableDescription } from '../../../inspect/trace-format.ts';

const FRAME = [
  ['stream', 'u16'],
  ['frame', 'i32'],
] as const;
const CHANNEL = [...FRAME, ['channel', 'u8']] as const;
const BAND = [...CHANNEL, ['band', 'i16']] as const;

/** Tables by name; all but the first have a row for each thing in a frame. */
export const AAC_TABLES = [
  {
    name: 'aac_stream',
    columns: [
      ['stream', 'u16'],
      ['sampleRate', 'u32'],
      ['channels', 'u8'],
    ],
  },
  {
    name: 'aac_frame',
    columns: [
      ...FRAME,
      ['sample', 'f64'],
      ['bits', 'u32'],
      ['lambda', 'f64'],
      ['reservoir', 'f64'],
    ],
  },
  {
    name: 'aac_channel',
    columns: [
      ...CHANNEL,
      ['windowSequence', 'u8'],
      ['windowShape', 'u8'],
      ['maxSfb', 'u8'],
      ['groups', 'u8'],
      ['globalGain', 'u8'],
      ['bits', 'u32'],
    ],
  },
  {
    name: 'aac_band',
    columns: [
      ...BAND,
      ['group', 'u8'],
      ['windows', 'u8'],
      ['first', 'u16'],
      ['end', 'u16'],
      ['energy', 'f64'],
      ['threshold', 'f64'],
      ['noise', 'f64'],
      ['codebook', 'u8'],
      ['scaleFactor', 'i16'],
      ['bits', 'u16'],
    ],
  },
  {
    name: 'aac_pair',
    columns: [
      ...BAND,
      ['choice', 'u8'],
      ['separateBits', 'f64'],
      ['jointBits', 'f64'],
      ['codedCost', 'f64'],
      ['intensityCost', 'f64'],
    ],
  },
  {
    name: 'aac_filter',
    columns: [...CHANNEL, ['window', 'u8'], ['gain', 'f64'], ['needed', 'f64']],
  },
  {
    name: 'aac_substitute',
    columns: [...BAND, ['isTaken', 'u8'], ['error', 'f64'], ['gain', 'f64']],
  },
  {
    name: 'aac_element',
    columns: [
      ...BAND,
      ['name', 'u16'],
      ['descriptor', 'u8'],
      ['value', 'f64'],
      ['position', 'u32'],
      ['length', 'u16'],
    ],
  },
] as const satisfies readonly TableDescription[];
