/** The bar at the top: views, source, settings of the encoder, theme. */
import type { App } from './app.ts';
import { bringIntoSight, h } from './dom.ts';
import { showKeys } from './keys.ts';
import { type State, VIEWS, type ViewName } from './state.ts';

/** Titles of the views; their first letters are their keys. */
export const VIEW_TITLES: Readonly<Record<ViewName, string>> = {
  picture: 'Picture',
  timeline: 'Timeline',
  compare: 'Rate',
  sound: 'Sound',
  image: 'Image',
  file: 'File',
  links: 'Links',
  tour: 'Guided tour',
};

/** Presets as the library has them, fastest first. */
export const PRESET_NAMES = [
  ...['ultrafast', 'superfast', 'veryfast', 'faster', 'fast'],
  ...['medium', 'slow', 'slower', 'veryslow'],
];

/** A choice that changes one key of the state. */
export function choice(
  app: App,
  key: keyof State,
  label: string,
  values: readonly (string | number)[],
): { readonly element: HTMLSelectElement; update(): void } {
  const options = values.map((value) =>
    h('option', { value }, key === 'bframes' ? `${value} B` : value),
  );
  const select = h(
    'select',
    {
      id: key,
      'aria-label': label,
      title: label,
      onchange: () =>
        app.store.set({
          [key]: typeof values[0] === 'number' ? Number(select.value) : select.value,
        }),
    },
    ...options,
  );
  return {
    element: select,
    update: () => {
      select.value = String(app.store.state[key]);
    },
  };
}

/** A slider for a QP. */
export function qpSlider(
  app: App,
  key: 'qp' | 'qp2',
): { readonly element: HTMLElement; update(): void } {
  const output = h('output', {}, '');
  const input = h('input', {
    ...{ type: 'range', id: key, min: 8, max: 48, step: 1 },
    oninput: () => app.store.set({ [key]: Number(input.value) }),
  });
  return {
    element: h('label', { class: 'slider' }, h('span', {}, 'QP'), input, output),
    update: () => {
      input.value = String(app.store.state[key]);
      output.textContent = input.value;
    },
  };
}

/** Creates the bar. */
export function createToolbar(
  app: App,
  onFile: (file: File) => void,
  onSample: () => void,
): { readonly element: HTMLElement; update(): void } {
  const { store } = app;
  const tabs = new Map(
    VIEWS.map((name) => [
      name,
      h(
        'button',
        { type: 'button', 'data-view': name, onclick: () => store.set({ view: name }) },
        VIEW_TITLES[name],
      ),
    ]),
  );
  const parts = [
    choice(app, 'preset', 'Preset', PRESET_NAMES),
    choice(app, 'profile', 'Profile', ['baseline', 'main', 'high']),
    choice(app, 'coding', 'Entropy coding', ['CAVLC', 'CABAC']),
    choice(app, 'bframes', 'B pictures in a row', [0, 1, 2, 3, 4]),
    qpSlider(app, 'qp'),
  ];
  const input = h('input', {
    ...{ type: 'file', id: 'file', class: 'hidden' },
    onchange: () => {
      const file = input.files?.[0];
      if (file !== undefined) onFile(file);
      input.value = '';
      // Keys are for the page again.
      input.blur();
    },
  });
  const theme = h(
    'button',
    {
      ...{ type: 'button', class: 'quiet', id: 'theme', 'aria-label': 'Dark or light' },
      onclick: () =>
        store.set({ theme: document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark' }),
    },
    '◐',
  );
  const nav = h('nav', { 'aria-label': 'Views' }, ...tabs.values());
  const element = h(
    'header',
    { class: 'bar-top' },
    h('h1', {}, 'vitrine ', h('span', {}, 'inspector')),
    nav,
    h(
      'div',
      { class: 'source' },
      h(
        'label',
        {
          class: 'button',
          for: 'file',
          title: 'Video, picture, sound, trace or media file; or drop it anywhere',
        },
        'Open …',
        input,
      ),
      h('button', { type: 'button', id: 'sample', onclick: onSample }, 'Sample'),
    ),
    h('div', { class: 'settings' }, ...parts.map((part) => part.element)),
    h(
      'div',
      { class: 'source' },
      h('button', { type: 'button', class: 'quiet', 'aria-label': 'Keys', onclick: showKeys }, '?'),
      theme,
    ),
  );
  return {
    element,
    update: () => {
      for (const [name, tab] of tabs) {
        if (name === store.state.view) {
          // Narrow screens scroll the tabs.
          if (!tab.hasAttribute('aria-current')) bringIntoSight(nav, tab);
          tab.setAttribute('aria-current', 'page');
        } else tab.removeAttribute('aria-current');
      }
      // There are links where a trace has filters.
      const hasLinks = (app.traced?.links.length ?? 0) > 0;
      tabs.get('links')?.toggleAttribute('hidden', !hasLinks && store.state.view !== 'links');
      for (const part of parts) part.update();
      const isOfVideo = !['sound', 'image', 'links'].includes(store.state.view);
      element.classList.toggle('fixed', app.recording !== null && app.source === null);
      element.classList.toggle('of-video', isOfVideo);
    },
  };
}
