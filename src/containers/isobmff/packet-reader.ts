/**
 * Gives the packets of an open file in the order of the file: first those that the tables of `moov` list, all tracks
 * merged, then those of the fragments. Packets that lie in one piece of the file come together.
 */
import { type ReadPacket, type ReadStart, untilError } from '../../base/container.ts';
import type { Budget, PacketBudget } from '../../base/limits.ts';
import { type Problem, report } from '../../base/problems.ts';
import type { SourceWindow } from '../../base/source-window.ts';
import type { BoxView, FileBytes } from './box-reader.ts';
import { type EditContext, editedSamples, type TimedSample } from './edit-timeline.ts';
import { fragmentAt, hasFragmentAfter } from './fragment-index.ts';
import {
  type FragmentContext,
  type FragmentTrack,
  fragmentBytes,
  readFragment,
} from './fragment-samples.ts';
import { mendBoxes } from './mend-boxes.ts';
import { PacketMaker } from './packet-maker.ts';
import { advance, endSeconds, nextPending, type Pending, startPending } from './pending-samples.ts';
import { SampleCursor } from './sample-cursor.ts';
import { isBoxAt, isLostFragment, loadBox, mayWalkOn, topLevelBox } from './top-level.ts';
import type { ReadTrack } from './track-reader.ts';

/** The parts of a file that its packets are read from. */
export interface ReadContext {
  readonly window: SourceWindow;
  readonly budget: Budget;
  readonly problems: Problem[];
  readonly tracks: readonly ReadTrack[];
  /** Null if the file has no fragments. */
  readonly fragmentTracks: ReadonlyMap<number, FragmentTrack> | null;
  /** Of all tracks of `moov`, those that are not read too. */
  readonly track_IDs: ReadonlySet<number>;
  /** Whether `moov` says that there are fragments. */
  readonly saysFragmented: boolean;
  readonly moovEnd: number;
}

/** Packets that are handed on together, at most. */
const MAX_RUN_PACKETS = 256;
const MAX_RUN_BYTES = 1 << 20;

/**
 * The samples that the tables of `moov` list, with the times that the edit list gives them.
 * @param pass pays for searches
 * @param problems told at the end of samples that the file does not have
 */
export function tableSamples(
  track: ReadTrack,
  fileSize: number,
  pass: PacketBudget,
  problems: Problem[] = [],
): Generator<TimedSample> {
  const { info, tables, pcmFrameBytes, stream, dtsShift } = track;
  let isEmptySaid = false;
  let isMissingSaid = false;
  const context: EditContext = {
    edits: info.edits,
    isAudio: stream.kind === 'audio',
    timescale: info.timescale,
    dtsShift,
    hasCompositionOffsets: tables.ctts.length > 0,
    pass,
    onEmpty: (mediaTime) => {
      if (isEmptySaid || tables.sample_count === 0) return;
      isEmptySaid = true;
      report(
        problems,
        -1,
        `track ${info.track_ID}: an edit from tick ${mediaTime} on shows nothing`,
      );
    },
    onEnd: ({ missing }) => {
      if (missing === 0 || isMissingSaid) return;
      isMissingSaid = true;
      const found = `${missing} of ${tables.sample_count} samples are not in the file`;
      report(
        problems,
        Number.isFinite(fileSize) ? fileSize : -1,
        `track ${info.track_ID}: ${found}`,
      );
    },
  };
  // One PCM sample may be stored as a sample of 1 byte in a table of constant size; its true size is the frame's.
  const isRunOfPcm = pcmFrameBytes > 0 && tables.sample_size > 0;
  return editedSamples(new SampleCursor(tables, fileSize, isRunOfPcm ? pcmFrameBytes : 0), context);
}

/** Reads the packets of one file, as often as the source allows. */
export class PacketReader {
  private readonly context: ReadContext;

  constructor(context: ReadContext) {
    this.context = context;
  }

  /** All packets in runs, from `from` on if it is given. */
  async *runs(from?: ReadStart): AsyncGenerator<readonly ReadPacket[]> {
    const { window, tracks, fragmentTracks, problems } = this.context;
    // A stream of bytes cannot jump.
    const start = from === undefined || window.source.size === null ? null : from;
    const maker = new PacketMaker(tracks, this.context.budget, problems);
    const { pass } = maker;
    const listed = tracks.map((track, i) =>
      startPending(i, track, tableSamples(track, window.size, pass, problems), problems),
    );
    if (start !== null) skipListed(listed, start, tables(this.context, pass));
    yield* mergedRuns(this.context, listed, maker, true);
    if (fragmentTracks === null) {
      await this.noteNextMovie();
      return;
    }
    // The state that fragments hand on lasts for one pass.
    const carried = new Map([...fragmentTracks].map(([id, track]) => [id, { ...track }]));
    yield* this.fragmentRuns(carried, maker, await this.fragmentStart(carried, start));
  }

  /** Says that another movie follows, in files that were joined byte by byte: nothing of it was read. */
  private async noteNextMovie(): Promise<void> {
    const { window, problems, moovEnd } = this.context;
    if (window.source.size === null) return;
    let position = moovEnd;
    for (let count = 0; mayWalkOn(count, position) && position < window.size; count++) {
      const box = await topLevelBox(window, position);
      if (box === null) return;
      if (box.type === 'moov') {
        report(problems, position, 'another movie follows, which is left unread');
        return;
      }
      position = box.end;
    }
  }

  /** Where the first fragment to read may lie. */
  private async fragmentStart(
    carried: ReadonlyMap<number, FragmentTrack>,
    start: ReadStart | null,
  ): Promise<number> {
    const { window, budget, tracks, moovEnd } = this.context;
    if (start === null) return moovEnd;
    const { track_ID, timescale } = tracks[start.streamIndex].info;
    const track = carried.get(track_ID);
    if (track === undefined) return moovEnd;
    return await fragmentAt(window, budget, moovEnd, track, timescale, start.seconds);
  }

  /** Packets of the fragments from `position` on. */
  private async *fragmentRuns(
    carried: ReadonlyMap<number, FragmentTrack>,
    maker: PacketMaker,
    from: number,
  ): AsyncGenerator<readonly ReadPacket[]> {
    const { window, budget, problems } = this.context;
    let position = from;
    let samplesEnd = 0;
    let saysFragmented = this.context.saysFragmented;
    const known = new Set(this.context.track_IDs);
    const onOtherTrack = (track_ID: number, position: number): void => {
      if (known.has(track_ID)) return;
      known.add(track_ID);
      report(problems, position, `moov has no track ${track_ID}; its fragments are left out`);
    };
    for (let count = 0; position < window.size; count++) {
      if (!mayWalkOn(count, position)) {
        report(
          problems,
          position,
          `the file goes on behind ${count} boxes; the rest is left unread`,
        );
        return;
      }
      const box = await topLevelBox(window, position);
      if (box === null) {
        if (position < window.size && Number.isFinite(window.size)) {
          report(problems, position, 'there is no box here; the rest of the file is left unread');
        }
        return;
      }
      if (box.size === 0 && box.type !== 'mdat') {
        report(problems, position, `${box.type} has no size: it takes the rest of the file`);
      } else if (box.end > window.size && !['moof', 'mdat'].includes(box.type)) {
        report(problems, position, `the file ends within a box '${box.type}'`);
      }
      if (await isLostFragment(window, box)) {
        const detail = `${box.type} has, or is, a part of a moof; it is left unread`;
        report(problems, position, detail);
      }
      if (box.type === 'moof') {
        if (!saysFragmented) report(problems, position, 'fragments without mvex in moov');
        saysFragmented = true;
        const [file, view] = await loadBox(window, budget, box);
        if (box.end > window.size) report(problems, position, 'the file ends within moof');
        mendBoxes(file, view, problems);
        const context = { tracks: carried, fileSize: window.size, budget, problems, onOtherTrack };
        try {
          samplesEnd = yield* this.fragment(file, view, context, maker, box.end);
        } finally {
          budget.release(fragmentBytes(file, view) + file.bytes.length);
        }
      }
      const isLong = box.type === 'mdat' && samplesEnd > position && samplesEnd < box.end;
      if (isLong && (await isBoxAt(window, samplesEnd))) {
        report(problems, position, 'mdat reaches past the box that follows its samples');
        position = samplesEnd;
      } else position = box.end;
    }
  }

  /** Packets of one fragment, which ends at `end`. Returns where its samples end. */
  private async *fragment(
    file: FileBytes,
    view: BoxView,
    context: FragmentContext,
    maker: PacketMaker,
    end: number,
  ): AsyncGenerator<readonly ReadPacket[], number> {
    const { window, tracks, problems } = this.context;
    const pending: Pending[] = [];
    for (const part of readFragment(file, view, context)) {
      const index = tracks.findIndex(({ info }) => info.track_ID === part.track.track_ID);
      pending.push(startPending(index, tracks[index], part.samples, problems));
    }
    // Only the last frame of sound is treated differently.
    const mayEnd = pending.some(({ track }) => track.stream.kind === 'audio');
    const isLast = mayEnd && !(await hasFragmentAfter(window, end));
    yield* mergedRuns(this.context, pending, maker, isLast, true);
    return pending.reduce((most, each) => Math.max(most, each.end), 0);
  }
}

/** Makes a walk over the tables of a track, from their start. */
type TableWalk = (track: ReadTrack) => Generator<TimedSample>;

function tables({ window }: ReadContext, pass: PacketBudget): TableWalk {
  return (track) => tableSamples(track, window.size, pass);
}

/**
 * Lets the tracks begin where `start` says: its own at the last sync sample that is presented at or before the time, the
 * others at what is decoded from then on. Only tables are walked, nothing is read. A track whose samples come in
 * fragments has none here.
 */
function skipListed(listed: readonly Pending[], start: ReadStart, walk: TableWalk): void {
  const leader = listed[start.streamIndex];
  if (leader.next === null) return;
  const { track } = leader;
  const { timescale } = track.info;
  let index = 0;
  let found = 0;
  let fromDts = leader.next.dts;
  for (const { pts, dts, isSync, size } of walk(track)) {
    if (size === 0) continue;
    if (dts > start.seconds * timescale) break;
    if (isSync && pts <= start.seconds * timescale) {
      found = index;
      fromDts = dts;
    }
    index++;
  }
  for (let i = 0; i < found; i++) advance(leader);
  const fromSeconds = fromDts / timescale;
  for (const other of listed) {
    if (other === leader) continue;
    while (other.next !== null && endSeconds(other) <= fromSeconds) advance(other);
  }
}

/** Packets of the pending samples. Samples before a broken one are given before its error is thrown. */
async function* mergedRuns(
  { window, budget, problems }: ReadContext,
  pending: readonly Pending[],
  maker: PacketMaker,
  endsTracks: boolean,
  canRestart = false,
): AsyncGenerator<readonly ReadPacket[]> {
  const isStream = window.source.size === null;
  for (;;) {
    const first = nextPending(pending, isStream)?.next;
    if (first === null || first === undefined) return;
    const { position, size } = first;
    budget.requireReadable('a sample', size, position);
    // The first sample of a run may be waited for; the others are those that are there with it.
    let data: Uint8Array;
    if (isStream || size > MAX_RUN_BYTES) data = await window.copy(position, size);
    else {
      await window.load(position, size);
      data = window.take(position, size);
    }
    // A file that ended in the middle of a sample: the samples before it were saved.
    if (data.length < size) {
      report(problems, position, `the file ends within a sample of ${size} bytes`);
      return;
    }
    yield* untilError<ReadPacket>((run) => {
      takeRun(window, pending, { maker, endsTracks, canRestart }, data, run);
    });
  }
}

/** How samples become packets of a run. */
interface RunContext {
  readonly maker: PacketMaker;
  /** Whether a last sample of `pending` is the last of its track. */
  readonly endsTracks: boolean;
  /** Whether times that fall are a new beginning. */
  readonly canRestart: boolean;
}

/** Appends to `run` the next sample, whose bytes are `data`, and those behind it that the window holds. */
function takeRun(
  window: SourceWindow,
  pending: readonly Pending[],
  { maker, endsTracks, canRestart }: RunContext,
  data: Uint8Array,
  run: ReadPacket[],
): void {
  const isStream = window.source.size === null;
  let bytes = 0;
  let isFirst = true;
  for (let chosen = nextPending(pending, isStream); chosen !== null; ) {
    const sample = chosen.next;
    if (sample === null) return;
    if (!isFirst) {
      if (!window.has(sample.position, sample.size)) return;
      data = window.take(sample.position, sample.size);
    }
    isFirst = false;
    bytes += data.length;
    advance(chosen);
    const isLast = endsTracks && chosen.next === null;
    const { streamIndex } = chosen;
    const packet = maker.make(streamIndex, sample, data, isLast, canRestart);
    if (packet !== null) run.push({ streamIndex, packet });
    if (run.length >= MAX_RUN_PACKETS || bytes >= MAX_RUN_BYTES) return;
    chosen = nextPending(pending, isStream);
  }
}
