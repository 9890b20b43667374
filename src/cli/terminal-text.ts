/**
 * Text that is fit for a terminal. Titles, languages, names of codecs and files, and messages that quote them come from
 * strangers; a terminal obeys control characters in them (colors, cursor, title, clipboard), and shows text in another order or not at
 * all for some others. All text that the program writes goes through here, line by line.
 */

/**
 * Characters that are written as escapes: control characters (C0, DEL, C1), line separators, marks that change the direction of
 * text (Unicode Standard Annex 9), characters without width that hide or join text, tags, and halves of surrogate pairs.
 */
const UNFIT =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not go out
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|\p{Cs}/gu;

/**
 * `text` as one line, what is unfit in it as `\uXXXX`. In JSON that means the same, so a line of JSON stays what it is.
 */
export function terminalLine(text: string): string {
  return text.replace(UNFIT, (found) => {
    let escaped = '';
    for (let i = 0; i < found.length; i++) {
      escaped += `\\u${found.charCodeAt(i).toString(16).padStart(4, '0')}`;
    }
    return escaped;
  });
}
