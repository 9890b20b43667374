/** Command lines as ffmpeg's users type them: understood, or refused with what to type instead. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { translateArguments } from '../../src/cli/ffmpeg-arguments.ts';
import { isFfmpegStyle } from '../../src/cli/ffmpeg-style.ts';
import { runProgram } from '../../src/cli/program.ts';
import { audioEncodeConfig, createReferenceAudioFrame, Muxer, ndarray } from '../../src/index.ts';

const words = (text: string) => text.split(' ');
const translated = async (text: string) => (await translateArguments(words(text))).join(' ');

describe('arguments', () => {
  it.each([
    ['-i in.y4m out.mp4', 'encode in.y4m --streams best out.mp4'],
    [
      '-y -i in.y4m -i in.wav -c:v libx264 -crf 23 -b:a 128k out.mp4',
      'encode in.y4m in.wav --codec-video libx264 --overwrite --crf 23 --bitrate-audio 128k --streams best out.mp4',
    ],
    [
      '-f rawvideo -s 64x48 -pix_fmt rgb24 -r 30 -i in.raw out.mp4',
      'encode in.raw --input-format rawvideo --size 64x48 --pix-fmt rgb24 --rate 30 --streams best out.mp4',
    ],
    [
      '-f rawvideo -s 64x48 -pix_fmt rgb24 -i a.raw -i b.y4m -f s16le -ar 8000 -ac 1 -i c.pcm d.mp4',
      'encode a.raw b.y4m c.pcm --input-format rawvideo,,s16le --size 64x48 --pix-fmt rgb24 --sample-rate 8000 --channels 1 --streams best d.mp4',
    ],
    [
      '-f s16le -ar 48000 -ac 2 -i - -f wav -',
      'encode - --input-format s16le --sample-rate 48000 --channels 2 --format wav --streams best -',
    ],
    ['-f yuv4mpegpipe -i - -t 2 out.mp4', 'encode - --streams best --cut +2 out.mp4'],
    ['-i in.mp4 -c copy out.mkv', 'remux in.mp4 --streams best out.mkv'],
    [
      '-i in.mp4 -c:v copy -c:a copy -movflags +faststart out.mp4',
      'remux in.mp4 --movflags faststart --streams best out.mp4',
    ],
    ['-i a.h264 -i b.aac -c copy out.mp4', 'remux a.h264 b.aac --streams best out.mp4'],
    ['-i in.mp4 -map 0:1 -map 0:0 -c copy out.mkv', 'remux in.mp4 --streams 0:1,0:0 out.mkv'],
    ['-i in.mp4 -map 0 -c copy out.mkv', 'remux in.mp4 --streams 0:* out.mkv'],
    ['-i in.mp4 -map 0:v -map 0:a:1? -c copy o.mkv', 'remux in.mp4 --streams 0:v,0:a:1? o.mkv'],
    [
      '-i in.mp4 -an -vcodec h264 -g 30 -b:v 2M -maxrate 2M -bufsize 4M -preset fast out.mp4',
      'encode in.mp4 --codec-video h264 --no-audio --gop 30 --bitrate-video 2M --vbv-maxrate 2M --vbv-bufsize 4M --preset fast --streams best out.mp4',
    ],
    [
      '-hide_banner -loglevel error -nostdin -threads 4 -i in.y4m -n out.mp4',
      'encode in.y4m --no-overwrite --streams best out.mp4',
    ],
    [
      '-i pipe:0 -movflags frag_keyframe+empty_moov -f mp4 pipe:1',
      'encode - --movflags fragmented --format mp4 --streams best -',
    ],
    [
      '-i in.y4m -vf scale=64:48,hflip -af volume=0.5 out.mp4',
      'encode in.y4m --streams best --vf scale=64:48,hflip --af volume=0.5 out.mp4',
    ],
    [
      '-i a -f lavfi -i testsrc -filter_complex hstack[o] -lavfi [0]vflip -map [o] b.mkv',
      'encode a testsrc --input-format ,lavfi --streams [o] --graph hstack[o];[0]vflip b.mkv',
    ],
    [
      '-i in.y4m -i b.wav -shortest out.mp4',
      'encode in.y4m b.wav --shortest --streams best out.mp4',
    ],
    [
      '-i a.mp4 -i b.m4a -c copy -shortest out.mp4',
      'encode a.mp4 b.m4a --codec-video copy --codec-audio copy --shortest --streams best out.mp4',
    ],
    ['in.y4m out.mp4 -crf 20', 'encode in.y4m --crf 20 --streams best out.mp4'],
    [
      'in.y4m out.mp4 -crf 20 --preset fast --psnr',
      'encode in.y4m --crf 20 --preset fast --psnr --streams best out.mp4',
    ],
    [
      '-i in.y4m -s 640x360 -r 25 out.mp4',
      'encode in.y4m --output-rate 25 --streams best --vf scale=640:360 out.mp4',
    ],
    [
      '-ss 1 -t 00:00:02.5 -i in.y4m -i b.wav out.mp4',
      'encode in.y4m b.wav --streams best --cut-inputs 1+00:00:02.5 out.mp4',
    ],
    [
      '-i in.y4m -ss 2 -to 3 -i b.wav out.mp4',
      'encode in.y4m b.wav --streams best --cut-inputs ,2..3 out.mp4',
    ],
    [
      '-i in.y4m -i in.wav -ss 500ms -to 2 -vf hflip out.mp4',
      'encode in.y4m in.wav --streams best --vf hflip --cut 500ms..2 out.mp4',
    ],
    [
      '-ss 5 -i in.y4m -frames:v 1 a.png',
      'encode in.y4m --frames 1 --streams best --cut-inputs 5.. a.png',
    ],
    [
      '-i in.wav -ar 44100 -ac 1 out.wav',
      'encode in.wav --streams best --af aresample=44100,aformat=channel_layouts=mono out.wav',
    ],
    [
      '-i in.y4m -i in.wav -map 0:v -map 1:a out.mp4',
      'encode in.y4m in.wav --streams 0:v,1:a out.mp4',
    ],
    ['-i in.mp4 -vn -acodec copy out.m4a', 'remux in.mp4 --no-video --streams best out.m4a'],
    ['-ss 5 -i a.mp4 -t 2 -c copy b.mp4', 'remux a.mp4 --streams best --cut 5..7 b.mp4'],
    ['-i a.mp4 -ss 1:00 -to 62.5 -c copy b.mp4', 'remux a.mp4 --streams best --cut 60..62.5 b.mp4'],
    [
      '-i a.mp4 -i b.wav -map 0:v -map 1:a -c:v copy -c:a aac c.mp4',
      'encode a.mp4 b.wav --codec-video copy --codec-audio aac --streams 0:v,1:a c.mp4',
    ],
    [
      '-i a.y4m -i b.aac -c copy -c:v libx264 c.mp4',
      'encode a.y4m b.aac --codec-video libx264 --codec-audio copy --streams best c.mp4',
    ],
    [
      '-i in.y4m -c:v libx264 -profile:v main -level 3.1 -tune film out.mp4',
      'encode in.y4m --codec-video libx264 --profile main --level 3.1 --tune film --streams best out.mp4',
    ],
    [
      '-i in.y4m -x264-params keyint=50:ref=2 out.mp4',
      'encode in.y4m --h264 keyint=50:ref=2 --streams best out.mp4',
    ],
    [
      '-i a.y4m -b:v 1M -pass 1 -passlogfile log -f null -',
      'encode a.y4m --bitrate-video 1M --pass 1 --pass-log log --format null --streams best -',
    ],
    ['-i file:in.mp4 -c copy file:pipe:1', 'remux in.mp4 --streams best pipe:1'],
    ['-i file:-in.mp4 file:-', 'encode ./-in.mp4 --streams best ./-'],
    ['-i a -pix_fmt gray b', 'encode a --monochrome --streams best b'],
    ['-i a -force_key_frames 0,2.5 b', 'encode a --keyframes 0,2.5 --streams best b'],
    ['-i a -vf hflip -vf vflip b', 'encode a --streams best --vf vflip b'],
    ['-f yuv4mpegpipe -i - -f mp4 out', 'encode - --format mp4 --streams best out'],
  ])('%s', async (typed, meant) => {
    expect(isFfmpegStyle(words(typed))).toBe(true);
    expect(await translated(typed)).toBe(meant);
  });

  it.each([
    ['-i a -s big b', /^-s: got big, allowed are WIDTHxHEIGHT/],
    ['-i a -t soon b', /^-t: got soon, allowed are times such as 10, 1:30.5 or 500ms/],
    ['-ss 1 -i a -i b -c copy c', /^-c: copy takes the same part of all inputs/],
    ['-i a -vf hflip -c copy b', /^-c: copy leaves frames as they are/],
    ['-i a b.mp4 c.mp4', /^c\.mp4: is a second output; a command writes one file/],
    ['-i a -f null -', /^-f: null: to measure, vitrine encode IN OUT --psnr/],
    ['-f concat -i list.txt b', /^-f: files are not joined here/],
    ['-f x11grab -i :0 b', /^-f: x11grab is not read here; let ffmpeg read it/],
    ['-i a -ac 3 b', /^-ac: got 3, allowed are 1, 2, 6, 8/],
    ['-i a -map v:0 c', /^-map: got v:0, allowed are 0, 0:N, 0:v/],
    ['-frames:v 5 -i a b', /^-frames:v: stands behind the inputs/],
    ['-aspect 16:9 -i a b', /^-aspect: stands behind the inputs/],
    ['-i a -force_key_frames expr:gte(t,5) b', /^-force_key_frames: got expr:gte\(t,5\), allowed/],
    ['-i a -filter_complex_script none b', /^-filter_complex_script: none cannot be read: ENOENT/],
    ['-i a -filter_script:v none b', /^-filter_script:v: none cannot be read: ENOENT/],
    ['-i a -c aac b', /^-c: got aac; write -c:v aac or -c:a aac/],
    ['-i a -pix_fmt yuv444p b', /^-pix_fmt: got yuv444p/],
    ['-i a -movflags +fastsart b', /did you mean faststart\?/],
    ['-i a -prest fast b', /^-prest: is not understood here; did you mean -preset\?/],
    ['-i a -crf', /^-crf: needs a value/],
    ['-i a -y', /^OUTPUT: none given; its name stands last/],
    ['-sseof -3 -i a b', /^-sseof: say the time from the start/],
  ])('%s', async (typed, said) => {
    await expect(translated(typed)).rejects.toThrow(said);
  });

  it('of this program are left alone', () => {
    for (const typed of ['in.y4m -o out.mp4 --crf 23', '-h', 'in.y4m out.mp4 -y', '- -o -']) {
      expect(isFfmpegStyle(words(typed))).toBe(false);
    }
  });
});

describe('vitrine', () => {
  let folder = '';
  const at = (name: string) => join(folder, name);
  let asked: string[] = [];

  async function vitrine(args: readonly string[], answer?: string) {
    let out = '';
    let notes = '';
    asked = [];
    const status = await runProgram(args, {
      input: (async function* () {})(),
      line: (text) => {
        out += `${text}\n`;
      },
      bytes: async () => {},
      finish: async () => {},
      note: (text) => {
        notes += `${text}\n`;
      },
      showsProgress: false,
      progress: () => {},
      ...(answer === undefined
        ? {}
        : {
            ask: async (question: string) => {
              asked.push(question);
              return answer;
            },
          }),
    });
    return { status, out, notes };
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'vitrine-arguments-'));
    const picture = Uint8Array.from({ length: 64 * 48 * 1.5 }, (_, i) => i * 7);
    const header = 'YUV4MPEG2 W64 H48 F25:1 Ip A1:1 C420jpeg\n';
    const frame = Buffer.concat([Buffer.from('FRAME\n'), picture]);
    writeFileSync(at('in.y4m'), Buffer.concat([Buffer.from(header), frame, frame, frame]));
    const muxer = new Muxer(at('in.wav'));
    const config = audioEncodeConfig({ numChannels: 1, sampleRate: 8000, sampleFmt: 's16' });
    const encoder = muxer.addEncodeStream({ config });
    await muxer.open();
    const array = ndarray(
      Int16Array.from({ length: 4000 }, (_, i) => i),
      [4000, 1],
    );
    const sound = createReferenceAudioFrame({ array, sampleFmt: 's16', sampleRate: 8000, pts: 0 });
    await muxer.write(0, await encoder.encode(sound));
    await muxer.close();
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('says its version', async () => {
    const { version } = JSON.parse(
      readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
    );
    for (const word of ['--version', 'version', '-version']) {
      expect(await vitrine([word])).toEqual({ status: 0, out: `${version}\n`, notes: '' });
    }
  });

  it('takes the last file for the output, and makes the same file in either way of writing', async () => {
    const own = await vitrine(['encode', at('in.y4m'), at('in.wav'), at('a.mp4'), '--crf', '30']);
    expect(own).toMatchObject({ status: 0, notes: '' });
    const typed = ['-i', at('in.y4m'), '-i', at('in.wav'), '-c:v', 'libx264', '-crf', '30'];
    expect(await vitrine([...typed, at('b.mp4')])).toMatchObject({ status: 0, notes: '' });
    expect(readFileSync(at('b.mp4'))).toEqual(readFileSync(at('a.mp4')));
    expect(await vitrine(['encode', ...typed, at('c.mp4')])).toMatchObject({ status: 0 });
    expect(readFileSync(at('c.mp4'))).toEqual(readFileSync(at('a.mp4')));
    const copied = await vitrine(['-i', at('a.mp4'), '-c', 'copy', '-an', at('d.mkv')]);
    expect(copied).toMatchObject({ status: 0, notes: '' });
    expect(JSON.parse((await vitrine(['probe', at('d.mkv'), '--json'])).out).streams).toHaveLength(
      1,
    );
    const named = await vitrine(['remux', at('a.mp4'), '-o', at('e.bin'), '--format', 'MKV']);
    expect(named).toMatchObject({ status: 0, notes: '' });
  });

  it('asks before it replaces a file, where somebody can answer', async () => {
    writeFileSync(at('there.mp4'), 'old');
    const args = ['encode', at('in.y4m'), at('there.mp4')];
    expect(await vitrine(args, 'n')).toMatchObject({ status: 1, notes: /exists and was kept/ });
    expect(asked).toEqual([`${at('there.mp4')} exists. Replace it? [y/N] `]);
    expect(await vitrine([...args, '-n'])).toMatchObject({
      status: 1,
      notes: /exists; -y replaces/,
    });
    expect(readFileSync(at('there.mp4'), 'utf8')).toBe('old');
    expect(await vitrine([...args, '-y', '-n'])).toMatchObject({ notes: /contradicts/ });
    expect(await vitrine([...args, '-y'], 'n')).toMatchObject({ status: 0 });
    expect(asked).toEqual([]);
    expect(await vitrine(args, 'y')).toMatchObject({ status: 0 });
    expect(await vitrine(args)).toMatchObject({ status: 0 });
  });

  it('refuses options that would change nothing, and says the nearest names', async () => {
    const out = at('none.mp4');
    for (const [args, said] of [
      [
        ['encode', at('in.y4m'), out, '--size', '32x32'],
        /--size: is for raw pictures; this input \(\w+\) says it itself/,
      ],
      [['encode', at('in.y4m'), out, '--rate', '30'], /--rate: is for raw pictures/],
      [
        ['encode', at('in.wav'), out, '--sample-rate', '44100'],
        /--sample-rate: is for raw sound; this input \(wav\)/,
      ],
      [
        ['encode', at('in.y4m'), out, '--codec-video', 'h265'],
        /unknown codec h265; did you mean h264\?/,
      ],
      [['encode', at('in.y4m'), out, '--codec-audio', 'libx264'], /h264 is an? video codec/],
      [
        ['encode', at('in.y4m'), out, '--format', 'mkw'],
        /unknown format mkw; did you mean (mkv|mka)\?/,
      ],
      [['encode', at('in.wav'), out, '--audio-bitrate', '64k'], /did you mean --bitrate-audio\?/],
      [
        ['encode', at('in.y4m'), out, '--prest', 'fast'],
        /--prest: unknown option, .*; did you mean --preset\?/,
      ],
      [['encode', at('in.y4m'), at('none.mp5')], /cannot tell from the name .*did you mean mp4\?/],
      [['encod', at('in.y4m'), out], /encod: unknown command, .*did you mean encode\?/],
      [['encode', at('in.y4m'), out, '--no-video'], /nothing is left/],
    ] as const) {
      const { status, notes } = await vitrine(args);
      expect(notes).toMatch(said);
      expect(status).toBe(1);
    }
  });
});
