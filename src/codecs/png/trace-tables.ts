/** The tables of a trace of PNG (docs/inspection.md); that of the pixels' zlib stream has tables of its own. */
import type { TableDescription } from '../../inspect/trace-format.ts';

const PICTURE = ['picture', 'u32'] as const;

const WAY = [
  ['colorType', 'u8'],
  ['bitDepth', 'u8'],
  ['interlaced', 'u8'],
  ['strategy', 'u16'],
  ['level', 'u16'],
] as const;

/** A column for each filter type. */
const WEIGHED = [
  ['weighed0', 'f64'],
  ['weighed1', 'f64'],
  ['weighed2', 'f64'],
  ['weighed3', 'f64'],
  ['weighed4', 'f64'],
] as const;
const ENTROPY = [
  ['entropy0', 'f64'],
  ['entropy1', 'f64'],
  ['entropy2', 'f64'],
  ['entropy3', 'f64'],
  ['entropy4', 'f64'],
] as const;

/** Tables by name. */
export const PNG_TABLES = [
  { name: 'png_picture', columns: [PICTURE, ['width', 'u32'], ['height', 'u32'], ...WAY] },
  { name: 'png_trial', columns: [PICTURE, ...WAY, ['bytes', 'u32'], ['isWhole', 'u8']] },
  {
    name: 'png_frame',
    columns: [
      PICTURE,
      ['x', 'u32'],
      ['y', 'u32'],
      ['delayNum', 'u16'],
      ['delayDen', 'u16'],
      ['dispose', 'u8'],
      ['blend', 'u8'],
    ],
  },
  {
    name: 'png_row',
    columns: [
      PICTURE,
      ['pass', 'u8'],
      ['y', 'u32'],
      ['width', 'u32'],
      ['filter', 'u8'],
      ...WEIGHED,
      ...ENTROPY,
    ],
  },
  {
    name: 'png_chunk',
    columns: [PICTURE, ['type', 'u16'], ['first', 'u32'], ['bytes', 'u32']],
  },
] as const satisfies readonly TableDescription[];
