/** The real clips, when they lie beside the checkout (`../shared/media`); tests that need them are skipped without. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const MEDIA =
  process.env.VITRINE_MEDIA ?? fileURLToPath(new URL('../../../shared/media', import.meta.url));

/** Whether the clips are there. */
export const hasMedia = existsSync(MEDIA);

if (!hasMedia) console.warn(`real clips not found at ${MEDIA}: tests that read them are skipped`);

/** Absolute path of a clip such as `video/foreman_176x144_30fps.mkv`. */
export function mediaPath(name: string): string {
  return `${MEDIA}/${name}`;
}
