/** Names of private members of classes that nothing but `this` reaches, so that a bundle may call them by shorter ones. */
import { readdirSync, readFileSync } from 'node:fs';

/** The contents of all TypeScript files below the folders. */
function sourcesOf(folders) {
  return folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true })
      .filter((path) => path.endsWith('.ts'))
      .map((path) => readFileSync(`${folder}/${path}`, 'utf8')),
  );
}

/** Every match of the first group of `pattern` in `text`. */
function matches(text, pattern) {
  return new Set([...text.matchAll(pattern)].map(([, name]) => name));
}

/** Modifiers between `private` and a name. */
const MODIFIERS = '(?:static |readonly |async |get |set |\\*)*';

/**
 * The names, as an expression that matches each whole. Left out are those that somewhere are a property of anything but `this`, a key of an
 * object or of a type, or a text: such a name may be a browser's, a table's or an option's.
 */
export function privateNames(folders) {
  const text = sourcesOf(folders).join('\n');
  const others = [
    matches(text, /(?<!\bthis)\??\.(\w+)/g),
    matches(text, /(?<!private (?:static |readonly )*)\b(\w+)\??: /g),
    matches(text, /['"`](\w+)['"`]/g),
  ];
  const names = [...matches(text, new RegExp(`^ *private ${MODIFIERS}(\\w+)`, 'gm'))].filter(
    (name) => name.length > 2 && !others.some((other) => other.has(name)),
  );
  return new RegExp(`^(?:${names.join('|')})$`);
}
