/**
 * Cues of WebVTT. WebM has identifier, settings and text in one block, a line each before the text (WebM, "WebVTT in WebM");
 * Matroska has the text alone, and settings, identifier and comments, a line each, beside it (draft-ietf-cellar-codec,
 * S_TEXT/WEBVTT). Packets are as Matroska has them.
 */
import type { Packet, PacketAddition } from '../../base/packet.ts';
import { decodeUtf8, encodeUtf8 } from '../../base/utf8.ts';

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** BlockAddID of settings and identifier. */
const SETTINGS_ID = 1;

/** The CodecIDs of cues in WebM begin so. */
export const WEBM_CUE_PREFIX = 'D_WEBVTT/';

/** The text of a cue in WebM, and what stands beside it in Matroska. */
export function cueOfWebm(data: Uint8Array): {
  readonly data: Uint8Array;
  readonly additions: readonly PacketAddition[] | undefined;
} {
  const [identifier, settingsAt] = line(data, 0);
  const [settings, textAt] = line(data, settingsAt);
  const text = data.subarray(textAt);
  if (identifier === '' && settings === '') return { data: text, additions: undefined };
  const beside = encodeUtf8(`${settings}\n${identifier}`);
  return { data: text, additions: [{ id: SETTINGS_ID, data: beside }] };
}

/** A cue as WebM has it. */
export function webmCue({ additions = [], ...packet }: Packet): Packet {
  const beside = additions.find(({ id }) => id === SETTINGS_ID)?.data ?? new Uint8Array(0);
  const [settings, identifierAt] = line(beside, 0);
  const [identifier] = line(beside, identifierAt);
  const head = encodeUtf8(`${identifier}\n${settings}\n`);
  const data = new Uint8Array(head.length + packet.data.length);
  data.set(head);
  data.set(packet.data, head.length);
  return { ...packet, data };
}

/** The line that begins at `at`, without its end, and where the next one begins. */
function line(bytes: Uint8Array, at: number): [text: string, next: number] {
  const found = bytes.indexOf(LINE_FEED, at);
  const end = found < 0 ? bytes.length : found;
  const isCrLf = end > at && bytes[end - 1] === CARRIAGE_RETURN;
  return [decodeUtf8(bytes.subarray(at, isCrLf ? end - 1 : end)), Math.min(bytes.length, end + 1)];
}
