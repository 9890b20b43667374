/** The page: reads the address, encodes the sample or what is dropped, and shows one view at a time. */
import { openTrace, type TraceFile } from '../src/inspect/index.ts';
import type { App, View } from './app.ts';
import { settingsOf } from './app.ts';
import { EncoderClient } from './client.ts';
import { h } from './dom.ts';
import { treeOfTrace } from './file-tree.ts';
import { embeddedFile, type Opened, openFile } from './files.ts';
import { fileKind } from './image-engine.ts';
import { onKey } from './keys.ts';
import { linksOfTrace } from './link-record.ts';
import { hasImage, Media } from './media.ts';
import { missingText } from './missing.ts';
import { sayBytes, several } from './names.ts';
import { problemText } from './problems.ts';
import type { SourceImage, SourcePictures } from './protocol.ts';
import {
  type PictureRecord,
  pictureOf,
  type Recording,
  recordingOfEncode,
  recordingOfTrace,
} from './recording.ts';
import { hasSound } from './sound-record.ts';
import { formatState, parseState, type State, Store, type ViewName } from './state.ts';
import { createToolbar, VIEW_TITLES } from './toolbar.ts';
import { createCompareView } from './views/compare.ts';
import { createFileView } from './views/file.ts';
import { createImageView } from './views/image.ts';
import { createLinksView } from './views/links.ts';
import { createPictureView } from './views/picture.ts';
import { createSoundView } from './views/sound.ts';
import { createTimelineView } from './views/timeline.ts';
import { createTourView } from './views/tour.ts';

/** Keys of the state that a change of asks for another encode. */
const ENCODER_KEYS = [
  'preset',
  'qp',
  'profile',
  'bframes',
  'coding',
] as const satisfies (keyof State)[];

/** Tables of sound, of pictures as files, of filters and of parts of files. */
const OTHER_TABLES = /^(aac|png|jpeg|deflate|link|node$|field$)/;

/** How long settings must rest before they are encoded, in milliseconds. */
const REST = 250;

class Page implements App {
  readonly store = new Store(parseState(location.hash.slice(1)));
  readonly client: EncoderClient;
  readonly media: Media;
  recording: Recording | null = null;
  source: SourcePictures | null = null;
  opened: App['opened'] = null;
  traced: App['traced'] = null;
  closed: string | null = null;
  private readonly views: Readonly<Record<ViewName, View>>;
  private readonly status = h('p', {
    class: 'status',
    role: 'status',
    'aria-live': 'polite',
    id: 'status',
  });
  private readonly toolbar: ReturnType<typeof createToolbar>;
  private readonly main = h('main', { id: 'main' });
  private readonly nothing = h('p', { class: 'view page nothing', id: 'nothing' });
  private timer = 0;
  /** Counts what was opened: who waited for something older gives up. */
  private turn = 0;
  private readonly workerCode: string;

  constructor(workerCode: string) {
    this.workerCode = workerCode;
    this.client = new EncoderClient(workerCode);
    this.media = new Media(workerCode, {
      state: () => this.store.state,
      pictures: () => this.source,
      say: (sentence) => this.say(sentence),
      complain: (error) => this.complain(error),
      show: () => this.show(),
    });
    this.toolbar = createToolbar(
      this,
      (file) => void this.open(file),
      () => {
        this.media.reset();
        void this.takeSample();
      },
    );
    const shown = {
      picture: createPictureView(this),
      timeline: createTimelineView(this),
      file: createFileView(this),
      sound: createSoundView(this),
      image: createImageView(this),
      links: createLinksView(this),
    };
    this.views = {
      ...shown,
      compare: createCompareView(this),
      tour: createTourView(this, shown),
    };
    document.body.replaceChildren(
      h(
        'a',
        { href: '#main', class: 'skip', onclick: (event: Event) => this.skip(event) },
        'To the view',
      ),
      this.toolbar.element,
      this.main,
      this.status,
    );
    this.store.onChange((state, before) => this.onState(state, before));
    // Links to states, and the ways back and forth between them.
    addEventListener('hashchange', () => this.store.set(parseState(location.hash.slice(1))));
    addEventListener('keydown', (event) => onKey(this, event));
    this.takeDrops();
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.show());
    this.show();
  }

  /** Opens the files that are dropped on the page. */
  private takeDrops(): void {
    const { classList } = document.body;
    addEventListener('dragover', (event) => {
      event.preventDefault();
      classList.add('drop');
    });
    addEventListener('dragleave', ({ relatedTarget }) => {
      if (relatedTarget === null) classList.remove('drop');
    });
    addEventListener('drop', (event) => {
      event.preventDefault();
      classList.remove('drop');
      void this.openFirst([...(event.dataTransfer?.files ?? [])]);
    });
  }

  private second: EncoderClient | null = null;

  secondClient(): EncoderClient {
    this.second ??= new EncoderClient(this.workerCode);
    return this.second;
  }

  private skip(event: Event): void {
    event.preventDefault();
    this.main.querySelector<HTMLElement>('button, canvas, select, input')?.focus();
  }

  say(sentence: string): void {
    this.status.textContent = sentence;
    this.status.classList.toggle('problem', false);
  }

  /** Says what went wrong; the sentence says what to do. */
  private complain(error: unknown, name = ''): void {
    if (error instanceof DOMException && error.name === 'AbortError') return;
    this.say(problemText(error, name));
    this.status.classList.toggle('problem', true);
  }

  private onState(state: State, before: State): void {
    const address = `#${formatState(state)}`;
    // Another view or step is a step of its own on the way back; what came from the address is there already.
    const isStep = state.view !== before.view || state.step !== before.step;
    if (isStep && address !== location.hash) history.pushState(null, '', address);
    else history.replaceState(null, '', address);
    this.show();
    const asksAnew = ENCODER_KEYS.some((key) => state[key] !== before[key]);
    if (!asksAnew || this.source === null) return;
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.encode(), REST);
  }

  /** Shows the view of the state. */
  show(): void {
    const { state } = this.store;
    const isDark =
      state.theme === 'auto'
        ? matchMedia('(prefers-color-scheme: dark)').matches
        : state.theme === 'dark';
    document.documentElement.dataset.theme = isDark ? 'dark' : 'light';
    document.title = `${VIEW_TITLES[state.view]} · vitrine inspector`;
    this.toolbar.update();
    const { recording } = this;
    const last = (recording?.shown.length ?? Number.POSITIVE_INFINITY) - 1;
    if (state.picture > last) {
      this.say(`There is no picture ${state.picture}: the last one is shown, ${last}.`);
      this.store.set({ picture: last });
      return;
    }
    const picture = recording && pictureOf(recording, state.picture);
    if (recording === null || picture === null || picture.isLoaded) this.showView();
    else void this.loadAndShow(recording, picture);
  }

  /** Shows the view when the rows of the picture are there; meanwhile it stays as it is. */
  private async loadAndShow(recording: Recording, picture: PictureRecord): Promise<void> {
    try {
      await recording.load(picture);
      if (this.recording === recording) this.show();
    } catch (error) {
      this.complain(error);
    }
  }

  private showView(): void {
    const view = this.views[this.store.state.view];
    const missing = missingText(this, this.store.state.view);
    if (missing !== null) {
      this.nothing.textContent = missing;
      this.main.replaceChildren(this.nothing);
      return;
    }
    // The tour shows another view beside its card.
    if (this.main.firstElementChild !== view.element) this.main.replaceChildren(view.element);
    view.update();
  }

  /** Takes the built-in sample. */
  async takeSample(): Promise<void> {
    const turn = ++this.turn;
    try {
      this.say('Drawing the sample …');
      const source = await this.client.sample();
      // A file that could not be read takes no place.
      if (turn !== this.turn && this.closed !== null) return;
      this.source = source;
      this.opened = null;
      this.traced = null;
      this.closed = null;
      this.recording = null;
      this.show();
      await this.encode();
    } catch (error) {
      if (turn === this.turn) this.complain(error);
    }
  }

  /** Encodes the source with the settings of the state. */
  async encode(): Promise<void> {
    const { source } = this;
    if (source === null) return;
    // The view of a picture as a file says what it shows itself.
    const tell = (sentence: string): void => {
      if (this.store.state.view !== 'image') this.say(sentence);
    };
    try {
      this.client.cancel();
      const total = source.pictures.length;
      const coded = await this.client.encode(source, settingsOf(this.store.state), true, (count) =>
        tell(`Encoding: ${count} of ${total} pictures …`),
      );
      const recording = await recordingOfEncode(source, coded);
      if (this.source !== source) return;
      this.recording = recording;
      const bytes = coded.figures.reduce((sum, figure) => sum + figure.bytes, 0);
      tell(
        `${source.title}: ${several(total, 'picture')} in ${sayBytes(bytes)}, encoded ${source.isDecoded === true ? 'here anew ' : ''}in ${(coded.milliseconds / 1000).toFixed(1)} s.`,
      );
      this.show();
    } catch (error) {
      this.complain(error);
    }
  }

  /** Takes what a trace has: pictures of video, sound, a picture as a file; shows the first that there is. */
  private async takeTrace(trace: TraceFile, name: string, turn: number): Promise<void> {
    const hasVideo = trace.groups.some(({ table }) => table === 'picture');
    const recording = hasVideo ? await recordingOfTrace(trace, name) : null;
    if (recording !== null) await recording.load(pictureOf(recording, 0));
    const { media } = this;
    const rest = await trace.read(trace.groups.filter(({ table }) => OTHER_TABLES.test(table)));
    if (turn !== this.turn) return;
    const traced = { name, nodes: treeOfTrace(rest), links: linksOfTrace(rest) };
    const isOfMedia = recording !== null || hasSound(rest) || hasImage(rest);
    if (!isOfMedia && traced.links.length + traced.nodes.length === 0) {
      throw new Error(
        `${name} is a trace without anything that the page shows: make one with vitrine encode --trace.`,
      );
    }
    media.takeTrace(rest);
    const found: (readonly [ViewName, string])[] = [];
    if (recording !== null) found.push(['picture', several(recording.pictures.length, 'picture')]);
    if (hasSound(rest)) {
      found.push(['sound', `${several(media.sound?.frames.length ?? 0, 'frame')} of sound`]);
    }
    if (hasImage(rest)) found.push(['image', 'a picture as a file']);
    if (traced.links.length > 0) {
      found.push(['links', `${several(traced.links.length, 'link')} of filters`]);
    }
    if (traced.nodes.length > 0) found.push(['file', 'the parts of a file']);
    this.letGo();
    this.recording = recording;
    this.traced = traced;
    this.closed = name;
    const { view } = this.store.state;
    const views: readonly ViewName[] = found.map(([key]) => key);
    const isShown = views.includes(view) || (hasVideo && ['timeline', 'file'].includes(view));
    if (!isShown) this.store.set({ view: found[0][0] });
    this.say(`${name}: a trace of ${found.map(([, text]) => text).join(' and of ')}.`);
  }

  /** Takes a picture that was opened; a file that is shown as it is opens its view. */
  private takeImage(image: SourceImage): void {
    this.media.takeImage(image);
    const kind = fileKind(image);
    if (kind === null) return;
    const { view } = this.store.state;
    this.store.set({ kind, effort: 'as it is', view: view === 'file' ? view : 'image' });
  }

  /** Lets go of the video that is shown, and of its encode that may still run. */
  private letGo(): void {
    clearTimeout(this.timer);
    this.client.cancel();
    this.opened = null;
    this.traced = null;
    this.source = null;
    this.recording = null;
  }

  /** Shows what was opened, other than a trace. */
  private async take(opened: Exclude<Opened, { kind: 'trace' }>, name: string): Promise<void> {
    const { view } = this.store.state;
    const file = opened.bytes.length === 0 ? null : { name, bytes: opened.bytes };
    if (opened.kind === 'sound') {
      // The video stays as it is.
      this.opened = file;
      this.traced = null;
      this.media.takeSound(opened.sound);
      this.store.set({ view: 'sound' });
      this.show();
      return;
    }
    this.letGo();
    this.media.reset(true);
    this.opened = file;
    this.closed = name;
    if (opened.kind === 'bytes') {
      this.store.set({ view: 'file' });
      this.say(opened.sentence);
      this.show();
      return;
    }
    this.source = opened.source;
    if (opened.image !== null) this.takeImage(opened.image);
    if (view === 'sound' || view === 'links') this.store.set({ view: 'picture' });
    this.show();
    await this.encode();
  }

  /** Opens the first of some files, and says so of the others. */
  private async openFirst(files: readonly File[]): Promise<void> {
    if (files.length === 0) return;
    await this.open(files[0]);
    if (files.length === 1) return;
    const rest = ` Of ${files.length} files the first is open: drop the others one by one.`;
    this.status.append(rest);
  }

  /** Opens a file: pictures are encoded, a trace is read, and whatever the file is, its bytes may be looked into. */
  async open(file: Blob & { readonly name?: string }): Promise<void> {
    const name = file.name ?? 'file';
    const turn = ++this.turn;
    try {
      this.say(`Reading ${name} …`);
      const opened = await openFile(file, name, (text) => {
        if (turn === this.turn) this.say(text);
      });
      const trace = opened.kind === 'trace' ? await openTrace(opened.source) : null;
      if (turn !== this.turn) return;
      this.store.set({
        picture: 0,
        mb: -1,
        byte: 0,
        still: 0,
        scan: 99,
        link: 0,
        rate: 0,
        buffer: 0,
      });
      if (trace !== null) await this.takeTrace(trace, name, turn);
      else if (opened.kind !== 'trace') await this.take(opened, name);
      if (turn === this.turn) this.show();
    } catch (error) {
      if (turn === this.turn) this.complain(error, name);
    }
  }
}

/** Begins with the file that is in the page, or with the sample. */
export function startPage(): void {
  const embedded = embeddedFile();
  const page = new Page(document.getElementById('script')?.textContent ?? '');
  void (embedded === null ? page.takeSample() : page.open(embedded));
}
