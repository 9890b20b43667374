/** Video to an MP4 file in batches of 32 frames: the specification's "Video Encoding". */
import { createReferenceVideoFrame, Muxer, ndarray, videoEncodeConfig } from 'vitrine';

const output = process.argv[2] ?? 'output.mp4';

const height = 240;
const width = 320;
const frameRate = [30000, 1001] as const;
const duration = 3;
const batchSize = 32;

// Video data: a colored gradient that moves.
const numFrames = Math.floor((frameRate[0] / frameRate[1]) * duration);
const pixels = new Uint8Array(numFrames * height * width * 3);
for (let n = 0, at = 0; n < numFrames; n++) {
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      pixels[at++] = x + 2 * n;
      pixels[at++] = y + n;
      pixels[at++] = (x ^ y) & 0xf0;
    }
  }
}
const video = ndarray(pixels, [numFrames, height, width, 3]);

// Muxer and encoder. MP4 gets H.264, so rgb24 is converted to yuv420p.
const muxer = new Muxer(output);
const encoder = muxer.addEncodeStream({
  config: videoEncodeConfig({ height, width, pixFmt: 'rgb24', frameRate }),
});

// Encode and write in batches. The file is closed at the end of the block.
{
  await using file = await muxer.open();
  for (let start = 0; start < numFrames; start += batchSize) {
    const frames = createReferenceVideoFrame({
      array: video.slice(start, start + batchSize),
      pixFmt: 'rgb24',
      frameRate,
      pts: start,
    });
    await file.write(0, await encoder.encode(frames));
  }
  await file.write(0, await encoder.flush());
}
