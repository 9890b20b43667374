/** Reads a PNG file: PNG (third edition) clause 13. */
import {
  FormatError,
  rejectUnknownKeys,
  requireInteger,
  requireOneOf,
  UnsupportedError,
} from '../../base/errors.ts';
import {
  type FrameControl,
  type PngAnimation,
  type PngFrame,
  readFrameControl,
} from './animation.ts';
import type { PngImage } from './image.ts';
import { type FramePlace, laterFrame } from './later-frame.ts';
import {
  MetadataMemory,
  type MutableMetadata,
  type PngMetadata,
  readAncillary,
} from './metadata.ts';
import { PixelStream, requireIndexes } from './pixel-stream.ts';
import {
  CHUNK_OVERHEAD,
  type Chunk,
  FRAME_CHUNKS,
  isCritical,
  readChunks,
} from './standard/chunks.ts';
import { channelsOf, IHDR_LENGTH, PALETTE, type PngHeader, readHeader } from './standard/header.ts';
import type { Samples } from './standard/samples.ts';

/** Limits of memory and size that a file must keep. */
export interface PngLimits {
  /** Bytes of all samples, as they will lie in memory, of all frames together. Default 2^30. */
  readonly maxBytes?: number;
  /** Frames of an animation. Default 10000. */
  readonly maxFrames?: number;
}

/** Options of `decodePng`. */
export interface DecodePngOptions {
  /**
   * Whether the frames of an animation are decoded too. Default true; false: the file's still picture only. `later`: each time their
   * `data` are asked for, so that they take no memory; `data` throw what is wrong with their pixels, and the file must stay as it is.
   */
  readonly frames?: boolean | 'later';
  readonly limits?: PngLimits;
}

/** A decoded file. */
export interface DecodedPng extends PngImage {
  readonly metadata: PngMetadata;
  /** Whether it was interlaced. */
  readonly interlaced: boolean;
  /** Null if it is a still picture. */
  readonly animation: PngAnimation | null;
}

const DEFAULT_MAX_BYTES = 2 ** 30;
const DEFAULT_MAX_FRAMES = 10_000;
/**
 * Decodes a PNG file, animated or not. Sizes are checked before memory is taken. Throws `FormatError` with chunk and offset for
 * what breaks the standard or goes beyond `limits`, `UnsupportedError` for critical chunks that the standard does not know.
 */
export function decodePng(file: Uint8Array, options: DecodePngOptions = {}): DecodedPng {
  rejectUnknownKeys('png.options', options, ['frames', 'limits']);
  const frames = requireOneOf('png.options.frames', options.frames ?? true, [true, false, 'later']);
  // Copies of Node's Buffer by `slice` are none, and would change with the caller's file.
  const plain = new Uint8Array(file.buffer, file.byteOffset, file.byteLength);
  const decoder = new FileDecoder(plain, options.limits ?? {}, frames);
  for (const chunk of readChunks(plain)) decoder.take(chunk);
  return decoder.result();
}

/** The parts of a file that have been read, chunk by chunk. */
export class FileDecoder {
  private readonly file: Uint8Array;
  private readonly takesFrames: boolean | 'later';
  private readonly maxFrames: number;
  private readonly takeRows: ((rows: PngImage) => void) | null;
  private bytesLeft: number;
  private header: PngHeader | null = null;
  private palette: Uint8Array | null = null;
  private paletteAlpha: Uint8Array | null = null;
  private transparent: readonly number[] | null = null;
  private readonly metadata: MutableMetadata = {};
  private readonly memory = new MetadataMemory();
  private image: PixelStream | null = null;
  private data: Samples | null = null;
  private plays = -1;
  private declaredFrames = 0;
  private sequence = 0;
  private control: FrameControl | null = null;
  private frame: PixelStream | null = null;
  /** Where the pixels of a frame are that are decoded later. */
  private place: FramePlace | null = null;
  private readonly frames: PngFrame[] = [];
  private startsWithImage = false;
  private lastType = '';

  /** @param takeRows takes the picture some rows at a time, in memory that the next ones overwrite; null to have it whole */
  constructor(
    file: Uint8Array,
    limits: PngLimits,
    takesFrames: boolean | 'later',
    takeRows: ((rows: PngImage) => void) | null = null,
  ) {
    this.file = file;
    this.takeRows = takeRows;
    this.takesFrames = takesFrames;
    rejectUnknownKeys('png.limits', limits, ['maxBytes', 'maxFrames']);
    this.bytesLeft = requireInteger(
      'png.limits.maxBytes',
      limits.maxBytes ?? DEFAULT_MAX_BYTES,
      1,
      Number.MAX_SAFE_INTEGER,
    );
    this.maxFrames = requireInteger(
      'png.limits.maxFrames',
      limits.maxFrames ?? DEFAULT_MAX_FRAMES,
      0,
      0x7fffffff,
    );
  }

  take(chunk: Chunk): void {
    const { type, data, offset } = chunk;
    if (this.header === null) {
      if (type !== 'IHDR')
        throw new FormatError(`png.${type}`, 'stands before IHDR (PNG clause 5.6)', offset);
      if (data.length !== IHDR_LENGTH)
        throw new FormatError('png.IHDR', `has ${data.length} bytes, needed are 13`, offset);
      this.header = readHeader(data, 0, offset);
    } else {
      this.takeBehindHeader(chunk, this.header);
    }
    this.lastType = type;
  }

  private takeBehindHeader(chunk: Chunk, header: PngHeader): void {
    const { type, data, offset } = chunk;
    if (!this.takesFrames && FRAME_CHUNKS.includes(type)) return;
    const wrong = (detail: string) => new FormatError(`png.${type}`, detail, offset);
    switch (type) {
      case 'IHDR':
        throw wrong('stands twice (PNG clause 5.6)');
      case 'PLTE':
        this.takePalette(chunk, header);
        return;
      case 'tRNS':
        this.takeTransparency(chunk, header);
        return;
      case 'IDAT':
        this.takePixels(chunk, header);
        return;
      case 'acTL':
        if (this.image !== null || this.plays >= 0) return;
        if (data.length !== 8)
          throw wrong(`has ${data.length} bytes, needed are 8 (PNG clause 11.3.6.1)`);
        this.declaredFrames = uint32(data, 0);
        this.plays = uint32(data, 4);
        if (this.declaredFrames > this.maxFrames)
          throw wrong(`${this.declaredFrames} frames, allowed by the limits are ${this.maxFrames}`);
        return;
      case 'fcTL':
        this.takeFrameControl(chunk, header);
        return;
      case 'fdAT':
        this.takeFrameData(chunk, header);
        return;
      case 'IEND':
        this.end(offset);
        return;
      default:
        if (isCritical(type)) {
          throw new UnsupportedError(
            `png.${type}`,
            `a critical chunk that PNG (third edition) does not know, at byte ${offset}`,
          );
        }
        readAncillary(chunk, this.metadata, this.image === null, this.memory);
    }
  }

  /** Clause 11.2.2. */
  private takePalette({ data, offset }: Chunk, header: PngHeader): void {
    const wrong = (detail: string) =>
      new FormatError('png.PLTE', `${detail} (PNG clause 11.2.2)`, offset);
    if (this.palette !== null) throw wrong('stands twice');
    if (this.image !== null) throw wrong('stands behind IDAT');
    if (header.colorType === 0 || header.colorType === 4)
      throw wrong(`stands with color type ${header.colorType}`);
    const entries = data.length / 3;
    const most = header.colorType === PALETTE ? 1 << header.bitDepth : 256;
    if (!Number.isInteger(entries) || entries < 1 || entries > most) {
      throw wrong(`has ${data.length} bytes, allowed are 3 for each of 1..${most} entries`);
    }
    this.palette = data.slice();
  }

  /** Clause 11.3.1.1. */
  private takeTransparency({ data, offset }: Chunk, { colorType, bitDepth }: PngHeader): void {
    const wrong = (detail: string) =>
      new FormatError('png.tRNS', `${detail} (PNG clause 11.3.1.1)`, offset);
    if (this.image !== null) throw wrong('stands behind IDAT');
    if (colorType === PALETTE) {
      if (this.palette === null) throw wrong('stands before PLTE');
      if (data.length > this.palette.length / 3)
        throw wrong(`has ${data.length} entries, the palette ${this.palette.length / 3}`);
      this.paletteAlpha = data.slice();
      return;
    }
    const needed = colorType === 0 ? 2 : 6;
    if (colorType === 4 || colorType === 6) throw wrong(`stands with color type ${colorType}`);
    if (data.length !== needed) throw wrong(`has ${data.length} bytes, needed are ${needed}`);
    const mask = (1 << bitDepth) - 1;
    this.transparent = Array.from(
      { length: needed / 2 },
      (_, i) => ((data[2 * i]! << 8) | data[2 * i + 1]!) & mask,
    );
  }

  /** Takes memory from what the limits allow. */
  private spend(type: string, offset: number, header: PngHeader): void {
    const samples = header.width * header.height * channelsOf(header.colorType);
    this.bytesLeft -= samples * (header.bitDepth === 16 ? 2 : 1);
    if (this.bytesLeft >= 0) return;
    throw new FormatError(
      `png.${type}`,
      `${header.width}x${header.height} pixels take more memory than the limits allow`,
      offset,
    );
  }

  /** Clause 11.2.3. */
  private takePixels({ data, offset }: Chunk, header: PngHeader): void {
    if (this.image === null) {
      if (header.colorType === PALETTE && this.palette === null) {
        throw new FormatError('png.IDAT', 'stands before PLTE (PNG clause 5.6)', offset);
      }
      this.image = this.openPixels(header, offset);
    } else if (this.lastType !== 'IDAT') {
      throw new FormatError(
        'png.IDAT',
        'IDAT chunks do not follow each other (PNG clause 5.6)',
        offset,
      );
    }
    this.image.push(data, 'IDAT', offset);
  }

  private openPixels(header: PngHeader, offset: number): PixelStream {
    const { takeRows } = this;
    if (takeRows === null) {
      this.spend('IDAT', offset, header);
      return new PixelStream(header);
    }
    return new PixelStream(header, (data) => {
      this.requireIndexes(data, offset);
      takeRows({ ...this.pixels(data), height: rowsIn(data, header) });
    });
  }

  private nextSequence(type: string, data: Uint8Array, offset: number): void {
    if (data.length < 4 || uint32(data, 0) !== this.sequence) {
      throw new FormatError(
        `png.${type}`,
        `its sequence number is not ${this.sequence} (PNG clause 11.3.6)`,
        offset,
      );
    }
    this.sequence++;
  }

  private takeFrameControl({ data, offset }: Chunk, header: PngHeader): void {
    if (this.plays < 0) return;
    this.nextSequence('fcTL', data, offset);
    this.endFrame();
    const control = readFrameControl(data, header, offset);
    if (this.frames.length + 1 > this.declaredFrames) {
      throw new FormatError(
        'png.fcTL',
        `more frames than the ${this.declaredFrames} that acTL says`,
        offset,
      );
    }
    this.control = control;
    if (this.image !== null) return;
    const isWhole = control.width === header.width && control.height === header.height;
    if (!isWhole)
      throw new FormatError(
        'png.fcTL',
        'the first frame is not the whole picture (PNG clause 11.3.6.2)',
        offset,
      );
    this.startsWithImage = true;
  }

  private takeFrameData({ data, offset }: Chunk, header: PngHeader): void {
    if (this.plays < 0) return;
    this.nextSequence('fdAT', data, offset);
    const { control } = this;
    if (control === null || this.image === null) {
      throw new FormatError(
        'png.fdAT',
        'stands without fcTL or before IDAT (PNG clause 5.6)',
        offset,
      );
    }
    if (this.frame === null && this.place === null) {
      const frameHeader = { ...header, width: control.width, height: control.height };
      this.spend('fdAT', offset, frameHeader);
      if (this.takesFrames === 'later') this.place = { start: offset, end: offset };
      else this.frame = new PixelStream(frameHeader);
    }
    if (this.place !== null) this.place.end = offset + CHUNK_OVERHEAD + data.length;
    this.frame?.push(data.subarray(4), 'fdAT', offset);
  }

  /** Puts the frame at hand to the others. */
  private endFrame(): void {
    const { control } = this;
    this.control = null;
    if (control === null) return;
    const { place } = this;
    this.place = null;
    if (place !== null) {
      const check = (data: Samples) => this.requireIndexes(data, place.start);
      this.frames.push(laterFrame(this.file, place, this.header!, control, check));
      return;
    }
    const isImage = this.startsWithImage && this.frames.length === 0;
    if (isImage) this.data = this.image?.finish('IDAT') ?? null;
    const data = isImage ? this.data : (this.frame?.finish('fdAT') ?? null);
    this.frame = null;
    if (data === null)
      throw new FormatError('png.fcTL', 'a frame has no pixels (PNG clause 5.6)', -1);
    this.frames.push({ ...control, data });
  }

  private end(offset: number): void {
    if (this.image === null)
      throw new FormatError('png.IEND', 'there is no IDAT before it (PNG clause 5.6)', offset);
    this.endFrame();
    this.data ??= this.image.finish('IDAT');
    if (this.plays >= 0 && this.frames.length !== this.declaredFrames) {
      throw new FormatError(
        'png.acTL',
        `says ${this.declaredFrames} frames, there are ${this.frames.length}`,
        offset,
      );
    }
    this.requireIndexes(this.data, offset);
    if (this.takesFrames === 'later') return;
    for (const { data } of this.frames) this.requireIndexes(data, offset);
  }

  /** Clause 11.2.2: an index beyond the palette is an error. */
  private requireIndexes(data: Samples, offset: number): void {
    if (this.header!.colorType !== PALETTE) return;
    requireIndexes(data as Uint8Array, this.palette!.length / 3, offset);
  }

  /** The whole, after IEND. */
  result(): DecodedPng {
    const { header, metadata, frames } = this;
    const animation =
      this.plays < 0 || frames.length === 0
        ? null
        : { plays: this.plays, frames, startsWithImage: this.startsWithImage };
    const { interlaced } = header!;
    return { ...this.pixels(this.data!), interlaced, metadata, animation };
  }

  /** Samples with what tells their colors. */
  private pixels(data: Samples): PngImage {
    const { header, palette, paletteAlpha, transparent } = this;
    const { width, height, colorType, bitDepth } = header!;
    return {
      ...{ width, height, colorType, bitDepth, data },
      ...(palette === null ? {} : { palette }),
      ...(paletteAlpha === null ? {} : { paletteAlpha }),
      ...(transparent === null ? {} : { transparent }),
    };
  }
}

function rowsIn(data: Samples, { width, colorType }: PngHeader): number {
  return data.length / (width * channelsOf(colorType));
}

function uint32(data: Uint8Array, at: number): number {
  return ((data[at]! << 24) | (data[at + 1]! << 16) | (data[at + 2]! << 8) | data[at + 3]!) >>> 0;
}
