/** The view of sound: frames, the spectrum with what the ear lets pass, bands with their decisions, and what was lost to be heard. */
import type { App, View } from '../app.ts';
import { h } from '../dom.ts';
import { say, several } from '../names.ts';
import { Player } from '../player.ts';
import {
  bandKind,
  CHOICE_NAMES,
  decibels,
  hasLines,
  KIND_COLORS,
  KIND_TEXTS,
  SEQUENCE_COLORS,
  SEQUENCE_NAMES,
} from '../sound-names.ts';
import {
  elementBits,
  type PairChoice,
  type SoundFrame,
  type SoundRecording,
} from '../sound-record.ts';
import { type TableData, tableElement } from '../table.ts';
import { createFrames } from './frames.ts';
import { createSpectrum } from './spectrum.ts';

/** How much louder the difference is played. */
const GAIN = 8;

/** What can be heard. */
type Heard = 'original' | 'coded' | 'difference';

const HEARD: readonly (readonly [Heard, string])[] = [
  ['original', 'Original'],
  ['coded', 'Coded'],
  ['difference', `What was lost, ${GAIN} times as loud`],
];

/** The bands of a channel as a table. */
export function bandTable(recording: SoundRecording, frame: number, channel: number): TableData {
  const { sequence, channels } = recording.frames[frame];
  const { bands } = channels[channel];
  const hertz = (recording.sampleRate / 2 / 1024) * (sequence === 2 ? 8 : 1);
  const rows = bands.map((band, i) => {
    const { first, end, group, windows, energy, threshold, noise, pair } = band;
    const base = bands.find((other) => other.group === group)?.first ?? 0;
    const lines = end - first;
    const level = (value: number): number => Number(decibels(value / lines).toFixed(1));
    return [
      ...[i, Math.round(((first - base) * hertz) / windows), lines],
      ...[level(energy), level(threshold)],
      ...(hasLines(band)
        ? [level(noise), Number((decibels(noise) - decibels(threshold)).toFixed(1))]
        : ['', '']),
      ...[band.codebook, band.scaleFactor, band.bits, KIND_TEXTS[bandKind(band)].split(':')[0]],
      pair === null ? '' : CHOICE_NAMES[pair.choice],
    ];
  });
  return {
    name: `bands-${frame}-${channel}`,
    caption: 'Bands',
    columns: [
      ...['band', 'from Hz', 'lines', 'energy dB', 'threshold dB', 'noise dB', 'noise over it dB'],
      ...['codebook', 'scale factor', 'bits', 'sent', 'stereo'],
    ],
    rows,
  };
}

/** Why a band of a pair was not coded in the way that takes fewer bits; empty where it was. */
function unitedText({ choice, separateBits, jointBits }: PairChoice): string {
  const isDearer =
    choice === 0 ? jointBits < separateBits : choice === 1 && separateBits < jointBits;
  return isDearer ? ', as all bands: to say which of them would take more than it saves' : '';
}

/** What was decided, and what it was weighed against. */
function decisionTable(frame: SoundFrame, channel: number): TableData {
  const { bands, filters, neededGain } = frame.channels[channel];
  const rows: (string | number)[][] = [];
  for (const { window, gain } of filters) {
    const text = gain >= neededGain ? 'used' : 'not used';
    rows.push([
      'noise shaping',
      window,
      `prediction gain ${gain.toFixed(2)}`,
      `needs ${neededGain}`,
      text,
    ]);
  }
  for (const [i, { pair, substituteGain }] of bands.entries()) {
    if (pair !== null) {
      const { separateBits, jointBits, codedCost, intensityCost, choice } = pair;
      const [apart, joint] = [separateBits, jointBits].map((bits) => `${bits.toFixed(1)} bits`);
      rows.push([
        'stereo',
        i,
        `left and right ${apart}`,
        `middle and side ${joint}`,
        `${CHOICE_NAMES[choice]}${unitedText(pair)}`,
      ]);
      if (intensityCost !== Number.POSITIVE_INFINITY) {
        const cost = (value: number): string => value.toPrecision(3);
        rows.push([
          ...['intensity', i, `cost of two channels ${cost(codedCost)}`],
          ...[`with intensity ${cost(intensityCost)}`, choice === 2 ? 'used' : 'not used'],
        ]);
      }
    }
    if (substituteGain !== null) {
      const used = bandKind(bands[i]) === 'noise' ? 'used' : 'not used';
      const saved = `saves a cost of ${substituteGain.toPrecision(3)}`;
      rows.push(['noise in its place', i, saved, 'must be above 0, with its neighbors', used]);
    }
  }
  const columns = ['decision', 'band or window', 'one way', 'the other', 'what was done'];
  return { name: 'decisions', caption: 'What was weighed', columns, rows };
}

function sentence(recording: SoundRecording, index: number, channel: number): string {
  const frame = recording.frames[index];
  const { bands } = frame.channels[channel];
  const audible = bands.filter((band) => hasLines(band) && band.noise > band.threshold);
  const seconds = (frame.sample / recording.sampleRate).toFixed(2);
  return `Frame ${index} at ${seconds} s: ${several(frame.bits, 'bit')}, ${SEQUENCE_NAMES[frame.sequence] ?? '?'} window${frame.sequence === 2 ? 's' : ''}, ${frame.shape === 1 ? 'Kaiser-Bessel' : 'sine'} shape, ${say(frame.reservoir)} bits in the reservoir. In ${audible.length} of ${bands.length} bands the noise is above what the ear lets pass.`;
}

function legend(): HTMLElement {
  const item = (color: string, text: string): HTMLElement =>
    h('span', {}, h('i', { class: 'swatch', style: `background:var(--${color})` }), text);
  return h(
    'p',
    { class: 'legend' },
    item('list0', 'lines of the spectrum'),
    item('I', 'what the ear lets pass'),
    item('list1', 'noise that coding adds'),
    ...(Object.keys(KIND_TEXTS) as (keyof typeof KIND_TEXTS)[]).map((kind) =>
      item(KIND_COLORS[kind], KIND_TEXTS[kind]),
    ),
  );
}

/** The buttons that play. */
function createListening(app: App): { readonly element: HTMLElement; update(): void } {
  const player = new Player();
  let heard: Heard | null = null;
  const buttons = HEARD.map(([name, text]) =>
    h('button', { type: 'button', 'data-play': name, onclick: () => toggle(name) }, text),
  );
  const update = (): void => {
    for (const [i, button] of buttons.entries()) {
      button.setAttribute('aria-pressed', String(HEARD[i][0] === heard));
      const { sound } = app.media;
      button.disabled = sound === null || sound.source === null || sound.coded === null;
    }
  };
  const toggle = (name: Heard): void => {
    const { sound } = app.media;
    const isOff = heard === name;
    player.stop();
    heard = null;
    if (!isOff && sound !== null && sound.source !== null && sound.coded !== null) {
      const { source, coded, sampleRate, frames } = sound;
      const channels = source.channels.map((samples, c) =>
        name === 'original'
          ? samples
          : name === 'coded'
            ? coded.decoded[c]
            : samples.map((x, n) => GAIN * (coded.decoded[c][n] - x)),
      );
      const frame = frames[Math.min(app.store.state.frame, frames.length - 1)];
      heard = name;
      player.play(channels, sampleRate, Math.max(0, frame.sample / sampleRate), () => {
        if (heard === name) heard = null;
        update();
      });
    }
    update();
  };
  return { element: h('p', { class: 'controls' }, ...buttons), update };
}

function createRates(app: App): { readonly element: HTMLElement; update(): void } {
  const output = h('output', {}, '');
  const input = h('input', {
    ...{ type: 'range', id: 'kbps', min: 24, max: 192, step: 8, 'aria-label': 'Bit rate' },
    oninput: () => app.store.set({ kbps: Number(input.value) }),
  });
  const element = h('label', { class: 'slider' }, h('span', {}, 'Bit rate'), input, output);
  return {
    element,
    update: () => {
      element.hidden = app.media.sound !== null && app.media.sound.source === null;
      input.value = String(app.store.state.kbps);
      output.textContent = `${input.value} kbit/s`;
    },
  };
}

/** Creates the view. */
export function createSoundView(app: App): View {
  const frames = createFrames((frame) => app.store.set({ frame }));
  const spectrum = createSpectrum();
  const listening = createListening(app);
  const rates = createRates(app);
  const lead = h('p', { id: 'frame-lead', 'aria-live': 'polite' });
  const tables = h('div', { class: 'two' });
  const channel = h('select', {
    ...{ id: 'channel', 'aria-label': 'Channel' },
    onchange: () => app.store.set({ channel: Number(channel.value) }),
  });
  const sequences = h(
    'p',
    { class: 'legend' },
    ...SEQUENCE_NAMES.map((name, i) =>
      h(
        'span',
        {},
        h('i', { class: 'swatch', style: `background:var(--${SEQUENCE_COLORS[i]})` }),
        name,
      ),
    ),
  );
  const element = h(
    'section',
    { class: 'view page sound', 'aria-label': 'Sound' },
    h('h2', {}, 'Sound in frames'),
    h(
      'p',
      { class: 'note' },
      'Each bar is a frame of 1024 samples, as high as it has bits; its color says by which windows it was seen. Where a sound begins suddenly the windows are short. Drop a sound to see your own.',
    ),
    h('div', { class: 'controls' }, rates.element, listening.element),
    frames.element,
    sequences,
    h('div', { class: 'controls' }, channel, lead),
    h('div', { class: 'drawing' }, spectrum.element),
    legend(),
    tables,
  );
  const update = (): void => {
    const { state } = app.store;
    app.media.needSound();
    const { sound } = app.media;
    rates.update();
    listening.update();
    if (sound === null || sound.frames.length === 0) {
      lead.textContent = 'The sound is being encoded …';
      return;
    }
    const frame = Math.min(state.frame, sound.frames.length - 1);
    const shown = Math.min(state.channel, sound.numChannels - 1);
    const names = sound.numChannels === 2 ? ['Left', 'Right'] : null;
    channel.replaceChildren(
      ...Array.from({ length: sound.numChannels }, (_, i) =>
        h('option', { value: i, selected: i === shown }, names?.[i] ?? `Channel ${i + 1}`),
      ),
    );
    lead.textContent = sentence(sound, frame, shown);
    frames.draw(sound, frame);
    spectrum.draw(sound, frame, shown);
    const elements = {
      name: `elements-${frame}`,
      caption: 'Bits of the frame by syntax element',
      columns: ['element', 'bits'],
      rows: elementBits(sound, frame),
    };
    const left = h('div', {}, tableElement(bandTable(sound, frame, shown)));
    const right = h(
      'div',
      {},
      tableElement(decisionTable(sound.frames[frame], shown)),
      tableElement(elements),
    );
    tables.replaceChildren(left, right);
  };
  return { element, update };
}
