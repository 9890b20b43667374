/** The picture view: layers and overlays, the picture, and beside it the picture's figures or the open macroblock. */
import type { App, View } from '../app.ts';
import { h, themeColor } from '../dom.ts';
import { legendOf } from '../overlay-legend.ts';
import { OVERLAY_TEXTS } from '../overlays.ts';
import { LAYER_TEXTS } from '../paint.ts';
import { pictureOf } from '../recording.ts';
import { LAYERS, type LayerName, OVERLAYS, type OverlayName } from '../state.ts';
import { macroblockPanel } from './macroblock.ts';
import { PictureCanvas } from './picture-canvas.ts';
import { picturePanel } from './picture-panel.ts';
import { PictureStrip } from './picture-strip.ts';

/** Creates the view. */
export function createPictureView(app: App): View {
  const { store } = app;
  const side = h('aside', { class: 'side', id: 'side', 'aria-label': 'Details' });
  const canvas = new PictureCanvas(app, (mb) => store.set({ mb, block: 0 }));
  const strip = new PictureStrip(app);
  const caption = h('p', { class: 'caption', id: 'layer-caption' });
  const chosen = h('p', { class: 'hidden', 'aria-live': 'polite', id: 'chosen' });
  const layers = layerButtons(app);
  const overlays = overlayButtons(app);
  const zoom = zoomButtons(app);
  const rail = h(
    'div',
    { class: 'rail' },
    h('fieldset', { class: 'chips', id: 'layers' }, h('legend', {}, 'Layer'), ...layers.values()),
    h(
      'fieldset',
      { class: 'chips', id: 'overlays' },
      h('legend', {}, 'Over it'),
      ...overlays.values(),
    ),
  );
  const stage = h(
    'div',
    { class: 'stage' },
    canvas.element,
    h('div', { class: 'under' }, caption, zoom),
    strip.element,
    chosen,
  );
  const element = h(
    'section',
    { class: 'view picture-view', 'aria-label': 'Picture' },
    rail,
    stage,
    side,
  );
  /** What the side was drawn of: layers and overlays leave it as it is. */
  let drawn: readonly unknown[] = [];
  return {
    element,
    update: () => {
      const { state } = store;
      for (const [name, button] of overlays)
        button.setAttribute('aria-pressed', String(state.show.includes(name)));
      const hasSamples = app.recording === null || app.recording.source !== null;
      for (const [name, button] of layers) {
        button.disabled = !hasSamples;
        button.setAttribute('aria-pressed', String(hasSamples && name === state.layer));
      }
      const [name, text] = LAYER_TEXTS[state.layer];
      const { recording } = app;
      const legend =
        recording === null
          ? []
          : legendOf(recording, pictureOf(recording, state.picture), state.show);
      caption.replaceChildren(
        hasSamples
          ? `${name}: ${text}. `
          : 'A trace holds decisions, not samples: overlays show them. Drop the video itself to see its samples. ',
        ...legend.map(({ text: words, color }) =>
          h(
            'span',
            {},
            color === '' ? null : h('i', { class: 'swatch', style: `background:${color}` }),
            `${words}. `,
          ),
        ),
      );
      canvas.draw();
      strip.update();
      const now = [app.recording, state.picture, state.mb, state.block, themeColor('accent')];
      if (now.every((value, i) => value === drawn[i])) return;
      // An encode with other settings leaves the panel where it was scrolled to.
      const top = state.picture === drawn[1] && state.mb === drawn[2] ? side.scrollTop : 0;
      drawn = now;
      updateSide(app, side);
      side.scrollTop = top;
      chosen.textContent = state.mb < 0 ? '' : spoken(side);
    },
  };
}

/** What a screen reader hears of a macroblock that the arrow keys choose. */
function spoken(side: HTMLElement): string {
  return `${side.querySelector('h2')?.textContent}. ${side.querySelector('.lead')?.textContent}`;
}

function updateSide(app: App, side: HTMLElement): void {
  const { recording, store } = app;
  const { mb, picture: display } = store.state;
  if (recording === null) return;
  const picture = pictureOf(recording, display);
  const isMacroblock = mb >= 0 && mb < picture.maps.type.length;
  side.replaceChildren(
    ...(isMacroblock
      ? macroblockPanel(app, recording, picture, mb)
      : picturePanel(app, recording, picture)),
  );
}

function layerButtons({ store }: App): Map<LayerName, HTMLButtonElement> {
  return new Map(
    LAYERS.map((name, i) => {
      const [label, text] = LAYER_TEXTS[name];
      const attributes = { type: 'button', 'data-layer': name, title: `${text} (key ${i + 1})` };
      return [
        name,
        h('button', { ...attributes, onclick: () => store.set({ layer: name }) }, label),
      ];
    }),
  );
}

function overlayButtons({ store }: App): Map<OverlayName, HTMLElement> {
  return new Map(
    OVERLAYS.map((name) => {
      const [label, key, text] = OVERLAY_TEXTS[name];
      const attributes = { type: 'button', 'data-overlay': name, title: `${text} (key ${key})` };
      const toggle = (): void => {
        const { show } = store.state;
        store.set({ show: OVERLAYS.filter((one) => show.includes(one) !== (one === name)) });
      };
      return [name, h('button', { ...attributes, onclick: toggle }, label)];
    }),
  );
}

function zoomButtons({ store }: App): HTMLElement {
  const step = (by: number, label: string, name: string): HTMLElement =>
    h(
      'button',
      {
        ...{ type: 'button', class: 'quiet', 'aria-label': name },
        onclick: () => store.set({ zoom: Math.max(1, Math.min(8, store.state.zoom + by)) }),
      },
      label,
    );
  return h('span', { class: 'zoom' }, step(-1, '−', 'Smaller'), step(1, '+', 'Larger'));
}
