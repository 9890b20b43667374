/** What is wrong with a track that is left out, or whose tables contradict one another: readers say it and go on. */
import type { FileBytes } from './box-reader.ts';
import { type BoxView, boxesIn, findBox, findPath, readChild } from './box-reader.ts';
import { hdlr, mdhd, tkhd } from './boxes-movie.ts';
import type { SampleTables } from './sample-cursor.ts';

/** Handlers of the media that `vmhd` and `smhd` describe (ISOBMFF clauses 12.1 and 12.2, ISO/IEC 23008-12 clause 7). */
const MEDIA_HEADERS: Readonly<Record<string, readonly string[]>> = {
  vmhd: ['vide', 'auxv', 'pict'],
  smhd: ['soun'],
};

/** The damage for which a track cannot be read; null if it is only of a kind that we do not read. */
export function damageOfTrack(
  file: FileBytes,
  trak: BoxView,
  kinds: readonly string[],
): string | null {
  for (const path of [['tkhd'], ['mdia'], ['mdia', 'mdhd'], ['mdia', 'hdlr']]) {
    if (findPath(file, trak, ...path) === null) return `it has no ${path.join('/')}`;
  }
  const mdia = findPath(file, trak, 'mdia')!;
  const handler_type = readChild(hdlr, file, mdia)!.handler_type;
  const minf = findPath(file, mdia, 'minf');
  if (!kinds.includes(handler_type)) {
    for (const [type, handlers] of Object.entries(MEDIA_HEADERS)) {
      const isThere = minf !== null && findBox(file.bytes, minf.dataStart, minf.end, type) !== null;
      if (isThere && !handlers.includes(handler_type)) {
        return `it is of handler '${handler_type}' and has ${type}`;
      }
    }
    return null;
  }
  if (readChild(mdhd, file, mdia)!.timescale === 0) return 'its timescale is 0';
  const stbl = minf === null ? null : findPath(file, minf, 'stbl');
  if (stbl === null) return 'it has no sample tables';
  const stsd = findBox(file.bytes, stbl.dataStart, stbl.end, 'stsd');
  if (stsd === null || boxesIn(file.bytes, stsd.dataStart + 8, stsd.end).next().done) {
    return 'it has no sample entry';
  }
  return 'its media data is in another file';
}

/** A track that is of no kind that we read, as messages name it. */
export function nameOfTrack(file: FileBytes, trak: BoxView): string {
  const track_ID = readChild(tkhd, file, trak)?.track_ID ?? 0;
  const handler = findPath(file, trak, 'mdia', 'hdlr') === null ? null : handlerOf(file, trak);
  const stsd = findPath(file, trak, 'mdia', 'minf', 'stbl', 'stsd');
  const entry =
    stsd === null ? undefined : boxesIn(file.bytes, stsd.dataStart + 8, stsd.end).next().value;
  return `track ${track_ID} (handler '${handler ?? ''}', ${entry?.type ?? 'no sample entry'})`;
}

function handlerOf(file: FileBytes, trak: BoxView): string {
  return readChild(hdlr, file, findPath(file, trak, 'mdia')!)!.handler_type;
}

/** Samples that `stts` or `ctts` has. */
function samplesOf(rows: Uint32Array): number {
  let count = 0;
  for (let row = 0; row + 1 < rows.length; row += 2) count += rows[row];
  return count;
}

/** Samples that the chunks have together, and those of the last of them. */
function samplesInChunks({ stsc, chunkOffsets }: SampleTables): [all: number, last: number] {
  let all = 0;
  let last = 0;
  const behind = chunkOffsets.length + 1;
  for (let row = 0; row + 2 < stsc.length; row += 3) {
    // Whatever the first row says, it holds from the first chunk on.
    const first = row === 0 ? 1 : stsc[row];
    const next = row + 3 < stsc.length ? Math.min(stsc[row + 3], behind) : behind;
    if (next <= first) continue;
    last = stsc[row + 1];
    all += (next - first) * last;
  }
  return [all, last];
}

/**
 * Where the tables of a track do not agree on how many samples there are (ISOBMFF clauses 8.6.1 and 8.7); empty if they do.
 * Room in the last chunk that no sample takes is no loss.
 */
export function tableFaults(tables: SampleTables): string[] {
  const { sample_count, stts, ctts, stss } = tables;
  const faults: string[] = [];
  const timed = samplesOf(stts);
  const [stored, last] = samplesInChunks(tables);
  const sizes = `sizes for ${sample_count} samples`;
  if (timed !== sample_count) faults.push(`${sizes} and times for ${timed}`);
  if (stored < sample_count || stored - last >= Math.max(1, sample_count)) {
    faults.push(`${sizes} and chunks for ${stored}`);
  }
  const offset = samplesOf(ctts);
  if (ctts.length > 0 && offset !== sample_count) {
    faults.push(`${sizes} and composition offsets for ${offset}`);
  }
  const lastSync = stss?.at(-1) ?? 0;
  if (lastSync > sample_count)
    faults.push(`${sizes}, of which number ${lastSync} is a sync sample`);
  return faults;
}

/**
 * Ticks of the samples that `stts` has no rows for: its last delta goes on; where it has none, the duration of the media is
 * spread over the samples.
 * @param duration of the media, in ticks
 */
export function deltaBehind(stts: Uint32Array, sampleCount: number, duration: number): number {
  const last = stts.length >= 2 ? stts[stts.length - 1] : Math.round(duration / sampleCount);
  return Math.min(MAX_DELTA, Math.max(1, Number.isNaN(last) ? 1 : last));
}

const MAX_DELTA = 0x7fffffff;

/** A delta of `stts` from here on may be a negative one; those below are gaps, however long. */
const NEGATIVE = 2 ** 32 - 2 ** 28;

/**
 * The lowest delta of `stts` that is a negative one, though ISOBMFF clause 8.6.1.2 has none: those just below 2^32, unless
 * the media lasts so long.
 * @param duration of the media in ticks, as its header states it
 */
export function negativeDeltas(
  stts: Uint32Array,
  duration: number,
): Pick<SampleTables, 'negativeFrom'> {
  const isStated = duration !== 0xffffffff && Number.isSafeInteger(duration);
  const from = isStated ? Math.max(NEGATIVE, duration + 1) : NEGATIVE;
  for (let row = 1; row < stts.length; row += 2)
    if (stts[row] >= from) return { negativeFrom: from };
  return {};
}
