/** A sample of the fuzzing of picture files that `tools/fuzz-images.ts` does at length. */
import { expect, test } from 'vitest';
import { MediaError } from '../../src/base/errors.ts';
import { damagePicture, pictureFiles, readPicture } from './pictures.ts';

const SEED = 20_260_101;
const CASES = 2000;

test(`damaged pictures give a typed error or a picture, ${CASES} times from seed ${SEED}`, async () => {
  const files = [...(await pictureFiles())];
  let readable = 0;
  for (let i = 0; i < CASES; i++) {
    if (i % 32 === 0) await new Promise((resolve) => setImmediate(resolve));
    const [name, bytes] = files[i % files.length]!;
    const started = performance.now();
    try {
      if (readPicture(damagePicture(bytes, SEED + i))) readable++;
    } catch (error) {
      if (!(error instanceof MediaError))
        throw new Error(`${name}, seed ${SEED + i}`, { cause: error });
    }
    expect(performance.now() - started, `${name}, seed ${SEED + i}`).toBeLessThan(5000);
  }
  // Some damage shows in the pixels only.
  expect(readable).toBeGreaterThan(CASES / 20);
}, 120_000);
