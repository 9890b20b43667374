/**
 * Reads a TypeScript file as far as the project's rules need it: its opening comment, its imports, and its exports with
 * their doc comments. It relies on the formatter: every top-level statement begins in the first column.
 */

/** One `import`, `export … from` or `import()` of a file. */
export interface ImportLink {
  /** What stands between the quotes. */
  readonly specifier: string;
  /** Line of the statement's first character, counted from 1. */
  readonly line: number;
  /** True for `import type` and `export type`: nothing is left of it in the program. */
  readonly typeOnly: boolean;
  /** True for `import('…')`, which loads when it is reached. */
  readonly dynamic: boolean;
  /** True for `import * as …`. */
  readonly namespace: boolean;
  /** True for `export * from …`. */
  readonly exportStar: boolean;
}

/** One exported declaration. */
export interface Exported {
  readonly kind: string;
  readonly name: string;
  readonly line: number;
  /** Text of the doc comment right above it, or `null`. */
  readonly doc: string | null;
}

/** A file, read. */
export interface SourceFile {
  /** Path from the repository's root, with `/`. */
  readonly path: string;
  readonly text: string;
  /** `text` with comments, string contents and regular expressions blanked: same length, same lines. */
  readonly code: string;
  readonly imports: readonly ImportLink[];
  readonly exports: readonly Exported[];
  /** Text of the comment that the file opens with, without its stars and slashes, as one paragraph a line; or `null`. */
  readonly opening: string | null;
}

/** Reads `text` as the file `path`. */
export function readSource(path: string, text: string): SourceFile {
  const code = maskSource(text);
  return {
    path,
    text,
    code,
    imports: findImports(text, code),
    exports: findExports(text, code),
    opening: findOpening(text),
  };
}

/** Line, counted from 1, of the character at `offset`. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++;
  return line;
}

/** First sentence of an opening comment: up to a period that a capital letter follows, or the end of the paragraph. */
export function firstSentence(opening: string): string {
  const paragraph = opening.split('\n', 1)[0] ?? '';
  const end = /[^.](?<!\b(?:e\.g|i\.e|vs))\.(?= +[A-Z`"'(])/.exec(paragraph);
  return end === null ? paragraph : paragraph.slice(0, end.index + 2);
}

/**
 * `text` with comments, the contents of strings and templates, and regular expressions replaced by spaces (line ends
 * stay), so that the rest can be searched by pattern. Code inside a template's `${}` stays.
 */
export function maskSource(text: string): string {
  const out = text.split('');
  const templateDepths: number[] = [];
  let depth = 0;
  let i = 0;
  const blank = (from: number, to: number) => {
    for (let k = from; k < to && k < out.length; k++) if (out[k] !== '\n') out[k] = ' ';
  };
  const skipTemplate = (from: number): number => {
    let k = from;
    while (k < text.length && text[k] !== '`') {
      if (text[k] === '\\') k++;
      else if (text[k] === '$' && text[k + 1] === '{') {
        blank(from, k);
        templateDepths.push(depth);
        depth++;
        return k + 2;
      }
      k++;
    }
    blank(from, k);
    return k + 1;
  };
  while (i < text.length) {
    const c = text[i];
    if (text.startsWith('//', i) || (i === 0 && text.startsWith('#!'))) {
      const end = text.indexOf('\n', i);
      const stop = end < 0 ? text.length : end;
      blank(i, stop);
      i = stop;
    } else if (text.startsWith('/*', i)) {
      const end = text.indexOf('*/', i + 2);
      const stop = end < 0 ? text.length : end + 2;
      blank(i, stop);
      i = stop;
    } else if (c === "'" || c === '"') {
      let k = i + 1;
      while (k < text.length && text[k] !== c && text[k] !== '\n') k += text[k] === '\\' ? 2 : 1;
      blank(i + 1, k);
      i = k + 1;
    } else if (c === '`') {
      i = skipTemplate(i + 1);
    } else if (c === '/' && startsRegExp(out, i)) {
      let k = i + 1;
      let inClass = false;
      while (k < text.length && text[k] !== '\n' && (inClass || text[k] !== '/')) {
        if (text[k] === '[') inClass = true;
        else if (text[k] === ']') inClass = false;
        k += text[k] === '\\' ? 2 : 1;
      }
      blank(i + 1, k);
      i = k + 1;
    } else {
      if (c === '{') depth++;
      else if (c === '}') {
        depth--;
        if (templateDepths.length > 0 && templateDepths[templateDepths.length - 1] === depth) {
          templateDepths.pop();
          i = skipTemplate(i + 1);
          continue;
        }
      }
      i++;
    }
  }
  return out.join('');
}

/** Whether a slash at `at` begins a regular expression: it stands where an operand is due. */
function startsRegExp(out: readonly string[], at: number): boolean {
  let k = at - 1;
  while (k >= 0 && /\s/.test(out[k]!)) k--;
  if (k < 0 || '([{,;=:!&|?+-*%<>~^}'.includes(out[k]!)) return true;
  const word = /[A-Za-z]+$/.exec(out.slice(Math.max(0, k - 10), k + 1).join(''));
  return word !== null && ['return', 'typeof', 'case', 'in', 'of'].includes(word[0]);
}

function findImports(text: string, code: string): ImportLink[] {
  const found: ImportLink[] = [];
  const add = (start: number, quote: number, head: string, dynamic: boolean) => {
    const end = text.indexOf(text[quote]!, quote + 1);
    found.push({
      specifier: text.slice(quote + 1, end),
      line: lineAt(text, start),
      typeOnly: /^(import|export)\s+type\b/.test(head),
      dynamic,
      namespace: /^import\s+(type\s+)?\*/.test(head),
      exportStar: /^export\s+(type\s+)?\*/.test(head),
    });
  };
  for (const match of code.matchAll(/^(import|export)\b[^;'"()=]*?\bfrom\s*['"]/gm)) {
    add(match.index, match.index + match[0].length - 1, match[0], false);
  }
  for (const match of code.matchAll(/^import\s*['"]/gm)) {
    add(match.index, match.index + match[0].length - 1, match[0], false);
  }
  for (const match of code.matchAll(/\bimport\(\s*['"]/g)) {
    const typeOnly = /\btypeof\s*$/.test(code.slice(0, match.index));
    const at = match.index + match[0].length - 1;
    add(match.index, at, typeOnly ? 'import type' : 'import', true);
  }
  return found;
}

const DECLARATION =
  /^export (?:default )?(?:declare )?(?:abstract )?(?:async )?(function\*?|class|interface|const|let|type|enum|namespace) ?([\w$]+)/gm;

function findExports(text: string, code: string): Exported[] {
  const found: Exported[] = [];
  for (const match of code.matchAll(DECLARATION)) {
    found.push({
      kind: match[1]!.replace('*', ''),
      name: match[2]!,
      line: lineAt(text, match.index),
      doc: docAbove(text, match.index),
    });
  }
  return found;
}

/**
 * The doc comment that ends right above `offset`; line comments (a linter's directive) may stand between, and constants
 * in a block of lines share the one above the first.
 */
function docAbove(text: string, offset: number): string | null {
  const isConst = text.startsWith('export const', offset);
  let end = offset;
  for (;;) {
    const before = text.slice(0, end).trimEnd();
    const lineStart = before.lastIndexOf('\n') + 1;
    const lineAbove = before.slice(lineStart).trimStart();
    const isTouching = text.slice(before.length, end).split('\n').length === 2;
    if (lineAbove.startsWith('//')) end = lineStart;
    else if (isConst && isTouching && /^export const .*;/.test(lineAbove)) end = lineStart;
    else if (!before.endsWith('*/')) return null;
    else {
      const start = before.lastIndexOf('/*');
      const gap = text.slice(before.length, offset).match(/\n/g)?.length ?? 0;
      const comment = before.slice(start);
      return comment.startsWith('/**') && (end !== offset || gap === 1) ? comment : null;
    }
  }
}

/** The comment that the file begins with, past a `#!` line and line comments that speak to the linter. */
function findOpening(text: string): string | null {
  let rest = text.replace(/^#!.*\n/, '').trimStart();
  while (rest.startsWith('// biome-ignore')) rest = rest.slice(rest.indexOf('\n') + 1).trimStart();
  let lines: string[];
  if (rest.startsWith('/*')) {
    const body = rest.slice(0, rest.indexOf('*/')).replace(/^\/\*+/, '');
    lines = body.split('\n').map((line) => line.replace(/^\s*\* ?/, '').trim());
  } else if (rest.startsWith('//')) {
    lines = (/^(?:\/\/.*\n)+/.exec(rest)?.[0] ?? '')
      .split('\n')
      .map((line) => line.replace(/^\/\/ ?/, '').trim());
  } else return null;
  const paragraphs = lines.join('\n').trim().split(/\n\n+/);
  return paragraphs.map((paragraph) => paragraph.replace(/\s+/g, ' ')).join('\n');
}
