/**
 * The filter language as objects: `parseFilterGraph` reads a description, `formatFilterGraph` writes one. A description that was
 * read and not changed is written exactly as it was, white space and quotes included; what was changed or made by hand is
 * written anew.
 *
 *     graph  := [ "sws_flags=" flags ";" ] chain { ";" chain }
 *     chain  := filter { "," filter }
 *     filter := { "[" label "]" } name [ "@" instance ] [ "=" options ] { "[" label "]" }
 *     options := option { ":" option }        option := [ key "=" ] value
 */
import { FilterGraphError } from './graph-error.ts';
import {
  type Located,
  locate,
  quoteToken,
  readToken,
  skipSpace,
  slice,
  type Token,
} from './token.ts';

/** One option: with a key, or by its place among the filter's options. */
export interface OptionText {
  readonly key?: string;
  /** The value after quotes and escapes were taken off. */
  readonly value: string;
  /** The position of the key or value in the text; absent if the object was made by hand. */
  readonly keyAt?: readonly number[];
  readonly valueAt?: readonly number[];
}

/** A label of a link: `[main]`. */
export interface LabelText {
  readonly label: string;
  /** Index in the text of the opening bracket. */
  readonly at?: number;
}

/** How a filter was written, so that it can be written so again. */
export interface FilterSource {
  readonly inputs: string;
  readonly name: string;
  /** The text behind `=`, if there is one. */
  readonly options?: string;
  readonly outputs: string;
}

/** One filter of a chain. */
export interface FilterText {
  readonly inputs: readonly LabelText[];
  readonly name: string;
  /** The text behind `@`. */
  readonly instance?: string;
  readonly options: readonly OptionText[];
  readonly outputs: readonly LabelText[];
  /** Index in the text of the name; of the end of the filter. */
  readonly at?: number;
  readonly end?: number;
  readonly source?: FilterSource;
}

/** A graph: chains of filters. */
export interface FilterGraphText {
  /** The options of scaling that apply to all conversions of the graph: `sws_flags=bicubic;` at its head. */
  readonly scaleFlags?: string;
  readonly chains: readonly (readonly FilterText[])[];
  /** The head as it was written. */
  readonly head?: string;
  /** Index in the text of a quote that is not closed. It can be read (the quote runs to the end), but not be set up. */
  readonly openQuote?: number;
}

const MAX_LENGTH = 1 << 20;

/** The graph that `text` describes. Throws `FilterGraphError` with the column where that cannot be read. */
export function parseFilterGraph(text: string): FilterGraphText {
  if (text.length > MAX_LENGTH) {
    throw new FilterGraphError(
      'filterGraph',
      `the description has ${text.length} characters, allowed are ${MAX_LENGTH}`,
      -1,
    );
  }
  const source = locate(text);
  const { scaleFlags, head, next } = readHead(text);
  const chains: FilterText[][] = [[]];
  const quotes: number[] = [];
  let index = next;
  for (;;) {
    const { filter, next: after } = readFilter(source, index, quotes, chains.at(-1)!.at(-1));
    chains.at(-1)!.push(filter);
    if (after === text.length) break;
    if (text[after] === ';') chains.push([]);
    else if (text[after] !== ',') throw strayText(text, after);
    index = after + 1;
  }
  return {
    ...(scaleFlags === undefined ? {} : { scaleFlags, head: head! }),
    ...(quotes.length === 0 ? {} : { openQuote: quotes[0]! }),
    chains,
  };
}

function strayText(text: string, at: number): FilterGraphError {
  return new FilterGraphError(
    'filterGraph',
    `unexpected ${JSON.stringify(text[at])}`,
    at,
    'after a filter come labels in brackets, "," and the next filter of the chain, or ";" and another chain',
  );
}

function readHead(text: string) {
  const start = skipSpace(text, 0);
  if (!text.startsWith('sws_flags=', start)) return { next: 0 };
  const end = text.indexOf(';', start);
  if (end < 0) {
    throw new FilterGraphError('filterGraph', 'no ";" ends sws_flags', start);
  }
  const scaleFlags = text.slice(start + 'sws_flags='.length, end).trim();
  return { scaleFlags, head: text.slice(0, end + 1), next: end + 1 };
}

/** Reads one filter; `quotes` gathers where quotes are not closed, `before` is the filter before it in its chain. */
function readFilter(
  source: Located,
  from: number,
  quotes: number[] = [],
  before?: FilterText,
): { filter: FilterText; next: number } {
  const { text } = source;
  const inputs = readLabels(source, skipSpace(text, from));
  const nameToken = readToken(source, inputs.next, '=,;[');
  const at = nameToken.at[0]!;
  const { name, instance } = checkName(source, inputs.next, nameToken, before);
  let next = nameToken.next;
  let options: OptionText[] = [];
  let optionsText: string | undefined;
  if (text[next] === '=') {
    const token = readToken(source, next + 1, '[],;');
    optionsText = text.slice(next + 1, token.next);
    if (token.openQuote !== undefined) quotes.push(token.openQuote);
    options = readOptions(token, quotes);
    next = token.next;
  }
  const outputs = readLabels(source, skipSpace(text, next));
  const filter: FilterText = {
    inputs: inputs.labels,
    name,
    ...(instance === undefined ? {} : { instance }),
    options,
    outputs: outputs.labels,
    at,
    end: outputs.next,
    source: {
      inputs: text.slice(from, inputs.next),
      name: text.slice(inputs.next, nameToken.next),
      ...(optionsText === undefined ? {} : { options: optionsText }),
      outputs: text.slice(next, outputs.next),
    },
  };
  return { filter, next: outputs.next };
}

function readLabels(source: Located, from: number): { labels: LabelText[]; next: number } {
  const labels: LabelText[] = [];
  let index = from;
  while (source.text[index] === '[') {
    const token = readToken(source, index + 1, ']');
    if (token.next >= source.text.length) {
      throw new FilterGraphError('filterGraph', 'a label is not closed', index, 'it ends with "]"');
    }
    if (token.text === '') {
      throw new FilterGraphError('filterGraph', 'a label has no name', index);
    }
    labels.push({ label: token.text, at: index });
    index = skipSpace(source.text, token.next + 1);
  }
  return { labels, next: index };
}

const NAME = /^[A-Za-z0-9_]+$/;

function checkName(source: Located, from: number, token: Token, before: FilterText | undefined) {
  const at = token.at[0]!;
  if (token.text === '') {
    throw new FilterGraphError('filterGraph', 'the name of a filter is missing', at);
  }
  const mark = token.text.indexOf('@');
  const name = mark < 0 ? token.text : token.text.slice(0, mark);
  if (!NAME.test(name)) {
    if (before !== undefined && before.at !== undefined && hasOpenParenthesis(before)) {
      throw new FilterGraphError(
        'filterGraph',
        `the options of ${before.name} end within parentheses`,
        before.end ?? at,
        'a "," in an expression is written \\, or the whole value in quotes',
      );
    }
    throw badName(source, from, token, name);
  }
  if (mark < 0) return { name };
  const instance = token.text.slice(mark + 1);
  if (instance === '') {
    throw new FilterGraphError(
      'filterGraph',
      `the name of the instance is missing after ${name}@`,
      token.at[mark]! + 1,
    );
  }
  return { name, instance };
}

/** Whether a value of the filter opens more parentheses than it closes. */
function hasOpenParenthesis({ options }: FilterText): boolean {
  return options.some(({ value }) => value.split('(').length > value.split(')').length);
}

/** Why a name cannot be one: most often more than the name stands there. */
function badName(source: Located, from: number, token: Token, name: string): FilterGraphError {
  const start = skipSpace(source.text, from);
  const at = token.at[0]!;
  const fail = (detail: string, index: number, hint?: string) =>
    new FilterGraphError('filterGraph', detail, index, hint);
  if (source.text[start] === "'" || name.startsWith('"')) {
    return fail(
      `no filter is called ${name}`,
      at,
      'the whole graph is in quotes: those are for the shell; leave them out here',
    );
  }
  const option = /^-\w+\s+/.exec(name);
  if (option !== null) {
    return fail(
      `no filter is called ${name}`,
      token.at[option[0].length] ?? at,
      `the description starts here, without ${option[0].trim()}`,
    );
  }
  if (name === '') return fail('the name of a filter is missing', at);
  const bad = name.search(/[^A-Za-z0-9_]/);
  if (name[bad] === ':') {
    return fail(
      `no filter is called ${name}`,
      token.at[bad + 1]!,
      `the first option of a filter follows "=": ${name.slice(0, bad)}=${name.slice(bad + 1)}`,
    );
  }
  const hint =
    name[bad] === '|'
      ? 'filters of a chain are separated by ","'
      : name[bad] === ']'
        ? 'a label that opens with "[" is missing'
        : 'names of filters have letters, digits and "_"';
  return fail(
    `unexpected ${JSON.stringify(name[bad])} in the name of a filter`,
    token.at[bad]!,
    hint,
  );
}

const KEY = /^[ \n\t\r]*([A-Za-z0-9_-]+)[ \n\t\r]*=/;

/** The options of a filter, out of what follows its `=` after the graph's level of quotes was taken off. */
function readOptions(source: Located, quotes: number[]): OptionText[] {
  const options: OptionText[] = [];
  let index = 0;
  while (index < source.text.length) {
    const key = KEY.exec(source.text.slice(index, index + 300));
    const keyStart = skipSpace(source.text, index);
    const token = readToken(source, index + (key === null ? 0 : key[0].length), ':');
    if (token.openQuote !== undefined) quotes.push(token.openQuote);
    const value = { value: token.text, valueAt: token.at };
    if (key === null) options.push(value);
    else {
      const name = key[1]!;
      const keyAt = slice(source, keyStart, keyStart + name.length).at;
      options.push({ key: name, keyAt, ...value });
    }
    index = token.next + 1;
  }
  return options;
}

/** The description of a graph: as it was written where it was read from text, else as short as it can be. */
export function formatFilterGraph(graph: FilterGraphText): string {
  const chains = graph.chains.map((chain) => chain.map(formatFilter).join(','));
  return `${formatHead(graph)}${chains.join(';')}`;
}

function formatHead(graph: FilterGraphText): string {
  if (graph.scaleFlags === undefined) return '';
  if (graph.head !== undefined && readHead(graph.head).scaleFlags === graph.scaleFlags) {
    return graph.head;
  }
  return `sws_flags=${graph.scaleFlags};`;
}

function formatFilter(filter: FilterText): string {
  const { source } = filter;
  const same = source === undefined ? undefined : readFilter(locate(sourceText(source)), 0).filter;
  const inputs =
    same !== undefined && equal(same.inputs.map(labelOf), filter.inputs.map(labelOf))
      ? source!.inputs
      : filter.inputs.map(formatLabel).join('');
  const outputs =
    same !== undefined && equal(same.outputs.map(labelOf), filter.outputs.map(labelOf))
      ? source!.outputs
      : filter.outputs.map(formatLabel).join('');
  const name =
    same !== undefined && same.name === filter.name && same.instance === filter.instance
      ? source!.name
      : `${filter.name}${filter.instance === undefined ? '' : `@${filter.instance}`}`;
  const unchanged =
    same !== undefined && equal(same.options.map(pairOf), filter.options.map(pairOf));
  const options = unchanged ? source!.options : formatOptions(filter.options);
  return `${inputs}${name}${options === undefined ? '' : `=${options}`}${outputs}`;
}

function sourceText(source: FilterSource): string {
  const options = source.options === undefined ? '' : `=${source.options}`;
  return `${source.inputs}${source.name}${options}${source.outputs}`;
}

const labelOf = ({ label }: LabelText): string => label;
const pairOf = ({ key, value }: OptionText): string => JSON.stringify([key, value]);
const formatLabel = ({ label }: LabelText): string => `[${quoteToken(label, ']')}]`;

function equal(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}

function formatOptions(options: readonly OptionText[]): string | undefined {
  if (options.length === 0) return undefined;
  const texts = options.map(({ key, value }) => {
    const quoted = quoteToken(value, ':');
    if (key !== undefined) return `${key}=${quoted}`;
    return KEY.test(quoted) ? `'${quoted[0]}'${quoted.slice(1)}` : quoted;
  });
  return quoteToken(texts.join(':'), '[],;');
}
