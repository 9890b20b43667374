/** The bytes of a file, sixteen a row. Only the rows in sight are there, so that any file can be looked into. */
import { h } from '../dom.ts';
import type { FileField, FileNode } from '../file-tree.ts';

const ROW = 22;
const COLUMNS = 16;
/** Browsers make elements no higher than some ten million pixels. */
const MOST_ROWS = 400_000;

/** The bytes. */
export class HexView {
  readonly element: HTMLElement;
  private readonly rows = h('div', { class: 'hex-rows' });
  private readonly space = h('div', {});
  private readonly onSelect: (byte: number) => void;
  private bytes = new Uint8Array(0);
  private byte = -1;
  private node: FileNode | null = null;
  private field: FileField | null = null;
  /** The first row of the part of a very large file that can be scrolled to. */
  private base = 0;

  constructor(onSelect: (byte: number) => void) {
    this.onSelect = onSelect;
    this.element = h(
      'div',
      {
        ...{ class: 'hex', tabindex: 0, role: 'application', id: 'hex' },
        'aria-label': 'Bytes. Arrow keys choose a byte.',
        onscroll: () => this.draw(),
        onkeydown: (event: KeyboardEvent) => this.onKey(event),
        onclick: (event: MouseEvent) => this.onClick(event),
      },
      this.space,
      this.rows,
    );
    new ResizeObserver(() => this.draw()).observe(this.element);
  }

  /** Shows a file with a byte chosen; the field that it is part of is marked, and the node around. */
  update(bytes: Uint8Array, byte: number, node: FileNode | null, field: FileField | null): void {
    const isOther = this.bytes !== bytes || this.byte !== byte;
    this.bytes = bytes as Uint8Array<ArrayBuffer>;
    this.byte = byte;
    this.node = node;
    this.field = field;
    const total = Math.ceil(bytes.length / COLUMNS);
    const row = Math.floor(Math.max(0, byte) / COLUMNS);
    if (total > MOST_ROWS)
      this.base = Math.max(0, Math.min(total - MOST_ROWS, row - MOST_ROWS / 2));
    else this.base = 0;
    this.space.style.height = `${Math.min(total, MOST_ROWS) * ROW}px`;
    if (isOther) this.reveal(row - this.base);
    this.draw();
  }

  private reveal(row: number): void {
    const { scrollTop, clientHeight } = this.element;
    const top = row * ROW;
    if (top < scrollTop || top + 2 * ROW > scrollTop + clientHeight) {
      this.element.scrollTop = Math.max(0, top - clientHeight / 3);
    }
  }

  private draw(): void {
    const { element, bytes, base } = this;
    const first = Math.floor(element.scrollTop / ROW);
    const count = Math.ceil(element.clientHeight / ROW) + 1;
    this.rows.style.transform = `translateY(${first * ROW}px)`;
    const rows: HTMLElement[] = [];
    for (
      let row = first + base;
      row < first + base + count && row * COLUMNS < bytes.length;
      row++
    ) {
      rows.push(this.row(row));
    }
    this.rows.replaceChildren(...rows);
  }

  private row(row: number): HTMLElement {
    const start = row * COLUMNS;
    const end = Math.min(start + COLUMNS, this.bytes.length);
    const cells: HTMLElement[] = [];
    let text = '';
    for (let at = start; at < end; at++) {
      const value = this.bytes[at];
      const name = value.toString(16).padStart(2, '0');
      cells.push(h('span', { class: this.classOf(at), 'data-at': at }, name));
      text += value >= 32 && value < 127 ? String.fromCharCode(value) : '·';
    }
    return h(
      'div',
      { class: 'hex-row' },
      h('span', { class: 'offset' }, start.toString(16).padStart(6, '0')),
      h('span', { class: 'cells' }, ...cells),
      h('span', { class: 'ascii' }, text),
    );
  }

  private classOf(at: number): string {
    const { byte, field, node, bytes } = this;
    const classes: string[] = [];
    if (bytes[at] === 0) classes.push('zero');
    if (node !== null && at >= node.start && at < node.end) classes.push('in-node');
    if (field !== null && at >= field.start && at < field.end) classes.push('in-field');
    if (at === byte) classes.push('chosen');
    return classes.join(' ');
  }

  private onClick(event: MouseEvent): void {
    const at = event.target instanceof HTMLElement ? event.target.dataset.at : undefined;
    if (at !== undefined) this.onSelect(Number(at));
  }

  private onKey(event: KeyboardEvent): void {
    const steps: Record<string, number> = {
      ArrowLeft: -1,
      ArrowRight: 1,
      ArrowUp: -COLUMNS,
      ArrowDown: COLUMNS,
    };
    const step = steps[event.key];
    if (step === undefined) return;
    const to = Math.max(0, this.byte) + step;
    if (to >= 0 && to < this.bytes.length) this.onSelect(to);
    event.preventDefault();
    event.stopPropagation();
  }
}
