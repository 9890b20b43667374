/** The canvas with the picture: a layer, overlays, the open macroblock; clicks, keys, dragging. */
import type { App } from '../app.ts';
import { h, themeColor } from '../dom.ts';
import { drawOverlays } from '../overlays.ts';
import { paintLayer, paintPicture } from '../paint.ts';
import { type PictureRecord, pictureOf, type Recording } from '../recording.ts';

/** How far a pointer may move and still click, in pixels. */
const CLICK_REACH = 5;

/** Where the picture lies on the canvas: device pixels from its corner, and pixels for each sample. */
interface Place {
  x: number;
  y: number;
  scale: number;
}

/** The picture, drawn. */
export class PictureCanvas {
  readonly element: HTMLCanvasElement;
  private readonly app: App;
  private readonly buffer = document.createElement('canvas');
  private painted = '';
  private paintedOf: Recording | null = null;
  private place: Place = { x: 0, y: 0, scale: 1 };
  /** How far the picture is dragged from its middle, in samples. */
  private shiftX = 0;
  private shiftY = 0;
  private readonly onPick: (mb: number) => void;

  constructor(app: App, onPick: (mb: number) => void) {
    this.app = app;
    this.onPick = onPick;
    this.element = h('canvas', {
      ...{ tabindex: 0, role: 'application', class: 'picture-canvas', id: 'picture' },
      'aria-label': 'Picture. Arrow keys choose a macroblock, Escape closes it.',
      onkeydown: (event: KeyboardEvent) => this.onKey(event),
      onpointerdown: (event: PointerEvent) => this.onPointer(event),
      onwheel: (event: WheelEvent) => this.onWheel(event),
    });
    new ResizeObserver(() => this.draw()).observe(this.element);
  }

  private get picture(): PictureRecord | null {
    const { recording, store } = this.app;
    return recording === null ? null : pictureOf(recording, store.state.picture);
  }

  /** Draws all. */
  draw(): void {
    const { element } = this;
    const { recording, store } = this.app;
    const ratio = Math.min(devicePixelRatio, 2);
    const width = Math.round(element.clientWidth * ratio);
    const height = Math.round(element.clientHeight * ratio);
    if (width === 0 || height === 0) return;
    if (element.width !== width) element.width = width;
    if (element.height !== height) element.height = height;
    const context = element.getContext('2d');
    const { picture } = this;
    if (context === null) return;
    if (recording === null || picture === null) {
      this.drawSource(context, width, height);
      return;
    }
    // It is drawn as soon as its rows are there.
    if (!picture.isLoaded) return;
    this.paint(recording, picture);
    const { zoom } = store.state;
    if (zoom === 1) this.shiftX = this.shiftY = 0;
    const scale = Math.min(width / recording.width, height / recording.height) * zoom;
    const x = (width - recording.width * scale) / 2 + this.shiftX * scale;
    const y = (height - recording.height * scale) / 2 + this.shiftY * scale;
    this.place = { x, y, scale };
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, width, height);
    context.imageSmoothingEnabled = scale < 1;
    context.setTransform(scale, 0, 0, scale, x, y);
    context.drawImage(this.buffer, 0, 0);
    const pixel = Math.max(1, ratio * 0.9) / scale;
    context.save();
    context.beginPath();
    context.rect(0, 0, recording.width, recording.height);
    context.clip();
    drawOverlays({ context, recording, picture, pixel }, store.state.show);
    context.restore();
    this.drawOpen(context, recording, pixel);
  }

  /** Draws the source alone, while it is encoded. */
  private drawSource(context: CanvasRenderingContext2D, width: number, height: number): void {
    const { source, store } = this.app;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, width, height);
    if (source === null) return;
    const shown = source.pictures[Math.min(store.state.picture, source.pictures.length - 1)];
    this.buffer.width = source.width;
    this.buffer.height = source.height;
    this.painted = '';
    this.buffer
      .getContext('2d')
      ?.putImageData(paintPicture(shown, source.width, source.height), 0, 0);
    const scale = Math.min(width / source.width, height / source.height);
    context.imageSmoothingEnabled = scale < 1;
    const [x, y] = [(width - source.width * scale) / 2, (height - source.height * scale) / 2];
    context.drawImage(this.buffer, x, y, source.width * scale, source.height * scale);
  }

  private drawOpen(context: CanvasRenderingContext2D, recording: Recording, pixel: number): void {
    const { mb } = this.app.store.state;
    if (mb < 0) return;
    const x = 16 * (mb % recording.widthInMbs);
    const y = 16 * Math.floor(mb / recording.widthInMbs);
    context.lineWidth = 4 * pixel;
    context.strokeStyle = 'rgb(0 0 0 / 0.7)';
    context.strokeRect(x, y, 16, 16);
    context.lineWidth = 2 * pixel;
    context.strokeStyle = themeColor('accent');
    context.strokeRect(x, y, 16, 16);
  }

  /** Paints the layer, if it is another than before. */
  private paint(recording: Recording, picture: PictureRecord): void {
    const { layer } = this.app.store.state;
    const key = `${picture.number} ${layer}`;
    if (this.painted === key && this.paintedOf === recording) return;
    this.painted = key;
    this.paintedOf = recording;
    const { width, height } = recording;
    this.buffer.width = width;
    this.buffer.height = height;
    const context = this.buffer.getContext('2d');
    const image = paintLayer(recording, picture, layer);
    if (context === null) return;
    if (image !== null) context.putImageData(image, 0, 0);
    else {
      context.fillStyle = '#20262e';
      context.fillRect(0, 0, width, height);
    }
  }

  /** Address of the macroblock at a point of the window; -1 beside the picture. */
  private macroblockAt(clientX: number, clientY: number): number {
    const { recording } = this.app;
    if (recording === null) return -1;
    const box = this.element.getBoundingClientRect();
    const ratio = this.element.width / box.width;
    const x = ((clientX - box.left) * ratio - this.place.x) / this.place.scale;
    const y = ((clientY - box.top) * ratio - this.place.y) / this.place.scale;
    if (x < 0 || y < 0 || x >= recording.width || y >= recording.height) return -1;
    return Math.floor(y / 16) * recording.widthInMbs + Math.floor(x / 16);
  }

  private onPointer(down: PointerEvent): void {
    const { element } = this;
    const [fromX, fromY] = [this.shiftX, this.shiftY];
    let isDrag = false;
    const scale = (this.place.scale * element.clientWidth) / element.width;
    element.setPointerCapture(down.pointerId);
    const move = (event: PointerEvent): void => {
      const [dx, dy] = [event.clientX - down.clientX, event.clientY - down.clientY];
      if (Math.hypot(dx, dy) > CLICK_REACH) isDrag = true;
      if (!isDrag || this.app.store.state.zoom === 1) return;
      this.shiftX = fromX + dx / scale;
      this.shiftY = fromY + dy / scale;
      this.draw();
    };
    const up = (event: PointerEvent): void => {
      element.removeEventListener('pointermove', move);
      element.removeEventListener('pointerup', up);
      if (!isDrag) this.onPick(this.macroblockAt(event.clientX, event.clientY));
    };
    element.addEventListener('pointermove', move);
    element.addEventListener('pointerup', up);
  }

  private onWheel(event: WheelEvent): void {
    if (!event.ctrlKey) return;
    event.preventDefault();
    const { zoom } = this.app.store.state;
    this.app.store.set({ zoom: Math.max(1, Math.min(8, zoom + (event.deltaY < 0 ? 1 : -1))) });
  }

  private onKey(event: KeyboardEvent): void {
    const { recording, store } = this.app;
    if (recording === null || event.ctrlKey || event.metaKey || event.altKey) return;
    const { mb } = store.state;
    const { widthInMbs, heightInMbs } = recording;
    const steps: Record<string, number> = {
      ArrowLeft: -1,
      ArrowRight: 1,
      ArrowUp: -widthInMbs,
      ArrowDown: widthInMbs,
    };
    const step = steps[event.key];
    if (event.key === 'Escape') this.onPick(-1);
    else if (step !== undefined) {
      const to = mb < 0 ? 0 : mb + step;
      if (to >= 0 && to < widthInMbs * heightInMbs) this.onPick(to);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
