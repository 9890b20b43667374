/** A graph holds the frames that its filters need, however long the stream is. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { FilterGraph } from '../../src/filters/index.ts';
import {
  createReferenceAudioFrame,
  createReferenceVideoFrame,
  ndarray,
} from '../../src/frames/index.ts';

setFlagsFromString('--expose_gc');
const collect = runInNewContext('gc') as () => void;

const [WIDTH, HEIGHT, BATCH, RATE] = [96, 64, 10, 48000];

// biome-ignore format: a list
const VIDEO = [
  'null', 'scale=48:32', 'scale=200:100,format=rgb24', 'format=rgba', 'crop=40:40', 'pad=120:100', 'fps=10', 'fps=60', 'trim=start=0',
  'tpad=start=3', 'setpts=PTS*2', 'settb=1/1000', 'hflip', 'vflip', 'transpose=1', 'rotate=0.3', 'eq=contrast=1.2', 'hue=h=30', 'negate',
  'colorchannelmixer=rr=0.5', 'lutyuv=y=negval', 'gblur=2', 'boxblur=2', 'unsharp', 'split[a][b];[a][b]hstack', 'split[a][b];[a][b]vstack',
  'split[a][b];[a][b]overlay=5:5', 'split[a][b];[a][b]blend=all_mode=average', 'fade=in:0:30', 'drawbox=5:5:20:20', 'drawgrid=w=10:h=10',
  'drawtext=text=%{n}', 'setsar=1', 'setdar=1', 'showinfo', 'thumbnail=5', 'tile=2x2', 'select=not(mod(n\\,2))', 'zoompan=d=1:s=96x64',
  'geq=lum=p(X\\,Y)', 'split[a][b];[a]trim=end=1[c];[b]trim=start=1,setpts=PTS-STARTPTS[d];[c][d]concat',
];

// biome-ignore format: a list
const AUDIO = [
  'anull', 'aformat=sample_fmts=fltp', 'aresample=44100', 'volume=2', 'atrim=start=0', 'apad=pad_len=10', 'asetnsamples=333', 'pan=mono|c0=c0',
  'atempo=1.5', 'adelay=100', 'aecho', 'highpass=200', 'equalizer=f=1000:width_type=q:w=1:g=3', 'dynaudnorm', 'loudnorm', 'ebur128',
  'silencedetect', 'asplit[a][b];[a][b]amix', 'asplit[a][b];[a][b]amerge', 'afade=in:0:4800',
];

/** Bytes of arrays that are alive after so many batches went through. */
async function heldAfter(batches: readonly number[], step: (n: number) => void): Promise<number[]> {
  const held: number[] = [];
  let n = 0;
  for (const until of batches) {
    for (; n < until; n++) step(n);
    // What one collection finds is freed beside it, and counted as free by the next.
    for (let turn = 0; turn < 3; turn++) {
      collect();
      await new Promise((resolve) => setTimeout(resolve));
    }
    held.push(process.memoryUsage().arrayBuffers);
  }
  return held;
}

const MOST_GROWTH = 400_000;

test.each(VIDEO)('pictures: %s', async (filters) => {
  const source = `buffer=video_size=${WIDTH}x${HEIGHT}:pix_fmt=yuv420p:time_base=1/30:frame_rate=30/1`;
  const graph = new FilterGraph(`${source},${filters},buffersink`);
  const size = (WIDTH * HEIGHT * 3) / 2;
  const [early, late] = await heldAfter([15, 45], (n) => {
    const data = new Uint8Array(BATCH * size).fill(n);
    const array = ndarray(data, [BATCH, (HEIGHT * 3) / 2, WIDTH]);
    const options = { array, pixFmt: 'yuv420p', frameRate: [30, 1], pts: n * BATCH } as const;
    graph.addFrames(createReferenceVideoFrame(options));
    graph.getFrames();
  });
  // 300 pictures have 2.7 MB.
  expect(late! - early!).toBeLessThan(MOST_GROWTH);
});

test.each(AUDIO)('sound: %s', async (filters) => {
  const source = `abuffer=time_base=1/${RATE}:sample_rate=${RATE}:sample_fmt=s16:channel_layout=stereo`;
  const graph = new FilterGraph(`${source},${filters},abuffersink`);
  const [early, late] = await heldAfter([150, 450], (n) => {
    const data = new Int16Array(4800 * 2).fill(n);
    const array = ndarray(data, [4800, 2]);
    const options = { array, sampleFmt: 's16', sampleRate: RATE, pts: n * 4800 } as const;
    graph.addFrames(createReferenceAudioFrame(options));
    graph.getFrames();
  });
  // 300 runs have 5.8 MB.
  expect(late! - early!).toBeLessThan(MOST_GROWTH);
});
