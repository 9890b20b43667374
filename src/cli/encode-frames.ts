/** The loop of `vitrine encode`: packets of all inputs, by their times, through filters and encoders to the muxer. */
import type { ReadPacket } from '../base/container.ts';
import { FormatError } from '../base/errors.ts';
import type { Packet } from '../base/packet.ts';
import { toSeconds } from '../base/rational.ts';
import { AudioFrames, VideoFrames } from '../frames/index.ts';
import type { AudioEncoder } from '../pipeline/audio-encoder.ts';
import type { Muxer } from '../pipeline/muxer.ts';
import type { VideoEncoder } from '../pipeline/video-encoder.ts';
import type { ChosenStream } from './choose-streams.ts';
import type { EncodeGlass } from './encode-glass.ts';
import type { Tally } from './encode-report.ts';
import type { Coding, Track } from './encode-tracks.ts';
import type { GraphFeed, GraphOutput, GraphStreams } from './graph-streams.ts';
import type { Progress } from './progress.ts';
import type { PsnrMeter } from './psnr.ts';
import type { Shortest } from './shortest.ts';

/** One input while it is read. */
interface Feed {
  readonly packets: AsyncGenerator<ReadPacket>;
  readonly tracks: readonly Track[];
  /** The inputs of the graph that it feeds. */
  readonly graphFeeds: readonly GraphFeed[];
  /** Seconds up to which it was read; infinity when nothing more is wanted of it. */
  seconds: number;
}

/** Whom the loop works for. */
export interface EncodeJob {
  readonly inputs: readonly { readonly reader: { packets(): AsyncGenerator<ReadPacket> } }[];
  readonly tracks: readonly Track[];
  /** The graph over several inputs; null for none. */
  readonly graph: GraphStreams | null;
  readonly muxer: Muxer;
  readonly tally: Tally;
  readonly progress: Progress;
  readonly glass: EncodeGlass | null;
  /** Pictures after which a track of pictures ends. */
  readonly limit: number | undefined;
  /** Where tracks wait for each other, to end together; null where each goes to its own end. */
  readonly shortest: Shortest | null;
}

/** Reads all inputs side by side, the one that is behind first, so that little waits to be interleaved. */
export async function encodeAll(job: EncodeJob): Promise<void> {
  const { tracks, muxer, tally } = job;
  const feeds = feedsOf(job);
  const outputs = tracks.filter(({ from }) => 'key' in from);
  for (;;) {
    const feed = feeds
      .filter((each) => each.tracks.length > 0)
      .reduce<Feed | null>((a, b) => (a === null || b.seconds < a.seconds ? b : a), null);
    const output = outputs
      .filter(({ isDone }) => !isDone)
      .reduce<Track | null>((a, b) => (a === null || b.seconds < a.seconds ? b : a), null);
    const seconds = feed?.seconds ?? Number.POSITIVE_INFINITY;
    if (output !== null && output.seconds <= seconds) await advanceOutput(output, feeds, job);
    else if (feed === null || seconds === Number.POSITIVE_INFINITY) break;
    else await readFeed(feed, job);
  }
  for (const track of tracks) await endTrack(track, job);
  await codeRest(job);
  if (tally.frames === 0 && tally.samples === 0 && tally.copied === 0) {
    throw new FormatError('INPUT', 'what is taken of the input holds no picture and no sample');
  }
  for (const { coding, index } of tracks) {
    if (coding === null) continue;
    const before = performance.now();
    const rest = await coding.encoder.flush();
    tally.encodeSeconds += (performance.now() - before) / 1000;
    await muxer.write(index, rest);
  }
}

function feedsOf({ inputs, tracks, graph }: EncodeJob): Feed[] {
  return inputs.map(({ reader }, input) => {
    const own = tracks.filter(({ from }) => 'input' in from && from.input === input);
    const graphFeeds = graph?.feeds.filter(({ from }) => from.input === input) ?? [];
    const isWanted = own.length + graphFeeds.length > 0;
    const seconds = isWanted ? 0 : Number.POSITIVE_INFINITY;
    return { packets: reader.packets(), tracks: own, graphFeeds, seconds };
  });
}

/** Reads one packet of an input. */
async function readFeed(feed: Feed, job: EncodeJob): Promise<void> {
  const next = await feed.packets.next();
  if (next.done !== true) await takePacket(feed, next.value, job);
  if (job.shortest !== null) {
    const ended = feed.tracks.filter(({ isDone }) => isDone || next.done === true);
    for (const track of ended) await endTrack(track, job);
  }
  const isEnough = [...feed.tracks, ...feed.graphFeeds].every(({ isDone }) => isDone);
  if (next.done !== true && !isEnough) return;
  feed.seconds = Number.POSITIVE_INFINITY;
  for (const graphFeed of feed.graphFeeds) job.graph!.end(graphFeed);
}

/** Codes what there is of an output of the graph, or reads what it waits for. */
async function advanceOutput(track: Track, feeds: readonly Feed[], job: EncodeJob): Promise<void> {
  const graph = job.graph!;
  const output = track.from as GraphOutput;
  const coding = track.coding!;
  const frames = graph.take(output);
  if (frames !== null) {
    const { filter } = coding;
    await encodeFrames(track, coding, filter === null ? frames : filter.push(frames, 0), job);
    if (job.glass !== null) await job.glass.drain();
    job.progress.update(job.tally.frames, job.tally.mediaSeconds);
    if (filter?.isDone === true) track.isDone = true;
    if (track.isDone) {
      if (job.shortest !== null) await endTrack(track, job);
      closeOutput(output, job);
    }
    return;
  }
  const wanted = graph.wanted(output);
  const isWanted = (feed: Feed) => feed.graphFeeds.some((each) => wanted.includes(each));
  const [first] = feeds.filter(isWanted).sort((a, b) => a.seconds - b.seconds);
  if (graph.isEnded(output) || first === undefined) {
    track.isDone = true;
    if (job.shortest !== null) await endTrack(track, job);
  } else await readFeed(first, job);
}

/** Nothing more is coded of an output; when that holds of all, nothing more is read for them. */
function closeOutput(output: GraphOutput, { graph, tracks }: EncodeJob): void {
  graph!.close(output);
  if (tracks.some(({ from, isDone }) => 'key' in from && !isDone)) return;
  for (const feed of graph!.feeds) graph!.end(feed);
}

async function takePacket(feed: Feed, { streamIndex, packet }: ReadPacket, job: EncodeJob) {
  for (const graphFeed of feed.graphFeeds) {
    if (graphFeed.from.index === streamIndex) feedGraph(feed, graphFeed, packet, job.graph!);
  }
  const track = feed.tracks.find(({ from }) => (from as ChosenStream).index === streamIndex);
  if (track === undefined || track.isDone) return;
  feed.seconds = toSeconds(packet.pts + packet.duration, track.timeBase);
  const { cut, coding } = track;
  if (coding === null) {
    await copyPacket(track, packet, feed.seconds, job);
    return;
  }
  const taken = cut === null ? packet : cut.take(packet);
  if (taken !== null) await encodePacket(track, coding, taken, job);
  if (cut?.isDone === true || coding.filter?.isDone === true) track.isDone = true;
}

function feedGraph(feed: Feed, graphFeed: GraphFeed, packet: Packet, graph: GraphStreams): void {
  const { isDone, cut, stream, unpack } = graphFeed;
  if (isDone) return;
  const taken = cut === null ? packet : cut.take(packet);
  if (taken !== null) graph.push(graphFeed, unpack(taken), taken.duration);
  feed.seconds = toSeconds(packet.pts + packet.duration, stream.timeBase);
  if (cut?.isDone === true) graph.end(graphFeed);
}

/** Nothing more comes of a track but what its filter still has; to be called again when all is over. */
async function endTrack(track: Track, job: EncodeJob): Promise<void> {
  const { coding, index } = track;
  if (job.shortest?.end(index) === false) return;
  if (coding !== null) {
    await encodeFrames(track, coding, coding.filter?.flush() ?? null, job);
    await takeFrames(track, coding, coding.pace?.flush() ?? null, job);
  }
  await codeWaiting(job);
}

/** Codes what need not wait any more, and ends tracks that are behind the end of another. */
async function codeWaiting(job: EncodeJob): Promise<void> {
  const { shortest, tracks } = job;
  if (shortest === null) return;
  for (const track of tracks) {
    for (const { content, end } of shortest.take(track.index)) {
      if ('dts' in content) await writePacket(track, content, end, job);
      else await codeFrames(track, content, job);
    }
  }
  for (const track of tracks) {
    if (track.isDone || !shortest.isOver(track.index)) continue;
    track.isDone = true;
    if ('key' in track.from) closeOutput(track.from, job);
  }
}

/** Codes sound that waited, up to the end of the shortest track. */
async function codeRest(job: EncodeJob): Promise<void> {
  if (job.shortest === null) return;
  for (const track of job.tracks) {
    const rest = job.shortest.rest(track.index);
    if (rest !== null) await codeFrames(track, rest, job);
  }
}

async function copyPacket(track: Track, packet: Packet, end: number, job: EncodeJob) {
  const start = toSeconds(packet.pts, track.timeBase);
  if (job.shortest === null) await writePacket(track, packet, end, job);
  else {
    job.shortest.add(track.index, { start, end, content: packet });
    await codeWaiting(job);
  }
}

async function writePacket(track: Track, packet: Packet, end: number, job: EncodeJob) {
  const { tally, muxer } = job;
  const { kind } = muxer.streamInfos[track.index]!;
  tally.copied++;
  tally.mediaSeconds = Math.max(tally.mediaSeconds, end);
  await muxer.write(track.index, { kind, timeBase: track.timeBase, packets: [packet] });
}

async function encodePacket(
  track: Track,
  coding: Coding,
  packet: Packet,
  job: EncodeJob,
): Promise<void> {
  const { tally, progress, glass } = job;
  const frames = coding.unpack!(packet);
  const { filter } = coding;
  const filtered = filter === null ? frames : filter.push(frames, packet.duration);
  await encodeFrames(track, coding, filtered, job);
  if (glass !== null) await glass.drain();
  progress.update(tally.frames, tally.mediaSeconds);
}

/** Brings frames of one track to their places, then codes them. */
async function encodeFrames(
  track: Track,
  coding: Coding,
  frames: VideoFrames | AudioFrames | null,
  job: EncodeJob,
): Promise<void> {
  const isPaced = coding.pace !== null && frames instanceof VideoFrames;
  await takeFrames(track, coding, isPaced ? coding.pace!.push(frames) : frames, job);
}

/** Codes and writes frames of one track, or lets them wait; there may be none, or more than are wanted. */
async function takeFrames(
  track: Track,
  { encoder }: Coding,
  frames: VideoFrames | AudioFrames | null,
  job: EncodeJob,
): Promise<void> {
  if (frames === null) return;
  const { limit, shortest } = job;
  const wanted =
    frames instanceof VideoFrames && limit !== undefined
      ? frames.slice(0, Math.max(0, limit - track.coded))
      : frames;
  if (wanted.numFrames === 0) return;
  track.coded += wanted.numFrames;
  track.seconds = endOf(encoder, wanted);
  if (wanted instanceof VideoFrames && track.coded === limit) track.isDone = true;
  if (shortest === null) {
    await codeFrames(track, wanted, job);
    return;
  }
  for (const content of partsOf(wanted)) {
    const start = content.getTimestamps()[0]!;
    shortest.add(track.index, { start, end: endOf(encoder, content), content });
  }
  await codeWaiting(job);
}

/** Each picture and each run of samples by itself. */
function partsOf(frames: VideoFrames | AudioFrames): (VideoFrames | AudioFrames)[] {
  return frames instanceof VideoFrames
    ? Array.from({ length: frames.numFrames }, (_, i) => frames.slice(i, i + 1))
    : frames.frames.map((frame) => new AudioFrames([frame], frames));
}

async function codeFrames(
  { coding, index }: Track,
  frames: VideoFrames | AudioFrames,
  { muxer, tally }: EncodeJob,
): Promise<void> {
  const { encoder } = coding!;
  const before = performance.now();
  const coded =
    frames instanceof VideoFrames
      ? await (encoder as VideoEncoder).encode(frames)
      : await (encoder as AudioEncoder).encode(frames);
  tally.encodeSeconds += (performance.now() - before) / 1000;
  tally.mediaSeconds = Math.max(tally.mediaSeconds, endOf(encoder, frames));
  if (frames instanceof VideoFrames) tally.frames += frames.numFrames;
  else tally.samples += frames.numFrames;
  await muxer.write(index, coded);
}

/** Seconds at which frames end; a picture of a stream without a rate ends where it begins. */
function endOf(encoder: Coding['encoder'], frames: VideoFrames | AudioFrames): number {
  const { timeBase } = frames;
  if (frames instanceof VideoFrames) {
    const [count, per] = (encoder as VideoEncoder).streamInfo.frameRate ?? [1, 0];
    return toSeconds(frames.at(-1).pts, timeBase) + per / count;
  }
  const last = frames.frames.at(-1)!;
  return toSeconds(last.pts, timeBase) + last.numSamples / last.sampleRate;
}

/** Measures every picture when it is coded; the time that takes is none of the encoder's. */
export function measure(meter: PsnrMeter, encoder: VideoEncoder, tally: Tally): void {
  encoder.onCoded((source, decoded) => {
    const before = performance.now();
    meter.add(source, decoded);
    tally.encodeSeconds -= (performance.now() - before) / 1000;
  });
}
