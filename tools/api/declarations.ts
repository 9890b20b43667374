/** Reads declaration files as the compiler writes them: which names a file declares, with what comment, and where others come from. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** One exported or local declaration. */
export interface Declaration {
  readonly name: string;
  /** The file that declares it. */
  readonly path: string;
  /** Its comment without the marks, null if it has none. */
  readonly comment: string | null;
  /** As the compiler wrote it, without `export` and `declare` and without private members; overloads one after the other. */
  readonly text: string;
}

/** A file: its declarations by name, and its imports and re-exports. */
export interface DeclarationFile {
  readonly declarations: ReadonlyMap<string, Declaration>;
  /** Local name => file and name there. */
  readonly imports: ReadonlyMap<string, Origin>;
  /** Exported name => file and name there, in the order of the file. */
  readonly reexports: ReadonlyMap<string, Origin>;
}

interface Origin {
  readonly path: string;
  readonly name: string;
}

const files = new Map<string, DeclarationFile>();

/** A file, read once. */
export function declarationFile(path: string): DeclarationFile {
  const known = files.get(path);
  if (known !== undefined) return known;
  const file = parse(path, readFileSync(path, 'utf8'));
  files.set(path, file);
  return file;
}

/** Follows re-exports from `name` of a file to its declaration; undefined for what the project does not declare. */
export function resolveName(path: string, name: string): Declaration | undefined {
  const file = declarationFile(path);
  const own = file.declarations.get(name);
  if (own !== undefined) return own;
  const origin = file.reexports.get(name) ?? file.imports.get(name);
  return origin === undefined ? undefined : resolveName(origin.path, origin.name);
}

const DECLARED =
  /^(?:export )?(?:declare )?(?:abstract )?(?:interface|class|type|const|let|function) (\w+)/;
const FROM = /^(import|export)(?: type)? \{([^}]*)\} from '([^']+)'/;

function parse(path: string, text: string): DeclarationFile {
  const declarations = new Map<string, Declaration>();
  const imports = new Map<string, Origin>();
  const reexports = new Map<string, Origin>();
  for (const { comment, code } of statementsOf(text)) {
    const from = FROM.exec(code);
    if (from !== null) {
      const target = join(dirname(path), from[3]!.replace(/\.ts$/, '.d.ts'));
      for (const [name, local] of namesOf(from[2]!)) {
        (from[1] === 'import' ? imports : reexports).set(local, { path: target, name });
      }
      continue;
    }
    const name = DECLARED.exec(code)?.[1];
    if (name === undefined) continue;
    const before = declarations.get(name);
    const own = withoutPrivates(code.replace(/^(?:export )?(?:declare )?/, ''));
    const whole = before === undefined ? own : `${before.text}\n${own}`;
    const said = before?.comment ?? comment;
    declarations.set(name, { name, path, comment: said, text: whole });
  }
  return { declarations, imports, reexports };
}

/** `a, type b as c` => pairs of the name there and the name here. */
function namesOf(list: string): [string, string][] {
  return list
    .split(',')
    .map((part) => part.trim().replace(/^type /, ''))
    .filter((part) => part !== '')
    .map((part) => {
      const [name, local = name] = part.split(' as ');
      return [name!, local!];
    });
}

/** The statements of a file: they begin in the first column, and so does the comment before each. */
function statementsOf(text: string): { comment: string | null; code: string }[] {
  const statements: { comment: string | null; code: string }[] = [];
  let comment: string | null = null;
  let code: string[] = [];
  const end = () => {
    if (code.length > 0) statements.push({ comment, code: code.join('\n') });
    if (code.length > 0) comment = null;
    code = [];
  };
  let isComment = false;
  for (const line of text.split('\n')) {
    if (line.startsWith('/**')) {
      end();
      comment = '';
      isComment = true;
    }
    if (isComment) {
      comment += `${line}\n`;
      if (line.includes('*/')) isComment = false;
      continue;
    }
    // A statement goes on in lines that are indented or close it.
    if (!/^[\s})]/.test(line) && line !== '') end();
    if (line !== '' && !line.startsWith('//')) code.push(line);
  }
  end();
  return statements.map((statement) => ({
    code: statement.code,
    comment: statement.comment === null ? null : proseOf(statement.comment),
  }));
}

/** A comment without its marks. */
export function proseOf(comment: string): string {
  return comment
    .replace(/^\s*\/\*\*\s?/, '')
    .replace(/\s*\*\/\s*$/, '')
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, ''))
    .join('\n')
    .trim();
}

/** A class without its private members and their comments. */
function withoutPrivates(code: string): string {
  const member = /^ {4}(?:\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n {4})?private [^\n]*\n/gm;
  return code.replace(member, '');
}
