/** What stands in place of a view that has nothing to show, and what to do about it. */
import type { App } from './app.ts';
import type { ViewName } from './state.ts';

const SAMPLE = 'or press Sample';

/** The sentence; null where the view has something, or soon will. */
export function missingText(
  { closed, recording, source, media, traced }: Omit<App, 'store' | 'client' | 'say'>,
  view: ViewName,
): string | null {
  // Nothing was opened that lacks anything.
  if (closed === null) return null;
  const none = recording === null && source === null;
  switch (view) {
    case 'picture':
    case 'timeline':
    case 'tour':
      return none ? `${closed} has no pictures of a video: open a video, ${SAMPLE}.` : null;
    case 'compare':
      return source === null
        ? `Two encodes need the samples of a video, and ${closed} has none: open the video itself, ${SAMPLE}.`
        : null;
    case 'sound':
      return media.sound === null && media.isSoundMissing
        ? `${closed} has no sound that was coded: open a sound, ${SAMPLE}.`
        : null;
    case 'image':
      return media.image === null && media.isImageMissing && source === null
        ? `${closed} has no PNG or JPEG picture, and no samples to write one of: open a picture, ${SAMPLE}.`
        : null;
    case 'links':
      return (traced?.links.length ?? 0) === 0
        ? `${closed} has no filters: make a trace with vitrine encode --vf … --trace FILE, and open it.`
        : null;
    default:
      return null;
  }
}
