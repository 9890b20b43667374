/**
 * Channel layouts by ffmpeg's names: which loudspeaker each channel is for. The channel names and their bits are those of the
 * WAVE format's channel mask (Microsoft, "Multiple channel audio data and WAVE files"), which ffmpeg took over and went on from.
 */

/** Table: bit of the mask => channel name. */
// biome-ignore format: a table
const CHANNEL_BITS: ReadonlyMap<number, string> = new Map([
  [0, 'FL'], [1, 'FR'], [2, 'FC'], [3, 'LFE'], [4, 'BL'], [5, 'BR'], [6, 'FLC'], [7, 'FRC'], [8, 'BC'],
  [9, 'SL'], [10, 'SR'], [11, 'TC'], [12, 'TFL'], [13, 'TFC'], [14, 'TFR'], [15, 'TBL'], [16, 'TBC'], [17, 'TBR'],
  [29, 'DL'], [30, 'DR'], [31, 'WL'], [32, 'WR'], [33, 'SDL'], [34, 'SDR'], [35, 'LFE2'], [36, 'TSL'], [37, 'TSR'],
  [38, 'BFC'], [39, 'BFL'], [40, 'BFR'],
]);

/** Table: layout name => its channels, in the order in which samples are stored. */
// biome-ignore format: a table
const LAYOUTS: Readonly<Record<string, string>> = {
  'mono': 'FC', 'stereo': 'FL FR', '2.1': 'FL FR LFE', '3.0': 'FL FR FC', '3.0(back)': 'FL FR BC',
  '4.0': 'FL FR FC BC', 'quad': 'FL FR BL BR', 'quad(side)': 'FL FR SL SR', '3.1': 'FL FR FC LFE',
  '5.0': 'FL FR FC BL BR', '5.0(side)': 'FL FR FC SL SR', '4.1': 'FL FR FC LFE BC',
  '5.1': 'FL FR FC LFE BL BR', '5.1(side)': 'FL FR FC LFE SL SR', '6.0': 'FL FR FC BC SL SR',
  '6.0(front)': 'FL FR FLC FRC SL SR', 'hexagonal': 'FL FR FC BL BR BC', '6.1': 'FL FR FC LFE BC SL SR',
  '6.1(back)': 'FL FR FC LFE BL BR BC', '6.1(front)': 'FL FR LFE FLC FRC SL SR',
  '7.0': 'FL FR FC BL BR SL SR', '7.0(front)': 'FL FR FC FLC FRC SL SR', '7.1': 'FL FR FC LFE BL BR SL SR',
  '7.1(wide)': 'FL FR FC LFE BL BR FLC FRC', '7.1(wide-side)': 'FL FR FC LFE FLC FRC SL SR',
  '7.1(top)': 'FL FR FC LFE BL BR TFL TFR', 'octagonal': 'FL FR FC BL BR BC SL SR',
  'cube': 'FL FR BL BR TFL TFR TBL TBR', 'downmix': 'DL DR',
  'hexadecagonal': 'FL FR FC BL BR BC SL SR TFL TFC TFR TBL TBC TBR WL WR',
  '22.2': 'FL FR FC LFE BL BR FLC FRC BC SL SR TC TFL TFC TFR TBL TBC TBR LFE2 TSL TSR BFC BFL BFR',
};

/** Which channels a stream of sound has. */
export interface ChannelLayout {
  /** ffmpeg's name; `9 channels` if the channels are not known. */
  readonly name: string;
  readonly numChannels: number;
  /** Name of each channel in the order of the samples; empty if they are not known. */
  readonly channels: readonly string[];
}

const BY_NAME: ReadonlyMap<string, ChannelLayout> = /* @__PURE__ */ new Map(
  Object.entries(LAYOUTS).map(([name, text]) => {
    const channels = text.split(' ');
    return [name, { name, numChannels: channels.length, channels }];
  }),
);

/** Table: number of channels => the layout that ffmpeg takes for it when nothing else is said. */
// biome-ignore format: a table
const DEFAULT_NAMES: readonly (string | undefined)[] = [
  undefined, 'mono', 'stereo', '2.1', '4.0', '5.0', '5.1', '6.1', '7.1',
];

/** Names of all named layouts. */
export const CHANNEL_LAYOUT_NAMES: readonly string[] = [...BY_NAME.keys()];

/** Names of all channels. */
export const CHANNEL_NAMES: readonly string[] = [...CHANNEL_BITS.values()];

/** The layout with that many channels that is meant when only their number is known. */
export function defaultChannelLayout(numChannels: number): ChannelLayout {
  const name = numChannels === 16 ? 'hexadecagonal' : DEFAULT_NAMES[numChannels];
  return name === undefined ? unknownChannelLayout(numChannels) : BY_NAME.get(name)!;
}

/** A layout of that many channels of which nothing else is known. */
export function unknownChannelLayout(numChannels: number): ChannelLayout {
  return { name: `${numChannels} channels`, numChannels, channels: [] };
}

/** The layout of these channels: the named one if there is one. */
export function layoutOfChannels(channels: readonly string[]): ChannelLayout {
  const wanted = channels.join(' ');
  for (const layout of BY_NAME.values()) if (layout.channels.join(' ') === wanted) return layout;
  return { name: channels.join('+'), numChannels: channels.length, channels };
}

/**
 * The layout that `text` names: `5.1`, `FL+FR+LFE`, a mask (`0x3`, `3`), a number of channels (`2c` for its default layout,
 * `2C` for no known layout). Undefined if it names none.
 */
export function parseChannelLayout(text: string): ChannelLayout | undefined {
  const named = BY_NAME.get(text);
  if (named !== undefined) return named;
  const count = /^(\d{1,2}) ?(c|C| ?channels)$/.exec(text);
  if (count !== null) {
    const number = Number(count[1]);
    if (number < 1 || number > 64) return undefined;
    return count[2] === 'c' ? defaultChannelLayout(number) : unknownChannelLayout(number);
  }
  if (/^(0x[0-9a-f]+|\d+)$/i.test(text)) return layoutOfMask(BigInt(text));
  const parts = text.split('+');
  const known = new Set(CHANNEL_NAMES);
  if (!parts.every((part) => known.has(part)) || new Set(parts).size !== parts.length) {
    return undefined;
  }
  const order = [...CHANNEL_BITS.values()];
  return layoutOfChannels(parts.sort((a, b) => order.indexOf(a) - order.indexOf(b)));
}

function layoutOfMask(mask: bigint): ChannelLayout | undefined {
  const channels: string[] = [];
  let rest = mask;
  for (const [bit, name] of CHANNEL_BITS) {
    if (((mask >> BigInt(bit)) & 1n) === 0n) continue;
    channels.push(name);
    rest -= 1n << BigInt(bit);
  }
  return channels.length === 0 || rest !== 0n ? undefined : layoutOfChannels(channels);
}

/** Whether two layouts have the same channels; unknown ones are the same if they are equally many. */
export function sameLayout(a: ChannelLayout, b: ChannelLayout): boolean {
  return a.numChannels === b.numChannels && a.channels.join() === b.channels.join();
}
