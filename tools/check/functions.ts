/**
 * The functions of files, with their lines and parameters, and the lines that hold tables, as TypeScript's own parser sees them. One
 * run of the parser reads all files.
 */
import {
  isArrayLiteralExpression,
  isArrowFunction,
  isCallExpression,
  isConstructorDeclaration,
  isFunctionDeclaration,
  isFunctionExpression,
  isGetAccessorDeclaration,
  isMethodDeclaration,
  isNewExpression,
  isObjectLiteralExpression,
  isPropertyAssignment,
  isPropertyDeclaration,
  isSetAccessorDeclaration,
  isVariableDeclaration,
  type Node,
  type SourceFile,
} from 'typescript/unstable/ast';
import { createVirtualFileSystem } from 'typescript/unstable/fs';
import { API } from 'typescript/unstable/sync';
import type { Project } from './finding.ts';

/** One function of a file. */
export interface FunctionSize {
  /** Its own, or that of what it is a part of. */
  readonly name: string;
  /** Whether the name is its own, or that of the variable that it is set to. */
  readonly isNamed: boolean;
  readonly line: number;
  /** Those of tables in it are not counted. */
  readonly lines: number;
  readonly parameters: number;
}

/** What a file is made of. */
export interface FileShape {
  /** Functions, methods, constructors, accessors and arrow functions; those in others too. */
  readonly functions: readonly FunctionSize[];
  /** Lines that are inside of tables: their first and last lines are not among them. */
  readonly tableLines: number;
}

const SHAPES = new WeakMap<Project, ReadonlyMap<string, FileShape>>();

/** Path => shape, of the files of `src` and `inspector`; read once for all rules. */
export function shapesOf(project: Project): ReadonlyMap<string, FileShape> {
  const known = SHAPES.get(project);
  if (known !== undefined) return known;
  const shapes = readShapes(project.files.filter(({ path }) => /^(src|inspector)\//.test(path)));
  SHAPES.set(project, shapes);
  return shapes;
}

function readShapes(
  files: readonly { readonly path: string; readonly text: string }[],
): Map<string, FileShape> {
  const root = '/project';
  const config = `${root}/tsconfig.json`;
  const compilerOptions = { noLib: true, noResolve: true, types: [], noEmit: true };
  const fs = createVirtualFileSystem({
    ...Object.fromEntries(files.map(({ path, text }) => [`${root}/${path}`, text])),
    [config]: JSON.stringify({ compilerOptions, files: files.map(({ path }) => path) }),
  });
  const api = new API({ cwd: root, fs });
  try {
    const { program } = api.updateSnapshot({ openProjects: [config] }).getProject(config)!;
    return new Map(
      files.map(({ path }) => [path, shapeOf(program.getSourceFile(`${root}/${path}`)!)]),
    );
  } finally {
    api.close();
  }
}

function shapeOf(file: SourceFile): FileShape {
  const lineOf = (position: number): number =>
    file.getLineAndCharacterOfPosition(position).line + 1;
  const isTableLine = new Set<number>();
  const found: (Omit<FunctionSize, 'lines'> & { readonly last: number })[] = [];
  const visit = (node: Node, parent: Node, name: string, isInFunction: boolean): void => {
    const [first, last] = [lineOf(node.getStart(file)), lineOf(node.end)];
    if (isTable(node, isInFunction)) {
      for (let line = first + 1; line < last; line++) isTableLine.add(line);
    }
    const own = nameOf(node, file) ?? name;
    const isFunction = isFunctionWithBody(node);
    if (isFunction) {
      const isNamed = nameOf(node, file) !== undefined || nameOf(parent, file) !== undefined;
      found.push({ name: own, isNamed, line: first, last, parameters: node.parameters.length });
    }
    node.forEachChild((child) => visit(child, node, own, isInFunction || isFunction));
  };
  visit(file, file, '-', false);
  const functions = found.map(({ last, ...size }) => {
    let lines = last - size.line + 1;
    for (let line = size.line; line <= last; line++) if (isTableLine.has(line)) lines--;
    return { ...size, lines };
  });
  return { functions, tableLines: isTableLine.size };
}

function isFunctionWithBody(node: Node): node is Node & { parameters: readonly Node[] } {
  const isFunction =
    isFunctionDeclaration(node) ||
    isFunctionExpression(node) ||
    isArrowFunction(node) ||
    isMethodDeclaration(node) ||
    isConstructorDeclaration(node) ||
    isGetAccessorDeclaration(node) ||
    isSetAccessorDeclaration(node);
  return isFunction && node.body !== undefined;
}

/** The name that a declaration gives, to itself or to the function that it is set to. */
function nameOf(node: Node, file: SourceFile): string | undefined {
  if (isConstructorDeclaration(node)) return 'constructor';
  const isNamed =
    isFunctionDeclaration(node) ||
    isFunctionExpression(node) ||
    isMethodDeclaration(node) ||
    isGetAccessorDeclaration(node) ||
    isSetAccessorDeclaration(node) ||
    isVariableDeclaration(node) ||
    isPropertyAssignment(node) ||
    isPropertyDeclaration(node);
  return isNamed ? node.name?.getText(file) : undefined;
}

/**
 * Whether a node is a table: a list or record of values, by itself or handed to a call, without any function in it. In functions
 * it may not even call one: what a function does is no table.
 */
function isTable(node: Node, isInFunction: boolean): boolean {
  const isList = isArrayLiteralExpression(node) || isObjectLiteralExpression(node);
  const isCalled = !isInFunction && (isCallExpression(node) || isNewExpression(node));
  return (
    (isList || isCalled) &&
    !has(node, (part) => isFunctionWithBody(part) || (isInFunction && isDone(part)))
  );
}

function isDone(node: Node): boolean {
  return isCallExpression(node) || isNewExpression(node);
}

function has(node: Node, isWanted: (part: Node) => boolean): boolean {
  return (
    node.forEachChild((child) => isWanted(child) || has(child, isWanted) || undefined) === true
  );
}
