/**
 * Pictures made in code, for measurements in which only the size may change: a texture of fixed scale that moves, with
 * fine noise, so that every size has the same detail for each of its pixels.
 */
import type { VideoFrame } from '../../src/frames/frame.ts';

/** Makes frames of one size into a few buffers that are used in turn; no frame is valid for longer than `buffers` calls. */
export function createSyntheticClip(width: number, height: number, buffers = 4) {
  const chromaWidth = (width + 1) >> 1;
  const chromaHeight = (height + 1) >> 1;
  const size = width * height + 2 * chromaWidth * chromaHeight;
  const pool = Array.from({ length: buffers }, () => new Uint8Array(size));
  const wave = Uint8Array.from({ length: 256 }, (_, i) => 128 + 50 * Math.sin((i * Math.PI) / 128));
  return (index: number): VideoFrame => {
    const data = pool[index % buffers]!;
    let state = index + 1;
    for (let y = 0, at = 0; y < height; y++) {
      for (let x = 0; x < width; x++, at++) {
        state = (Math.imul(state, 1664525) + 1013904223) | 0;
        const broad = wave[(5 * x + 3 * y + 6 * index) & 255]!;
        const fine = wave[(23 * x - 17 * y + 31 * index) & 255]! >> 2;
        data[at] = (broad >> 1) + fine + (state >>> 30);
      }
    }
    for (let at = width * height, i = 0; at < size; at++, i++) {
      data[at] = wave[(3 * (i % chromaWidth) + 2 * index) & 255]!;
    }
    const luma = width * height;
    const chroma = chromaWidth * chromaHeight;
    return {
      pixFmt: 'yuv420p',
      width,
      height,
      pts: index,
      planes: [
        { data, offset: 0, stride: width },
        { data, offset: luma, stride: chromaWidth },
        { data, offset: luma + chroma, stride: chromaWidth },
      ],
    };
  };
}
