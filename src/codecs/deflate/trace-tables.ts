/** The tables of a trace of deflate (docs/inspection.md). */
import type { TableDescription } from '../../inspect/trace-format.ts';

const STREAM = ['stream', 'u16'] as const;
const BLOCK = [STREAM, ['block', 'u32']] as const;

/** Tables by name. */
export const DEFLATE_TABLES = [
  {
    name: 'deflate_block',
    columns: [
      ...BLOCK,
      ['type', 'u8'],
      ['isLast', 'u8'],
      ['first', 'f64'],
      ['bytes', 'u32'],
      ['headerBits', 'u32'],
      ['bits', 'f64'],
      ['storedBits', 'f64'],
      ['fixedBits', 'f64'],
      ['dynamicBits', 'f64'],
    ],
  },
  {
    name: 'deflate_code',
    columns: [...BLOCK, ['isDistance', 'u8'], ['symbol', 'u16'], ['length', 'u8']],
  },
  {
    name: 'deflate_token',
    columns: [
      ...BLOCK,
      ['at', 'f64'],
      ['value', 'u8'],
      ['length', 'u16'],
      ['distance', 'u16'],
      ['bits', 'u8'],
    ],
  },
  { name: 'deflate_around', columns: [STREAM, ['name', 'u16'], ['bits', 'u32']] },
] as const satisfies readonly TableDescription[];
