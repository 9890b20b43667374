/** What went wrong with a file, as a sentence that says what to do. */
import { MediaError, messageOf } from '../src/base/errors.ts';

/** What to do about errors of the library, by how their messages begin. */
const ADVICE: readonly (readonly [RegExp, string])[] = [
  [
    /^trace: .*version/,
    'it was written by another version of vitrine; make it again with this one.',
  ],
  [/^trace/, 'it is broken or cut off; make it again with vitrine encode --trace.'],
  [/^y4m.*more than/, 'it is too large; scale it down to 3840x2160 or less.'],
  [
    /^y4m/,
    'it is broken or cut off; make it again, for example with ffmpeg -i INPUT -pix_fmt yuv420p OUT.y4m.',
  ],
];

/**
 * The sentence for an error.
 * @param name of the file that was read; empty where there was none
 */
export function problemText(error: unknown, name: string): string {
  const message = messageOf(error);
  if (error instanceof DOMException) {
    return /^Not(Found|Readable)/.test(error.name)
      ? `${name} cannot be read: it is a folder, or was moved. Choose a file.`
      : message;
  }
  if (!(error instanceof MediaError) || name === '') return message;
  const advice = ADVICE.find(([start]) => start.test(message))?.[1] ?? 'choose another file.';
  return `${name} cannot be read: ${advice} (${message})`;
}
