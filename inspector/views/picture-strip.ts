/** The pictures in display order as a strip of bars: height is size, color is type. Chooses the picture that is shown. */
import type { App } from '../app.ts';
import { bringIntoSight, h } from '../dom.ts';
import { extremesOf } from '../extremes.ts';
import { PICTURE_TYPES, sayBytes } from '../names.ts';
import type { Recording } from '../recording.ts';

/** The strip. */
export class PictureStrip {
  readonly element = h('div', {
    class: 'strip',
    role: 'group',
    'aria-label': 'Pictures in display order',
  });
  private readonly app: App;
  private drawn: Recording | null = null;

  constructor(app: App) {
    this.app = app;
  }

  /** Draws the strip, if it is another, and marks the picture that is shown. */
  update(): void {
    const { recording, store } = this.app;
    if (recording === null) return;
    if (this.drawn !== recording) {
      this.drawn = recording;
      this.element.replaceChildren(...this.bars(recording));
    }
    const current = Math.min(store.state.picture, recording.shown.length - 1);
    for (const [i, bar] of [...this.element.children].entries()) {
      bar.setAttribute('aria-pressed', String(i === current));
      if (i === current) bringIntoSight(this.element, bar as HTMLElement);
    }
  }

  private bars({ shown }: Recording): HTMLElement[] {
    const { most } = extremesOf(shown.map(({ bytes }) => bytes));
    return shown.map(({ type, bytes, qp }, i) => {
      const name = PICTURE_TYPES[type];
      const label = `Picture ${i}: ${name}, ${sayBytes(bytes)}, QP ${qp.toFixed(1)}`;
      const height = Math.max(6, 100 * Math.sqrt(bytes / most));
      return h(
        'button',
        {
          ...{ type: 'button', 'aria-label': label, title: label, 'data-picture': i },
          onclick: () => this.app.store.set({ picture: i }),
        },
        h('i', { class: `bar ${name}`, style: `height:${height.toFixed(1)}%` }),
        h('span', {}, `${name}${i}`),
      );
    });
  }
}
