/** Small moving pictures and sound for the tests of the session. */
import {
  type ArrayView,
  type AudioFrames,
  createReferenceAudioFrame,
  createReferenceVideoFrame,
  ndarray,
  type VideoFrames,
} from '../../src/frames/index.ts';

/** (numFrames, height, width, 3): a gradient with a square that moves over it. */
export function movingPicture(numFrames: number, width: number, height: number) {
  const data = new Uint8Array(numFrames * height * width * 3);
  let at = 0;
  for (let n = 0; n < numFrames; n++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const inside = Math.abs(x - ((n * 3) % width)) < 8 && Math.abs(y - height / 2) < 8;
        data[at++] = inside ? 230 : (x * 255) / width;
        data[at++] = inside ? 40 : (y * 255) / height;
        data[at++] = inside ? 30 : 128;
      }
    }
  }
  return ndarray(data, [numFrames, height, width, 3]);
}

/** rgb24 frames of a (N, H, W, 3) array. */
export function rgbFrames(
  array: ArrayView<Uint8Array>,
  pts = 0,
  frameRate: readonly [number, number] = [30, 1],
): VideoFrames {
  return createReferenceVideoFrame({ array, pixFmt: 'rgb24', frameRate, pts });
}

/** (numSamples, numChannels) of s16: a tone per channel. */
export function tones(numSamples: number, numChannels: number, sampleRate: number) {
  const data = new Int16Array(numSamples * numChannels);
  for (let n = 0, at = 0; n < numSamples; n++) {
    for (let channel = 0; channel < numChannels; channel++) {
      data[at++] = 12000 * Math.sin((2 * Math.PI * (220 + 110 * channel) * n) / sampleRate);
    }
  }
  return ndarray(data, [numSamples, numChannels]);
}

/** s16 frames of a (samples, channels) array. */
export function pcmFrames(array: ArrayView<Int16Array>, pts = 0, sampleRate = 48000): AudioFrames {
  return createReferenceAudioFrame({ array, sampleFmt: 's16', sampleRate, pts });
}
