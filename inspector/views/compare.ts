/** Rate against distortion: two settings of the encoder over a range of QP, and two encodes of one picture side by side. */
import { messageOf } from '../../src/base/errors.ts';
import type { App, View } from '../app.ts';
import { settingsOf } from '../app.ts';
import { h } from '../dom.ts';
import { say, sayBytes, several } from '../names.ts';
import type { Coded, Settings } from '../protocol.ts';
import { pictureOf, type Recording, recordingOfEncode } from '../recording.ts';
import type { State } from '../state.ts';
import { choosable, saveButtons, type TableData, tableElement } from '../table.ts';
import { choice, PRESET_NAMES, qpSlider } from '../toolbar.ts';
import { drawChart, type Point } from './chart.ts';
import { PairCanvas } from './pair-canvas.ts';
import { differencesOf, differenceText, lossTable, pairTable } from './pair-tables.ts';
import { psnrOf } from './picture-panel.ts';

/** The QPs of a curve. */
const LADDER = [20, 24, 28, 32, 36, 40, 44];
/** Pictures of the source that a curve is made of. */
const MOST_PICTURES = 10;

/** Bits a second and PSNR of an encode. */
function pointOf(coded: Coded, width: number, height: number, frameRate: number): Point {
  const { figures, settings } = coded;
  const bytes = figures.reduce((sum, figure) => sum + figure.bytes, 0);
  const error = figures.reduce((sum, figure) => sum + figure.squaredError, 0);
  const count = figures.length * width * height;
  return {
    qp: settings.qp,
    rate: (8 * bytes * frameRate) / figures.length,
    psnr: 10 * Math.log10((255 * 255 * count) / Math.max(1, error)),
  };
}

/** The view's work: curves as they come, and the second encode. */
class Comparison {
  readonly curves: [Map<number, Point>, Map<number, Point>] = [new Map(), new Map()];
  second: Recording | null = null;
  isBlind = false;
  isSwapped = false;
  private readonly app: App;
  private readonly redraw: () => void;
  private key = '';
  private run = 0;

  constructor(app: App, redraw: () => void) {
    this.app = app;
    this.redraw = redraw;
  }

  /** The settings of both sides. */
  get sides(): readonly [Settings, Settings] {
    const { state } = this.app.store;
    const first = settingsOf(state);
    return [first, { ...first, preset: state.preset2 as Settings['preset'], qp: state.qp2 }];
  }

  /** Begins anew where source or settings are others. */
  refresh(): void {
    const { app, sides } = this;
    if (app.recording === null || app.source === null) return;
    const [a, b] = sides.map((side) => JSON.stringify({ ...side, qp: 0 }));
    const key = JSON.stringify([app.source.title, app.source.pictures.length, sides]);
    if (key === this.key) return;
    const isSameCurves = this.key.length > 0 && this.curveKey === `${app.source.title}${a}${b}`;
    this.key = key;
    this.curveKey = `${app.source.title}${a}${b}`;
    if (!isSameCurves) for (const curve of this.curves) curve.clear();
    void this.work(++this.run);
  }

  private curveKey = '';

  private async work(run: number): Promise<void> {
    const { app, sides, curves } = this;
    const { source } = app;
    if (source === null) return;
    const client = app.secondClient();
    client.cancel();
    const few = { ...source, pictures: source.pictures.slice(0, MOST_PICTURES) };
    const { width, height, frameRate } = source;
    try {
      this.second = await recordingOfEncode(source, await client.encode(source, sides[1], true));
      if (run !== this.run) return;
      this.redraw();
      for (const qp of LADDER) {
        for (const side of [0, 1] as const) {
          if (curves[side].has(qp)) continue;
          const coded = await client.encode(few, { ...sides[side], qp }, false);
          if (run !== this.run) return;
          curves[side].set(qp, pointOf(coded, width, height, frameRate));
          this.redraw();
        }
      }
    } catch (error) {
      if (!(error instanceof DOMException)) app.say(messageOf(error));
    }
  }
}

function curveTable(curves: Comparison['curves'], names: readonly string[]): TableData {
  const rows = curves.flatMap((curve, side) =>
    [...curve.values()].map(({ qp, rate, psnr }) => [
      names[side],
      qp,
      Math.round(rate),
      Number(psnr.toFixed(3)),
    ]),
  );
  return {
    name: 'rate-distortion',
    caption: 'Rate and distortion',
    columns: ['settings', 'QP', 'bits a second', 'PSNR'],
    rows,
  };
}

function verdict(first: Recording, second: Recording, display: number): string {
  const [a, b] = [pictureOf(first, display), pictureOf(second, display)];
  const [psnrA, psnrB] = [psnrOf(first, a) ?? 0, psnrOf(second, b) ?? 0];
  const total = (recording: Recording): number =>
    recording.pictures.reduce((sum, { bytes }) => sum + bytes, 0);
  const ratio = (100 * (total(second) - total(first))) / total(first);
  return `Picture ${display}: A ${sayBytes(a.bytes)} at ${say(psnrA, 2)} dB, B ${sayBytes(b.bytes)} at ${say(psnrB, 2)} dB. All ${several(first.pictures.length, 'picture')}: B takes ${say(Math.abs(ratio), 1)} % ${ratio > 0 ? 'more' : 'fewer'} bytes.`;
}

/** Creates the view. */
export function createCompareView(app: App): View {
  const comparison = new Comparison(app, () => update());
  const chart = h('div', { class: 'drawing chart' });
  const save = h('p', {});
  const text = h('p', { id: 'verdict' });
  const pair = new PairCanvas((mb) => app.store.set({ mb }));
  const tables = h('div', { class: 'two' });
  /** What the tables were drawn of. */
  let tabled: readonly unknown[] = [];
  const controls = [choice(app, 'preset2', 'Preset of B', PRESET_NAMES), qpSlider(app, 'qp2')];
  const maps = h(
    'select',
    {
      ...{ 'aria-label': 'What is shown of each macroblock', id: 'pair-map' },
      onchange: () => app.store.set({ map: maps.value as State['map'] }),
    },
    h('option', { value: 'none' }, 'Pictures'),
    h('option', { value: 'bits' }, 'Δ bits by macroblock'),
    h('option', { value: 'error' }, 'Δ error by macroblock'),
  );
  const blind = h(
    'button',
    {
      ...{ type: 'button', id: 'blind', 'aria-pressed': 'false' },
      onclick: () => {
        comparison.isBlind = !comparison.isBlind;
        comparison.isSwapped = comparison.isBlind && Math.random() < 0.5;
        blind.setAttribute('aria-pressed', String(comparison.isBlind));
        update();
      },
    },
    'Blind',
  );
  const guess = h('span', { class: 'guess' });
  const element = h(
    'section',
    { class: 'view page compare', 'aria-label': 'Rate and distortion' },
    h(
      'div',
      { class: 'two' },
      h(
        'div',
        {},
        h('h2', {}, 'Rate against distortion'),
        h(
          'p',
          { class: 'note' },
          'Up is better, left is smaller. Each point is an encode at one QP; A has the settings of the bar above, B those beside. A click into the pictures tells of a macroblock; the keys , and . change the picture.',
        ),
        chart,
        save,
      ),
      h(
        'div',
        {},
        h('h2', {}, 'Two encodes, side by side'),
        h(
          'p',
          { class: 'controls' },
          h('b', { class: 'side-b' }, 'B'),
          ...controls.map((part) => part.element),
          maps,
          blind,
          guess,
        ),
        pair.element,
        text,
      ),
    ),
    tables,
  );
  /** Numbers by picture, and of the macroblocks of the one that is shown. */
  const updateTables = (
    both: readonly [Recording, Recording],
    differences: ReturnType<typeof differencesOf>,
    picture: number,
  ): void => {
    const now = [...both, picture];
    if (now.every((value, i) => value === tabled[i])) return;
    tabled = now;
    const pictures = tableElement(pairTable(both), {
      classOf: (row) => (row === picture ? 'chosen' : ''),
    });
    choosable(pictures, (row) => app.store.set({ picture: row }));
    const losses = tableElement(lossTable(differences));
    choosable(losses, (row) => app.store.set({ mb: differences[row].mb }));
    tables.replaceChildren(h('div', {}, pictures), h('div', {}, losses));
  };
  const update = (): void => {
    for (const control of controls) control.update();
    comparison.refresh();
    const { recording, store } = app;
    const { second, isBlind, isSwapped, sides } = comparison;
    if (recording === null || app.source === null) {
      text.textContent = 'Two encodes need the source: drop a video, or take the sample.';
      return;
    }
    const names = sides.map(({ preset }, i) => `${'AB'[i]}: ${preset}`);
    chart.replaceChildren(
      drawChart(
        comparison.curves.map((curve) => [...curve.values()]),
        names,
        sides.map(({ qp }) => qp),
        chart.clientWidth || 520,
      ),
    );
    save.replaceChildren(saveButtons(curveTable(comparison.curves, names)));
    maps.disabled = isBlind;
    maps.value = store.state.map;
    tables.hidden = isBlind;
    guess.replaceChildren(...(isBlind ? guesses(comparison, app) : []));
    if (
      second === null ||
      second.width !== recording.width ||
      second.pictures.length !== recording.pictures.length
    )
      return;
    const pictures = [
      pictureOf(recording, store.state.picture),
      pictureOf(second, store.state.picture),
    ] as const;
    if (!pictures.every(({ isLoaded }) => isLoaded)) {
      void Promise.all([recording.load(pictures[0]), second.load(pictures[1])]).then(update);
      return;
    }
    const { map, mb, picture } = store.state;
    const both = [recording, second] as const;
    const differences = differencesOf(both, pictures);
    pair.draw(both, pictures, isBlind ? 'none' : map, isSwapped, isBlind, isBlind ? -1 : mb);
    text.textContent = isBlind
      ? 'One side is A, the other B: which looks better? The sides are mixed anew each time.'
      : `${verdict(recording, second, pictures[0].display)}${differenceText(differences, mb)}`;
    updateTables(both, differences, picture);
  };
  return { element, update };
}

/** Buttons to say which side looks better; the answer tells what it was. */
function guesses(comparison: Comparison, app: App): HTMLElement[] {
  const say = (side: 0 | 1) => (): void => {
    const chosen = comparison.isSwapped ? 1 - side : side;
    const [a, b] = comparison.sides;
    const { preset, qp } = chosen === 0 ? a : b;
    app.say(`You liked ${'AB'[chosen]} better: preset ${preset}, QP ${qp}.`);
  };
  return [
    h('button', { type: 'button', onclick: say(0) }, 'Left is better'),
    h('button', { type: 'button', onclick: say(1) }, 'Right is better'),
  ];
}
