/** Keys of the whole page. */
import type { App } from './app.ts';
import { h } from './dom.ts';
import { OVERLAY_TEXTS } from './overlays.ts';
import { LAYER_TEXTS } from './paint.ts';
import { LAYERS, OVERLAYS, VIEWS } from './state.ts';
import { VIEW_TITLES } from './toolbar.ts';

/** Whether a key is for what has the focus, as letters are for choices; none of these knows comma and point. */
function takesKey(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest('dialog') !== null) return true;
  return target.closest('input, select') !== null && key !== ',' && key !== '.';
}

/** Keys that go from picture to picture, or of sound from frame to frame. */
const STEPS: Readonly<Record<string, number>> = { ',': -1, ArrowLeft: -1, '.': 1, ArrowRight: 1 };

/** Does what a key asks for. */
export function onKey(app: App, event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || takesKey(event.target, event.key)) return;
  const { store, recording } = app;
  const { state } = store;
  const { key } = event;
  const last = (recording?.shown.length ?? 1) - 1;
  const digit = Number(key);
  const overlay = OVERLAYS.find((name) => OVERLAY_TEXTS[name][1] === key);
  const view = VIEWS.find((name) => VIEW_TITLES[name][0] === key && key === key.toUpperCase());
  const step = STEPS[key];
  if (step !== undefined && state.view === 'sound') {
    const end = (app.media.sound?.frames.length ?? 1) - 1;
    store.set({ frame: Math.max(0, Math.min(end, state.frame + step)) });
  } else if (step !== undefined) {
    store.set({ picture: Math.max(0, Math.min(last, state.picture + step)) });
  } else if (key === '?') showKeys();
  else if (key === 'Escape') store.set({ mb: -1 });
  else if (key === '+' || key === '=') store.set({ zoom: Math.min(8, state.zoom + 1) });
  else if (key === '-') store.set({ zoom: Math.max(1, state.zoom - 1) });
  else if (digit >= 1 && digit <= LAYERS.length) store.set({ layer: LAYERS[digit - 1] });
  else if (view !== undefined) store.set({ view });
  else if (overlay !== undefined) {
    store.set({
      show: OVERLAYS.filter((name) => state.show.includes(name) !== (name === overlay)),
    });
  } else return;
  event.preventDefault();
}

/** Shows all keys in a dialog. */
export function showKeys(): void {
  const rows: [string, string][] = [
    [', .', 'picture before, picture after; of sound, frame'],
    ['← ↑ ↓ →', 'on the picture: the macroblock; elsewhere: the picture'],
    ['+ −', 'larger, smaller'],
    ['Esc', 'close the macroblock'],
    ...LAYERS.map((name, i) => [String(i + 1), LAYER_TEXTS[name][0]] as [string, string]),
    ...OVERLAYS.map((name) => [OVERLAY_TEXTS[name][1], OVERLAY_TEXTS[name][0]] as [string, string]),
    ...VIEWS.map((name) => [`⇧ ${VIEW_TITLES[name][0]}`, VIEW_TITLES[name]] as [string, string]),
  ];
  const dialog = h(
    'dialog',
    { class: 'keys', onclose: () => dialog.remove() },
    h('h2', {}, 'Keys'),
    h(
      'dl',
      {},
      ...rows.map(([key, text]) => h('div', {}, h('dt', {}, h('kbd', {}, key)), h('dd', {}, text))),
    ),
    h('button', { type: 'button', onclick: () => dialog.close() }, 'Close'),
  );
  document.body.append(dialog);
  dialog.showModal();
}
