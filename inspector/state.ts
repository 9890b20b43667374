/** The one state of the page. Its whole shareable part stands in the address behind `#`, so that a link brings a view back. */

/** The views, in the order of their tabs. */
// biome-ignore format: one row
export const VIEWS = ['picture', 'timeline', 'compare', 'sound', 'image', 'file', 'links', 'tour'] as const;

export type ViewName = (typeof VIEWS)[number];

/** What the picture shows below the overlays. */
export const LAYERS = [
  'source',
  'prediction',
  'residual',
  'before',
  'decoded',
  'deblocking',
  'difference',
] as const;

export type LayerName = (typeof LAYERS)[number];

/** What may be drawn over the picture. */
export const OVERLAYS = [
  'partitions',
  'vectors',
  'types',
  'bits',
  'qp',
  'importance',
  'references',
  'skipped',
  'modes',
  'transform',
  'edges',
] as const;

export type OverlayName = (typeof OVERLAYS)[number];

/** Everything that views are drawn from, beside the recording. */
export interface State {
  readonly view: ViewName;
  /** Number of the picture in display order. */
  readonly picture: number;
  readonly layer: LayerName;
  readonly show: readonly OverlayName[];
  /** Address of the macroblock that is open; -1 for none. */
  readonly mb: number;
  /** The 4x4 block of it whose coefficients are shown: 0..15 luma, 16..19 Cb, 20..23 Cr. */
  readonly block: number;
  /** How large the picture is shown: 1 fits it to its place. */
  readonly zoom: number;
  readonly preset: string;
  readonly qp: number;
  readonly profile: string;
  readonly bframes: number;
  readonly coding: string;
  /** What the right side of the comparison is coded with. */
  readonly preset2: string;
  readonly qp2: number;
  /** What is shown of each macroblock over both. */
  readonly map: 'none' | 'bits' | 'error';
  /** Frame and channel of the sound, and its bit rate in kbit/s. */
  readonly frame: number;
  readonly channel: number;
  readonly kbps: number;
  /** The kind of file that a picture is written as, and how. */
  readonly kind: 'png' | 'jpeg';
  readonly effort: string;
  readonly quality: number;
  /** The last scan of a JPEG file that has arrived. */
  readonly scan: number;
  /** Which picture of an animated PNG file. */
  readonly still: number;
  /** The pixel of the picture that is chosen. */
  readonly x: number;
  readonly y: number;
  /** Whether the cost of each pixel is shown: 1 or 0. */
  readonly heat: number;
  /** Step of the tour. */
  readonly step: number;
  /** The byte of the file that is chosen. */
  readonly byte: number;
  /** Rate of the channel in kbit/s and size of the decoder's buffer in kbit; 0 for those of the stream. */
  readonly rate: number;
  readonly buffer: number;
  /** The link of a filter graph that is chosen. */
  readonly link: number;
  readonly theme: 'auto' | 'dark' | 'light';
}

/** The state without an address. */
export const DEFAULTS: State = {
  view: 'picture',
  picture: 0,
  layer: 'decoded',
  show: ['partitions'],
  mb: -1,
  block: 0,
  zoom: 1,
  preset: 'faster',
  qp: 28,
  profile: 'main',
  bframes: 2,
  coding: 'CAVLC',
  preset2: 'superfast',
  qp2: 28,
  map: 'none',
  frame: 8,
  channel: 0,
  kbps: 96,
  kind: 'png',
  effort: 'default',
  quality: 75,
  scan: 99,
  still: 0,
  x: 0,
  y: 0,
  heat: 0,
  step: 0,
  byte: 0,
  rate: 0,
  buffer: 0,
  link: 0,
  theme: 'auto',
};

/** What each key may be: names from a list, or a whole number in a range. */
const PRESETS = [
  ...['ultrafast', 'superfast', 'veryfast', 'faster', 'fast'],
  ...['medium', 'slow', 'slower', 'veryslow'],
];
const NAMES: Partial<Record<keyof State, readonly string[]>> = {
  view: VIEWS,
  layer: LAYERS,
  preset: PRESETS,
  preset2: PRESETS,
  profile: ['baseline', 'main', 'high'],
  coding: ['CAVLC', 'CABAC'],
  map: ['none', 'bits', 'error'],
  kind: ['png', 'jpeg'],
  effort: ['fast', 'default', 'best', 'as it is'],
  theme: ['auto', 'dark', 'light'],
};
const RANGES: Partial<Record<keyof State, readonly [number, number]>> = {
  picture: [0, 1e6],
  mb: [-1, 1e6],
  block: [0, 23],
  zoom: [1, 8],
  qp: [0, 51],
  qp2: [0, 51],
  bframes: [0, 4],
  frame: [0, 1e6],
  channel: [0, 7],
  kbps: [24, 192],
  quality: [1, 100],
  scan: [0, 99],
  still: [0, 65535],
  x: [0, 65535],
  y: [0, 65535],
  heat: [0, 1],
  step: [0, 9],
  byte: [0, 1e15],
  rate: [0, 1e9],
  buffer: [0, 1e9],
  link: [0, 65535],
};

/** The address of a state, without `#`: what differs from the defaults. */
export function formatState(state: State): string {
  const parts: string[] = [];
  for (const key of Object.keys(DEFAULTS) as (keyof State)[]) {
    const [value, usual] = [String(state[key]), String(DEFAULTS[key])];
    if (value !== usual) parts.push(`${key}=${encodeURIComponent(value).replaceAll('%2C', ',')}`);
  }
  return parts.join('&');
}

/** The state of an address. What is not understood is left out: an address may come from anybody. */
export function parseState(address: string): State {
  const state: Record<string, unknown> = { ...DEFAULTS };
  for (const [key, text] of new URLSearchParams(address)) {
    if (!Object.hasOwn(DEFAULTS, key)) continue;
    const range = RANGES[key as keyof State];
    const value = Number(text);
    if (NAMES[key as keyof State]?.includes(text)) state[key] = text;
    else if (range !== undefined && Number.isInteger(value) && text !== '') {
      if (value >= range[0] && value <= range[1]) state[key] = value;
    } else if (key === 'show') {
      state.show = OVERLAYS.filter((name) => text.split(',').includes(name));
    }
  }
  return state as unknown as State;
}

/** Holds the state, and tells of its changes. */
export class Store {
  private current: State;
  private readonly listeners: ((state: State, before: State) => void)[] = [];

  constructor(state: State) {
    this.current = state;
  }

  get state(): State {
    return this.current;
  }

  /** Changes part of the state. */
  set(change: Partial<State>): void {
    const before = this.current;
    const after = { ...before, ...change };
    if (formatState(before) === formatState(after)) return;
    this.current = after;
    for (const listener of this.listeners) listener(after, before);
  }

  onChange(listener: (state: State, before: State) => void): void {
    this.listeners.push(listener);
  }
}
