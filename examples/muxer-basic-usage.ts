/** One stream into one file: the specification's "Using the Muxer, Basic Usage". */
import { createReferenceVideoFrame, Muxer, ndarray, videoEncodeConfig } from 'vitrine';

const output = process.argv[2] ?? 'output.mp4';

// Muxer for the output file.
const muxer = new Muxer(output);

// Encoding streams are added before the file is opened.
const encoder = muxer.addEncodeStream({
  config: videoEncodeConfig({ height: 240, width: 320, pixFmt: 'rgb24', frameRate: [30, 1] }),
});

// Open the muxer and write data. Leaving the block flushes encoder and muxer, and closes the file.
{
  await using file = await muxer.open();
  const gray = ndarray(new Uint8Array(30 * 240 * 320 * 3).fill(128), [30, 240, 320, 3]);
  const frames = createReferenceVideoFrame({
    array: gray,
    pixFmt: 'rgb24',
    frameRate: [30, 1],
    pts: 0,
  });
  const packets = await encoder.encode(frames);
  await file.write(0, packets);
}
