/** What has sets of vector kernels beside H.264: deflate, JPEG, scaling, resampling. Their results, one after the other. */
import { zlib } from 'vitrine/deflate';
import { FilterGraph } from 'vitrine/filters';
import {
  createReferenceAudioFrame,
  createReferenceVideoFrame,
  ndarray,
  toArray,
} from 'vitrine/frames';
import { encodeJpeg } from 'vitrine/jpeg';
import { drawPictures, playSound } from './movie.js';

const [width, height] = [320, 180];

export function makeSets() {
  const pixels = drawPictures(0, 10, width, height);
  const first = pixels.subarray(0, width * height * 3);
  const array = ndarray(pixels, [10, height, width, 3]);
  const pictures = createReferenceVideoFrame({ array, pixFmt: 'rgb24', frameRate: 30, pts: 0 });
  const sound = createReferenceAudioFrame({
    array: ndarray(playSound(0, 96000), [96000, 2]),
    ...{ sampleFmt: 's16', sampleRate: 48000, pts: 0 },
  });
  const results = [
    zlib(first, { level: 11 }),
    encodeJpeg({ width, height, data: first }, { effort: 'fast' }),
    filtered(
      'buffer=video_size=320x180:pix_fmt=rgb24:time_base=1/30:frame_rate=30,scale=640:360,format=yuv420p,buffersink',
      pictures,
    ),
    filtered(
      'abuffer=sample_rate=48000:sample_fmt=s16:channel_layout=stereo,aresample=44100,abuffersink',
      sound,
    ),
  ];
  const out = new Uint8Array(results.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const result of results) {
    out.set(result, at);
    at += result.length;
  }
  return out;
}

function filtered(description, frames) {
  const graph = new FilterGraph(description);
  graph.addFrames(frames);
  graph.flush();
  const { data } = toArray(graph.getFrames());
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
