/** Makes elements. Text goes in as text: nothing that comes from a file is ever markup. */

type Child = Node | string | number | null | false;

/** Attributes by name; `onclick` and the like are listeners, `true` an attribute without value, `false` and null none. */
type Attributes = Readonly<
  Record<string, string | number | boolean | null | ((event: never) => void)>
>;

function fill(element: Element, attributes: Attributes, children: readonly Child[]): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') {
      element.addEventListener(name.slice(2), value as (event: Event) => void);
    } else if (value !== false && value !== null) {
      element.setAttribute(name, value === true ? '' : String(value));
    }
  }
  for (const child of children) {
    if (child === null || child === false) continue;
    element.append(typeof child === 'number' ? String(child) : child);
  }
}

/** An HTML element with attributes and children. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  fill(element, attributes, children);
  return element;
}

/** An SVG element. */
export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[K] {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  fill(element, attributes, children);
  return element;
}

/** Puts other children into an element; details that were open stay so, by their summaries. */
export function replaceOpen(element: HTMLElement, children: readonly Node[]): void {
  const all = (): HTMLDetailsElement[] => [...element.querySelectorAll('details')];
  const summaryOf = (details: HTMLElement): string => details.firstChild?.textContent ?? '';
  const open = all()
    .filter((details) => details.open)
    .map(summaryOf);
  element.replaceChildren(...children);
  for (const details of all()) details.open = open.includes(summaryOf(details));
}

/** Scrolls a row of elements until one of them is in sight; what lies around the row stays where it is. */
export function bringIntoSight(row: HTMLElement, { offsetLeft, offsetWidth }: HTMLElement): void {
  const left = offsetLeft - row.offsetLeft;
  row.scrollLeft = Math.max(left + offsetWidth - row.clientWidth, Math.min(left, row.scrollLeft));
}

/** Hands a text to the reader as a file. */
export function download(name: string, type: string, contents: BlobPart): void {
  const url = URL.createObjectURL(new Blob([contents], { type }));
  h('a', { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

/** A color of the theme in use, for canvases: `--name`. */
export function themeColor(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}
