/** Shortens the messages of errors that nobody can cause where a bundle sets all options itself. */

/** What stands for the second argument. */
const SHORT = `'is not allowed'`;

/** Where a text that begins with a quote at `at` ends. */
function endOfText(source, at) {
  const quote = source[at];
  for (let i = at + 1; i < source.length; i++) {
    if (source[i] === '\\') i++;
    else if (source[i] === quote) return i + 1;
    else if (quote === '`' && source.startsWith('${', i)) i = endOfArgument(source, i + 2);
  }
  throw new Error('a text does not end');
}

/** Where an argument that begins at `at` ends: at a comma or the bracket that closes what is around it. */
function endOfArgument(source, at) {
  for (let i = at, depth = 0; i < source.length; i++) {
    const char = source[i];
    if (`'"\``.includes(char)) i = endOfText(source, i) - 1;
    else if ('([{'.includes(char)) depth++;
    else if (depth === 0 && ',)]}'.includes(char)) return i;
    else if (')]}'.includes(char)) depth--;
  }
  throw new Error('an argument does not end');
}

/** A source in which errors of these classes say where they are, and nothing more. */
export function withShortErrors(source, classes) {
  let out = '';
  let from = 0;
  for (const { 0: text, index } of source.matchAll(
    new RegExp(`new (?:${classes.join('|')})\\(`, 'g'),
  )) {
    const comma = endOfArgument(source, index + text.length);
    if (source[comma] !== ',') continue;
    out += `${source.slice(from, comma)}, ${SHORT}`;
    from = endOfArgument(source, comma + 1);
  }
  return out + source.slice(from);
}
