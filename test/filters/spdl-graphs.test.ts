/** The graphs of SPDL's filtering pages, those that fail there in a form that works, and their outputs as ffmpeg 5.1 has them. */
import { describe, expect, test } from 'vitest';
import { FilterGraph } from '../../src/filters/index.ts';
import {
  type AudioFrames,
  createReferenceAudioFrame,
  createReferenceVideoFrame,
  ndarray,
  type VideoFrames,
} from '../../src/frames/index.ts';

const [WIDTH, HEIGHT, COUNT, RATE] = [320, 240, 5, 44100];
const BUFFER = `video_size=${WIDTH}x${HEIGHT}:pix_fmt=rgb24:time_base=1/30:pixel_aspect=1/1`;
const ABUFFER = `time_base=1/${RATE}:sample_rate=${RATE}:sample_fmt=s16:channel_layout=stereo`;

function pictures() {
  const data = Uint8Array.from({ length: COUNT * WIDTH * HEIGHT * 3 }, (_, i) => (i * 7) >> 5);
  const array = ndarray(data, [COUNT, HEIGHT, WIDTH, 3]);
  return createReferenceVideoFrame({ array, pixFmt: 'rgb24', frameRate: [30, 1], pts: 0 });
}

function sound() {
  const data = Int16Array.from({ length: RATE * 2 }, (_, i) => 9000 * Math.sin(i / 40));
  const array = ndarray(data, [RATE, 2]);
  return createReferenceAudioFrame({ array, sampleFmt: 's16', sampleRate: RATE, pts: 0 });
}

/** Table: filters => format, width and height of what comes out. */
// biome-ignore format: a table
const VIDEO: readonly (readonly [filters: string, pixFmt: string, width: number, height: number])[] = [
  ['null', 'rgb24', 320, 240],
  ['scale=640:480', 'rgb24', 640, 480],
  ['scale=256:256:flags=bicubic', 'rgb24', 256, 256],
  ['scale=iw/2:ih/2', 'rgb24', 160, 120],
  ['scale=256:-2', 'rgb24', 256, 192],
  ['scale=w=256:h=256:flags=bicubic:force_original_aspect_ratio=decrease,pad=w=256:h=256:x=-1:y=-1:color=black,format=pix_fmts=rgb24', 'rgb24', 256, 256],
  ['scale=w=256:h=256:flags=bicubic:force_original_aspect_ratio=increase,crop=w=256:h=256', 'rgb24', 256, 256],
  ['crop=100:80:10:20', 'rgb24', 100, 80],
  ['crop=w=100:h=80:x=0.18*(iw-ow):y=(ih-oh)/2', 'rgb24', 100, 80],
  ['hflip,vflip', 'rgb24', 320, 240],
  ['rotate=45*PI/180', 'rgb24', 320, 240],
  ['rotate=angle=PI/6', 'rgb24', 320, 240],
  ['eq=brightness=0.1:contrast=1.2', 'yuv444p', 320, 240],
  ['gblur=sigma=2', 'gbrp', 320, 240],
  ['split[left][right],[left][right]hstack', 'rgb24', 640, 240],
  ['split [a][b];[b] hflip [c];[a][c] vstack', 'rgb24', 320, 480],
  ['split[main][tmp];[tmp]scale=80:60[pip];[main][pip]overlay=W-w-10:H-h-10,format=rgb24', 'rgb24', 320, 240],
  ['split=2[a][b];[b]vflip[c];[a][c]blend=all_mode=average', 'gbrp', 320, 240],
  ['format=pix_fmts=gray', 'gray', 320, 240],
];

describe('pictures', () => {
  test.each(VIDEO)('%s', (filters, pixFmt, width, height) => {
    const graph = new FilterGraph(`buffer=${BUFFER},${filters},buffersink`);
    graph.addFrames(pictures());
    graph.flush();
    const frames = graph.getFrames() as VideoFrames;
    expect([frames.pixFmt, frames.width, frames.height]).toEqual([pixFmt, width, height]);
    expect(frames.frames.map(({ pts }) => pts)).toEqual([0, 1, 2, 3, 4]);
  });

  test('times: fps, trim, tpad, settb, setpts', () => {
    const timesOf = (filters: string, rate = '') => {
      const graph = new FilterGraph(`buffer=${BUFFER}${rate},${filters},buffersink`);
      graph.addFrames(pictures());
      graph.flush();
      return (graph.getFrames() as VideoFrames).frames.map(({ pts }) => pts);
    };
    expect(timesOf('fps=60/1')).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(timesOf('trim=start_frame=2:end_frame=4')).toEqual([2, 3]);
    expect(timesOf('settb=1/1000')).toEqual([0, 33, 67, 100, 133]);
    expect(timesOf('trim=start_frame=2,setpts=PTS-STARTPTS')).toEqual([0, 1, 2]);
    expect(
      timesOf('tpad=stop=-1:stop_mode=clone,trim=end_frame=8', ':frame_rate=30/1'),
    ).toHaveLength(8);
  });

  test('two inputs by key, with a comma between labels', () => {
    const graph = new FilterGraph(
      `buffer@in0=${BUFFER} [in0];buffer@in1=${BUFFER} [in1],[in0] [in1] vstack,buffersink`,
    );
    graph.addFrames(pictures(), { key: 'buffer@in0' });
    expect(graph.getFrames()).toBeNull();
    graph.addFrames(pictures(), { key: 'buffer@in1' });
    graph.flush();
    expect((graph.getFrames() as VideoFrames).height).toBe(480);
  });
});

/** Table: filters => format, rate, channels, samples. */
// biome-ignore format: a table
const AUDIO: readonly (readonly [filters: string, sampleFmt: string, rate: number, channels: number, samples: number])[] = [
  ['anull', 's16', 44100, 2, 44100],
  ['aformat=sample_fmts=fltp', 'fltp', 44100, 2, 44100],
  ['aformat=channel_layouts=1c', 's16', 44100, 1, 44100],
  ['aresample=16000', 's16', 16000, 2, 16000],
  ['atrim=start=0.25:end=0.75', 's16', 44100, 2, 22050],
  ['apad,atrim=end_sample=50000', 's16', 44100, 2, 50000],
  ['pan=mono|c0=c0', 's16', 44100, 1, 44100],
  ['pan=stereo|c0=FR|c1=FR', 's16', 44100, 2, 44100],
  ['volume=1.5', 'flt', 44100, 2, 44100],
  ['highpass=f=200', 's16p', 44100, 2, 44100],
];

describe('sound', () => {
  test.each(AUDIO)('%s', (filters, sampleFmt, rate, channels, samples) => {
    const graph = new FilterGraph(`abuffer=${ABUFFER},${filters},abuffersink`);
    graph.addFrames(sound());
    graph.flush();
    const frames = graph.getFrames() as AudioFrames;
    expect(frames.sampleRate).toBe(rate);
    for (const frame of frames.frames)
      expect([frame.sampleFmt, frame.numChannels]).toEqual([sampleFmt, channels]);
    expect(frames.frames.reduce((sum, { numSamples }) => sum + numSamples, 0)).toBe(samples);
  });

  test.each([
    ['atempo=2', 0.5],
    ['atempo=0.5', 2],
    ['atempo=1.25', 0.8],
    ['atempo=2,atempo=2', 0.25],
  ])('%s lasts as long as it should, within 50 ms', (filters, factor) => {
    const graph = new FilterGraph(`abuffer=${ABUFFER},${filters},abuffersink`);
    graph.addFrames(sound());
    graph.flush();
    const { frames } = graph.getFrames() as AudioFrames;
    const samples = frames.reduce((sum, { numSamples }) => sum + numSamples, 0);
    expect(Math.abs(samples / RATE - factor)).toBeLessThan(0.05);
  });

  test.each([
    ['showwaves', 'rgba', 600, 240],
    ['showspectrum', 'yuv444p', 640, 512],
    ['showfreqs', 'rgba', 1024, 512],
    ['avectorscope', 'rgba', 400, 400],
  ])('%s', (filter, pixFmt, width, height) => {
    const graph = new FilterGraph(`abuffer=${ABUFFER},${filter},buffersink`);
    graph.addFrames(sound());
    graph.flush();
    const frames = graph.getFrames() as VideoFrames;
    expect([frames.pixFmt, frames.width, frames.height]).toEqual([pixFmt, width, height]);
    expect(frames.frames.length).toBeGreaterThan(0);
  });
});
