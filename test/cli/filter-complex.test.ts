/** `-filter_complex`, `-lavfi` and `-f lavfi`: graphs over several inputs, run by ffmpeg too: the same pictures, samples and times. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../../src/cli/program.ts';
import { ffmpegPath, probeFile, runFfmpeg } from '../support/ffmpeg.ts';
import { quietOutput } from '../support/quiet-output.ts';

let folder = '';
let before = '';
beforeAll(() => {
  before = process.cwd();
  folder = mkdtempSync(join(tmpdir(), 'vitrine-graph-'));
  process.chdir(folder);
  const make = (source: string, ...rest: string[]) =>
    runFfmpeg(['-y', '-f', 'lavfi', '-i', source, ...rest], undefined, { allowWarnings: true });
  make('testsrc2=s=96x64:r=25:d=1', '-pix_fmt', 'yuv420p', 'a.y4m');
  make('mandelbrot=s=96x64:r=25', '-t', '0.6', '-pix_fmt', 'yuv420p', 'b.y4m');
  make('sine=440:d=1.2:r=48000', '-ac', '2', 'a.wav');
  make('sine=550:d=0.7:r=48000', '-ac', '2', 'b.wav');
  make('color=red@0.5:s=24x16,format=rgba', '-frames:v', '1', 'logo.png');
});
afterAll(() => {
  process.chdir(before);
  rmSync(folder, { recursive: true });
});

async function run(args: readonly string[]): Promise<{ status: number; said: string }> {
  const notes: string[] = [];
  const status = await runProgram(args, quietOutput(notes));
  return { status, said: notes.join('\n') };
}

/** A hash of each frame with its time, as ffmpeg decodes the file. */
function frames(path: string): string {
  const run = spawnSync(
    ffmpegPath(),
    ['-v', 'error', '-i', path, '-map', '0', '-vsync', '0', '-f', 'framemd5', '-'],
    { encoding: 'utf8' },
  );
  return run.stdout.replace(/^#.*\n/gm, '');
}

/** Words of a command line; single quotes hold a word together. */
function words(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
}

/** Table: command lines whose results are the same in every sample. */
const EXACT: readonly string[] = [
  "-i a.y4m -i b.y4m -filter_complex '[0:v][1:v]overlay=10:8[out]' -map [out] OUT.y4m",
  "-i a.y4m -i b.y4m -filter_complex 'overlay=10:8:shortest=1' OUT.y4m",
  "-i a.y4m -i b.y4m -lavfi '[0:v]hflip[a];[a][1:v]hstack,split[x][y];[x]vflip[z];[z][y]vstack[o]' -map [o] OUT.y4m",
  "-i a.y4m -filter_complex '[0:v]split[a][b];[b]hflip[c];[a][c]hstack' -t 0.5 OUT.y4m",
  "-i a.y4m -filter_complex '[0][0:v:0][0:0]hstack=3' -frames:v 5 OUT.y4m",
  "-i a.y4m -i logo.png -filter_complex '[0:v][1:v]overlay=W-w-4:4:enable=between(t\\,0.2\\,0.6)' OUT.y4m",
  "-i a.y4m -i b.y4m -filter_complex '[0:v]trim=0:0.4,setpts=PTS-STARTPTS[a];[0:v]trim=0.6:0.8,setpts=PTS-STARTPTS[b];[1:v]reverse[c];[a][b][c]concat=n=3' OUT.y4m",
  "-ss 0.2 -t 0.4 -i a.y4m -i b.y4m -filter_complex '[0:v][1:v]vstack=shortest=1' OUT.y4m",
  "-i a.y4m -i b.y4m -filter_complex '[0:v][1:v]blend=all_mode=average' OUT.y4m",
  "-filter_complex 'color=red:s=64x48:r=10,format=yuv420p[a]' -map [a] -t 1 OUT.y4m",
  "-f lavfi -i 'smptebars=s=64x48:d=0.5,format=yuv420p' -i a.y4m -filter_complex '[0:v][1:v]overlay=4:4' OUT.y4m",
  '-f lavfi -i color=blue:s=64x48,format=yuv420p -t 1 OUT.y4m',
  '-f lavfi -i anullsrc=r=44100:cl=stereo -t 0.3 OUT.wav',
  "-i a.wav -i b.wav -filter_complex '[0:a][1:a]amerge=inputs=2,pan=stereo|c0<c0+c2|c1<c1+c3[a]' -map [a] OUT.wav",
  "-i a.wav -i b.wav -filter_complex 'concat=n=2:v=0:a=1' OUT.wav",
  "-i a.wav -i b.wav -filter_complex '[0:a][1:a]acrossfade=d=0.3' OUT.wav",
  "-i a.wav -i b.wav -filter_complex '[0:a][1:a]amix=inputs=2:duration=shortest' -c:a pcm_f32le OUT.wav",
];

describe('-filter_complex', () => {
  it.each(EXACT)('%s', async (line) => {
    expect(await run(words(line.replace('OUT', 'ours')))).toEqual({ status: 0, said: '' });
    runFfmpeg(['-y', ...words(line.replace('OUT', 'theirs'))], undefined, { allowWarnings: true });
    const extension = /OUT(\.\w+)$/.exec(line)![1]!;
    expect(frames(`ours${extension}`)).toBe(frames(`theirs${extension}`));
  });

  it.each([
    "-i a.y4m -i b.y4m -i a.wav -i b.wav -filter_complex '[0:v][2:a][1:v][3:a]concat=n=2:v=1:a=1[v][a]' -map [a] -map [v] OUT.mkv",
    "-i a.y4m -i a.wav -filter_complex '[0:v]hflip[v]' -map [v] -map 1:a OUT.mp4",
    "-i a.y4m -i a.wav -filter_complex '[1:a]volume=0.5[a]' -map [a] -map 0:v OUT.mp4",
    '-i a.y4m -i a.wav -filter_complex hflip OUT.mp4',
    "-i a.y4m -i a.wav -filter_complex '[0:v]split[x][y]' -map [x] -map [y] -map 1 -c:a copy OUT.mkv",
    "-i a.y4m -i a.wav -filter_complex '[1:a]showwaves=s=96x64:r=25[w];[0:v][w]vstack;[1:a]volume=0.5' -t 0.8 OUT.mp4",
    "-i a.y4m -i b.y4m -filter_complex '[0:v]setpts=2*PTS[a];[a][1:v]overlay=eof_action=pass' -s 48x32 OUT.mkv",
    '-i a.y4m -f lavfi -i anullsrc=r=48000:cl=stereo -t 0.8 OUT.mp4',
    '-f lavfi -i testsrc=d=0.4:s=64x48 -f lavfi -i sine=d=0.4 -pix_fmt yuv420p OUT.mp4',
  ])('streams: %s', async (line) => {
    expect(await run(words(line.replace('OUT', 'ours')))).toEqual({ status: 0, said: '' });
    runFfmpeg(['-y', ...words(line.replace('OUT', 'theirs'))], undefined, { allowWarnings: true });
    const extension = /OUT(\.\w+)$/.exec(line)![1]!;
    // Kinds of the streams, and times of pictures from the first on; Matroska has them in ms, and packets of PCM any length.
    const shape = (path: string) => {
      const { streams, packets } = probeFile(join(folder, path), ['-show_packets']);
      return streams.map((stream: { index: number; codec_type: string; width?: number }) => {
        const own = packets.filter((packet: { stream_index: number }) => {
          return stream.codec_type === 'video' && packet.stream_index === stream.index;
        });
        const times = own.map(({ pts_time }: { pts_time: string }) => Number(pts_time));
        const first = Math.min(...times);
        const sorted = times.sort((x: number, y: number) => x - y);
        return [stream.codec_type, stream.width, sorted.map((t: number) => (t - first).toFixed(2))];
      });
    };
    expect(shape(`ours${extension}`).length).toBeGreaterThan(0);
    expect(shape(`ours${extension}`)).toEqual(shape(`theirs${extension}`));
  });

  it.each([
    ['[0:v][2:v]hstack', [], /--graph: got 2:v, allowed are inputs 0\.\.1/],
    ['[0:v][foo]hstack', [], /nothing feeds \[foo\] of hstack: .* streams are called \[0:v\]/],
    ['[0:v][1:a]hstack', [], /got 1:a, there are 1:0 \(video\)/],
    ['[0:v][0:v]amix', [], /\[0:v\] has no audio, which amix needs/],
    ['amix', [], /nothing feeds an input of amix: no audio stream is left/],
    ['[0:v]palettegen[p]', ['-map', '[p]'], /there is no filter palettegen \(column 6\)/],
    ['[0:v]split[a][b]', ['-map', '[a]'], /nothing takes its output \[b\]; .*-map '\[b\]'/],
    ['hflip[a]', ['-map', '[b]'], /got \[b\], the outputs of the graph are \[a\]/],
    ['hflip[a]', ['-map', '[a]', '-map', '[a]'], /\[a\] is taken twice; split/],
    ['"hflip[a]"', ['-map', '[a]'], /the whole graph is in quotes/],
    ['hflip[a]', ['-map', '[a]', '-c:v', 'copy'], /copy is for streams of inputs/],
    ['hflip[a]', ['-map', '[a]', '-c', 'copy'], /copy leaves frames as they are/],
  ] as const)('%s is refused', async (graph, rest, said) => {
    const inputs = ['-i', 'a.y4m', '-i', 'b.y4m'];
    const result = await run([...inputs, '-filter_complex', graph, ...rest, 'none.mp4']);
    expect(result.said).toMatch(said);
    expect(result.status).toBe(1);
  });

  it('reads inputs when the graph needs them, and holds little', async () => {
    const peaks: number[] = [];
    const graph = '[0:v][1:v]concat,crop=16:16[v]';
    const timer = setInterval(() => peaks.push(process.memoryUsage().arrayBuffers), 5);
    const long = ['-f', 'lavfi', '-i', 'color=s=640x360:d=20,format=yuv420p'];
    const args = [...long, ...long, '-filter_complex', graph, '-map', '[v]', 'long.y4m'];
    expect(await run(args)).toEqual({ status: 0, said: '' });
    clearInterval(timer);
    // 1000 pictures are 345 MB.
    expect(Math.max(...peaks)).toBeLessThan(150e6);
  });
});
