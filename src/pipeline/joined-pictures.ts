/** Pictures one behind the other in one source, all of one kind and size, as packets of one stream. */
import type { ReadPacket } from '../base/container.ts';
import { FormatError, UnsupportedError } from '../base/errors.ts';
import type { Budget } from '../base/limits.ts';
import { type Problem, report } from '../base/problems.ts';
import type { SourceWindow } from '../base/source-window.ts';
import { pngFrameCount } from '../codecs/png/describe.ts';
import { type ImageHeader, type ImageKind, type ImagePages, imageKindOf } from './image-headers.ts';
import { pictureEnd } from './picture-ends.ts';

/** Bytes that headers of pictures are looked for in. */
const HEADER_BYTES = 1 << 16;

/** What the pictures of a source share, and what is noted of them. */
export interface JoinedPictures {
  readonly kind: ImageKind;
  readonly header: ImageHeader;
  readonly budget: Budget;
  readonly problems: Problem[];
}

/** The pictures in bytes that are all there. What is behind the last belongs to it. */
export function* picturesIn(bytes: Uint8Array, shared: JoinedPictures): Generator<ReadPacket> {
  const { kind, budget, problems } = shared;
  const pass = budget.beginPass();
  let pts = 0;
  for (let at = 0; at < bytes.length; ) {
    const rest = at === 0 ? bytes : bytes.subarray(at);
    const length = pictureEnd(kind.codec, rest);
    const next = length < 0 ? undefined : imageKindOf(rest.subarray(length));
    if (at > 0 && length < 0) report(problems, at, 'the file ends within a picture');
    if (next !== undefined && next.codec !== kind.codec) {
      report(problems, at + length, otherKind(next, kind));
    }
    const data = next?.codec === kind.codec ? rest.subarray(0, length) : rest;
    pass.give(data.length, at + data.length);
    if (at === 0 || isAlike(data, at, shared)) yield packetOf(data, pts++);
    at += data.length;
  }
}

/** The pages of a file, each as a file of its own. */
export function* pagesIn(pages: ImagePages, shared: JoinedPictures): Generator<ReadPacket> {
  const { budget, problems } = shared;
  const pass = budget.beginPass();
  let pts = 0;
  for (let i = 0; i < pages.count; i++) {
    try {
      const page = pages.open(i);
      pass.give(page.size, page.end);
      const data = page.write();
      if (i === 0 || isAlike(data, page.end, shared)) yield packetOf(data, pts++);
    } catch (error) {
      if (!(error instanceof FormatError) || i === 0 || pass.isSpent) throw error;
      report(problems, error.offset, `page ${i + 1} is left out: ${error.message}`);
    }
  }
  const { fault } = pages;
  if (fault !== undefined) report(problems, fault.offset, `pages are missing: ${fault.message}`);
}

/** The pictures of a source whose headers say how long they are: one is in memory at a time. */
export async function* picturesOf(
  window: SourceWindow,
  shared: JoinedPictures,
): AsyncGenerator<ReadPacket> {
  const { budget, problems } = shared;
  const pass = budget.beginPass();
  let pts = 0;
  for (let at = 0; ; ) {
    const start = await window.read(at, HEADER_BYTES);
    if (start.length === 0 || !isNext(start, at, shared)) return;
    const length = lengthOf(start, at, shared);
    if (length < 0) return;
    budget.requireReadable('a picture', length, at);
    const data = await window.copy(at, length);
    if (data.length < length) {
      report(problems, at, `the file ends within a picture, ${length - data.length} bytes early`);
      if (at > 0) return;
    }
    pass.give(data.length, at + data.length);
    if (at === 0 || isAlike(data, at, shared)) yield packetOf(data, pts++);
    at += data.length;
  }
}

/** Bytes of the picture that begins with `start`; -1, with a note, if its header is broken and it is not the first. */
function lengthOf(start: Uint8Array, at: number, { kind, problems }: JoinedPictures): number {
  try {
    return pictureEnd(kind.codec, start);
  } catch (error) {
    if (!(error instanceof FormatError) || at === 0) throw error;
    report(problems, at, `${error.message}; the rest is left unread`);
    return -1;
  }
}

/** Whether a picture of the same kind begins here; if not, that is noted. */
function isNext(start: Uint8Array, at: number, { kind, problems }: JoinedPictures): boolean {
  const next = imageKindOf(start);
  if (next?.codec === kind.codec) return true;
  const message =
    next === undefined
      ? `what follows the last picture is none of ${kind.codec}; it is left unread`
      : otherKind(next, kind);
  report(problems, at, message);
  return false;
}

function otherKind(next: ImageKind, kind: ImageKind): string {
  return `a picture of ${next.codec} behind those of ${kind.codec}; it is left unread`;
}

/** Whether a picture has the size and format of the first; if not, it is left out with a note. */
function isAlike(data: Uint8Array, at: number, shared: JoinedPictures): boolean {
  const { kind, header, problems } = shared;
  try {
    const { width, height, pixFmt } = kind.describe(data);
    const isSame = width === header.width && height === header.height && pixFmt === header.pixFmt;
    const said = `${width}x${height} ${pixFmt}`;
    const first = `${header.width}x${header.height} ${header.pixFmt}`;
    if (!isSame) report(problems, at, `a picture of ${said} behind those of ${first} is left out`);
    return isSame;
  } catch (error) {
    if (!(error instanceof FormatError || error instanceof UnsupportedError)) throw error;
    report(problems, at, `a picture is left out: ${error.message}`);
    return false;
  }
}

function packetOf(data: Uint8Array, pts: number): ReadPacket {
  return { streamIndex: 0, packet: { data, pts, dts: pts, duration: 1, isKey: true } };
}

/** What a file holds beside its first picture; null if nothing is known. */
export function morePictures(data: Uint8Array): string | null {
  const kind = imageKindOf(data)!;
  const pages = kind.pages?.(data)?.count ?? 1;
  if (pages > 1) return `it has ${pages} pages`;
  const frames = kind.codec === 'png' ? pngFrameCount(data) : 1;
  if (frames > 1) return `it is an animation of ${frames} frames`;
  const end = pictureEnd(kind.codec, data);
  const hasNext = end > 0 && imageKindOf(data.subarray(end)) !== undefined;
  return hasNext ? 'another picture follows the first' : null;
}
