/** The timeline: pictures as they are shown and as they are coded, who refers to whom, and the decoder's buffer. */
import type { App, View } from '../app.ts';
import { h, svg } from '../dom.ts';
import { extremesOf } from '../extremes.ts';
import { PICTURE_TYPES, REASON_TEXTS, say, sayBytes } from '../names.ts';
import type { PictureRecord, Recording } from '../recording.ts';
import type { State } from '../state.ts';
import { type TableData, tableElement } from '../table.ts';
import { type BufferModel, bufferOf, drawBuffer, meanRate } from './buffer.ts';

/** Heights of the parts of the drawing. */
const ARCS = 84;
const BARS = 110;
const LINES = 54;
const CODED = 30;
const LABEL = 18;
/** Height of the marks of importance, and the importance that fills one. */
const WORTH = 12;
const MOST_WORTH = 4;

/** Width of a picture in the drawing, at least and at most. */
const MIN_STEP = 26;
const MAX_STEP = 120;

/** A mark as wide as a picture is important. */
function drawWorth(picture: PictureRecord, x: number, y: number, width: number): SVGElement[] {
  const { worth } = picture;
  if (worth === null) return [];
  const share = Math.min(1, worth / MOST_WORTH);
  const title = svg('title', {}, `Importance ${worth.toFixed(2)}`);
  const place = { y, height: WORTH - 4, rx: 3 };
  return [
    svg('rect', { x: x - width / 2, width, ...place, class: 'worth-all' }),
    svg('rect', { x: x - width / 2, width: width * share, ...place, class: 'worth' }, title),
  ];
}

/** The pictures as a table, in display order. */
export function pictureTable({ shown, pictures }: Recording): TableData {
  const columns = ['shown', 'coded', 'type', 'bytes', 'QP', 'importance', 'refers to', 'why'];
  const rows = shown.map((picture) => {
    const { display, number, type, bytes, qp, references, reason, worth } = picture;
    const names = [...new Set(references.flat())].map((n) => pictures[n].display);
    return [
      ...[display, number, PICTURE_TYPES[type], bytes, Number(qp.toFixed(2))],
      worth === null ? '' : Number(worth.toFixed(2)),
      names.join(' '),
      REASON_TEXTS[reason] ?? '',
    ] as (string | number)[];
  });
  return { name: 'pictures', caption: 'Pictures', columns, rows };
}

/** Where pictures stand. */
interface Scale {
  readonly step: number;
  readonly width: number;
  /** Middle of the n-th place. */
  at(n: number): number;
}

function scaleOf(count: number, space: number): Scale {
  const step = Math.max(MIN_STEP, Math.min(MAX_STEP, (space - 20) / count));
  return { step, width: step * count + 20, at: (n) => 10 + step * (n + 0.5) };
}

/** Arcs from each picture to those that it refers to, above the pictures in display order. */
function drawArcs(recording: Recording, scale: Scale, chosen: number): SVGElement[] {
  const arcs: SVGElement[] = [];
  for (const { display, references } of recording.shown) {
    const named = new Set(references.flat().map((number) => recording.pictures[number].display));
    for (const other of named) {
      const [from, to] = [scale.at(display), scale.at(other)];
      const reach = Math.min(ARCS - 8, 14 + 9 * Math.abs(display - other));
      const isOwn = display === chosen;
      const kind = isOwn ? 'own' : other === chosen ? 'wanted' : '';
      const d = `M${from} ${ARCS} C${from} ${ARCS - reach * 1.3} ${to} ${ARCS - reach * 1.3} ${to} ${ARCS}`;
      arcs.push(svg('path', { d, class: `arc ${kind} ${other < display ? 'past' : 'future'}` }));
    }
  }
  // The chosen picture's arcs last, above the others.
  return arcs.sort(
    (a, b) => Number(a.classList.contains('own')) - Number(b.classList.contains('own')),
  );
}

function drawPictures(app: App, recording: Recording, scale: Scale, chosen: number): SVGElement[] {
  const { most } = extremesOf(recording.shown.map(({ bytes }) => bytes));
  const top = ARCS + BARS;
  const below = top + LABEL + WORTH;
  const coded = below + LINES;
  const choose = (display: number) => () => app.store.set({ picture: display });
  return recording.shown.flatMap((picture) => {
    const { display, number, type, bytes } = picture;
    const name = PICTURE_TYPES[type];
    const height = Math.max(3, (BARS * bytes) / most);
    const [x, y] = [scale.at(display), scale.at(number)];
    const width = scale.step * 0.66;
    const isChosen = display === chosen;
    return [
      svg('path', {
        d: `M${x} ${below} C${x} ${below + 30} ${y} ${coded - 30} ${y} ${coded}`,
        class: isChosen ? 'link own' : 'link',
      }),
      svg(
        'g',
        { class: isChosen ? 'picture chosen' : 'picture', onclick: choose(display) },
        svg('title', {}, describe(picture)),
        svg('rect', {
          x: x - scale.step / 2,
          y: ARCS - 4,
          width: scale.step,
          height: BARS + LABEL + WORTH + 4,
          class: 'target',
          rx: 5,
        }),
        svg('rect', {
          x: x - width / 2,
          y: top - height,
          width,
          height,
          rx: 3,
          class: `fill ${name}`,
        }),
        svg('text', { x, y: top + 13 }, scale.step > 34 ? `${name}${display}` : String(display)),
        ...drawWorth(picture, x, top + LABEL, width),
      ),
      svg(
        'g',
        { class: isChosen ? 'picture chosen' : 'picture', onclick: choose(display) },
        svg('title', {}, describe(picture)),
        svg('rect', {
          x: y - width / 2,
          y: coded,
          width,
          height: CODED,
          rx: 5,
          class: `fill ${name}`,
        }),
        svg(
          'text',
          { x: y, y: coded + 20, class: 'inside' },
          scale.step > 34 ? `${name}${display}` : String(display),
        ),
      ),
    ];
  });
}

function describe({ display, number, type, bytes, qp, reason }: PictureRecord): string {
  return `Picture ${display}, ${PICTURE_TYPES[type]}: ${sayBytes(bytes)}, QP ${qp.toFixed(1)}, coded as number ${number}; ${REASON_TEXTS[reason] ?? ''}`;
}

/** Pictures that are named where they come too late. */
const MOST_LATE = 6;

function bufferSentence({ rate, delay, size, late }: BufferModel, isGiven: boolean): string {
  const start = `At ${say(rate / 1000)} kbit/s a decoder has to wait ${say(delay, 2)} s before it shows the first picture`;
  if (!isGiven) return `${start}, and needs a buffer of ${say(size / 1000)} kbit.`;
  if (late.length === 0) return `${start}; no picture comes too late.`;
  const names = late.slice(0, MOST_LATE).map(({ display }) => display);
  const more = late.length > MOST_LATE ? ` and ${late.length - MOST_LATE} more` : '';
  const first = late.length === 1 ? 'picture' : 'pictures';
  return `${start}; the bits of ${first} ${names.join(', ')}${more} are not all there in time.`;
}

/** What the user asks of the decoder's buffer: rate and size in kbit, which a trace may give. */
class BufferControls {
  readonly rate: HTMLInputElement;
  readonly size: HTMLInputElement;

  /** @param onChange is told when one was changed */
  constructor(onChange: () => void) {
    this.rate = h('input', {
      ...{ type: 'range', id: 'rate', 'aria-label': 'Rate of the channel', oninput: onChange },
    });
    this.size = h('input', {
      ...{ type: 'number', id: 'buffer-size', min: 1, placeholder: 'as needed' },
      ...{ 'aria-label': 'Size of the buffer in kbit', oninput: onChange },
    });
  }

  /** Begins anew with a recording: with the state's rate and size, or its own, where its encoder had them. */
  start(recording: Recording, state: State): void {
    const mean = meanRate(recording) / 1000;
    const { vbvMaxRate, vbvBufferSize } = recording;
    const rate = vbvMaxRate === 0 ? 1.2 * mean : vbvMaxRate / 1000;
    this.rate.min = `${Math.max(1, Math.floor(Math.min(rate, 0.6 * mean)))}`;
    this.rate.max = `${Math.ceil(Math.max(rate, 4 * mean))}`;
    this.rate.value = `${state.rate || Math.round(rate)}`;
    const size = state.buffer || vbvBufferSize / 1000;
    this.size.value = size === 0 ? '' : `${size}`;
  }

  /** The buffer that is asked for. */
  model(recording: Recording): BufferModel {
    return bufferOf(recording, { rate: 1000 * Number(this.rate.value), size: this.givenSize });
  }

  /** Bits; null where none is given. */
  get givenSize(): number | null {
    const size = 1000 * Number(this.size.value);
    return size > 0 ? size : null;
  }
}

const ORDERS_NOTE =
  'Above, pictures in the order in which they are shown, as high as they are large; arcs lead to the pictures that each is predicted from; the mark below says how much later pictures take over from it, picture after picture (importance that flows back). At the bottom, the order in which they are coded: a picture that others need from both sides goes first.';
const BUFFER_NOTE =
  'By Annex C of the standard: bits arrive at the rate of the channel, and each picture takes its bits out at once at its time of decoding. A buffer of given size is filled to nine tenths first, and nothing arrives while it is full.';

/** Creates the view. */
export function createTimelineView(app: App): View {
  const drawing = h('div', {
    ...{ class: 'drawing', tabindex: 0, role: 'region' },
    'aria-label': 'Pictures by both orders, with references',
  });
  const buffer = h('div', { class: 'drawing' });
  const sentence = h('p', {});
  const table = h('div', {});
  let drawn: Recording | null = null;
  const controls = new BufferControls(() => {
    const [rate, buffer] = [controls.rate, controls.size].map(({ value }) => Number(value) || 0);
    app.store.set({ rate: Math.round(rate), buffer: Math.round(buffer) });
  });
  const element = h(
    'section',
    { class: 'view page timeline', 'aria-label': 'Timeline' },
    h('h2', {}, 'Shown and coded'),
    h('p', { class: 'note' }, ORDERS_NOTE),
    drawing,
    h('h2', {}, 'The decoder’s buffer'),
    h(
      'p',
      { class: 'controls' },
      h('label', {}, h('span', {}, 'Rate of the channel'), controls.rate),
      ' ',
      h('label', {}, h('span', {}, 'Size in kbit'), controls.size),
      ' ',
      sentence,
    ),
    buffer,
    h('p', { class: 'note' }, BUFFER_NOTE),
    table,
  );
  const update = (): void => {
    const { recording, store } = app;
    if (recording === null) return;
    const chosen = Math.min(store.state.picture, recording.shown.length - 1);
    const scale = scaleOf(recording.shown.length, drawing.clientWidth || 900);
    const height = ARCS + BARS + LABEL + WORTH + LINES + CODED + 6;
    const size = { width: scale.width, height, viewBox: `0 0 ${scale.width} ${height}` };
    drawing.replaceChildren(
      svg(
        'svg',
        {
          ...{ ...size, role: 'img' },
          'aria-label': 'Pictures with their references; the table below has the same in numbers',
        },
        ...drawArcs(recording, scale, chosen),
        ...drawPictures(app, recording, scale, chosen),
      ),
    );
    // What is chosen stays in sight of a long drawing.
    const at = scale.at(chosen) - drawing.clientWidth / 2;
    if (Math.abs(at - drawing.scrollLeft) > drawing.clientWidth / 2) drawing.scrollLeft = at;
    if (drawn !== recording) controls.start(recording, store.state);
    const model = controls.model(recording);
    sentence.textContent = bufferSentence(model, controls.givenSize !== null);
    buffer.replaceChildren(drawBuffer(model, Math.max(320, drawing.clientWidth || 900)));
    if (drawn !== recording) {
      drawn = recording;
      table.replaceChildren(tableElement(pictureTable(recording)));
    }
  };
  return { element, update };
}
