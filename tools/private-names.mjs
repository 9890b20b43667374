/** Names of private members of classes that nothing but `this` reaches, so that a bundle may call them by shorter ones. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';

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

/** The declarations of what browsers and the language have. */
function declarations(root) {
  const folders = ['typescript', ...readdirSync(`${root}/node_modules/@typescript`)].flatMap(
    (name) => [`${root}/node_modules/${name}/lib`, `${root}/node_modules/@typescript/${name}/lib`],
  );
  const folder = folders.find((one) => existsSync(`${one}/lib.dom.d.ts`));
  if (folder === undefined) throw new Error('the declarations of the browser are not installed');
  const files = readdirSync(folder).filter((name) => /^lib\..*d\.ts$/.test(name));
  return files.map((name) => readFileSync(`${folder}/${name}`, 'utf8')).join('\n');
}

/** Sources whose names are written to files or addresses, or read from them. */
const WRITTEN =
  /_TABLES|_COLUMNS|NEEDED|\bdescribe\(|\babout[.:]|\babout =|traceFacts|parseState|JSON\.parse/;

/**
 * Names of properties that all of a page's own script may call by shorter ones, as an expression that matches each whole. Left out are names
 * that a browser has, that stand in any text, or in a source that reads or writes names; short ones may be those of boxes of a file.
 */
export function ownNames(root, folders) {
  // Words of comments are no names.
  const sources = sourcesOf(folders).map((source) =>
    source.replaceAll(/^ *(?:\/\*\*[\s\S]*?\*\/|\/\/.*$)/gm, ''),
  );
  const text = sources.join('\n');
  const words = (from) => matches(from, /\b(\w+)\b/g);
  // What stands between the braces of a template is no text.
  const quoted = [...text.matchAll(/'([^'\n]*)'|"([^"\n]*)"|`([^`]*)`/g)].map(([own]) => own);
  const texts = quoted.join('\n').replaceAll(/\$\{[^{}'"]*\}/g, ' ');
  const others = [
    words(declarations(root)),
    words(texts),
    words(sources.filter((source) => WRITTEN.test(source)).join('\n')),
  ];
  const names = [...matches(text, /\.([a-z][a-zA-Z0-9]{4,})\b/g)].filter(
    (name) => !others.some((other) => other.has(name)),
  );
  return new RegExp(`^(?:${names.join('|')})$`);
}
