/** The tables of an H.264 trace (docs/inspection.md). */
import type { TableDescription } from '../../../inspect/trace-format.ts';

/** The first column of every table: 1 for rows of attempts that were thrown away. */
const VOID = ['void', 'u8'] as const;
/** Place of the column `void` in every table. */
export const VOID_COLUMN = 0;
const PICTURE = ['picture', 'i32'] as const;
const MACROBLOCK = ['macroblock', 'i32'] as const;

/** The tables of a trace (docs/inspection.md). */
export const H264_TABLES = [
  {
    name: 'picture',
    columns: [
      VOID,
      PICTURE,
      ['attempt', 'u16'],
      ['type', 'u8'],
      ['isIdr', 'u8'],
      ['isReference', 'u8'],
      ['reason', 'u8'],
      ['qp', 'f64'],
      ['pts', 'f64'],
      ['dts', 'f64'],
      ['poc', 'i32'],
      ['bytes', 'u32'],
      ['meanQp', 'f64'],
    ],
  },
  {
    name: 'unit',
    columns: [VOID, PICTURE, ['unit', 'u32'], ['type', 'u8'], ['refIdc', 'u8'], ['bytes', 'u32']],
  },
  {
    name: 'element',
    columns: [
      VOID,
      ['unit', 'u32'],
      MACROBLOCK,
      ['name', 'u16'],
      ['clause', 'u16'],
      ['descriptor', 'u8'],
      ['value', 'f64'],
      ['position', 'i32'],
      ['length', 'f64'],
    ],
  },
  {
    name: 'macroblock',
    columns: [
      ...[VOID, PICTURE, MACROBLOCK],
      ['type', 'u8'],
      ['qp', 'u8'],
      ['codedBlockPattern', 'u8'],
      ['transform8x8', 'u8'],
      ['intra16x16PredMode', 'u8'],
      ['intraChromaPredMode', 'u8'],
      ['candidate', 'i16'],
    ],
  },
  {
    name: 'intra',
    columns: [VOID, PICTURE, MACROBLOCK, ['block', 'u8'], ['size', 'u8'], ['mode', 'u8']],
  },
  {
    name: 'motion',
    columns: [
      ...[VOID, PICTURE, MACROBLOCK],
      ['block', 'u8'],
      ['width', 'u8'],
      ['height', 'u8'],
      ['list', 'u8'],
      ['refIdx', 'u8'],
      ['poc', 'i32'],
      ['mvX', 'i16'],
      ['mvY', 'i16'],
    ],
  },
  {
    name: 'importance',
    columns: [
      ...[VOID, PICTURE, MACROBLOCK],
      ['intra', 'u32'],
      ['inter', 'u32'],
      ['inherited', 'f64'],
      ['offset', 'f64'],
    ],
  },
  { name: 'row', columns: [VOID, ['first', 'u32'], ['anchor', 'u32'], ['cost', 'f64']] },
  { name: 'reference', columns: [VOID, PICTURE, ['list', 'u8'], ['refIdx', 'u8'], ['poc', 'i32']] },
  { name: 'estimate', columns: [VOID, PICTURE, MACROBLOCK, ['type', 'u8'], ['cost', 'f64']] },
  {
    name: 'candidate',
    columns: [
      ...[VOID, PICTURE, MACROBLOCK],
      ['type', 'u8'],
      ['distortion', 'f64'],
      ['bits', 'f64'],
      ['cost', 'f64'],
      ['psy', 'f64'],
    ],
  },
  {
    name: 'block',
    columns: [
      ...[VOID, PICTURE, MACROBLOCK],
      ['candidate', 'i16'],
      ['block', 'u8'],
      ['index', 'u8'],
      ['coefficient', 'i16'],
      ['deadZoneLevel', 'i16'],
      ['level', 'i16'],
    ],
  },
  {
    name: 'block8x8',
    columns: [
      ...[VOID, PICTURE, MACROBLOCK],
      ['block', 'u8'],
      ['index', 'u8'],
      ['coefficient', 'i16'],
      ['deadZoneLevel', 'i16'],
      ['level', 'i16'],
    ],
  },
  {
    name: 'search',
    columns: [
      ...[VOID, PICTURE, MACROBLOCK],
      ['step', 'u8'],
      ['poc', 'i32'],
      ['x', 'u16'],
      ['y', 'u16'],
      ['width', 'u8'],
      ['height', 'u8'],
      ['mvX', 'i16'],
      ['mvY', 'i16'],
      ['cost', 'f64'],
    ],
  },
  {
    name: 'edge',
    columns: [
      ...[VOID, PICTURE, MACROBLOCK],
      ['isVertical', 'u8'],
      ['edge', 'u8'],
      ['strengths', 'u32'],
      ['qp', 'u8'],
    ],
  },
] as const satisfies readonly TableDescription[];
