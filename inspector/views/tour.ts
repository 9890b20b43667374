/** The guided tour: a card with a step, and beside it the view that the step is about, which can be used as always. */
import type { App, View } from '../app.ts';
import { h } from '../dom.ts';
import { byteOfMacroblock, readFileTree } from '../file-tree.ts';
import type { Recording } from '../recording.ts';
import { interPicture, TOUR } from '../tour-steps.ts';

/** The views that steps show. */
type Shown = Readonly<Record<'picture' | 'timeline' | 'file', View>>;

/** The first step that shows the panel of details unasked. */
const FIRST_DETAILS = 7;

/** Creates the view. */
export function createTourView(app: App, views: Shown): View {
  const { store } = app;
  const card = h('aside', { class: 'card', 'aria-label': 'Guided tour', 'aria-live': 'polite' });
  const host = h('div', { class: 'host' });
  const element = h('section', { class: 'view tour', 'aria-label': 'Guided tour' }, card, host);
  /** The step whose view is set up; -1 before the first. */
  let prepared = -1;
  let drawn = '';

  const prepare = async (step: number): Promise<void> => {
    const { recording } = app;
    if (recording === null) return;
    prepared = step;
    await recording.load(interPicture(recording));
    // Another step, or another recording, was chosen meanwhile.
    if (prepared !== step) return;
    if (app.recording !== recording) return void prepare(step);
    const { picture, mb } = store.state;
    const kept = picture === interPicture(recording).display ? mb : -1;
    const change = TOUR[step].show(recording, kept);
    store.set({ step, ...change });
    const now = change.mb ?? -1;
    if (kept >= 0 && now >= 0 && now !== kept) {
      app.say(
        `Nothing is left of macroblock ${kept} at this QP: macroblock ${now} is shown instead.`,
      );
    }
    if (TOUR[step].view === 'file') void toBytes(app, change.picture ?? 0, change.mb ?? 0);
  };

  const drawCard = (): void => {
    const { recording } = app;
    const { step } = store.state;
    const key = `${step} ${recording?.title} ${recording?.pictures.length} ${recording?.settings?.qp}`;
    if (key === drawn) return;
    drawn = key;
    const { title, text, task, tries = [] } = TOUR[step];
    if (recording === null) {
      card.replaceChildren(h('h2', {}, title), h('p', {}, 'The pictures are being encoded …'));
      return;
    }
    const dots = TOUR.map((one, i) =>
      h('button', {
        type: 'button',
        class: 'dot',
        title: one.title,
        'aria-label': `Step ${i + 1}: ${one.title}`,
        'aria-current': i === step ? 'step' : null,
        onclick: () => void prepare(i),
      }),
    );
    const button = card.contains(document.activeElement) ? document.activeElement?.id : '';
    card.replaceChildren(
      h('p', { class: 'note' }, `Step ${step + 1} of ${TOUR.length}`),
      h('h2', {}, title),
      ...text(recording).map((paragraph) => h('p', {}, paragraph)),
      h(
        'div',
        { class: 'task' },
        h('b', {}, 'Try it: '),
        task,
        h(
          'div',
          { class: 'tries' },
          ...tries.map(([label, change]) =>
            h('button', { type: 'button', onclick: () => store.set(change(recording)) }, label),
          ),
        ),
      ),
      h('div', { class: 'dots' }, ...dots),
      h(
        'div',
        { class: 'steps' },
        h(
          'button',
          {
            type: 'button',
            id: 'back',
            disabled: step === 0,
            onclick: () => void prepare(step - 1),
          },
          'Back',
        ),
        step + 1 < TOUR.length
          ? h(
              'button',
              {
                type: 'button',
                id: 'next',
                class: 'primary',
                onclick: () => void prepare(step + 1),
              },
              'Next',
            )
          : h(
              'button',
              {
                type: 'button',
                id: 'next',
                class: 'primary',
                onclick: () => store.set({ view: 'picture' }),
              },
              'Look around',
            ),
      ),
    );
    // Who goes through the steps by keys stays at the button.
    if (button) card.querySelector<HTMLElement>(`#${button}:enabled, #next`)?.focus();
  };

  const update = (): void => {
    const { recording } = app;
    const { step } = store.state;
    if (recording !== null && prepared !== step) {
      void prepare(step);
    }
    drawCard();
    const view = views[TOUR[step].view];
    const isNew = host.firstElementChild !== view.element;
    if (isNew) host.replaceChildren(view.element);
    view.update();
    // The first steps need no numbers, until somebody asks for them.
    element.classList.toggle('calm', step < FIRST_DETAILS && store.state.mb < 0);
    const { focus } = TOUR[step];
    if (focus === undefined) focused = null;
    else if (focused !== recording && bringToTop(host, focus)) focused = recording;
  };
  let focused: Recording | null = null;
  return { element, update };
}

/** Scrolls the panel of a view, where it scrolls, to what a step is about; false where that is not there yet. */
function bringToTop(host: HTMLElement, focus: string): boolean {
  const target = host.querySelector(focus)?.closest('p');
  const side = target?.closest('.side');
  if (!target || !side) return false;
  side.scrollTop += target.getBoundingClientRect().top - side.getBoundingClientRect().top;
  return true;
}

/** Chooses the bytes of a macroblock in the file that was made. */
async function toBytes(app: App, display: number, mb: number): Promise<void> {
  const { recording } = app;
  if (recording === null || recording.file.length === 0) return;
  const nodes = await readFileTree(recording.file, recording);
  const byte = await byteOfMacroblock(nodes, recording.shown[display], mb);
  if (byte >= 0) app.store.set({ byte });
}
