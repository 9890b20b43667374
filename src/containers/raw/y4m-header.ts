/**
 * The header line of YUV4MPEG2 (mjpegtools, yuv4mpeg(5)): `YUV4MPEG2 W320 H240 F30:1 Ip A1:1 C420jpeg`, parameters in any
 * order behind one space each.
 */
import { FormatError, UnsupportedError } from '../../base/errors.ts';
import type { Rational } from '../../base/rational.ts';

/** The values of the header line. */
export interface Y4mHeader {
  readonly width: number;
  readonly height: number;
  readonly pixFmt: string;
  readonly frameRate: Rational;
  /** Undefined if not known. */
  readonly sampleAspectRatio: Rational | undefined;
  /** `XCOLORRANGE`; undefined if not said. */
  readonly isFullRange: boolean | undefined;
}

/** Where the samples of 4:2:0 chroma lie; the picture's bytes are the same. */
export type ChromaSite = '420jpeg' | '420mpeg2' | '420paldv';

/** The words that the file begins with. */
export const Y4M_SIGNATURE = 'YUV4MPEG2';

/** Table: C parameter => pixel format. The first of several is the one written. */
// biome-ignore format: one line per sampling
const COLORSPACES: readonly (readonly [tag: string, pixFmt: string])[] = [
  ['420jpeg', 'yuv420p'], ['420mpeg2', 'yuv420p'], ['420paldv', 'yuv420p'], ['420', 'yuv420p'],
  ['411', 'yuv411p'], ['422', 'yuv422p'], ['440', 'yuv440p'], ['444', 'yuv444p'],
  ['444alpha', 'yuva444p'], ['mono', 'gray'],
  ...['9', '10', '12', '14', '16'].flatMap((depth) => [
    [`420p${depth}`, `yuv420p${depth}le`] as const,
    [`422p${depth}`, `yuv422p${depth}le`] as const,
    [`444p${depth}`, `yuv444p${depth}le`] as const,
    [`mono${depth}`, `gray${depth}le`] as const,
  ]),
];

/** Pixel formats that a y4m file can hold. The `yuvj` ones are the `yuv` ones in full range. */
export const Y4M_PIX_FMTS: readonly string[] = [
  ...new Set(COLORSPACES.map(([, pixFmt]) => pixFmt)),
  'yuvj420p',
  'yuvj422p',
  'yuvj444p',
];

/** The C parameter for a pixel format of `Y4M_PIX_FMTS`. */
function colorspaceOf(pixFmt: string, site: ChromaSite): string {
  const plain = pixFmt.replace('yuvj', 'yuv');
  if (plain === 'yuv420p') return site;
  return COLORSPACES.find((row) => row[1] === plain)![0];
}

/** The line, with its end. */
export function formatHeader(header: Y4mHeader, site: ChromaSite): string {
  const { width, height, frameRate, sampleAspectRatio, isFullRange } = header;
  const aspect = sampleAspectRatio ?? [0, 0];
  const words = [
    Y4M_SIGNATURE,
    `W${width}`,
    `H${height}`,
    `F${frameRate[0]}:${frameRate[1]}`,
    'Ip',
    `A${aspect[0]}:${aspect[1]}`,
    `C${colorspaceOf(header.pixFmt, site)}`,
  ];
  if (isFullRange !== undefined) words.push(`XCOLORRANGE=${isFullRange ? 'FULL' : 'LIMITED'}`);
  return `${words.join(' ')}\n`;
}

/** Longest side of a picture that is believed. */
const MAX_SIDE = 65535;
/** Most pixels of a picture: in no format of the table above has it more than 2^31 - 1 bytes. */
const MAX_PIXELS = 2 ** 28;

/** Reads the line without its end; throws `FormatError` with the offset of the parameter, `UnsupportedError` for fields. */
export function parseHeader(line: string): Y4mHeader {
  let width = 0;
  let height = 0;
  let tag = '420jpeg';
  let frameRate: Rational = [25, 1];
  let sampleAspectRatio: Rational | undefined;
  let isFullRange: boolean | undefined;
  let offset = 0;
  for (const [index, word] of line.split(' ').entries()) {
    const value = word.slice(1);
    const key = index === 0 ? '' : word[0];
    if (key === 'W') width = parseSide('W', value, offset);
    else if (key === 'H') height = parseSide('H', value, offset);
    else if (key === 'F') frameRate = parseRatio('F', value, offset) ?? frameRate;
    else if (key === 'A') sampleAspectRatio = parseRatio('A', value, offset);
    else if (key === 'C') tag = value;
    else if (key === 'I') checkProgressive(value, offset);
    else if (word === 'XCOLORRANGE=FULL') isFullRange = true;
    else if (word === 'XCOLORRANGE=LIMITED') isFullRange = false;
    offset += word.length + 1;
  }
  if (width === 0 || height === 0) {
    throw new FormatError('y4m.header', 'W and H must both be given', 0);
  }
  if (width * height > MAX_PIXELS) {
    throw new UnsupportedError(
      'y4m.header',
      `${width}x${height} is more than ${MAX_PIXELS} pixels`,
    );
  }
  const pixFmt = COLORSPACES.find((row) => row[0] === tag)?.[1];
  if (pixFmt === undefined) {
    const known = COLORSPACES.map((row) => row[0]).join(', ');
    throw new UnsupportedError('y4m.header.C', `colorspace ${tag}, read are ${known}`);
  }
  const hasFullTwin = isFullRange === true && /^yuv4(20|22|44)p$/.test(pixFmt);
  return {
    width,
    height,
    pixFmt: hasFullTwin ? pixFmt.replace('yuv', 'yuvj') : pixFmt,
    frameRate,
    sampleAspectRatio,
    isFullRange,
  };
}

function parseSide(key: string, text: string, offset: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > MAX_SIDE) {
    const message = `got ${text || 'nothing'}, allowed are 1..${MAX_SIDE}`;
    throw new FormatError(`y4m.header.${key}`, message, offset);
  }
  return value;
}

/** `30000:1001`; undefined for `0:0`, which means "not known". */
function parseRatio(key: string, text: string, offset: number): Rational | undefined {
  const match = /^(\d{1,10}):(\d{1,10})$/.exec(text);
  const num = Number(match?.[1]);
  const den = Number(match?.[2]);
  if (num === 0 && den === 0) return undefined;
  if (match === null || num === 0 || den === 0 || num > 0x7fffffff || den > 0x7fffffff) {
    throw new FormatError(
      `y4m.header.${key}`,
      `got ${text || 'nothing'}, allowed are two positive integers with a colon`,
      offset,
    );
  }
  return [num, den];
}

function checkProgressive(value: string, offset: number): void {
  if (value === 'p' || value === '?') return;
  throw new UnsupportedError(
    'y4m.header.I',
    `interlaced pictures (I${value}, byte offset ${offset}) are not read, allowed are Ip and I?`,
  );
}
