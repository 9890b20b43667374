/** Tells command lines that are written as for ffmpeg from those in this program's own words. */

/** An option as ffmpeg has them, and its name. */
export const FFMPEG_OPTION = /^-([a-z][a-z0-9_]*(?:[:-][a-z0-9:-]+)?)$/;

/** Whether arguments are written as for ffmpeg: an option with one dash and a name of more letters than one, or `-i`. */
export function isFfmpegStyle(args: readonly string[]): boolean {
  return args.some((arg) => {
    const name = FFMPEG_OPTION.exec(arg)?.[1];
    return name !== undefined && (name === 'i' || name.length > 1);
  });
}
