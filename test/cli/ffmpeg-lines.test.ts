/**
 * Sixty command lines as ffmpeg's users type them, run by both programs: as many streams, of the same sizes, times and sound; or a refusal
 * that says what to type.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../../src/cli/program.ts';
import { prepareFiles } from '../support/blocks.ts';
import { ffmpegPath, probeFile, runFfmpeg } from '../support/ffmpeg.ts';

let folder = '';
let before = '';

function ffmpeg(args: readonly string[], input?: Uint8Array): void {
  const run = spawnSync(ffmpegPath(), ['-v', 'error', '-y', ...args], { input, encoding: 'utf8' });
  expect(run.stderr + run.status).toBe('0');
}

beforeAll(async () => {
  before = process.cwd();
  folder = mkdtempSync(join(tmpdir(), 'vitrine-lines-'));
  await prepareFiles(folder);
  process.chdir(folder);
  const make = (line: string) => ffmpeg(line.split(' '));
  make('-i pictures.y4m -vf scale=96:72,fps=30 large.y4m');
  make('-i pictures.y4m -f rawvideo -pix_fmt rgb24 pictures.raw');
  make('-i sound.wav -f s16le sound.pcm');
  writeFileSync('graph.txt', '[0:v] hflip ,\n  scale=48:36 [a];\n[a]vflip[o]\n');
  writeFileSync('filters.txt', 'scale=32:\n24\n');
  make('-i sound.wav -ac 1 -ar 8000 mono.wav');
  make('-i pictures.y4m -frames:v 10 p-%03d.png');
  make('-i pictures.y4m -frames:v 1 -pix_fmt rgb24 -update 1 photo.tiff');
  make('-i pictures.y4m -frames:v 1 -update 1 photo.ppm');
  make('-i pictures.y4m -frames:v 1 -update 1 photo.bmp');
  // Of a byte stream with B pictures FFmpeg copies guessed times.
  const baseline = 'encode pictures.y4m -o clip.h264 --profile baseline'.split(' ');
  expect((await vitrine(baseline)).status).toBe(0);
  make('-i clip.mp4 -map 0:a -c copy clip.aac');
  make('-i clip.mp4 -i mono.wav -map 0:v -map 0:a -map 1:a -c:v copy -c:a aac two.mp4');
});
afterAll(() => {
  process.chdir(before);
  rmSync(folder, { recursive: true });
});

/** Runs this program; what it writes to standard output, and what it says. */
async function vitrine(args: readonly string[], input = new Uint8Array(0)) {
  const notes: string[] = [];
  const pieces: Uint8Array[] = [];
  const status = await runProgram(args, {
    input: (async function* () {
      for (let at = 0; at < input.length; at += 1 << 16) yield input.subarray(at, at + (1 << 16));
    })(),
    line: () => {},
    bytes: async (bytes) => void pieces.push(bytes.slice()),
    finish: async () => {},
    note: (line) => void notes.push(line),
    showsProgress: false,
    progress: () => {},
  });
  return { status, said: notes.join('\n'), bytes: Buffer.concat(pieces) };
}

interface ShownFrame {
  readonly stream_index: number;
  readonly pts_time?: string;
  readonly best_effort_timestamp_time?: string;
  readonly nb_samples?: number;
}

/**
 * What a player sees of a file: times and sizes of pictures; rate, channels and number of samples. In Matroska, FFmpeg moves pictures by
 * the delay of AAC instead of writing it down: times count from the first picture there.
 */
function shown(path: string) {
  const { streams, frames } = probeFile(path, ['-show_frames']);
  return streams.map(({ codec_type, ...stream }: Record<string, unknown>, index: number) => {
    const own = frames.filter((frame: ShownFrame) => frame.stream_index === index);
    if (codec_type === 'audio') {
      const { sample_rate, channels } = stream;
      const samples = own.reduce((sum: number, frame: ShownFrame) => sum + frame.nb_samples!, 0);
      return { sample_rate, channels, samples };
    }
    const { width, height, sample_aspect_ratio: ratio = '1:1' } = stream;
    const seconds: number[] = own.map((frame: ShownFrame) =>
      Number(frame.pts_time ?? frame.best_effort_timestamp_time),
    );
    const first = path.endsWith('.mkv') ? seconds[0]! : 0;
    return { width, height, ratio, times: seconds.map((time) => (time - first).toFixed(3)) };
  });
}

/** Coded sound is as long as FFmpeg's to a packet: what fills the last one up is marked as such here. */
function nearSamples(own: { samples?: number }[], other: { samples?: number }[]): void {
  for (const [i, stream] of own.entries()) {
    const { samples } = other[i] ?? {};
    if (stream.samples === undefined || samples === undefined) continue;
    expect(Math.abs(stream.samples - samples)).toBeLessThanOrEqual(1024);
    stream.samples = samples;
  }
}

/** Table: command lines whose result is that of ffmpeg. OUT is the name of the output; `<` and `>` are as in a shell. */
const SAME = [
  '-i pictures.y4m OUT.mp4',
  '-i pictures.y4m -c:v libx264 -crf 23 -preset veryfast -tune film OUT.mp4',
  '-i pictures.y4m -c:v libx264 -profile:v baseline -level 3.0 -pix_fmt yuv420p OUT.mp4',
  '-i pictures.y4m -vcodec libx264 -b:v 500k -maxrate 500k -bufsize 1M OUT.mp4',
  '-i pictures.y4m -c:v libx264 -x264-params keyint=10:bframes=0:ref=2 OUT.mp4',
  '-i pictures.y4m -i sound.wav -c:v libx264 -c:a aac -b:a 96k OUT.mp4',
  '-i pictures.y4m -i sound.wav -c:v libx264 -c:a aac OUT.mkv',
  '-i sound.wav -i pictures.y4m OUT.mp4',
  '-i pictures.y4m -i large.y4m OUT.mp4',
  '-i pictures.y4m -i sound.wav -i mono.wav OUT.mp4',
  '-i pictures.y4m -i large.y4m -map 0 -map 1 OUT.mkv',
  '-i pictures.y4m -i sound.wav -map 1:a -map 0:v OUT.mp4',
  '-i pictures.y4m -i sound.wav -map 0:v:0 -map 1:a:0? OUT.mp4',
  '-i pictures.y4m -filter_complex_script graph.txt -map [o] OUT.mp4',
  '-i pictures.y4m -filter_script:v filters.txt OUT.mp4',
  '-i pictures.y4m -i sound.wav -an OUT.mp4',
  '-i pictures.y4m -i sound.wav -vn OUT.m4a',
  '-i pictures.y4m -i sound.wav -an -t 0.4 OUT.mp4',
  '-i pictures.y4m -i sound.wav -vn -t 0.4 OUT.wav',
  '-i pictures.y4m -i sound.wav OUT.wav',
  '-i pictures.y4m -t 0.5 OUT.mp4',
  '-i pictures.y4m -i sound.wav -t 0.48 OUT.mkv',
  '-i pictures.y4m -ss 0.25 OUT.mp4',
  '-i pictures.y4m -ss 0.2 -t 0.4 OUT.mp4',
  '-ss 0.41 -i pictures.y4m OUT.mp4',
  '-ss 0.2 -to 0.6 -i pictures.y4m OUT.mp4',
  '-t 0.4 -i pictures.y4m -i sound.wav OUT.mkv',
  '-ss 0.2 -i pictures.y4m -ss 0.2 -i sound.wav OUT.mkv',
  '-i pictures.y4m -ss 0.5 -i sound.wav OUT.mkv',
  '-i pictures.y4m -frames:v 7 OUT.mp4',
  '-i pictures.y4m -vframes 7 -r 50 OUT.mp4',
  '-ss 0.6 -i pictures.y4m -frames:v 1 OUT.png',
  '-i pictures.y4m -ss 0.6 -frames:v 1 OUT.jpg',
  '-i pictures.y4m -ss 0.4 -frames:v 5 -vf hflip OUT.mp4',
  '-i pictures.y4m -vf fps=10 -frames:v 3 OUT.mp4',
  '-i pictures.y4m -r 50 -t 0.3 OUT.mp4',
  '-i pictures.y4m -r 30000/1001 OUT.mp4',
  '-i pictures.y4m -s 32x24 OUT.mp4',
  '-i pictures.y4m -vf scale=32:-2 -aspect 4:3 OUT.mp4',
  '-i pictures.y4m -vf crop=32:32:0:0,transpose=1 OUT.mp4',
  '-i pictures.y4m -filter:v setpts=2*PTS OUT.mkv',
  '-f rawvideo -pix_fmt rgb24 -s 64x48 -r 25 -i pictures.raw OUT.mp4',
  '-f rawvideo -pixel_format rgb24 -video_size 64x48 -framerate 25 -i pictures.raw OUT.mp4',
  '-f rawvideo -pix_fmt rgb24 -s 64x48 -r 25 -i pictures.raw -f s16le -ar 48000 -ac 2 -i sound.pcm OUT.mkv',
  '-f s16le -ar 48000 -ac 2 -i sound.pcm OUT.wav',
  '-framerate 10 -i p-%03d.png OUT.mp4',
  '-framerate 10 -start_number 3 -i p-%03d.png -pix_fmt yuv420p OUT.mp4',
  '-i p-%03d.png -t 0.2 OUT.mp4',
  '-i photo.tiff -t 1 OUT.png',
  '-i photo.ppm -vf scale=32:24 OUT.png',
  '-i photo.bmp -q:v 3 OUT.jpg',
  '-f yuv4mpegpipe -i - -t 0.4 OUT.mp4 <pictures.y4m',
  '-i - -c:v libx264 -bf 0 -f mp4 -movflags frag_keyframe+empty_moov pipe:1 <pictures.y4m >OUT.mp4',
  '-i sound.wav -ar 44100 -ac 1 OUT.wav',
  '-i sound.wav -c:a pcm_s24le -af volume=0.5 OUT.wav',
  '-ss 0.25 -t 0.5 -i sound.wav OUT.wav',
  '-i sound.wav -ss 0.1234567 -to 0.3 OUT.wav',
  '-i sound.wav -c:a aac -b:a 64k -ss 0.2 -t 0.5 OUT.m4a',
  '-i clip.mp4 -c copy OUT.mkv',
  '-i two.mp4 -c copy OUT.mp4',
  '-i two.mp4 -map 0 -c copy OUT.mp4',
  '-i two.mp4 -map 0:a:1 -map 0:v -c copy OUT.mkv',
  '-r 25 -i clip.h264 -i clip.aac -c copy OUT.mp4',
  '-i clip.mp4 -vn -acodec copy OUT.aac',
] as const;

describe('as ffmpeg', () => {
  it.each(SAME)('%s', async (line) => {
    const words = line.split(' ');
    const typed = words.filter((word) => !/^[<>]/.test(word));
    const from = words.find((word) => word.startsWith('<'))?.slice(1);
    const to = words.find((word) => word.startsWith('>'))?.slice(1);
    const input = from === undefined ? undefined : readFileSync(from);
    const args = (name: string) => typed.map((word) => word.replace('OUT', name));
    const file = (name: string) =>
      (to ?? typed.find((word) => word.startsWith('OUT'))!).replace('OUT', name);
    const ours = await vitrine(args('ours'), input);
    expect(ours.said).toBe('');
    expect(ours.status).toBe(0);
    if (to !== undefined) writeFileSync(file('ours'), ours.bytes);
    const theirs = args('theirs').map((word) => (word === 'pipe:1' ? file('theirs') : word));
    ffmpeg(theirs, input);
    const [own, other] = [shown(file('ours')), shown(file('theirs'))];
    if (!file('ours').endsWith('.wav')) nearSamples(own, other);
    expect(own).toEqual(other);
  });

  it.each([
    // FFmpeg 5 repeats the last picture of a lower rate until the file is up to two pictures longer.
    ['-i pictures.y4m -r 10 OUT.mp4', Array.from({ length: 10 }, (_, n) => n / 10)],
    // FFmpeg repeats pictures in MP4 until the rate is constant; here each stays as long as it is shown.
    ['-i pictures.y4m -vf setpts=2*PTS OUT.mp4', Array.from({ length: 25 }, (_, n) => n / 12.5)],
  ])('keeps the times of pictures: %s', async (line, times) => {
    expect(await vitrine(line.replace('OUT', 'ours').split(' '))).toMatchObject({ status: 0 });
    expect(shown('ours.mp4')[0].times.map(Number)).toEqual(times);
  });

  it('numbers the same files', async () => {
    for (const name of ['ours', 'theirs']) {
      const args = `-i pictures.y4m -ss 0.2 -r 10 -t 0.5 ${name}-%02d.png`.split(' ');
      if (name === 'theirs') ffmpeg(args);
      else expect(await vitrine(args)).toMatchObject({ status: 0, said: '' });
    }
    const count = (name: string) => readdirSync('.').filter((file) => file.startsWith(name)).length;
    expect(count('ours-')).toBe(count('theirs-'));
  });
});

/** Table: in this program's words => in ffmpeg's; docs/recipes.md shows these. */
const PAIRS = [
  ['encode pictures.y4m OUT.mp4 --cut 0.2+0.4', '-i pictures.y4m -ss 0.2 -t 0.4 OUT.mp4'],
  [
    'encode pictures.y4m sound.wav OUT.mp4 --cut-inputs 0.2..,',
    '-ss 0.2 -i pictures.y4m -i sound.wav OUT.mp4',
  ],
  ['encode pictures.y4m OUT.mp4 --output-rate 10', '-i pictures.y4m -r 10 OUT.mp4'],
  [
    'encode pictures.y4m OUT.jpg --cut 0.5.. --frames 1',
    '-i pictures.y4m -ss 0.5 -frames:v 1 OUT.jpg',
  ],
  [
    'encode pictures.y4m sound.wav OUT.m4a --streams 1:a',
    '-i pictures.y4m -i sound.wav -map 1:a OUT.m4a',
  ],
  ['remux clip.h264 clip.aac OUT.mp4 --rate 25', '-r 25 -i clip.h264 -i clip.aac -c copy OUT.mp4'],
  ['encode pictures.y4m OUT.mp4 --h264 slices=4', '-i pictures.y4m -x264-params slices=4 OUT.mp4'],
] as const;

describe('in either way of writing', () => {
  it.each(PAIRS)('%s', async (own, typed) => {
    const files: Buffer[] = [];
    for (const [name, line] of [
      ['own', own],
      ['typed', typed],
    ] as const) {
      const args = line.split(' ').map((word) => word.replace('OUT', name));
      expect(await vitrine(args)).toMatchObject({ status: 0, said: '' });
      files.push(readFileSync(args.find((word) => word.startsWith(`${name}.`))!));
    }
    expect(files[0]).toEqual(files[1]);
  });

  it('a cut ends the reading of a stream that goes on', async () => {
    let isEnded = false;
    const endless = (async function* () {
      try {
        const file = readFileSync('pictures.y4m');
        yield file;
        const frame = file.subarray(file.indexOf('FRAME'));
        for (;;) yield frame;
      } finally {
        isEnded = true;
      }
    })();
    const status = await runProgram(['encode', '-', 'endless.y4m', '--cut', '1..2.2'], {
      input: endless,
      line: () => {},
      bytes: async () => {},
      finish: async () => {},
      note: () => {},
      showsProgress: false,
      progress: () => {},
    });
    expect(status).toBe(0);
    expect(isEnded).toBe(true);
    expect(shown('endless.y4m')[0].times).toHaveLength(30);
  });
});

describe('beside each other', () => {
  const streamsOf = (name: string) =>
    probeFile(name).streams.map((s: { codec_name: string; nb_frames: string }) => [
      s.codec_name,
      Number(s.nb_frames),
    ]);

  it('pictures are copied while sound is coded, and sound while pictures are', async () => {
    const copied = '-i clip.mp4 -i sound.wav -map 0:v -map 1:a -c:v copy -c:a aac copied.mp4';
    expect((await vitrine(copied.split(' '))).status).toBe(0);
    const pictures = (name: string) =>
      new TextDecoder().decode(runFfmpeg(['-i', name, '-map', '0:v', '-f', 'framemd5', '-']));
    expect(pictures('copied.mp4')).toBe(pictures('clip.mp4'));
    const coded = '-i pictures.y4m -i clip.aac -c:v libx264 -c:a copy coded.mp4';
    expect((await vitrine(coded.split(' '))).status).toBe(0);
    expect(streamsOf('coded.mp4').map(([name]: [string]) => name)).toEqual(['h264', 'aac']);
    expect(streamsOf('coded.mp4')[1]).toEqual(streamsOf('clip.mp4')[1]);
  });

  it('two passes keep a rate, and the first writes statistics only', async () => {
    const line = '-i pictures.y4m -i sound.wav -b:v 60k -b:a 64k -passlogfile log.json';
    const first = `${line} -pass 1 -f null nothing.null`.split(' ');
    expect(await vitrine(first)).toMatchObject({ status: 0 });
    expect(existsSync('nothing.null')).toBe(false);
    expect(JSON.parse(readFileSync('log.json', 'utf8')).pictures).toHaveLength(25);
    expect(await vitrine(`${line} -pass 2 passes.mp4`.split(' '))).toMatchObject({ status: 0 });
    expect(streamsOf('passes.mp4')[0]).toEqual(['h264', 25]);
  });
});

/** Table: command lines that have no counterpart here => what is said. */
const REFUSED: readonly (readonly [line: string, said: RegExp])[] = [
  ['-i clip.mp4 OUT.mp4', /h264 cannot be decoded here; encode takes y4m, WAV.*remux copies/],
  ['-ss 20 -i clip.mp4 -c copy OUT.mp4', /the streams to copy hold no packet/],
  ['-i clip.mp4 -c:v copy -c:a aac OUT.mp4', /aac cannot be decoded here/],
  [
    '-i clip.mp4 -i sound.wav -map 0:v -map 1:a -c:v copy -crf 20 -c:a aac OUT.mp4',
    /--crf: video is copied/,
  ],
  [
    '-i clip.mp4 -i sound.wav -map 0:v -map 1:a -c:v copy -ss 1 -c:a aac OUT.mp4',
    /copy leaves packets as they are/,
  ],
  ['-i pictures.y4m -c:v libx265 OUT.mp4', /unknown codec libx265, allowed for video are h264/],
  ['-i pictures.y4m -c:v libvpx-vp9 OUT.webm', /unknown codec libvpx-vp9/],
  ['-i sound.wav OUT.mp3', /mp3/],
  ['-i sound.wav -c:a libmp3lame OUT.mp4', /unknown codec libmp3lame/],
  ['-f concat -i list.txt OUT.mp4', /files are not joined here; join before/],
  ['-i pictures.y4m -b:v 100k -pass 2 OUT.mp4', /vitrine2pass.json has no statistics/],
  ['-i sound.wav -pass 1 -f null -', /nothing is left of it to be coded/],
  ['-i pictures.y4m OUT.mp4 two.mkv', /second output; .*type one command for each/],
  ['-i pictures.y4m -tune vmaf OUT.mp4', /--tune: got .*vmaf.*allowed are psnr, ssim, film/],
  ['-i pictures.y4m -x264-params subme=7 OUT.mp4', /--h264: subme is none of .*vbvMaxRate/],
  ['-i pictures.y4m -ss 5 OUT.mp4', /holds no picture and no sample/],
  ['-i pictures.y4m -ss 5 -to 2 OUT.mp4', /the end must come after the start/],
  ['-i pictures.y4m -map 0:a OUT.mp4', /got 0:a, there are 0:0 \(video\)/],
  ['-i nothing.y4m OUT.mp4', /nothing\.y4m/],
];

describe('refused', () => {
  it.each(REFUSED)('%s', async (line, said) => {
    const ours = await vitrine(line.replace('OUT', 'none').split(' '));
    expect(ours.said).toMatch(said);
    expect(ours.status).toBe(1);
  });
});
