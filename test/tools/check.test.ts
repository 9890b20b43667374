/** The project's own rules: each finds what it is for, at its line, and leaves good files alone. */
import { describe, expect, it } from 'vitest';
import {
  architectureFolders,
  checkArchitecture,
  renewArchitecture,
} from '../../tools/check/architecture.ts';
import { CLAUSES_PATH, checkClauses } from '../../tools/check/clauses.ts';
import { checkDocumentation } from '../../tools/check/documentation.ts';
import { checkFiles } from '../../tools/check/files.ts';
import type { Project, Rule } from '../../tools/check/finding.ts';
import { shapesOf } from '../../tools/check/functions.ts';
import { checkLayers } from '../../tools/check/layers.ts';
import { checkLimits } from '../../tools/check/limits.ts';
import { checkLockFile } from '../../tools/check/lock-file.ts';
import { checkManifest } from '../../tools/check/manifest.ts';
import { checkMarkdown } from '../../tools/check/markdown.ts';
import { firstSentence, maskSource, readSource } from '../../tools/check/source.ts';

function projectOf(files: Record<string, string>, documents: Record<string, string> = {}): Project {
  return {
    files: Object.entries(files).map(([path, text]) => readSource(path, text)),
    documents: new Map(Object.entries(documents)),
    exists: (path) => path in files || path in documents,
  };
}

/** The findings of `rule` as `line: message`, for one file. */
function findingsOf(
  rule: Rule,
  path: string,
  text: string,
  documents: Readonly<Record<string, string>> = {},
): string[] {
  const project = projectOf({ [path]: text });
  const all = new Map([...project.documents, ...Object.entries(documents)]);
  return rule({ ...project, documents: all }).map(({ line, message }) => `${line}: ${message}`);
}

describe('reading sources', () => {
  it('masks comments, strings, templates and regular expressions, and keeps lines and length', () => {
    const text = [
      "const a = 'import x'; // import y",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: source text under test
      'const b = `export ${f({ g: `import * as z` })} class`;',
      'const c = d / e / f; /* export const',
      ' h */ const i = /["\'`/]\\//.test(j);',
      'const k = 1;',
    ].join('\n');
    const masked = maskSource(text);
    expect(masked).toHaveLength(text.length);
    expect(masked.split('\n')).toHaveLength(5);
    expect(masked).not.toMatch(/import|export|class| h /);
    expect(masked).toContain('f({ g: `');
    expect(masked).toContain('d / e / f');
    expect(masked).toContain('.test(j);');
    expect(masked).toContain('const k = 1;');
  });

  it('finds every form of import, with line and kind, and none in comments', () => {
    const { imports } = readSource(
      'src/x/a.ts',
      [
        "/** import { no } from './no.ts' */",
        "import { a } from './a.ts';",
        'import {',
        '  b,',
        "} from './b.ts';",
        "import type { C } from './c.ts';",
        "import * as d from './d.ts';",
        "export * from './e.ts';",
        "const f = await import('./f.ts');",
        "import './g.ts';",
        "let h: typeof import('./h.ts');",
      ].join('\n'),
    );
    const summary = imports.map((link) => [
      link.line,
      link.specifier,
      [
        link.typeOnly && 'type',
        link.dynamic && 'dynamic',
        link.namespace && 'all',
        link.exportStar && 'star',
      ]
        .filter(Boolean)
        .join(' '),
    ]);
    expect(summary.sort((a, b) => Number(a[0]) - Number(b[0]))).toEqual([
      [2, './a.ts', ''],
      [3, './b.ts', ''],
      [6, './c.ts', 'type'],
      [7, './d.ts', 'all'],
      [8, './e.ts', 'star'],
      [9, './f.ts', 'dynamic'],
      [10, './g.ts', ''],
      [11, './h.ts', 'type dynamic'],
    ]);
  });

  it('takes the first sentence of the first paragraph', () => {
    expect(firstSentence('Frames: views. Nothing copies.\nMore.')).toBe('Frames: views.');
    expect(firstSentence('Clause 8.3.1 of it, e.g. This. Then.')).toBe(
      'Clause 8.3.1 of it, e.g. This.',
    );
    expect(firstSentence('No end')).toBe('No end');
  });

  it('opens past a #! line', () => {
    const { opening } = readSource(
      'src/cli/main.ts',
      '#!/usr/bin/env node\n/**\n * The\n * idea.\n *\n * More.\n */\n',
    );
    expect(opening).toBe('The idea.\nMore.');
  });
});

describe('limits', () => {
  const long = (lines: number) =>
    `export function long(a: number): void {\n${'  a;\n'.repeat(lines - 2)}}\n`;

  it('finds functions and methods with their lines and parameters', () => {
    const text = [
      'export function one(a: number, { b, c }: Two, d = f(1, 2)): void {',
      '  if (a) {',
      '  }',
      '}',
      'class Three {',
      '  private async two<T>(',
      '    a: Map<string, number>,',
      '    b: () => void,',
      '  ): Promise<void> {',
      '    call(a, b);',
      '  }',
      '}',
    ].join('\n');
    const { functions } = shapesOf(projectOf({ 'src/a/b.ts': text })).get('src/a/b.ts')!;
    expect(functions).toEqual([
      { name: 'one', isNamed: true, line: 1, lines: 4, parameters: 3 },
      { name: 'two', isNamed: true, line: 6, lines: 6, parameters: 2 },
    ]);
  });

  it.each([
    'export const f = (LIST) => {BODY};',
    'export const f = async function (LIST) {BODY};',
    'function f(LIST): Promise<() => void> {BODY}',
    'function f(LIST): { a: number; b: number } {BODY}',
    'function f(LIST): () => number {BODY}',
    'function f<T extends (a: number) => void>(LIST): T {BODY}',
    'class C { #f(LIST) {BODY} }',
    'class C { static override async *f(LIST) {BODY} }',
    'class C { f = (LIST): void => {BODY}; }',
    'const object = { f(LIST) {BODY} };',
    'const object = { f: (LIST) => {BODY} };',
    'call(function f(LIST) {BODY});',
    'function outer() {\n  function f(LIST) {BODY}\n}',
  ])('holds every form of function: %s', (form) => {
    const withLines = (lines: number, list = '') =>
      form.replace('LIST', list).replace('BODY', `\n${'  a;\n'.repeat(lines - 2)}`);
    const isOver = expect.stringMatching(/f has 61 lines/);
    const found = (text: string) => findingsOf(checkLimits, 'src/a/b.ts', text);
    expect(found(withLines(form.includes('outer') ? 58 : 60))).toEqual([]);
    expect(found(withLines(61))).toContainEqual(isOver);
    const list = Array.from({ length: 9 }, (_, i) => `a${i}: number`).join(', ');
    expect(found(withLines(5, list))).toEqual([expect.stringMatching(/f has 9 parameters/)]);
  });

  it('holds classes of accessors and constructors, and what is handed to a call', () => {
    const body = `{\n${'  a;\n'.repeat(60)}}`;
    const found = (text: string) => findingsOf(checkLimits, 'src/a/b.ts', text);
    expect(found(`class C { constructor() ${body} }`)[0]).toMatch(/constructor has 62 lines/);
    expect(found(`class C { get f() ${body} }`)[0]).toMatch(/f has 62 lines/);
    expect(found(`const b = call(() => ${body});`)[0]).toMatch(/b has 62 lines/);
    expect(found(`call(() => ${body});`)[0]).toMatch(/- has 62 lines/);
  });

  it('does not count the lines of tables, whatever the file is called', () => {
    const rows = "  [1, 'two', -3],\n".repeat(500);
    const found = (text: string, path = 'src/a/b.ts') => findingsOf(checkLimits, path, text);
    expect(found(`export const A = [\n${rows}] as const;\n`)).toEqual([]);
    expect(found(`export const A = Uint8Array.of(\n${'  1, 2, 3,\n'.repeat(500)});\n`)).toEqual([]);
    expect(found(`function f() {\n  return [\n${rows}  ];\n}\n`)).toEqual([]);
    const calls = '  [f(1)],\n'.repeat(500);
    expect(found(`function f() {\n  return [\n${calls}  ];\n}\n`)).toHaveLength(2);
    expect(found(`const A = [\n${'  () => 1,\n'.repeat(500)}];\n`)).toHaveLength(1);
    expect(found(long(500), 'src/a/b-tables.ts')).toHaveLength(2);
    expect(found(`/** Table file. */\n${long(500)}`)).toHaveLength(2);
  });

  it('holds functions to 60 lines and 8 parameters, but not kernels', () => {
    expect(findingsOf(checkLimits, 'src/a/b.ts', long(60))).toEqual([]);
    expect(findingsOf(checkLimits, 'src/a/b.ts', long(61))[0]).toMatch(/long has 61 lines/);
    expect(findingsOf(checkLimits, 'src/a/kernels/b.ts', long(61))).toEqual([]);
    const generated = `import type { ModuleBuilder } from '../wasm/module.ts';\n${long(61)}`;
    expect(findingsOf(checkLimits, 'src/a/b.ts', generated)).toEqual([]);
    const parameters = Array.from({ length: 9 }, (_, i) => `a${i}: number`).join(', ');
    const wide = `function wide(${parameters}): void {\n}\n`;
    expect(findingsOf(checkLimits, 'src/a/b.ts', wide)[0]).toMatch(/wide has 9 parameters/);
  });

  it('holds files to 400 lines', () => {
    expect(findingsOf(checkLimits, 'src/a/b.ts', 'a;\n'.repeat(400))).toEqual([]);
    expect(findingsOf(checkLimits, 'src/a/b.ts', 'a;\n'.repeat(401))[0]).toMatch(/401 lines/);
  });
});

describe('clauses', () => {
  const cite = (text: string) =>
    findingsOf(checkClauses, 'src/syntax/h264/a.ts', `/** ${text} */\n`, {
      [CLAUSES_PATH]: 'H.264 7.3.3 src/syntax/h264/a.ts implemented\n',
    });

  it('must be listed with their files, and cited', () => {
    expect(cite('Slice header, clause 7.3.3.')).toEqual([]);
    expect(cite('Clauses 7.3.3 and 7.4.3.')[0]).toMatch(/'H.264 7.4.3 src\/syntax/);
    expect(cite('Nothing.')[0]).toMatch(/nothing cites 'H.264 7.3.3/);
    for (const text of [
      'Subclause 7.3.3.',
      'See sub-clause 7.3.3.',
      'In subclauses 7.3.3, 7.3.3.',
    ]) {
      expect(cite(text)).toEqual([]);
    }
    for (const joint of ['-', '–', ' to ', ' through ', ', and ', ' or ', ', ']) {
      const found = cite(`Clauses 7.3.3${joint}7.4.3 of it.`);
      expect(found).toEqual([expect.stringMatching(/'H.264 7.4.3 src\/syntax/)]);
    }
  });
});

describe('layers', () => {
  const from = (path: string, target: string, head = 'import { a } from') =>
    findingsOf(checkLayers, path, `${head} '${target}';\n`);

  it('lets a file import rows above and its own folder', () => {
    expect(from('src/bits/a.ts', '../base/math.ts')).toEqual([]);
    expect(from('src/bits/a.ts', './b.ts')).toEqual([]);
    expect(from('src/codecs/h264/encoder/a.ts', '../standard/b.ts')).toEqual([]);
    expect(from('src/codecs/h264/a.ts', '../../frames/frame.ts')).toEqual([]);
    expect(from('src/pipeline/a.ts', '../codecs/h264/index.ts')).toEqual([]);
    expect(from('src/syntax/h264/a.ts', '../../bits/bit-syntax.ts')).toEqual([]);
    expect(from('src/codecs/h264/a.ts', '../../syntax/h264/nal.ts')).toEqual([]);
    expect(from('src/index.ts', './pipeline/muxer.ts')).toEqual([]);
  });

  it('knows the two written-down exceptions', () => {
    expect(from('src/codecs/png/a.ts', '../deflate/index.ts')).toEqual([]);
    expect(from('src/containers/isobmff/a.ts', '../config/avcc.ts')).toEqual([]);
    expect(from('src/codecs/jpeg/a.ts', '../deflate/index.ts')).toHaveLength(1);
  });

  it('refuses siblings, rows below, and what leaves src', () => {
    expect(from('src/bits/a.ts', '../dsp/fft.ts')[0]).toMatch(/^1: bits \(row 1\) imports dsp/);
    expect(from('src/base/a.ts', '../bits/b.ts')[0]).toMatch(/nothing but its own folder/);
    expect(from('src/containers/isobmff/a.ts', '../../codecs/h264/index.ts')).toHaveLength(1);
    expect(from('src/codecs/aac/a.ts', '../../pipeline/muxer.ts')).toHaveLength(1);
    expect(from('src/io/a.ts', '../containers/riff/index.ts')).toHaveLength(1);
    expect(from('src/base/a.ts', '../../tools/check.ts')[0]).toMatch(/leaves src/);
    expect(from('src/syntax/h264/a.ts', '../../frames/frame.ts')).toHaveLength(1);
    expect(from('src/syntax/h264/a.ts', '../aac/program-config.ts')).toHaveLength(1);
    expect(from('src/misc/a.ts', './b.ts')[0]).toMatch(/no row/);
    expect(from('src/base/a.ts', './b')[0]).toMatch(/end in \.ts/);
  });

  it('keeps standard/ free of encoder/, and gpu to types', () => {
    expect(from('src/codecs/h264/standard/a.ts', '../encoder/b.ts')[0]).toMatch(
      /standard\/ imports/,
    );
    expect(from('src/gpu/a.ts', '../codecs/h264/b.ts')).toHaveLength(1);
    expect(from('src/gpu/a.ts', '../codecs/h264/b.ts', 'import type { A } from')).toEqual([]);
  });

  it('keeps modules of Node and packages out of what a browser loads', () => {
    expect(from('src/pipeline/a.ts', 'node:fs')[0]).toMatch(/modules of Node/);
    expect(from('src/pipeline/a.ts', '../io/node/file.ts')[0]).toMatch(/load it with import/);
    expect(
      findingsOf(checkLayers, 'src/pipeline/a.ts', "await import('../io/node/file.ts');"),
    ).toEqual([]);
    expect(from('src/io/node/a.ts', 'node:fs')).toEqual([]);
    expect(from('src/cli/a.ts', '../io/node/file.ts')).toEqual([]);
    expect(from('src/frames/a.ts', 'left-pad')[0]).toMatch(/no run-time dependency/);
  });
});

describe('documentation', () => {
  const check = (path: string, text: string) => findingsOf(checkDocumentation, path, text);

  it('wants an opening comment and a doc comment on every export', () => {
    const good =
      '/** Idea. */\n\n/** One. */\nexport const one = 1;\n\n/** Two. */\nexport function two() {}\n';
    expect(check('src/base/a.ts', good)).toEqual([]);
    expect(check('src/base/a.ts', 'export type A = 1;\n')).toEqual([
      '1: the file does not open with a comment that says its idea',
    ]);
    expect(check('src/base/a.ts', '/** Idea. */\nimport a from "b";\nexport class C {}\n')).toEqual(
      ['3: class C has no doc comment'],
    );
    expect(check('src/base/a.ts', '/** Idea. */\n\nexport interface I {}\n')).toEqual([
      '3: interface I has no doc comment',
    ]);
  });

  it('sees through a directive to the linter', () => {
    const text =
      '/** Idea. */\n\n/** Table 1. */\n// biome-ignore format: as printed\nexport const T = [1];\n';
    expect(check('src/base/a.ts', text)).toEqual([]);
  });

  it('lets constants in one block share a comment', () => {
    const block =
      '/** Idea. */\n\n/** Modes, Table 8-2. */\nexport const A = 0;\nexport const B = 1;\n';
    expect(check('src/base/a.ts', block)).toEqual([]);
    expect(check('src/base/a.ts', `${block}\nexport const C = 2;\n`)).toEqual([
      '7: const C has no doc comment',
    ]);
    expect(check('src/base/a.ts', `${block}export class D {}\n`)).toHaveLength(1);
  });

  it('wants a clause in standard/', () => {
    const path = 'src/codecs/h264/standard/a.ts';
    expect(check(path, '/** Idea. */\n\n/** Does it. */\nexport function a() {}\n')).toEqual([
      '4: function a is in standard/, but its doc comment cites no clause (nor says "not normative")',
    ]);
    expect(
      check(path, '/** Idea. */\n\n/** Does it, clause 8.3. */\nexport function a() {}\n'),
    ).toEqual([]);
    expect(
      check(path, '/** Idea. */\n\n/** Ours. Not normative. */\nexport function a() {}\n'),
    ).toEqual([]);
    const isCited = (doc: string, declaration = 'export function a() {}') =>
      check(path, `/** Idea. */\n\n/** ${doc} */\n${declaration}\n`).length === 0;
    for (const doc of ['Reads the table a second time.', 'A table A.', 'The figure and so on.']) {
      expect(isCited(doc), doc).toBe(doc.includes(' A.'));
    }
    for (const doc of [
      'Annex B bytes.',
      'Table 9-5(a).',
      '(Annex E)',
      'Section 3.9.',
      'RFC 1951 § 3.',
    ]) {
      expect(isCited(doc), doc).toBe(true);
    }
    for (const value of [
      '(b: number): number => b',
      'function (): void {}',
      'async () => {}',
      'b => b',
    ]) {
      expect(isCited('Does it.', `export const a = ${value};`), value).toBe(false);
      expect(isCited('Does it, clause 8.3.', `export const a = ${value};`), value).toBe(true);
    }
    expect(isCited('Made of it.', 'export const A = [1].map((b) => b);')).toBe(true);
  });
});

describe('files', () => {
  const check = (path: string, text: string) => findingsOf(checkFiles, path, text);

  it('bounds the size', () => {
    const long = '/** Idea. */\n'.repeat(601);
    expect(check('test/base/a-tables.ts', long)).toEqual(['601: 601 lines, allowed are 600']);
    expect(check('test/base/a.ts', '/** Idea. */\n'.repeat(600))).toEqual([]);
  });

  it('refuses names and forms that say nothing', () => {
    expect(check('src/base/utils.ts', '')).toHaveLength(1);
    expect(check('test/helpers/a.ts', '')).toHaveLength(1);
    expect(check('src/base/time-helpers.ts', '')).toHaveLength(1);
    expect(check('src/base/commonality.ts', '')).toEqual([]);
    expect(check('src/base/a.ts', "\nimport * as b from './b.ts';")).toEqual([
      "2: import * from './b.ts': import by name",
    ]);
    expect(check('src/base/a.ts', "export * from './b.ts';")).toHaveLength(1);
    expect(check('src/base/index.ts', "export * from './b.ts';")).toEqual([]);
    expect(check('src/base/a.ts', '\n// TODO later')).toHaveLength(1);
    expect(check('src/base/a.ts', '// TODO(#12): later')).toEqual([]);
  });

  it('wants the mark of pure calls before calls only', () => {
    expect(check('src/base/a.ts', 'const A = /* @__PURE__ */ [...B];')[0]).toMatch(/before a call/);
    expect(check('src/base/a.ts', 'const A = /* @__PURE__ */ make(B);')).toEqual([]);
    expect(check('src/base/a.ts', 'const A = /* @__PURE__ */ (() => 1)();')).toEqual([]);
  });
});

describe('manifest', () => {
  const manifest = (exports: object) => JSON.stringify({ name: 'vitrine', exports }, null, 1);
  const config = (paths: object) => JSON.stringify({ compilerOptions: { paths } }, null, 1);
  const entry = {
    types: './dist/src/a/index.d.ts',
    ...{ node: './dist/a.js', bun: './dist/a.js', deno: './dist/a.js' },
    default: './dist/src/a/index.js',
  };
  const check = (exports: object, paths: object) =>
    checkManifest(
      projectOf(
        { 'src/a/index.ts': '' },
        { 'package.json': manifest(exports), 'tsconfig.json': config(paths) },
      ),
    ).map(({ path, message }) => `${path}: ${message}`);

  it('accepts two tables that agree, and names each difference', () => {
    expect(check({ './a': entry }, { 'vitrine/a': ['./src/a/index.ts'] })).toEqual([]);
    expect(check({ './a': entry }, {})[0]).toMatch(/tsconfig\.json says undefined/);
    expect(check({}, { 'vitrine/a': ['./src/a/index.ts'] })[0]).toMatch(/not in exports/);
    const elsewhere = { ...entry, bun: './dist/src/a/index.js' };
    expect(check({ './a': elsewhere }, { 'vitrine/a': ['./src/a/index.ts'] })[0]).toMatch(
      /node, bun and deno are not \.\/dist\/a\.js/,
    );
    const gone = { types: './dist/src/b.d.ts', default: './dist/b.js' };
    expect(check({ './b': gone }, { 'vitrine/b': ['./src/b.ts'] })[0]).toMatch(/does not exist/);
  });
});

describe('Markdown', () => {
  it('names only files that exist, in code and in links', () => {
    const text = [
      '`test/a.test.ts` and [docs](docs/packets.md#part) and `test/gone.test.ts`',
      '![plot](bench/results/gone.svg) [web](https://example.com/x.md)',
      '`src/codecs/*` and `test/a.test.ts, --flag`',
    ].join('\n');
    const documents = {
      'README.md': text,
      'docs/packets.md': '[up](../README.md) [no](README.md)',
    };
    const found = checkMarkdown(projectOf({ 'test/a.test.ts': '' }, documents));
    expect(found.map(({ path, line, message }) => `${path}:${line}: ${message}`)).toEqual([
      'README.md:1: test/gone.test.ts does not exist',
      'README.md:2: bench/results/gone.svg does not exist',
      'docs/packets.md:1: docs/README.md does not exist',
    ]);
  });
});

describe('architecture', () => {
  const files = {
    'src/base/a.ts': '/** First idea. */',
    'src/bits/index.ts': '/** Bits. More. */',
    'src/index.ts': '/** All. */',
  };
  const begin = '# A\n<!-- folders: begin -->\n- `src/base`: Written by hand.\n';
  const end = '<!-- folders: end -->\nafter\n';

  it('writes what it accepts, keeps what is written by hand, and writing twice changes nothing', () => {
    const project = projectOf(files);
    const document = renewArchitecture(begin + end, project);
    expect(document).toContain(
      '- `src`: All.\n- `src/base`: Written by hand.\n- `src/bits`: Bits.\n',
    );
    expect(document.endsWith(end)).toBe(true);
    expect(checkArchitecture(projectOf(files, { 'ARCHITECTURE.md': document }))).toEqual([]);
    expect(renewArchitecture(document, project)).toBe(document);
    expect([...architectureFolders(project).keys()]).toEqual(['src', 'src/base', 'src/bits']);
  });

  it('names what is missing, gone, changed, doubled or not described', () => {
    const text = '- `src/base`: \n- `src/gone`: Gone.\n- `src`: Another.\n- `src`: All.\n';
    const found = checkArchitecture(projectOf(files, { 'ARCHITECTURE.md': text }));
    expect(found.map(({ line, message }) => `${line}: ${message.split(';')[0]}`)).toEqual([
      '1: src/base has no index.ts',
      '2: src/gone does not exist',
      '3: src/index.ts opens with another sentence',
      '4: src is listed twice',
      '1: src/bits is not listed',
    ]);
    expect(checkArchitecture(projectOf(files))[0]!.message).toBe('the file does not exist');
  });
});

describe('lock file (kind 24)', () => {
  it('wants a hash of every package, of every platform', () => {
    const packages = {
      '': { name: 'vitrine' },
      'node_modules/a': { version: '1.0.0', integrity: 'sha512-x' },
      'node_modules/b': { version: '1.0.0', optional: true, os: ['win32'] },
      'node_modules/c': { link: true },
    };
    const project = projectOf({}, { 'package-lock.json': JSON.stringify({ packages }, null, 1) });
    expect(checkLockFile(project).map(({ message }) => message)).toEqual([
      expect.stringMatching(/^node_modules\/b has no integrity/),
    ]);
  });
});
