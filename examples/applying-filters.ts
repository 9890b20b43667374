/** Frames are scaled before they are encoded: the specification's "Applying Filters to Reference Frames". */
import {
  createReferenceVideoFrame,
  FilterGraph,
  Muxer,
  ndarray,
  type VideoFrames,
  videoEncodeConfig,
} from 'vitrine';

const output = process.argv[2] ?? 'output.mp4';
const [height, width] = [240, 320];
const frameRate = [30, 1] as const;

const videoData = Uint8Array.from({ length: 90 * height * width * 3 }, (_, i) => {
  const x = Math.floor(i / 3) % width;
  const n = Math.floor(i / (height * width * 3));
  return x + 2 * n + 40 * (i % 3);
});

// Create reference frames.
const frames = createReferenceVideoFrame({
  array: ndarray(videoData, [90, height, width, 3]),
  pixFmt: 'rgb24',
  frameRate,
  pts: 0,
});

// Apply a scaling filter.
const filterDesc =
  `buffer=width=${width}:height=${height}:pix_fmt=rgb24:` +
  `time_base=${frameRate[1]}/${frameRate[0]}:sar=1/1,` +
  'scale=640:480,buffersink';
const filterGraph = new FilterGraph(filterDesc);
filterGraph.addFrames(frames);
filterGraph.flush();
const filteredFrames = filterGraph.getFrames() as VideoFrames;

// Encode the filtered frames.
const muxer = new Muxer(output);
const encoder = muxer.addEncodeStream({
  config: videoEncodeConfig({ height: 480, width: 640, pixFmt: 'rgb24', frameRate }),
});
{
  await using file = await muxer.open();
  await file.write(0, await encoder.encode(filteredFrames));
  await file.write(0, await encoder.flush());
}
