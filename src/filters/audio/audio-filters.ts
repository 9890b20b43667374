/** The list of sound filters, sound sources, and filters from sound to picture. */
import type { FilterDefinition } from '../definition/filter.ts';
import { ACROSSFADE } from './acrossfade.ts';
import { ADELAY } from './adelay.ts';
import { AECHO } from './aecho.ts';
import { AEVALSRC } from './aevalsrc.ts';
import { AFADE } from './afade.ts';
import { AFORMAT } from './aformat.ts';
import { AMERGE } from './amerge.ts';
import { AMIX } from './amix.ts';
import { ANOISESRC } from './anoisesrc.ts';
import { ANULL } from './anull.ts';
import { ANULLSRC } from './anullsrc.ts';
import { APAD } from './apad.ts';
import { ARESAMPLE } from './aresample.ts';
import { ASETNSAMPLES } from './asetnsamples.ts';
import { ASETPTS, ASETTB } from './asetpts.ts';
import { ATEMPO } from './atempo.ts';
import { ATRIM } from './atrim.ts';
import { AVECTORSCOPE } from './avectorscope.ts';
import { BIQUAD_FILTERS } from './biquads.ts';
import { CHANNELMAP } from './channelmap.ts';
import { CHANNELSPLIT } from './channelsplit.ts';
import { DYNAUDNORM } from './dynaudnorm.ts';
import { EBUR128 } from './ebur128.ts';
import { JOIN } from './join.ts';
import { LOUDNORM } from './loudnorm.ts';
import { PAN } from './pan.ts';
import { SHOWFREQS } from './showfreqs.ts';
import { SHOWSPECTRUM } from './showspectrum.ts';
import { SHOWWAVES } from './showwaves.ts';
import { SHOWWAVESPIC } from './showwavespic.ts';
import { SILENCEDETECT } from './silencedetect.ts';
import { SINE } from './sine.ts';
import { VOLUME_FILTER } from './volume.ts';

/** All of them. */
export const AUDIO_FILTERS: readonly FilterDefinition[] = [
  ACROSSFADE,
  ADELAY,
  AECHO,
  AEVALSRC,
  AFADE,
  AFORMAT,
  AMERGE,
  AMIX,
  ANOISESRC,
  ANULL,
  ANULLSRC,
  APAD,
  ARESAMPLE,
  ASETNSAMPLES,
  ASETPTS,
  ASETTB,
  ATEMPO,
  DYNAUDNORM,
  EBUR128,
  LOUDNORM,
  ATRIM,
  ...BIQUAD_FILTERS,
  CHANNELMAP,
  CHANNELSPLIT,
  JOIN,
  PAN,
  SHOWFREQS,
  SHOWSPECTRUM,
  SHOWWAVES,
  SHOWWAVESPIC,
  AVECTORSCOPE,
  SILENCEDETECT,
  SINE,
  VOLUME_FILTER,
];
