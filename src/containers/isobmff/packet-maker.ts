/**
 * Makes packets of samples on one pass through a file: bytes in canonical form, times that never fall, key pictures that
 * are there though the tables do not say so, parameter sets where a track changes its sample description.
 */
import { FormatError } from '../../base/errors.ts';
import type { Budget, PacketBudget } from '../../base/limits.ts';
import type { Packet } from '../../base/packet.ts';
import type { Problem } from '../../base/problems.ts';
import { RisingTimes } from '../../base/rising-times.ts';
import { widenNalLengths } from '../../syntax/h264/byte-stream.ts';
import { samplesInFrame } from '../config/frame-duration.ts';
import { isKeyPicture } from '../config/key-pictures.ts';
import type { TimedSample } from './edit-timeline.ts';
import { DescriptionSwitch, type SampleDescription } from './sample-descriptions.ts';
import { readVttSample } from './text-samples.ts';
import type { ReadTrack } from './track-reader.ts';

/** One track on this pass. */
interface TrackState {
  readonly track: ReadTrack;
  readonly descriptions: DescriptionSwitch;
  /** Whether the file has called a picture of the track a sync sample. */
  hasSyncSample: boolean;
  isFirst: boolean;
  /** Of the sample before, in ticks; 0 before the first. */
  lastDuration: number;
}

/** State of one pass. */
export class PacketMaker {
  /** The budget of the pass. */
  readonly pass: PacketBudget;
  private readonly times: RisingTimes;
  private readonly tracks: readonly TrackState[];

  constructor(tracks: readonly ReadTrack[], budget: Budget, problems: Problem[]) {
    this.pass = budget.beginPass();
    this.times = new RisingTimes(
      tracks.map(({ stream }) => stream.timeBase),
      problems,
    );
    this.tracks = tracks.map((track) => ({
      track,
      descriptions: new DescriptionSwitch(track.descriptions, track.info.track_ID),
      hasSyncSample: false,
      isFirst: true,
      lastDuration: 0,
    }));
  }

  /**
   * The packet of a sample in canonical form; null for samples that only fill time.
   * @param bytes the sample, which becomes the packet's
   * @param isLast whether it is the last of its track
   * @param canRestart whether times that fall are a new beginning
   */
  make(
    streamIndex: number,
    sample: TimedSample,
    bytes: Uint8Array,
    isLast: boolean,
    canRestart: boolean,
  ): Packet | null {
    const state = this.tracks[streamIndex];
    const { stream, info, isAllSync } = state.track;
    const { position, duration } = sample;
    if (!Number.isSafeInteger(sample.pts) || !Number.isSafeInteger(sample.dts)) {
      throw new FormatError('mp4.samples', 'times reach 2^53 ticks', position);
    }
    const description = state.descriptions.at(sample.sample_description_index);
    const data = this.canonical(state, description, bytes, position);
    this.pass.give(data.length, position + sample.size);
    if (data.length === 0) return null;
    const { times } = this;
    times.place(streamIndex, sample.dts, sample.pts, duration, position, canRestart);
    const { dts, pts } = times;
    const isKey = isAllSync || sample.isSync || isUnmarkedKey(state, description, data);
    if (sample.isSync) state.hasSyncSample = true;
    state.isFirst = false;
    const packet: Packet = { data, pts, dts, duration, isKey };
    const { lastDuration } = state;
    state.lastDuration = duration;
    if (!isLast || stream.kind !== 'audio' || info.timescale !== stream.sampleRate) return packet;
    // Where the one before does not last as long as it decodes to either, times were rounded: nothing is padded.
    if (lastDuration > 0 && lastDuration !== stream.frameSize) return packet;
    // A last frame that lasts shorter than it decodes to is padded; those of FLAC and ALAC are short themselves.
    const decoded = samplesInFrame(stream, data) || stream.frameSize;
    const discardPadding = Math.min(stream.frameSize, decoded) - duration;
    return discardPadding > 0 && duration > 0 ? { ...packet, discardPadding } : packet;
  }

  private canonical(
    state: TrackState,
    description: SampleDescription,
    bytes: Uint8Array,
    position: number,
  ): Uint8Array {
    if (state.track.stream.codec === 'webvtt') return readVttSample(bytes);
    const { nalLengthSize } = description;
    const data = nalLengthSize === 4 ? bytes : widenNalLengths(bytes, nalLengthSize);
    const before = state.descriptions.moveTo(description, position);
    if (before.length === 0) return data;
    const joined = new Uint8Array(before.length + data.length);
    joined.set(before);
    joined.set(data, before.length);
    return joined;
  }
}

/** Whether a picture is a key one that no table names: as long as the file has named none at all. */
function isUnmarkedKey(state: TrackState, { codec }: SampleDescription, data: Uint8Array): boolean {
  if (state.hasSyncSample) return false;
  const { stss } = state.track.tables;
  return isKeyPicture(codec, data, state.isFirst && stss !== null && stss.length === 0);
}
