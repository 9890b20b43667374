/** Tables of the page: rows of text and numbers, each to be had as CSV and as JSON. */
import { download, h } from './dom.ts';

export type Cell = string | number;

/** A table: what it is of, its columns and its rows. */
export interface TableData {
  /** Name of the files that it is saved as, without ending. */
  readonly name: string;
  readonly caption: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** A table as text of comma-separated values, RFC 4180. Cells that spreadsheets would take for formulas are quoted with an apostrophe. */
export function csvOf({ columns, rows }: TableData): string {
  const quote = (cell: Cell): string => {
    if (typeof cell === 'number') return String(cell);
    const text = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [columns, ...rows].map((row) => `${row.map(quote).join(',')}\r\n`).join('');
}

/** A table as JSON: an array of objects. */
export function jsonOf({ columns, rows }: TableData): string {
  const objects = rows.map((row) => Object.fromEntries(columns.map((name, i) => [name, row[i]])));
  return JSON.stringify(objects, null, 1);
}

/** Buttons that save a table. */
export function saveButtons(data: TableData): HTMLElement {
  const save = (ending: string, type: string, text: () => string): HTMLElement =>
    h(
      'button',
      {
        ...{ type: 'button', class: 'quiet', 'aria-label': `Save ${data.caption} as ${ending}` },
        onclick: () => download(`${data.name}.${ending.toLowerCase()}`, type, text()),
      },
      ending,
    );
  return h(
    'span',
    { class: 'save' },
    save('CSV', 'text/csv', () => csvOf(data)),
    save('JSON', 'application/json', () => jsonOf(data)),
  );
}

/** What may be done to the rows of a table as it is made. */
export interface TableLook {
  /** Class of a row. */
  readonly classOf?: (row: number) => string;
  /** A color in front of the first cell of a row. */
  readonly colorOf?: (row: number) => string | null;
  /** Shows at most so many rows; the files have all. */
  readonly most?: number;
}

/** A table as an element. */
export function tableElement(data: TableData, look: TableLook = {}): HTMLElement {
  const { columns, rows, caption } = data;
  const most = look.most ?? 400;
  const isNumber = columns.map((_, i) => rows.every((row) => typeof row[i] === 'number'));
  const cell = (value: Cell, i: number, row: number): HTMLElement => {
    const color = i === 0 ? (look.colorOf?.(row) ?? null) : null;
    const text =
      typeof value === 'number'
        ? value.toLocaleString('en-US', { maximumFractionDigits: 2 })
        : value;
    const swatch =
      color === null ? null : h('i', { class: 'swatch', style: `background:${color}` });
    return h('td', { class: isNumber[i] ? 'number' : '' }, swatch, text);
  };
  const head = columns.map((name, i) =>
    h('th', { scope: 'col', class: isNumber[i] ? 'number' : '' }, name),
  );
  const body = rows
    .slice(0, most)
    .map((row, r) =>
      h('tr', { class: look.classOf?.(r) ?? '' }, ...row.map((v, i) => cell(v, i, r))),
    );
  const rest =
    rows.length > most
      ? h('p', { class: 'note' }, `… and ${rows.length - most} more rows, in the files`)
      : null;
  return h(
    'div',
    { class: 'table', tabindex: 0, role: 'region', 'aria-label': caption },
    h(
      'table',
      {},
      h('caption', {}, caption, saveButtons(data)),
      h('thead', {}, h('tr', {}, ...head)),
      h('tbody', {}, ...body),
    ),
    rest,
  );
}

/** Lets a click or Enter choose a row of a table. */
export function choosable(table: HTMLElement, choose: (row: number) => void): void {
  table.classList.add('choosable');
  for (const [i, row] of [...table.querySelectorAll<HTMLElement>('tbody tr')].entries()) {
    row.tabIndex = 0;
    row.addEventListener('click', () => choose(i));
    row.addEventListener('keydown', ({ key }) => {
      if (key === 'Enter') choose(i);
    });
  }
}
