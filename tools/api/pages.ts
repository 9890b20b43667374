/** The pages of docs/api: one for each part that package.json exports, from the comments in the sources. */
import { type Declaration, declarationFile, proseOf, resolveName } from './declarations.ts';

/** A part: the name that is imported, its declaration file, and the text of its source. */
export interface Part {
  readonly name: string;
  readonly path: string;
  readonly source: string;
}

/** File name => text of all pages. */
export function apiPages(parts: readonly Part[]): Map<string, string> {
  const pageOf = new Map<string, string>();
  const exported = parts.map(({ path }) => exportsOf(path));
  // A name that several parts export is explained where it is declared nearest: by the part that has fewest names.
  const bySize = parts.map((_, i) => i).sort((a, b) => exported[b]!.length - exported[a]!.length);
  for (const i of bySize) {
    for (const declaration of exported[i]!) pageOf.set(keyOf(declaration), pageName(parts[i]!));
  }
  const pages = new Map<string, string>();
  parts.forEach((part, i) => {
    pages.set(pageName(part), page(part, exported[i]!, pageOf));
  });
  pages.set('README.md', overview(parts, exported));
  return pages;
}

const pageName = ({ name }: Part) => `${name.replace('/', '-')}.md`;
const keyOf = ({ path, name }: Declaration) => `${path}#${name}`;

/** What a part exports, in the order in which it says so. */
function exportsOf(path: string): Declaration[] {
  const file = declarationFile(path);
  const names = [...file.reexports.keys(), ...file.declarations.keys()];
  return names.flatMap((name) => resolveName(path, name) ?? []);
}

const GENERATED = '<!-- Made from the comments in the sources by `npm run docs:api`. -->';

function overview(parts: readonly Part[], exported: readonly Declaration[][]): string {
  const rows = parts.map((part, i) => {
    const names = exported[i]!.filter(({ text }) => /^(?:function|class|const)/.test(text));
    const list = names.map(({ name }) => `\`${name}\``).join(', ');
    return `- [\`${part.name}\`](${pageName(part)}): ${list}`;
  });
  return `${GENERATED}\n\n# What each part exports\n\n${rows.join('\n')}\n`;
}

function page(
  part: Part,
  exported: readonly Declaration[],
  pageOf: ReadonlyMap<string, string>,
): string {
  const own = new Map<string, Declaration>(exported.map((one) => [keyOf(one), one]));
  const values = exported.filter(({ text }) => !isType(text));
  const types = exported.filter(({ text }) => isType(text));
  const named = namedBy(exported, own, pageOf);
  const sections = [
    section('Functions, classes and values', values),
    section('Types', types),
    section('Types that those above name, not exported themselves', named),
  ];
  const head = `${GENERATED}\n\n# ${part.name}\n\n${openingOf(part.source)}`;
  const others = elsewhere([...exported, ...named], own, pageOf, pageName(part));
  return `${[head, others, ...sections].filter((text) => text !== '').join('\n\n')}\n`;
}

const isType = (text: string) => /^(?:interface|type)/.test(text);

/** The first paragraph that the source of a part opens with. */
function openingOf(source: string): string {
  const comment = /^\/\*\*[\s\S]*?\*\//.exec(source)?.[0];
  return comment === undefined ? '' : proseOf(comment).split('\n\n')[0]!;
}

/** What declarations name and no part exports: what a reader needs beside them. */
function namedBy(
  exported: readonly Declaration[],
  own: ReadonlyMap<string, Declaration>,
  pageOf: ReadonlyMap<string, string>,
): Declaration[] {
  const found = new Map<string, Declaration>();
  const queue = [...exported];
  for (let one = queue.shift(); one !== undefined; one = queue.shift()) {
    for (const other of mentioned(one)) {
      const key = keyOf(other);
      if (own.has(key) || found.has(key) || pageOf.has(key) || !isType(other.text)) continue;
      found.set(key, other);
      queue.push(other);
    }
  }
  return [...found.values()];
}

/** The declarations whose names stand in the text of another, its comments apart. */
function mentioned(declaration: Declaration): Declaration[] {
  const text = declaration.text.replace(/\/\*\*[\s\S]*?\*\//g, '');
  const names = new Set(text.match(/\b[A-Z]\w+\b/g) ?? []);
  names.delete(declaration.name);
  return [...names].flatMap((name) => resolveName(declaration.path, name) ?? []);
}

/** A line that says where names are explained that other parts export. */
function elsewhere(
  declarations: readonly Declaration[],
  own: ReadonlyMap<string, Declaration>,
  pageOf: ReadonlyMap<string, string>,
  self: string,
): string {
  const links = new Map<string, string>();
  for (const other of declarations.flatMap(mentioned)) {
    const target = pageOf.get(keyOf(other));
    if (target === undefined || target === self || own.has(keyOf(other))) continue;
    links.set(other.name, `[\`${other.name}\`](${target}#${other.name.toLowerCase()})`);
  }
  const sorted = [...links].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, link]) => link);
  return sorted.length === 0 ? '' : `Explained elsewhere: ${sorted.join(', ')}.`;
}

function section(title: string, declarations: readonly Declaration[]): string {
  if (declarations.length === 0) return '';
  return `## ${title}\n\n${declarations.map(entry).join('\n\n')}`;
}

function entry({ name, comment, text }: Declaration): string {
  const prose = comment === null ? '' : `${tags(comment)}\n\n`;
  return `### ${name}\n\n${prose}\`\`\`ts\n${twoSpaces(plainArrays(text))}\n\`\`\``;
}

/** Parameters and results as a list. */
function tags(comment: string): string {
  return comment
    .replace(/^@param ([\w, ]+?) (?=\S)/gm, '- `$1`: ')
    .replace(/^@param (\w+)$/gm, '- `$1`')
    .replace(/^@returns? /gm, '- returns ')
    .replace(/([^\n])\n(- (?:`|returns))/, '$1\n\n$2');
}

/** Typed arrays without the parameter that compilers before 5.7 do not know. */
function plainArrays(text: string): string {
  return text.replace(/\b(\w+Array)<ArrayBuffer(?:Like)?>/g, '$1');
}

/** Indented as the sources are. */
function twoSpaces(text: string): string {
  return text.replace(/^(?: {4})+/gm, (indent) => ' '.repeat(indent.length / 2));
}
