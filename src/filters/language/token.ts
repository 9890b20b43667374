/**
 * Text with its origin, and the one way in which the filter language quotes and escapes. Each level of the language takes quotes
 * off once more (the graph, then the options of a filter, then some values), and every character remembers where in the graph
 * it was written, so that an error can point at it.
 */

/** Characters and the position of each in the graph's text; `at` has one entry more: where the text ends. */
export interface Located {
  readonly text: string;
  readonly at: readonly number[];
}

/** A token, and the index in the text it was read from at which reading goes on. */
export interface Token extends Located {
  readonly next: number;
  /** The position of a quote in the graph that is not closed; it runs to the end of the text. */
  readonly openQuote?: number;
}

/** The graph's text itself: every character is where it is. */
export function locate(text: string): Located {
  return { text, at: Array.from({ length: text.length + 1 }, (_, index) => index) };
}

/** Part of a text. */
export function slice(source: Located, from: number, to = source.text.length): Located {
  return { text: source.text.slice(from, to), at: source.at.slice(from, to + 1) };
}

/** A text that is written nowhere in the graph: a default, an option of a converter that was inserted. */
export function unlocated(text: string): Located {
  return { text, at: Array(text.length + 1).fill(-1) };
}

const SPACE = /[ \n\t\r]/;

/** The index of the first character from `from` on that is not white space. */
export function skipSpace(text: string, from: number): number {
  let index = from;
  while (index < text.length && SPACE.test(text[index]!)) index++;
  return index;
}

/**
 * Reads from `from` up to one of `terminators` that stands bare, and takes one level of quoting off: between single quotes
 * everything stands for itself; a backslash makes the next character stand for itself. White space around is dropped unless it is
 * quoted.
 */
export function readToken(source: Located, from: number, terminators: string): Token {
  const { text, at } = source;
  let index = skipSpace(text, from);
  let value = '';
  const places: number[] = [];
  let kept = 0;
  let openQuote: number | undefined;
  while (index < text.length && !terminators.includes(text[index]!)) {
    const char = text[index]!;
    if (char === '\\' && index + 1 < text.length) {
      value += text[index + 1];
      places.push(at[index + 1]!);
      index += 2;
      kept = value.length;
    } else if (char === "'") {
      const close = text.indexOf("'", index + 1);
      if (close < 0) openQuote ??= at[index]!;
      const end = close < 0 ? text.length : close;
      for (let i = index + 1; i < end; i++) {
        value += text[i];
        places.push(at[i]!);
      }
      index = Math.min(end + 1, text.length);
      kept = value.length;
    } else {
      value += char;
      places.push(at[index]!);
      index++;
      if (!SPACE.test(char)) kept = value.length;
    }
  }
  places.length = kept;
  places.push(kept > 0 ? places[kept - 1]! + 1 : at[index]!);
  const token = { text: value.slice(0, kept), at: places, next: index };
  return openQuote === undefined ? token : { ...token, openQuote };
}

/** `value` written so that `readToken` with these terminators gives it back; as it is where that is enough. */
export function quoteToken(value: string, terminators: string): string {
  const bare = !/^\s|\s$|['\\]/.test(value) && ![...value].some((c) => terminators.includes(c));
  if (bare) return value;
  if (!value.includes("'")) return `'${value}'`;
  const escaped = [...value].map((c) =>
    terminators.includes(c) || /['\\\s]/.test(c) ? `\\${c}` : c,
  );
  return escaped.join('');
}
