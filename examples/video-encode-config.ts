/** A video encoder with settings: the specification's "Video Encode Configuration". */
import { createReferenceVideoFrame, Muxer, ndarray, videoEncodeConfig } from 'vitrine';

const output = process.argv[2] ?? 'output.mp4';

const height = 1080;
const width = 1920;

const config = videoEncodeConfig({
  height,
  width,
  pixFmt: 'yuv420p',
  frameRate: [30, 1],
  bitRate: 5000000, // 5 Mbps
  gopSize: 30, // pictures from one key picture to the next
  maxBFrames: 2, // at most
  compressionLevel: 5, // the sixth preset, medium
  colorspace: 'bt709', // color space
  colorPrimaries: 'bt709', // color primaries
  colorTrc: 'bt709', // transfer characteristics
});

const muxer = new Muxer(output);
const encoder = muxer.addEncodeStream({ config });

// Four pictures of bars that move: (N, H * 3 / 2, W), luma above chroma.
const numFrames = 4;
const rows = (height * 3) / 2;
const pixels = new Uint8Array(numFrames * rows * width).fill(128);
for (let n = 0; n < numFrames; n++) {
  for (let y = 0; y < height; y++) {
    const row = (n * rows + y) * width;
    for (let x = 0; x < width; x++) pixels[row + x] = 16 + (((x + 8 * n) >> 5) & 7) * 28;
  }
}

{
  await using file = await muxer.open();
  const frames = createReferenceVideoFrame({
    array: ndarray(pixels, [numFrames, rows, width]),
    pixFmt: 'yuv420p',
    frameRate: [30, 1],
    pts: 0,
  });
  await file.write(0, await encoder.encode(frames));
  await file.write(0, await encoder.flush());
}
