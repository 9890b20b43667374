/** Made-up pictures that try an encoder: noise, flat fields, gradients, moving edges, saturated boards, and mixtures. */
import { pictureSize } from '../../../support/h264.ts';

export const CONTENTS = [
  'noise',
  'flat',
  'gradient',
  'edges',
  'checkerboard',
  'texture',
  'mixture',
  'page',
] as const;

export type Content = (typeof CONTENTS)[number];

/** What a sequence shows, and how it moves. */
export interface Scene {
  readonly content: Content;
  readonly seed: number;
  /** Samples of motion from picture to picture. */
  readonly dx: number;
  readonly dy: number;
}

/** Mixes three numbers to 32 bits that look random. */
function hash(x: number, y: number, z: number): number {
  let h = Math.imul(x, 0x9e3779b1) ^ Math.imul(y, 0x85ebca6b) ^ Math.imul(z, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return (h ^ (h >>> 15)) >>> 0;
}

function sampleOf(content: Content, seed: number, x: number, y: number, n: number): number {
  switch (content) {
    case 'noise':
      return hash(x, y, seed + 977 * n) & 255;
    case 'flat':
      return (seed + 3 * n) & 255;
    case 'gradient':
      return (((seed & 7) - 3) * x + ((seed >> 3) & 7) * y + seed) & 255;
    case 'edges':
      return (x + ((seed & 3) - 1) * y) % (9 + (seed & 15)) < 6 ? 16 + (seed & 31) : 235;
    case 'checkerboard':
      return ((x >> (seed & 3)) + (y >> ((seed >> 2) & 3))) & 1 ? 255 : 0;
    case 'texture':
      return 128 + Math.round(60 * Math.sin(x / 3.1) * Math.cos(y / 4.3)) + (hash(x, y, seed) & 31);
    case 'page': {
      // Letters of 6x10 samples, some of them blank; all strokes 2 wide.
      const letter = hash(Math.floor(x / 6), Math.floor(y / 10), seed);
      const stroke = (letter >>> (((x % 6) >> 1) + 3 * ((y % 10) >> 1))) & 1;
      return stroke === 1 && (letter & 0x30000) !== 0 && x % 6 < 4 && y % 10 < 8 ? 24 : 250;
    }
    default: {
      const kinds = ['noise', 'flat', 'gradient', 'edges', 'checkerboard', 'texture'] as const;
      return sampleOf(kinds[hash(x >> 4, y >> 4, seed) % 6], seed, x, y, n);
    }
  }
}

/** `count` yuv420p pictures of a scene, without gaps. Chroma shows the same scene at half the size, differently seeded. */
export function drawScene(
  scene: Scene,
  width: number,
  height: number,
  count: number,
): Uint8Array[] {
  const chromaWidth = (width + 1) >> 1;
  const chromaHeight = (height + 1) >> 1;
  return Array.from({ length: count }, (_, n) => {
    const data = new Uint8Array(pictureSize(width, height));
    let at = 0;
    const draw = (columns: number, rows: number, seed: number, divisor: number): void => {
      const dx = Math.round((scene.dx * n) / divisor);
      const dy = Math.round((scene.dy * n) / divisor);
      for (let y = 0; y < rows; y++) {
        for (let x = 0; x < columns; x++) {
          data[at++] = sampleOf(scene.content, seed, x + dx + 4096, y + dy + 4096, n);
        }
      }
    };
    draw(width, height, scene.seed, 1);
    draw(chromaWidth, chromaHeight, scene.seed + 11, 2);
    draw(chromaWidth, chromaHeight, scene.seed + 23, 2);
    return data;
  });
}
