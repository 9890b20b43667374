/**
 * TrueType fonts given as bytes (ISO/IEC 14496-22, "OpenType"): the tables head, maxp, hhea, hmtx, cmap, loca and glyf, which hold outlines
 * of lines and quadratic curves. Hints are not read. A file is not trusted: every offset is checked before it is used.
 */
import { FormatError, UnsupportedError } from '../../base/errors.ts';
import { fillOutline, type Point } from './outline.ts';
import type { Glyph, Typeface } from './typeface.ts';

const WHERE = 'font';
/** Parts of a compound glyph may have parts; deeper than this is a mistake or malice. */
const MAX_DEPTH = 6;
const MAX_POINTS = 20_000;
/** Largest side of a glyph in pixels. */
const MAX_SIDE = 4096;

interface Table {
  readonly offset: number;
  readonly length: number;
}

/** Reads a font; throws `FormatError` where its bytes break the format. */
export function parseTrueType(bytes: Uint8Array): Typeface {
  return new TrueType(bytes);
}

class TrueType implements Typeface {
  private readonly view: DataView;
  private readonly tables = new Map<string, Table>();
  private readonly unitsPerEm: number;
  private readonly longOffsets: boolean;
  private readonly numGlyphs: number;
  private readonly numMetrics: number;
  private readonly above: number;
  private readonly below: number;
  private readonly map: (codePoint: number) => number;
  private readonly cache = new Map<string, Glyph>();

  constructor(bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.readDirectory();
    const head = this.table('head', 54);
    this.unitsPerEm = this.view.getUint16(head.offset + 18);
    if (this.unitsPerEm < 16 || this.unitsPerEm > 16384) {
      throw new FormatError(
        WHERE,
        `unitsPerEm is ${this.unitsPerEm}, allowed are 16..16384 (table head)`,
        head.offset + 18,
      );
    }
    this.longOffsets = this.view.getInt16(head.offset + 50) === 1;
    this.numGlyphs = this.view.getUint16(this.table('maxp', 6).offset + 4);
    const hhea = this.table('hhea', 36);
    this.above = this.view.getInt16(hhea.offset + 4);
    this.below = -this.view.getInt16(hhea.offset + 6);
    this.numMetrics = this.view.getUint16(hhea.offset + 34);
    if (this.numMetrics < 1 || this.numMetrics * 4 > this.table('hmtx', 4).length) {
      throw new FormatError(
        WHERE,
        `${this.numMetrics} metrics do not fit into table hmtx`,
        hhea.offset + 34,
      );
    }
    this.map = this.readCharacterMap();
  }

  ascent(size: number): number {
    return Math.ceil((this.above * size) / this.unitsPerEm);
  }

  descent(size: number): number {
    return Math.ceil((this.below * size) / this.unitsPerEm);
  }

  glyph(codePoint: number, size: number): Glyph {
    const key = `${codePoint}:${size}`;
    let glyph = this.cache.get(key);
    if (glyph === undefined) {
      const index = this.map(codePoint);
      const scale = size / this.unitsPerEm;
      const contours = this.outline(index, 0).map((contour) =>
        contour.map(({ x, y, onCurve }) => ({ x: x * scale, y: -y * scale, onCurve })),
      );
      glyph = fillOutline(contours, this.advance(index) * scale, MAX_SIDE);
      if (this.cache.size > 2000) this.cache.clear();
      this.cache.set(key, glyph);
    }
    return glyph;
  }

  private readDirectory(): void {
    const { view } = this;
    if (view.byteLength < 12) throw new FormatError(WHERE, 'fewer than 12 bytes', 0);
    const version = view.getUint32(0);
    if (version === 0x4f54544f) {
      throw new UnsupportedError(
        WHERE,
        'outlines of cubic curves (CFF) are not read; a font with TrueType outlines is',
      );
    }
    if (version !== 0x00010000 && version !== 0x74727565) {
      throw new FormatError(
        WHERE,
        `the file begins with 0x${version.toString(16)}, which is no TrueType font`,
        0,
      );
    }
    const count = view.getUint16(4);
    for (let i = 0; i < count; i++) {
      const at = 12 + i * 16;
      if (at + 16 > view.byteLength)
        throw new FormatError(WHERE, 'the table directory is cut off', at);
      const tag = String.fromCharCode(...[0, 1, 2, 3].map((k) => view.getUint8(at + k)));
      const offset = view.getUint32(at + 8);
      const length = view.getUint32(at + 12);
      if (offset + length > view.byteLength)
        throw new FormatError(WHERE, `table ${tag} ends after the file`, at);
      this.tables.set(tag, { offset, length });
    }
  }

  private table(tag: string, least: number): Table {
    const table = this.tables.get(tag);
    if (table === undefined) throw new FormatError(WHERE, `there is no table ${tag}`);
    if (table.length < least) {
      throw new FormatError(
        WHERE,
        `table ${tag} has ${table.length} bytes, needed are ${least}`,
        table.offset,
      );
    }
    return table;
  }

  /** Table cmap: the first Unicode map of format 4 or 12. */
  private readCharacterMap(): (codePoint: number) => number {
    const { view } = this;
    const cmap = this.table('cmap', 4);
    const count = Math.min(view.getUint16(cmap.offset + 2), Math.floor((cmap.length - 4) / 8));
    let best: { readonly at: number; readonly format: number } | undefined;
    for (let i = 0; i < count; i++) {
      const record = cmap.offset + 4 + i * 8;
      const platform = view.getUint16(record);
      const at = cmap.offset + view.getUint32(record + 4);
      if ((platform !== 0 && platform !== 3) || at + 16 > cmap.offset + cmap.length) continue;
      const format = view.getUint16(at);
      if (format === 12 || (format === 4 && best === undefined)) best = { at, format };
    }
    if (best === undefined)
      throw new UnsupportedError(WHERE, 'there is no Unicode character map of format 4 or 12');
    const end = cmap.offset + cmap.length;
    return best.format === 12 ? this.segmentedMap(best.at, end) : this.basicMap(best.at, end);
  }

  private segmentedMap(at: number, end: number): (codePoint: number) => number {
    const { view } = this;
    const groups = Math.min(view.getUint32(at + 12), Math.floor((end - at - 16) / 12));
    return (codePoint) => {
      for (let i = 0; i < groups; i++) {
        const group = at + 16 + i * 12;
        if (codePoint > view.getUint32(group + 4)) continue;
        const first = view.getUint32(group);
        return codePoint < first ? 0 : view.getUint32(group + 8) + codePoint - first;
      }
      return 0;
    };
  }

  private basicMap(at: number, end: number): (codePoint: number) => number {
    const { view } = this;
    const segments = view.getUint16(at + 6) >> 1;
    if (at + 16 + segments * 8 > end)
      throw new FormatError(WHERE, 'a character map is cut off', at);
    const [last, first] = [at + 14, at + 16 + segments * 2];
    const [delta, range] = [first + segments * 2, first + segments * 4];
    return (codePoint) => {
      for (let i = 0; i < segments; i++) {
        if (codePoint > view.getUint16(last + i * 2)) continue;
        const start = view.getUint16(first + i * 2);
        if (codePoint < start) return 0;
        const shift = view.getUint16(delta + i * 2);
        const offset = view.getUint16(range + i * 2);
        if (offset === 0) return (codePoint + shift) & 0xffff;
        const place = range + i * 2 + offset + (codePoint - start) * 2;
        if (place + 2 > end) return 0;
        const glyph = view.getUint16(place);
        return glyph === 0 ? 0 : (glyph + shift) & 0xffff;
      }
      return 0;
    };
  }

  private advance(index: number): number {
    const hmtx = this.table('hmtx', 4);
    return this.view.getUint16(hmtx.offset + Math.min(index, this.numMetrics - 1) * 4);
  }

  /** The contours of a glyph in units of the font. */
  private outline(index: number, depth: number): Point[][] {
    if (index >= this.numGlyphs || depth > MAX_DEPTH) return [];
    const loca = this.table('loca', 0);
    const glyf = this.table('glyf', 0);
    const size = this.longOffsets ? 4 : 2;
    if ((index + 2) * size > loca.length) return [];
    const read = (i: number): number =>
      this.longOffsets
        ? this.view.getUint32(loca.offset + i * 4)
        : this.view.getUint16(loca.offset + i * 2) * 2;
    const [from, to] = [read(index), read(index + 1)];
    if (to <= from) return [];
    if (to > glyf.length || to - from < 10)
      throw new FormatError(WHERE, `glyph ${index} ends after table glyf`, glyf.offset);
    const contours = this.view.getInt16(glyf.offset + from);
    const start = glyf.offset + from + 10;
    const end = glyf.offset + to;
    return contours < 0
      ? this.compound(start, end, depth)
      : this.simple(start, end, contours, index);
  }

  private simple(start: number, end: number, contours: number, index: number): Point[][] {
    const { view } = this;
    let at = start;
    const need = (bytes: number): void => {
      if (at + bytes > end) throw new FormatError(WHERE, `glyph ${index} is cut off`, at);
    };
    need(contours * 2 + 2);
    const ends: number[] = [];
    for (let i = 0; i < contours; i++, at += 2) ends.push(view.getUint16(at));
    const count = (ends.at(-1) ?? -1) + 1;
    if (count > MAX_POINTS) throw new FormatError(WHERE, `glyph ${index} has ${count} points`, at);
    const instructions = view.getUint16(at);
    need(2 + instructions);
    at += 2 + instructions;
    const flags: number[] = [];
    while (flags.length < count) {
      need(1);
      const flag = view.getUint8(at++);
      flags.push(flag);
      if ((flag & 8) === 0) continue;
      need(1);
      for (let repeat = view.getUint8(at++); repeat > 0 && flags.length < count; repeat--)
        flags.push(flag);
    }
    const coordinates = (short: number, same: number): number[] => {
      let value = 0;
      return flags.map((flag) => {
        if ((flag & short) !== 0) {
          need(1);
          value += (flag & same) !== 0 ? view.getUint8(at) : -view.getUint8(at);
          at += 1;
        } else if ((flag & same) === 0) {
          need(2);
          value += view.getInt16(at);
          at += 2;
        }
        return value;
      });
    };
    const xs = coordinates(2, 16);
    const ys = coordinates(4, 32);
    let first = 0;
    return ends.map((last) => {
      const contour: Point[] = [];
      for (let i = first; i <= last && i < count; i++)
        contour.push({ x: xs[i]!, y: ys[i]!, onCurve: (flags[i]! & 1) !== 0 });
      first = last + 1;
      return contour;
    });
  }

  /** A glyph of other glyphs, each moved and scaled. */
  private compound(start: number, end: number, depth: number): Point[][] {
    const { view } = this;
    const contours: Point[][] = [];
    let at = start;
    for (let more = true; more; ) {
      if (at + 4 > end) throw new FormatError(WHERE, 'a compound glyph is cut off', at);
      const flags = view.getUint16(at);
      const index = view.getUint16(at + 2);
      at += 4;
      const wide = (flags & 1) !== 0;
      const scales =
        (flags & 8) !== 0 ? 1 : (flags & 0x40) !== 0 ? 2 : (flags & 0x80) !== 0 ? 4 : 0;
      if (at + (wide ? 4 : 2) + scales * 2 > end)
        throw new FormatError(WHERE, 'a compound glyph is cut off', at);
      const areOffsets = (flags & 2) !== 0;
      const dx = areOffsets ? (wide ? view.getInt16(at) : view.getInt8(at)) : 0;
      const dy = areOffsets ? (wide ? view.getInt16(at + 2) : view.getInt8(at + 1)) : 0;
      at += wide ? 4 : 2;
      const values = Array.from({ length: scales }, (_, i) => view.getInt16(at + i * 2) / 16384);
      at += scales * 2;
      const [a, b, c, d] =
        scales === 0
          ? [1, 0, 0, 1]
          : scales === 1
            ? [values[0]!, 0, 0, values[0]!]
            : scales === 2
              ? [values[0]!, 0, 0, values[1]!]
              : (values as [number, number, number, number]);
      for (const contour of this.outline(index, depth + 1)) {
        contours.push(
          contour.map(({ x, y, onCurve }) => ({
            x: a! * x + c! * y + dx,
            y: b! * x + d! * y + dy,
            onCurve,
          })),
        );
      }
      if (contours.length > MAX_POINTS)
        throw new FormatError(WHERE, 'a compound glyph has too many contours', at);
      more = (flags & 0x20) !== 0;
    }
    return contours;
  }
}
