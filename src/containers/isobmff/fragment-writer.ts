/**
 * Fragmented MP4: `ftyp` and an empty `moov`, then fragments of `moof` and `mdat`, each written when the next one begins.
 * A file plays up to its last complete fragment, so a file can be watched while it grows. Follows CMAF (ISO/IEC
 * 23000-19 clause 7.3) as far as a file with several tracks can: `default-base-is-moof`, one `trun` per track, decoding
 * times in `tfdt`. ISOBMFF clause 8.8.
 */
import type { ByteSink } from '../../base/byte-stream.ts';
import type { ContainerWriter } from '../../base/container.ts';
import { ConfigError, StateError } from '../../base/errors.ts';
import type { Packet } from '../../base/packet.ts';
import { ALL_TOOLS } from './all-tools.ts';
import { BoxWriter } from './box-writer.ts';
import {
  DATA_OFFSET_PRESENT,
  DEFAULT_BASE_IS_MOOF,
  DEFAULT_SAMPLE_DURATION_PRESENT,
  DEFAULT_SAMPLE_FLAGS_PRESENT,
  DEFAULT_SAMPLE_SIZE_PRESENT,
  FIRST_SAMPLE_FLAGS_PRESENT,
  mfhd,
  mfro,
  SAMPLE_COMPOSITION_TIME_OFFSETS_PRESENT,
  SAMPLE_DURATION_PRESENT,
  SAMPLE_FLAGS_PRESENT,
  SAMPLE_SIZE_PRESENT,
  sidx,
  tfdt,
  tfhd,
  tfra,
  trun,
  trunColumns,
} from './boxes-fragments.ts';
import { ftyp, styp } from './boxes-movie.ts';
import { sbgp } from './boxes-samples.ts';
import { boxHeader } from './media-data.ts';
import { rollDistance, writeMovie } from './movie.ts';
import type { FragmentOptions, ResolvedMp4Options } from './options.ts';
import type { U32List } from './sample-table.ts';
import { closingTextSample, trackSamples } from './text-samples.ts';
import type { Mp4Track } from './track.ts';
import { SYNC_SAMPLE_FLAGS, TrackFragment } from './track-fragment.ts';
import { lostElements } from './track-kinds.ts';

/** Seconds after which a fragment ends where no key frame of a picture can end it. */
const AUDIO_FRAGMENT_SECONDS = 1;

/** A fragment is held in memory; at this size it ends, key frame or not. */
const MAX_FRAGMENT_BYTES = 32 << 20;
/** What a sample takes in memory beside its bytes, about. */
const SAMPLE_BYTES = 512;
/** With a sample of this size a fragment ends at once, so that the next one need not be held beside it. */
const LARGE_SAMPLE_BYTES = 8 << 20;

/**
 * A key picture does not end a fragment that is smaller and shorter than this: for a few bytes in each, the boxes around them would
 * be most of the file and of the work. Costs a quarter of a second of delay at most.
 */
const SMALL_FRAGMENT_BYTES = 1024;
const SMALL_FRAGMENT_SECONDS = 0.25;

const MFRO_BYTES = 16;
const MAX_U32 = 0xffffffff;

/** Whether all values of a list are the same. */
function isUniform(list: U32List, from = 0): boolean {
  for (let i = from + 1; i < list.length; i++) if (list.at(i) !== list.at(from)) return false;
  return true;
}

/** Writes a fragmented file. A fragment is held in memory until it ends. */
export class FragmentedMp4Writer implements ContainerWriter {
  readonly needsRisingTimes = true;
  readonly timeBases: readonly (readonly [num: number, den: number])[];
  readonly losses: readonly string[];
  private readonly sink: ByteSink;
  private readonly options: ResolvedMp4Options;
  private readonly fragmentOptions: Required<FragmentOptions>;
  private readonly fragments: readonly TrackFragment[];
  /** The track whose key frames begin fragments, and whether it has pictures. */
  private readonly leader: TrackFragment;
  private readonly box = new BoxWriter();
  private position = 0;
  private hasMovie = false;
  private sequence_number = 0;
  private pendingBytes = 0;
  private isOpen = false;

  constructor(
    sink: ByteSink,
    tracks: readonly Mp4Track[],
    options: ResolvedMp4Options,
    fragmentOptions: Required<FragmentOptions>,
  ) {
    this.sink = sink;
    this.options = options;
    this.fragmentOptions = fragmentOptions;
    this.timeBases = tracks.map((track) => [1, track.timescale] as const);
    this.losses = lostElements(
      tracks.map(({ stream }) => stream),
      true,
    );
    this.fragments = tracks.map((track, i) => new TrackFragment(track, i + 1));
    const video = this.fragments.find(({ track }) => track.stream.kind === 'video');
    this.leader = video ?? this.fragments[0];
  }

  /** Nothing is written before the first fragment is whole: only then is it known where each track starts. */
  writeHeader(): Promise<void> {
    if (this.isOpen) throw new StateError('mp4.writeHeader', 'was called already');
    this.isOpen = true;
    return Promise.resolve();
  }

  writePacket(streamIndex: number, packet: Packet): Promise<void> | void {
    if (!this.isOpen) throw new StateError('mp4.writePacket', 'call writeHeader before');
    const fragment = this.fragments[streamIndex];
    if (fragment === undefined) {
      throw new ConfigError(
        'mp4.streamIndex',
        `got ${streamIndex}, allowed are 0..${this.fragments.length - 1}`,
      );
    }
    const { track } = fragment;
    track.checkPacket(packet);
    const addSamples = (): void => {
      for (const sample of trackSamples(track, packet)) this.addSample(fragment, sample);
    };
    const isLarge = packet.data.length >= LARGE_SAMPLE_BYTES && packet.duration > 0;
    if (!isLarge && !this.endsFragment(fragment, packet)) return addSamples();
    fragment.endLast(packet.dts);
    return this.writeFragment().then(async () => {
      addSamples();
      if (isLarge) await this.writeFragment();
    });
  }

  private addSample(fragment: TrackFragment, sample: Packet): void {
    fragment.track.noteTimes(sample);
    fragment.add(sample);
    this.pendingBytes += sample.data.length + SAMPLE_BYTES;
  }

  private endsFragment(fragment: TrackFragment, packet: Packet): boolean {
    if (this.pendingBytes + packet.data.length > MAX_FRAGMENT_BYTES) return this.pendingBytes > 0;
    if (fragment.isEmpty || !packet.isKey) return false;
    const { stream, timescale } = fragment.track;
    // Sound need not wait for a leader that has nothing yet, or no more.
    if (fragment !== this.leader && (stream.kind !== 'audio' || !this.leader.isEmpty)) return false;
    const { duration } = this.fragmentOptions;
    const isSmall = fragment.bytes < SMALL_FRAGMENT_BYTES;
    const pictureSeconds = isSmall ? SMALL_FRAGMENT_SECONDS : 0;
    const seconds =
      duration > 0 ? duration : stream.kind === 'video' ? pictureSeconds : AUDIO_FRAGMENT_SECONDS;
    return packet.dts - fragment.firstDts >= seconds * timescale;
  }

  async writeTrailer(): Promise<void> {
    if (!this.isOpen) throw new StateError('mp4.writeTrailer', 'call writeHeader before, and once');
    for (const fragment of this.fragments) {
      const closing = closingTextSample(fragment.track);
      if (closing !== null) this.addSample(fragment, closing);
    }
    await this.writeFragment();
    if (!this.hasMovie) await this.writeInitialization();
    if (this.fragmentOptions.randomAccessTable) await this.writeRandomAccessTable();
    this.isOpen = false;
  }

  private async flushBoxes(): Promise<void> {
    const bytes = this.box.view();
    this.position += bytes.length;
    await this.sink.write(bytes);
    this.box.reset();
  }

  /** The initialization segment: `ftyp` and `moov`. */
  private async writeInitialization(): Promise<void> {
    // One track: every condition of a CMAF track file can hold. Several: plain fragments.
    const isCmaf = this.fragments.length === 1;
    const compatible_brands = isCmaf ? ['iso6', 'cmfc', 'mp41'] : ['iso6', 'iso5', 'mp41'];
    this.box.put(ftyp, { major_brand: 'iso6', minor_version: 0, compatible_brands });
    writeMovie(
      this.box,
      this.fragments.map(({ track }) => track),
      { options: this.options, offsetShift: 0, isFragmented: true, tools: ALL_TOOLS },
    );
    this.hasMovie = true;
    await this.flushBoxes();
  }

  /** Writes what has collected as one fragment; nothing if that is nothing. */
  private async writeFragment(): Promise<void> {
    const parts = this.fragments.filter((fragment) => !fragment.isEmpty);
    if (parts.length === 0) return;
    if (!this.hasMovie) await this.writeInitialization();
    const dataBytes = parts.reduce((sum, part) => sum + part.bytes, 0);
    const mdat = boxHeader('mdat', dataBytes);
    const moof = this.movieFragment(parts, mdat.length);
    if (this.fragmentOptions.segmentIndex) {
      this.writeSegmentIndex(parts, moof.length + mdat.length + dataBytes);
      await this.flushBoxes();
    }
    this.noteRandomAccess(parts);
    await this.sink.write(moof);
    await this.sink.write(mdat);
    for (const part of parts) {
      for (const data of part.data) await this.sink.write(data);
      part.clear();
    }
    await this.sink.flush?.();
    this.position += moof.length + mdat.length + dataBytes;
    this.pendingBytes = 0;
  }

  private movieFragment(parts: readonly TrackFragment[], mdatHeaderBytes: number): Uint8Array {
    const w = new BoxWriter();
    this.sequence_number++;
    const offsetFields: number[] = [];
    w.box('moof', () => {
      w.put(mfhd, { sequence_number: this.sequence_number });
      for (const part of parts) {
        w.box('traf', () => {
          offsetFields.push(writeTrackFragment(w, part));
          if (rollDistance(part.track) !== 0) {
            w.put(sbgp, { entries: Uint32Array.of(part.sizes.length, 1) });
          }
        });
      }
    });
    // The data of each track follows that of the one before, behind the header of `mdat`.
    let offset = w.position + mdatHeaderBytes;
    for (const [i, part] of parts.entries()) {
      w.patchU32(offsetFields[i], offset);
      offset += part.bytes;
    }
    return w.view().slice();
  }

  private writeSegmentIndex(parts: readonly TrackFragment[], referenced_size: number): void {
    const part = parts.includes(this.leader) ? this.leader : parts[0];
    const isSync = part.flags.at(0) === SYNC_SAMPLE_FLAGS;
    this.box.put(styp, {
      major_brand: 'msdh',
      minor_version: 0,
      compatible_brands: ['msdh', 'msix'],
    });
    this.box.put(sidx, {
      reference_ID: part.track_ID,
      timescale: part.track.timescale,
      // On the presentation timeline, behind the edit list.
      earliest_presentation_time: Math.max(0, part.firstPts),
      references: [
        {
          reference_type: 0,
          referenced_size,
          subsegment_duration: Math.min(part.nextDts - part.firstDts, MAX_U32),
          starts_with_SAP: isSync ? 1 : 0,
          SAP_type: isSync ? 1 : 0,
          SAP_delta_time: 0,
        },
      ],
    });
  }

  private noteRandomAccess(parts: readonly TrackFragment[]): void {
    if (!this.fragmentOptions.randomAccessTable) return;
    for (const [i, part] of parts.entries()) {
      if (part.flags.at(0) !== SYNC_SAMPLE_FLAGS) continue;
      const shift = Math.min(0, part.track.firstDts);
      part.noteAccess({
        time: part.firstDts - shift + (part.compositionOffsets.at(0) | 0),
        moof_offset: this.position,
        traf_number: i + 1,
        trun_number: 1,
        sample_number: 1,
      });
    }
  }

  private async writeRandomAccessTable(): Promise<void> {
    const w = this.box;
    w.box('mfra', () => {
      for (const { track_ID, randomAccess } of this.fragments) {
        if (randomAccess.length > 0) w.put(tfra, { track_ID, entries: randomAccess });
      }
      w.put(mfro, { parent_size: w.position + MFRO_BYTES });
    });
    await this.flushBoxes();
  }
}

/** Writes `tfhd`, `tfdt` and `trun`; returns where `data_offset` of the `trun` lies, to be patched. */
function writeTrackFragment(w: BoxWriter, part: TrackFragment): number {
  const { track, durations, sizes, flags, compositionOffsets } = part;
  const isPcm = track.pcmFrameBytes > 0;
  const hasOneDuration = isPcm || isUniform(durations);
  // Samples of no bytes at all keep their rows: readers take a run without rows or bytes for damage.
  const hasOneSize = isPcm || (isUniform(sizes) && sizes.at(0) > 0);
  const hasOneFlags = isUniform(flags, 1);
  const isFirstDifferent = flags.length > 1 && flags.at(0) !== flags.at(1);
  w.put(tfhd, {
    flags:
      DEFAULT_BASE_IS_MOOF |
      (hasOneDuration ? DEFAULT_SAMPLE_DURATION_PRESENT : 0) |
      (hasOneSize ? DEFAULT_SAMPLE_SIZE_PRESENT : 0) |
      (hasOneFlags ? DEFAULT_SAMPLE_FLAGS_PRESENT : 0),
    track_ID: part.track_ID,
    default_sample_duration: isPcm ? 1 : durations.at(0),
    default_sample_size: isPcm ? track.pcmFrameBytes : sizes.at(0),
    default_sample_flags: flags.at(flags.length > 1 ? 1 : 0),
  });
  w.put(tfdt, { baseMediaDecodeTime: part.firstDts - Math.min(0, track.firstDts) });
  let trFlags = DATA_OFFSET_PRESENT;
  if (!hasOneDuration) trFlags |= SAMPLE_DURATION_PRESENT;
  if (!hasOneSize) trFlags |= SAMPLE_SIZE_PRESENT;
  if (!hasOneFlags) trFlags |= SAMPLE_FLAGS_PRESENT;
  else if (isFirstDifferent) trFlags |= FIRST_SAMPLE_FLAGS_PRESENT;
  if (!isPcm && compositionOffsets.values().some((offset) => offset !== 0)) {
    trFlags |= SAMPLE_COMPOSITION_TIME_OFFSETS_PRESENT;
  }
  const columns = trunColumns(trFlags).map((name) => columnOf(part, name));
  const sample_count = isPcm ? part.bytes / track.pcmFrameBytes : sizes.length;
  const samples = new Uint32Array(columns.length * sample_count);
  for (const [c, column] of columns.entries()) {
    for (let i = 0; i < sample_count; i++) samples[i * columns.length + c] = column.at(i);
  }
  const start = w.position;
  w.put(trun, {
    version: compositionOffsets.values().some((offset) => offset > 0x7fffffff) ? 1 : 0,
    flags: trFlags,
    sample_count,
    first_sample_flags: flags.at(0),
    samples,
  });
  return start + TRUN_DATA_OFFSET;
}

/** Bytes from the start of a `trun` to its `data_offset`: size, type, version and flags, sample_count. */
const TRUN_DATA_OFFSET = 16;

function columnOf(part: TrackFragment, name: string): U32List {
  switch (name) {
    case 'sample_duration':
      return part.durations;
    case 'sample_size':
      return part.sizes;
    case 'sample_flags':
      return part.flags;
    default:
      return part.compositionOffsets;
  }
}
