/** The tables of a trace of JPEG (docs/inspection.md). */
import type { TableDescription } from '../../inspect/trace-format.ts';

const PICTURE = ['picture', 'u32'] as const;

const BLOCK = [
  ['component', 'u8'],
  ['row', 'u16'],
  ['column', 'u16'],
] as const;

/** Tables by name. */
export const JPEG_TABLES = [
  {
    name: 'jpeg_component',
    columns: [
      PICTURE,
      ['component', 'u8'],
      ['h', 'u8'],
      ['v', 'u8'],
      ['blocksWide', 'u16'],
      ['blocksHigh', 'u16'],
    ],
  },
  {
    name: 'jpeg_step',
    columns: [PICTURE, ['component', 'u8'], ['index', 'u8'], ['step', 'u16']],
  },
  {
    name: 'jpeg_level',
    columns: [
      PICTURE,
      ...BLOCK,
      ['index', 'u8'],
      ['real', 'f64'],
      ['nearest', 'i16'],
      ['level', 'i16'],
    ],
  },
  {
    name: 'jpeg_script',
    columns: [PICTURE, ['script', 'u16'], ['bytes', 'f64']],
  },
  {
    name: 'jpeg_part',
    columns: [PICTURE, ['name', 'u16'], ['bytes', 'u32']],
  },
  {
    name: 'jpeg_scan',
    columns: [
      PICTURE,
      ['scan', 'u16'],
      ['components', 'u8'],
      ['spectralStart', 'u8'],
      ['spectralEnd', 'u8'],
      ['approximationHigh', 'u8'],
      ['approximationLow', 'u8'],
      ['headBytes', 'u32'],
      ['bits', 'f64'],
      ['padding', 'u8'],
    ],
  },
  { name: 'jpeg_block', columns: [PICTURE, ['scan', 'u16'], ...BLOCK, ['bits', 'u32']] },
] as const satisfies readonly TableDescription[];
