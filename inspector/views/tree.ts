/** A tree of nodes as a list that opens and closes. */
import { h } from '../dom.ts';
import type { FileNode } from '../file-tree.ts';
import { say, sayBytes } from '../names.ts';

/** Children that are listed of a node. */
const MOST_CHILDREN = 600;

/** The tree. */
export class FileTree {
  readonly element = h('ul', { class: 'tree', role: 'tree', 'aria-label': 'Parts of the file' });
  private readonly onSelect: (node: FileNode) => void;
  private readonly open = new Set<FileNode>();
  private nodes: readonly FileNode[] = [];
  private path: readonly FileNode[] = [];

  constructor(onSelect: (node: FileNode) => void) {
    this.onSelect = onSelect;
    this.element.addEventListener('keydown', (event) => this.onKey(event));
  }

  /** Shows `nodes`, those on `path` open (they are loaded), the last of them chosen. */
  update(nodes: readonly FileNode[], path: readonly FileNode[]): void {
    this.nodes = nodes;
    this.path = path;
    for (const node of path.slice(0, -1)) this.open.add(node);
    this.draw();
    this.element.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }

  private draw(): void {
    const rows: HTMLElement[] = [];
    this.addRows(this.nodes, 1, rows);
    const focused =
      document.activeElement instanceof HTMLElement &&
      this.element.contains(document.activeElement);
    this.element.replaceChildren(...rows);
    if (focused) this.element.querySelector<HTMLElement>('[tabindex="0"]')?.focus();
  }

  private addRows(nodes: readonly FileNode[], level: number, rows: HTMLElement[]): void {
    for (const node of nodes.slice(0, MOST_CHILDREN)) {
      const isChosen = node === this.path.at(-1);
      const isOpen = this.open.has(node);
      const toggle = (event: Event): void => {
        event.stopPropagation();
        void this.toggle(node);
      };
      rows.push(
        h(
          'li',
          {
            ...{ role: 'treeitem', 'aria-level': level, 'aria-selected': String(isChosen) },
            'aria-expanded': node.hasChildren ? String(isOpen) : null,
            tabindex: isChosen || (rows.length === 0 && this.path.length === 0) ? 0 : -1,
            style: `padding-left:${8 + 16 * (level - 1)}px`,
            class: node.problem === '' ? '' : 'problem',
            title: node.clause,
            onclick: () => this.onSelect(node),
          },
          h(
            'span',
            { class: 'mark', onclick: toggle },
            node.hasChildren ? (isOpen ? '▾' : '▸') : '',
          ),
          h('b', {}, node.name),
          h('small', {}, ` at ${say(node.start)} · ${sayBytes(node.end - node.start)}`),
        ),
      );
      if (isOpen) this.addRows(node.children(), level + 1, rows);
    }
    if (nodes.length > MOST_CHILDREN) {
      rows.push(
        h(
          'li',
          { class: 'note', role: 'none' },
          `… and ${nodes.length - MOST_CHILDREN} more: click their bytes`,
        ),
      );
    }
  }

  private async toggle(node: FileNode): Promise<void> {
    if (this.open.has(node)) this.open.delete(node);
    else {
      await node.load();
      this.open.add(node);
    }
    this.draw();
  }

  private visible(nodes: readonly FileNode[]): FileNode[] {
    return nodes.flatMap((node) => [
      node,
      ...(this.open.has(node) ? this.visible(node.children()) : []),
    ]);
  }

  private onKey(event: KeyboardEvent): void {
    const all = this.visible(this.nodes);
    const chosen = this.path.at(-1);
    const at = chosen === undefined ? -1 : all.indexOf(chosen);
    if (event.key === 'ArrowDown' && at + 1 < all.length) this.onSelect(all[at + 1]);
    else if (event.key === 'ArrowUp' && at > 0) this.onSelect(all[at - 1]);
    else if (event.key === 'ArrowRight' && chosen?.hasChildren && !this.open.has(chosen))
      void this.toggle(chosen);
    else if (event.key === 'ArrowLeft' && chosen !== undefined) {
      if (this.open.has(chosen)) void this.toggle(chosen);
      else if (this.path.length > 1) this.onSelect(this.path[this.path.length - 2]);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
