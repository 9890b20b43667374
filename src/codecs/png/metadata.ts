/**
 * The metadata of a PNG file: the ancillary chunks of PNG (third edition) clause 11.3, each as plain data, read and
 * written. Chunks that are not known are kept as bytes.
 */
import { FormatError } from '../../base/errors.ts';
import { unzlib, zlib } from '../deflate/index.ts';
import { type Chunk, chunkBytes } from './standard/chunks.ts';

/** One text: tEXt, zTXt (Latin-1) or iTXt (UTF-8), clauses 11.3.3.2 to 11.3.3.4. */
export interface PngText {
  readonly keyword: string;
  readonly text: string;
  readonly compressed?: boolean;
  /** These make it an iTXt chunk. */
  readonly language?: string;
  readonly translatedKeyword?: string;
}

/** A suggested palette, sPLT: clause 11.3.4.4. */
export interface PngSuggestedPalette {
  readonly name: string;
  readonly sampleDepth: 8 | 16;
  /** Red, green, blue, alpha, frequency of each entry. */
  readonly entries: Uint16Array;
}

/** All ancillary chunks; numbers are the ones that stand in the file unless said otherwise. */
export interface PngMetadata {
  /** gAMA: gamma times 100000. */
  readonly gamma?: number;
  /** cHRM: white x, y, red x, y, green x, y, blue x, y, times 100000. */
  readonly chromaticities?: readonly number[];
  /** sRGB: rendering intent 0..3. */
  readonly srgbIntent?: number;
  /** cICP: primaries, transfer function, matrix coefficients (0), full range flag of ITU-T H.273. */
  readonly cicp?: readonly [number, number, number, number];
  /** mDCV: chromaticities of red, green, blue, white times 50000, then maximum and minimum luminance times 10000. */
  readonly masteringDisplay?: readonly number[];
  /** cLLI: maximum content and maximum frame-average light level times 10000. */
  readonly contentLight?: readonly [number, number];
  /** iCCP: the profile, not compressed, and its name. */
  readonly iccProfile?: { readonly name: string; readonly profile: Uint8Array };
  /** pHYs: pixels per unit, and whether the unit is the meter. */
  readonly physical?: { readonly x: number; readonly y: number; readonly isMeter: boolean };
  /** sBIT: significant bits of each channel. */
  readonly significantBits?: readonly number[];
  /** bKGD: a gray value, a color, or an index of the palette. */
  readonly background?: readonly number[];
  /** hIST: how often each palette entry is used. */
  readonly histogram?: Uint16Array;
  readonly suggestedPalettes?: readonly PngSuggestedPalette[];
  readonly texts?: readonly PngText[];
  /** eXIf. */
  readonly exif?: Uint8Array;
  /** tIME: year, month, day, hour, minute, second of the last change, UTC. */
  readonly time?: readonly [number, number, number, number, number, number];
  /** Chunks that are not known, and whether they stood before the pixels. */
  readonly others?: readonly {
    readonly type: string;
    readonly data: Uint8Array;
    readonly beforePixels: boolean;
  }[];
}

/** The same while it is being read: lists grow in place. */
export type MutableMetadata = {
  -readonly [K in keyof PngMetadata]: PngMetadata[K] extends readonly (infer T)[] | undefined
    ? T extends number
      ? PngMetadata[K]
      : T[] | undefined
    : PngMetadata[K];
};

/** Compressed texts and profiles of a file expand to this at most, with what each chunk takes that is kept. */
const MAX_METADATA_BYTES = 1 << 24;
/** What a chunk takes beside its bytes, about. */
const ENTRY_BYTES = 256;

/** Memory for the ancillary chunks of one file: what they expand to is not in proportion to what they are. */
export class MetadataMemory {
  left: number = MAX_METADATA_BYTES;

  /** Takes memory for a chunk. Throws `FormatError` if there is none left. */
  spend(chunk: Chunk, bytes: number): void {
    this.left -= bytes;
    if (this.left < 0)
      throw wrong(chunk, `texts and other chunks take over ${MAX_METADATA_BYTES} bytes`);
  }
}

const latin1 = (bytes: Uint8Array): string => {
  let text = '';
  for (let i = 0; i < bytes.length; i += 4096)
    text += String.fromCharCode(...bytes.subarray(i, i + 4096));
  return text;
};
const latin1Bytes = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));

/** The error for an ancillary chunk that breaks the standard. */
function wrong({ type, offset }: Chunk, detail: string): FormatError {
  return new FormatError(`png.${type}`, `${detail} (PNG clause 11.3)`, offset);
}

function requireLength(chunk: Chunk, length: number): void {
  if (chunk.data.length !== length)
    throw wrong(chunk, `has ${chunk.data.length} bytes, needed are ${length}`);
}

/** Bytes up to a zero, and where the rest begins. */
function untilZero(chunk: Chunk, from: number): [Uint8Array, number] {
  const end = chunk.data.indexOf(0, from);
  if (end < 0) throw wrong(chunk, 'a text does not end');
  return [chunk.data.subarray(from, end), end + 1];
}

function uint32s(data: Uint8Array, count: number, from = 0): number[] {
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  return Array.from({ length: count }, (_, i) => view.getUint32(from + 4 * i));
}

function uint16s(data: Uint8Array, from = 0): number[] {
  const count = (data.length - from) >> 1;
  return Array.from(
    { length: count },
    (_, i) => (data[from + 2 * i]! << 8) | data[from + 2 * i + 1]!,
  );
}

type Reader = (chunk: Chunk, metadata: MutableMetadata, memory: MetadataMemory) => void;

/** Chunk type => what it adds. A chunk that may stand once and stands twice counts once, the first time. */
const READERS: Readonly<Record<string, Reader>> = {
  gAMA: (chunk, m) => {
    requireLength(chunk, 4);
    m.gamma ??= uint32s(chunk.data, 1)[0]!;
  },
  cHRM: (chunk, m) => {
    requireLength(chunk, 32);
    m.chromaticities ??= uint32s(chunk.data, 8);
  },
  sRGB: (chunk, m) => {
    requireLength(chunk, 1);
    m.srgbIntent ??= chunk.data[0]!;
  },
  cICP: (chunk, m) => {
    requireLength(chunk, 4);
    m.cicp ??= [chunk.data[0]!, chunk.data[1]!, chunk.data[2]!, chunk.data[3]!];
  },
  mDCV: (chunk, m) => {
    requireLength(chunk, 24);
    m.masteringDisplay ??= [...uint16s(chunk.data.subarray(0, 16)), ...uint32s(chunk.data, 2, 16)];
  },
  cLLI: (chunk, m) => {
    requireLength(chunk, 8);
    const [a, b] = uint32s(chunk.data, 2);
    m.contentLight ??= [a!, b!];
  },
  iCCP: (chunk, m, memory) => {
    const [name, at] = untilZero(chunk, 0);
    m.iccProfile ??= { name: latin1(name), profile: inflateField(chunk, at, memory) };
  },
  pHYs: (chunk, m) => {
    requireLength(chunk, 9);
    const [x, y] = uint32s(chunk.data, 2);
    m.physical ??= { x: x!, y: y!, isMeter: chunk.data[8] === 1 };
  },
  sBIT: (chunk, m) => {
    m.significantBits ??= [...chunk.data];
  },
  bKGD: (chunk, m) => {
    m.background ??= chunk.data.length === 1 ? [chunk.data[0]!] : uint16s(chunk.data);
  },
  hIST: (chunk, m) => {
    m.histogram ??= Uint16Array.from(uint16s(chunk.data));
  },
  sPLT: (chunk, m) => {
    m.suggestedPalettes ??= [];
    m.suggestedPalettes.push(readSuggestedPalette(chunk));
  },
  tEXt: (chunk, m) => {
    const [keyword, at] = untilZero(chunk, 0);
    m.texts ??= [];
    m.texts.push({ keyword: latin1(keyword), text: latin1(chunk.data.subarray(at)) });
  },
  zTXt: (chunk, m, memory) => {
    const [keyword, at] = untilZero(chunk, 0);
    const text = latin1(inflateField(chunk, at, memory));
    m.texts ??= [];
    m.texts.push({ keyword: latin1(keyword), text, compressed: true });
  },
  iTXt: (chunk, m, memory) => {
    m.texts ??= [];
    m.texts.push(readInternationalText(chunk, memory));
  },
  eXIf: (chunk, m) => {
    m.exif ??= chunk.data.slice();
  },
  tIME: (chunk, m) => {
    requireLength(chunk, 7);
    const [year] = uint16s(chunk.data.subarray(0, 2));
    m.time ??= [
      year!,
      chunk.data[2]!,
      chunk.data[3]!,
      chunk.data[4]!,
      chunk.data[5]!,
      chunk.data[6]!,
    ];
  },
};

/** A compression method, 0, and a zlib stream. */
function inflateField(chunk: Chunk, at: number, memory: MetadataMemory): Uint8Array {
  if (chunk.data[at] !== 0)
    throw wrong(chunk, `got compression method ${chunk.data[at]}, allowed is 0`);
  return inflateText(chunk, at + 1, memory);
}

/** Clause 11.3.4.4. */
function readSuggestedPalette(chunk: Chunk): PngSuggestedPalette {
  const [name, at] = untilZero(chunk, 0);
  const sampleDepth = chunk.data[at];
  if (sampleDepth !== 8 && sampleDepth !== 16)
    throw wrong(chunk, `got sample depth ${sampleDepth}, allowed are 8, 16`);
  const entries = chunk.data.subarray(at + 1);
  const size = sampleDepth === 8 ? 6 : 10;
  if (entries.length % size !== 0)
    throw wrong(chunk, `${entries.length} bytes are no whole entries`);
  const values = new Uint16Array((entries.length / size) * 5);
  for (let i = 0, from = 0; i < values.length; i++) {
    const isByte = sampleDepth === 8 && i % 5 < 4;
    values[i] = isByte ? entries[from]! : (entries[from]! << 8) | entries[from + 1]!;
    from += isByte ? 1 : 2;
  }
  return { name: latin1(name), sampleDepth, entries: values };
}

/** Clause 11.3.3.4. */
function readInternationalText(chunk: Chunk, memory: MetadataMemory): PngText {
  const { data } = chunk;
  const [keyword, flagsAt] = untilZero(chunk, 0);
  const compressed = data[flagsAt] === 1;
  const [language, translatedAt] = untilZero(chunk, flagsAt + 2);
  const [translated, textAt] = untilZero(chunk, translatedAt);
  const utf8 = new TextDecoder();
  const bytes = compressed ? inflateText(chunk, textAt, memory) : data.subarray(textAt);
  return {
    keyword: latin1(keyword),
    text: utf8.decode(bytes),
    compressed,
    language: latin1(language),
    translatedKeyword: utf8.decode(translated),
  };
}

function inflateText(chunk: Chunk, at: number, memory: MetadataMemory): Uint8Array {
  try {
    const bytes = unzlib(chunk.data.subarray(at), { maxBytes: Math.max(1, memory.left) });
    memory.left -= bytes.length;
    return bytes;
  } catch (cause) {
    throw new FormatError(
      `png.${chunk.type}`,
      'its zlib stream is damaged or too large',
      chunk.offset,
      { cause },
    );
  }
}

/** Adds what an ancillary chunk says; one that is not known is kept. */
export function readAncillary(
  chunk: Chunk,
  metadata: MutableMetadata,
  beforePixels: boolean,
  memory: MetadataMemory,
): void {
  memory.spend(chunk, ENTRY_BYTES);
  const read = READERS[chunk.type];
  if (read !== undefined) {
    read(chunk, metadata, memory);
    return;
  }
  const { type, data } = chunk;
  metadata.others ??= [];
  metadata.others.push({ type, data: data.slice(), beforePixels });
}

const be32 = (...values: number[]): number[] =>
  values.flatMap((v) => [v >>> 24, (v >>> 16) & 255, (v >>> 8) & 255, v & 255]);
const be16 = (...values: number[]): number[] => values.flatMap((v) => [(v >> 8) & 255, v & 255]);

/** Chunks that stand before PLTE, clause 5.6. */
export function chunksBeforePalette(m: PngMetadata): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  const add = (type: string, data: ArrayLike<number>) =>
    chunks.push(chunkBytes(type, Uint8Array.from(data)));
  if (m.cicp !== undefined) add('cICP', m.cicp);
  if (m.masteringDisplay !== undefined) {
    add('mDCV', [
      ...be16(...m.masteringDisplay.slice(0, 8)),
      ...be32(...m.masteringDisplay.slice(8)),
    ]);
  }
  if (m.contentLight !== undefined) add('cLLI', be32(...m.contentLight));
  if (m.chromaticities !== undefined) add('cHRM', be32(...m.chromaticities));
  if (m.gamma !== undefined) add('gAMA', be32(m.gamma));
  if (m.iccProfile !== undefined) {
    const { name, profile } = m.iccProfile;
    add('iCCP', [...latin1Bytes(name), 0, 0, ...zlib(profile, { level: 12 })]);
  }
  if (m.significantBits !== undefined) add('sBIT', m.significantBits);
  if (m.srgbIntent !== undefined) add('sRGB', [m.srgbIntent]);
  return chunks;
}

/** Chunks between PLTE and IDAT, clause 5.6. `isPalette`: whether the background is an index. */
export function chunksBeforePixels(m: PngMetadata, isPalette: boolean): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  const add = (type: string, data: ArrayLike<number>) =>
    chunks.push(chunkBytes(type, Uint8Array.from(data)));
  if (m.background !== undefined) add('bKGD', isPalette ? m.background : be16(...m.background));
  if (m.histogram !== undefined) add('hIST', be16(...m.histogram));
  if (m.physical !== undefined)
    add('pHYs', [...be32(m.physical.x, m.physical.y), m.physical.isMeter ? 1 : 0]);
  for (const { name, sampleDepth, entries } of m.suggestedPalettes ?? []) {
    const bytes = Array.from(entries, (v, i) =>
      sampleDepth === 8 && i % 5 < 4 ? [v] : be16(v),
    ).flat();
    add('sPLT', [...latin1Bytes(name), 0, sampleDepth, ...bytes]);
  }
  if (m.exif !== undefined) chunks.push(chunkBytes('eXIf', m.exif));
  for (const text of m.texts ?? []) chunks.push(textChunk(text));
  if (m.time !== undefined) add('tIME', [...be16(m.time[0]), ...m.time.slice(1)]);
  for (const { type, data, beforePixels } of m.others ?? [])
    if (beforePixels) chunks.push(chunkBytes(type, data));
  return chunks;
}

/** Chunks behind the pixels. */
export function chunksBehindPixels(m: PngMetadata): Uint8Array[] {
  return (m.others ?? [])
    .filter(({ beforePixels }) => !beforePixels)
    .map(({ type, data }) => chunkBytes(type, data));
}

/** tEXt, zTXt where it is asked for, iTXt where Latin-1 is not enough. */
function textChunk({
  keyword,
  text,
  compressed = false,
  language,
  translatedKeyword,
}: PngText): Uint8Array {
  const isLatin1 = [...text].every((c) => c.charCodeAt(0) < 256 && c.length === 1);
  if (isLatin1 && language === undefined && translatedKeyword === undefined) {
    const bytes = latin1Bytes(text);
    const head = [...latin1Bytes(keyword), 0];
    if (!compressed) return chunkBytes('tEXt', Uint8Array.from([...head, ...bytes]));
    return chunkBytes('zTXt', Uint8Array.from([...head, 0, ...zlib(bytes, { level: 12 })]));
  }
  const utf8 = new TextEncoder();
  const bytes = utf8.encode(text);
  return chunkBytes(
    'iTXt',
    Uint8Array.from([
      ...latin1Bytes(keyword),
      0,
      compressed ? 1 : 0,
      0,
      ...latin1Bytes(language ?? ''),
      0,
      ...utf8.encode(translatedKeyword ?? ''),
      0,
      ...(compressed ? zlib(bytes, { level: 12 }) : bytes),
    ]),
  );
}
