/** To come. */
import type { App, View } from '../app.ts';
import { h } from '../dom.ts';

/** Creates the view. */
export function createTimelineView(_app: App): View {
  return { element: h('section', { class: 'view' }), update: () => {} };
}
