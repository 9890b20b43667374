/** The file view: the tree of a file beside its bytes, linked both ways. */
import type { App, View } from '../app.ts';
import { download, h } from '../dom.ts';
import { type FileField, type FileNode, fieldAt, pathTo, readFileTree } from '../file-tree.ts';
import { withMeaning } from '../meanings.ts';
import { say, sayBytes } from '../names.ts';
import { choosable, type TableData, tableElement } from '../table.ts';
import { HexView } from './hex.ts';
import { FileTree } from './tree.ts';

/** Fields that are shown of a node. */
const MOST_FIELDS = 300;

/** The fields of a node as a table. */
function fieldTable(node: FileNode): TableData {
  const rows = node
    .fields()
    .map(({ name, value, start, end, clause }) => [
      ...[name, value, start, end - start],
      clause === '' ? node.clause : clause,
    ]);
  return {
    name: 'fields',
    caption: withMeaning(node.name),
    columns: ['field', 'value', 'at', 'bytes', 'clause'],
    rows,
  };
}

/** Creates the view. */
export function createFileView(app: App): View {
  const select = (byte: number): void => app.store.set({ byte });
  const selectByte = (byte: number): void => {
    preferred = null;
    select(byte);
  };
  let nodes: readonly FileNode[] = [];
  let bytes = new Uint8Array(0);
  let wanted: 'opened' | 'made' | 'traced' = 'opened';
  const hex = new HexView(selectByte);
  /** What was chosen by name: bytes alone do not tell it where several share them. */
  let preferred: { node: FileNode; field: FileField | null } | null = null;
  const choose = (node: FileNode, field: FileField | null): void => {
    preferred = { node, field };
    const byte = field?.start ?? node.start;
    if (byte === app.store.state.byte) void show();
    else select(byte);
  };
  const tree = new FileTree((node) => choose(node, null));
  const details = h('div', { class: 'fields', id: 'fields' });
  const where = h('p', { id: 'where', 'aria-live': 'polite' });
  const which = h('select', {
    'aria-label': 'Which file',
    id: 'which',
    onchange: () => {
      wanted = which.value as typeof wanted;
      void update();
    },
  });
  const save = h(
    'button',
    { type: 'button', onclick: () => download('vitrine.mp4', 'video/mp4', bytes as BlobPart) },
    'Save',
  );
  const element = h(
    'section',
    { class: 'view file-view', 'aria-label': 'File' },
    h(
      'div',
      { class: 'file-left' },
      h('h2', { class: 'hidden' }, 'Parts of a file, and its bytes'),
      h('p', { class: 'controls' }, which, save),
      tree.element,
      details,
    ),
    h('div', { class: 'file-right' }, where, hex.element),
  );

  let shows = 0;
  const show = async (): Promise<void> => {
    const own = ++shows;
    const { byte } = app.store.state;
    if (preferred !== null && (preferred.field?.start ?? preferred.node.start) !== byte)
      preferred = null;
    const path = await pathTo(nodes, byte, preferred?.node);
    // Another byte was chosen meanwhile.
    if (own !== shows) return;
    const node = path.at(-1) ?? null;
    const named = preferred !== null && preferred.node === node ? preferred.field : undefined;
    const field = named === undefined && node !== null ? fieldAt(node, byte) : (named ?? null);
    hex.update(bytes, byte, node, field);
    where.textContent = sentence(bytes, byte, path, field);
    details.replaceChildren(
      ...(node === null ? [] : fieldElements(node, field, (chosen) => choose(node, chosen))),
    );
    details.querySelector('tr.chosen')?.scrollIntoView({ block: 'nearest' });
    // After the fields, which take from the height of the tree: what is chosen stays in sight.
    tree.update(nodes, path);
  };

  const update = async (): Promise<void> => {
    const { opened, recording } = app;
    const traced = app.traced?.nodes ?? [];
    const made = recording !== null && recording.file.length > 0 ? recording.file : null;
    const choices = [
      ...(opened === null ? [] : [['opened', opened.name] as const]),
      ...(traced.length === 0 ? [] : [['traced', `${app.traced?.name}: parts of a file`] as const]),
      ...(made === null ? [] : [['made', 'The MP4 file that was made'] as const]),
    ];
    const chosen = choices.find(([key]) => key === wanted) ?? choices[0];
    which.replaceChildren(
      ...choices.map(([key, text]) =>
        h('option', { value: key, selected: key === chosen?.[0] }, text),
      ),
    );
    if (chosen?.[0] === 'traced') {
      bytes = new Uint8Array(0);
      nodes = traced;
    }
    save.hidden = chosen?.[0] !== 'made';
    const now = chosen?.[0] === 'traced' ? null : chosen?.[0] === 'opened' ? opened?.bytes : made;
    if (now !== undefined && now !== null && now !== bytes) {
      bytes = now as Uint8Array<ArrayBuffer>;
      nodes = [];
      nodes = await readFileTree(bytes, recording).catch(() => []);
    }
    await show();
  };
  return { element, update: () => void update() };
}

/** What the chosen byte is, as a sentence. */
function sentence(
  bytes: Uint8Array,
  byte: number,
  path: readonly FileNode[],
  field: FileField | null,
): string {
  const isThere = bytes.length > 0;
  if (!isThere && path.length === 0) return 'No file yet.';
  if (isThere && byte >= bytes.length) return `${sayBytes(bytes.length)}.`;
  const names = path.map(({ name }) => name).join(' › ');
  const value = bytes[byte] ?? 0;
  const place = isThere
    ? `Byte ${say(byte)} is ${value.toString(16).padStart(2, '0')}`
    : `The trace has the parts of a file, not its bytes; open the file itself to see them. Byte ${say(byte)}`;
  if (path.length === 0) return `${place} (${value}).`;
  if (field === null) return `${place}, in ${names}.`;
  const clause = field.clause === '' ? (path.at(-1)?.clause ?? '') : field.clause;
  return `${place}, part of ${field.name} = ${field.value}, in ${names}${clause === '' ? '' : ` (${clause})`}.`;
}

function fieldElements(
  node: FileNode,
  field: FileField | null,
  select: (field: FileField) => void,
): HTMLElement[] {
  const fields = node.fields();
  const problem = node.problem === '' ? [] : [h('p', { class: 'problem' }, node.problem)];
  if (fields.length === 0) return [...problem, h('p', { class: 'note' }, withMeaning(node.name))];
  const table = tableElement(fieldTable(node), {
    classOf: (row) => (fields[row] === field ? 'chosen' : ''),
    most: MOST_FIELDS,
  });
  choosable(table, (i) => select(fields[i]));
  return [...problem, table];
}
