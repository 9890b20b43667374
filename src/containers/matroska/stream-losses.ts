/** What a stream says that a Matroska file has no place for: it is left out, and said. */
import type { StreamInfo } from '../../base/packet.ts';

/**
 * The losses of stream `index`, a sentence each.
 * @param boxes types of the boxes that it carries and no element says
 */
export function lossesOf(stream: StreamInfo, boxes: readonly string[], index: number): string[] {
  const losses: string[] = [];
  const lose = (what: string): void =>
    void losses.push(`${what} of stream ${index} has no place in Matroska; it is left out`);
  if (stream.kind === 'video' && stream.isMirrored) {
    losses.push(`that stream ${index} is mirrored has no place in Matroska; it is left out`);
  }
  if (hasOwnStyle(stream)) losses.push(stylesOf(index));
  for (const type of boxes) lose(`box '${type}' of the sample entry`);
  return losses;
}

/** The loss of styles of timed text. */
export function stylesOf(index: number): string {
  return `styles of the text of stream ${index} (3GPP timed text) have no place in Matroska; they are left out`;
}

/**
 * Table: byte of the TextSampleEntry behind the fields of all entries => what it is where nobody chose a style (3GPP TS 26.245 clause
 * 5.16): flags, face, color. The size of the font, and what is behind the text, are the player's.
 */
const PLAIN_STYLE: ReadonlyMap<number, number> = /* @__PURE__ */ new Map([
  ...[0, 1, 2, 3, 24].map((at): [number, number] => [at, 0]),
  ...[26, 27, 28, 29].map((at): [number, number] => [at, 0xff]),
]);

/** Whether timed text has a style of its own as a whole: forced, a face, a color. */
export function hasOwnStyle({ codec, config }: StreamInfo): boolean {
  if (codec !== 'mov_text' || config.length < 30) return false;
  return [...PLAIN_STYLE].some(([at, plain]) => config[at] !== plain);
}

/** Whether boxes of styles follow the text of a sample (3GPP TS 26.245 clause 5.17). */
export function hasStyles(sample: Uint8Array): boolean {
  return sample.length > 2 + ((sample[0]! << 8) | sample[1]!);
}

/** The notice that something stands before the start of stream `index`. */
export function cutInFront(index: number, milliseconds: number): string {
  const cut = Math.round(milliseconds);
  return `${cut} ms of stream ${index} are before the start, cut off by an edit list; Matroska shows them, and all else begins later`;
}
