/** The command `vitrine` as a user runs it. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../../src/cli/program.ts';
import { readTrace } from '../../src/inspect/index.ts';
import { probeFile, runFfmpeg } from '../support/ffmpeg.ts';
import { sum } from '../support/trace.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
let folder = '';
const at = (name: string) => join(folder, name);

interface Result {
  readonly status: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Runs `vitrine` with `args` in this process, the terminal replaced. */
async function vitrine(
  args: readonly string[],
  input: Uint8Array = new Uint8Array(0),
): Promise<Result> {
  const chunks: Uint8Array[] = [];
  let stderr = '';
  const status = await runProgram(args, {
    input: (async function* () {
      for (let from = 0; from < input.length; from += 5000) {
        yield input.subarray(from, from + 5000);
      }
    })(),
    line: (text) => void chunks.push(Buffer.from(`${text}\n`)),
    bytes: async (bytes) => void chunks.push(bytes),
    finish: async () => {},
    note: (text) => {
      stderr += `${text}\n`;
    },
    showsProgress: false,
    progress: () => {},
  });
  return { status, stdout: Buffer.concat(chunks), stderr };
}

/** Runs the file that the package installs as `vitrine`, from its source. */
function vitrineProcess(args: readonly string[], input?: Uint8Array): Result {
  const all = ['--import', 'tsx', 'src/cli/main.ts', ...args];
  const run = spawnSync(process.execPath, all, { cwd: ROOT, input, maxBuffer: 1 << 26 });
  return { status: run.status, stdout: run.stdout, stderr: run.stderr.toString() };
}

/** Runs it and returns stdout; fails the test with its message if it fails. */
async function succeed(args: readonly string[], input?: Uint8Array): Promise<string> {
  const { status, stdout, stderr } = await vitrine(args, input);
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return stdout.toString();
}

async function fail(args: readonly string[], message: RegExp, input?: Uint8Array): Promise<void> {
  const { status, stdout, stderr } = await vitrine(args, input);
  expect(stderr).toMatch(message);
  expect(stderr.trimEnd().split('\n').length).toBe(1);
  expect(stdout.length).toBe(0);
  expect(status).toBe(1);
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vitrine-cli-'));
  const picture = ['-f', 'lavfi', '-i', 'testsrc2=size=64x48:rate=30000/1001', '-frames:v', '20'];
  runFfmpeg([...picture, '-pix_fmt', 'yuv420p', at('in.y4m')], undefined, { allowWarnings: true });
  const sound = ['-f', 'lavfi', '-i', 'sine=frequency=500:duration=0.7:sample_rate=48000'];
  runFfmpeg([...sound, '-ac', '2', at('in.wav')], undefined, { allowWarnings: true });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('vitrine encode', () => {
  it('tells statistics, and writes a trace whose bits sum to the stream', async () => {
    const files = ['-o', at('traced.h264'), '--trace', at('out.trace')];
    const text = await succeed([
      'encode',
      at('in.y4m'),
      ...files,
      '--stats',
      '--qp',
      '30',
      '--profile',
      'baseline',
    ]);
    expect(text).toMatch(/^frame I:1 {2}Avg QP:27\.00 {2}size:\d+$/m);
    expect(text).toMatch(/^frame P:19 {2}Avg QP:\d/m);
    expect(text).toMatch(/^mb P .*skip: \d/m);
    const { about, tables } = readTrace(readFileSync(at('out.trace')));
    const asked = { profile: 'baseline', qp: 30, timeBaseNum: 1001, timeBaseDen: 30000 };
    expect(about).toEqual({ command: 'encode', codec: 'h264', width: 64, height: 48, ...asked });
    const { length, void: isVoid } = tables.element!.columns;
    let bits = 0;
    for (const [i, bitLength] of length!.entries()) if (isVoid![i] === 0) bits += bitLength;
    const { bytes } = tables.unit!.columns;
    expect(bits).toBe(8 * Array.from(bytes!).reduce((sum, size) => sum + size, 0));
    // The byte stream has start codes of 3 or 4 bytes where the trace counts lengths of 4.
    const difference = bits / 8 - readFileSync(at('traced.h264')).length;
    expect(difference).toBeGreaterThanOrEqual(0);
    expect(difference).toBeLessThanOrEqual(tables.unit!.rowCount);
  });

  it('leaves no trace behind where it fails', async () => {
    const trace = ['--trace', at('none.trace')];
    const wrong = ['encode', at('in.wav'), '-o', at('none.m4a'), '--bitrate-audio', '9M', ...trace];
    await fail(wrong, /bitRate/);
    expect(readdirSync(folder).filter((name) => name.startsWith('none'))).toEqual([]);
  });

  it('traces sound beside pictures, and the file is the same', async () => {
    const inputs = [at('in.y4m'), at('in.wav')];
    await succeed(['encode', ...inputs, '-o', at('both.mp4'), '--trace', at('both.trace')]);
    await succeed(['encode', ...inputs, '-o', at('plain.mp4')]);
    expect(readFileSync(at('both.mp4'))).toEqual(readFileSync(at('plain.mp4')));
    const { about, tables } = readTrace(readFileSync(at('both.trace')));
    expect(about).toMatchObject({ codec: 'h264', width: 64, height: 48 });
    const of = (table: string, column: string) => tables[table]!.columns[column]!;
    expect(of('aac_stream', 'sampleRate')).toEqual(Uint32Array.of(48000));
    expect(sum(of('aac_element', 'length'))).toBe(sum(of('aac_frame', 'bits')));
  });

  it('makes an MP4 of pictures and sound, whose PSNR is that of the decoded pictures', async () => {
    const args = ['encode', at('in.y4m'), at('in.wav'), '-o', at('out.mp4')];
    const report = JSON.parse(
      await succeed([...args, '--qp', '32', '--gop', '7', '--psnr', '--json']),
    );
    const bytes = readFileSync(at('out.mp4')).length;
    expect(report).toMatchObject({ frames: 20, samples: 33600, bytes });
    expect(report.seconds).toBeGreaterThan(0);
    const { streams } = probeFile(at('out.mp4'), ['-count_packets']);
    expect(streams[0]).toMatchObject({
      codec_name: 'h264',
      width: 64,
      height: 48,
      r_frame_rate: '30000/1001',
      nb_read_packets: '20',
    });
    expect(streams[1]).toMatchObject({ codec_name: 'aac', sample_rate: '48000', channels: 2 });
    expect(streams[1].duration_ts).toBe(33600);

    const raw = (path: string) =>
      runFfmpeg(['-i', path, '-map', '0:v', '-pix_fmt', 'yuv420p', '-f', 'rawvideo', '-']);
    const source = raw(at('in.y4m'));
    const decoded = raw(at('out.mp4'));
    expect(decoded.length).toBe(source.length);
    let error = 0;
    for (let i = 0; i < source.length; i++) error += (source[i]! - decoded[i]!) ** 2;
    expect(report.psnr).toBeCloseTo(10 * Math.log10((255 * 255 * source.length) / error), 6);

    const probed = JSON.parse(await succeed(['probe', at('out.mp4'), '--json']));
    expect(probed).toMatchObject({ format: 'mp4', bytes });
    expect(probed.streams[0]).toMatchObject({ codec: 'h264', packets: 20, keyPackets: 3 });
    expect(probed.streams[1]).toMatchObject({ codec: 'aac', durationTicks: 33600, startTicks: 0 });
    expect(await succeed(['probe', at('out.mp4')])).toMatch(
      /mp4, 2 streams.*\n {2}0 video h264, 64x48/,
    );
    expect(await succeed(['probe', at('out.mp4'), '--boxes'])).toMatch(/^moov @\d+ \+\d+/m);

    await succeed(['remux', at('out.mp4'), '-o', at('out.mkv')]);
    const again = JSON.parse(await succeed(['probe', at('out.mkv'), '--json']));
    expect(again.streams.map((stream: { packets: number }) => stream.packets)).toEqual(
      probed.streams.map((stream: { packets: number }) => stream.packets),
    );
    await succeed(['remux', at('out.mp4'), '-o', at('out.aac'), '--streams', '1']);
    expect(probeFile(at('out.aac')).streams[0].codec_name).toBe('aac');
  });

  it('takes stdin, gives stdout, and copies raw formats without a change', async () => {
    const y4m = readFileSync(at('in.y4m'));
    const { stdout, status } = vitrineProcess(
      ['encode', '-', '-o', '-', '--format', 'rawvideo'],
      y4m,
    );
    expect(status).toBe(0);
    const raw = runFfmpeg(['-i', at('in.y4m'), '-f', 'rawvideo', '-']);
    expect(Buffer.compare(stdout, raw)).toBe(0);

    writeFileSync(at('in.yuv'), raw);
    const shape = ['--size', '64x48', '--pix-fmt', 'yuv420p', '--rate', '30000/1001'];
    await succeed(['encode', at('in.yuv'), ...shape, '-o', at('again.y4m')]);
    const pictures = runFfmpeg(['-i', at('again.y4m'), '-f', 'rawvideo', '-']);
    expect(Buffer.compare(pictures, raw)).toBe(0);
  });

  it('filters pictures and sound on their way', async () => {
    const graphs = ['--vf', 'scale=32:-2,fps=15', '--af', 'atrim=end=0.5'];
    await succeed(['encode', at('in.y4m'), at('in.wav'), '-o', at('small.mp4'), ...graphs]);
    const [video, audio] = probeFile(at('small.mp4')).streams;
    expect(video).toMatchObject({ width: 32, height: 24, r_frame_rate: '15/1', nb_frames: '10' });
    expect(Number(audio.duration)).toBeCloseTo(0.5, 2);
    await fail(
      ['encode', at('in.y4m'), '-o', at('x.mp4'), '--vf', 'hflip,scael=2:2'],
      /there is no filter scael \(column 7\); did you mean scale\?/,
    );
    expect(await succeed(['filters'])).toMatch(/^scale +scales pictures/m);
    expect(await succeed(['filters', 'hflip'])).toMatch(/enable|no options/);
  });

  it('writes an H.264 stream, WAV of another codec, and raw sound', async () => {
    await succeed(['encode', at('in.y4m'), '-o', at('out.h264'), '--preset', 'ultrafast']);
    expect(probeFile(at('out.h264')).streams[0]).toMatchObject({ codec_name: 'h264', width: 64 });
    await succeed(['remux', at('out.h264'), '-o', at('from.mp4')]);
    expect(probeFile(at('from.mp4')).streams[0]).toMatchObject({
      r_frame_rate: '30000/1001',
      nb_frames: '20',
      duration_ts: 20 * 1001,
    });
    await succeed(['encode', at('in.wav'), '-o', at('out.wav'), '--codec-audio', 'pcm_s24le']);
    const samples = (path: string) =>
      runFfmpeg(['-i', path, '-c:a', 'pcm_s16le', '-f', 's16le', '-'], undefined, {
        allowWarnings: true,
      });
    expect(Buffer.compare(samples(at('out.wav')), samples(at('in.wav')))).toBe(0);
    const sizes: number[] = [];
    for (const quality of ['0.3', '8']) {
      await succeed([
        'encode',
        at('in.wav'),
        '-o',
        at('q.m4a'),
        '--quality-audio',
        quality,
        '--overwrite',
      ]);
      sizes.push(readFileSync(at('q.m4a')).length);
    }
    expect(sizes[1]).toBeGreaterThan(1.3 * sizes[0]!);
    const both = ['--quality-audio', '2', '--bitrate-audio', '64k'];
    await fail(
      ['encode', at('in.wav'), '-o', at('bad.m4a'), ...both],
      /--quality-audio: cannot be held/,
    );
    await succeed(['encode', at('in.wav'), '-o', at('out.s16le')]);
    expect(Buffer.compare(readFileSync(at('out.s16le')), samples(at('in.wav')))).toBe(0);
    const options = ['--sample-rate', '48000', '--channels', '2'];
    await succeed(['encode', at('out.s16le'), ...options, '-o', at('back.wav')]);
    expect(Buffer.compare(samples(at('back.wav')), samples(at('in.wav')))).toBe(0);
  });

  it('says in one line what is wrong, exits 1 and leaves no file', async () => {
    const before = readdirSync(folder);
    const out = ['-o', at('bad.mp4')];
    await fail(['encode', at('in.y4m')], /^vitrine: --output: needed is -o FILE/);
    fail(
      ['encode', at('in.y4m'), ...out, '--qp', '99'],
      /--qp: got 99, allowed are integers 0\.\.51/,
    );
    await fail(['encode', at('none.y4m'), ...out], /none\.y4m: ENOENT/);
    const y4m = readFileSync(at('in.y4m'));
    const cut = y4m.subarray(0, y4m.length - 100);
    const strict = ['--strict', ...out];
    await fail(['encode', '-', ...strict], new RegExp(`byte offset ${cut.length}\\)`), cut);
    const wav = readFileSync(at('in.wav')).subarray(0, 1000);
    const toWav = ['--strict', '-o', at('bad.wav')];
    await fail(['encode', '-', ...toWav], /wav\.data: .*byte offset 1000\)/, wav);
    await fail(['encode', '-', ...out], /not y4m, WAV/, new Uint8Array(100));
    await fail(
      ['encode', at('in.wav'), '-o', at('bad.wav'), '--crf', '20'],
      /--crf: no input has video/,
    );
    await fail(['encode', at('in.y4m'), '-o', at('bad.wav')], /wav/);
    for (const option of [
      ['--crf', '23'],
      ['--gpu', 'auto'],
      ['--preset', 'slow'],
    ]) {
      const asPng = ['encode', at('in.y4m'), '-o', at('bad.png'), ...option];
      await fail(asPng, new RegExp(`^vitrine: ${option[0]}: is for H.264; .* as png here`));
    }
    expect(readdirSync(folder)).toEqual(before);
  });
});

describe('vitrine', () => {
  it('is a program: exit status, stdout and stderr are those of a process', () => {
    const good = vitrineProcess(['encode', at('in.wav'), '-o', at('process.wav'), '--json']);
    expect([good.status, good.stderr]).toEqual([0, '']);
    expect(JSON.parse(good.stdout.toString())).toMatchObject({ samples: 33600 });
    const bad = vitrineProcess(['probe', at('none.mp4')]);
    expect(bad.status).toBe(1);
    expect(bad.stderr).toMatch(/^vitrine: path: cannot read .*none\.mp4/);
    expect(bad.stdout.length).toBe(0);
  });

  it('lists commands, codecs and formats, and helps with an example for each command', async () => {
    const overview = await succeed([]);
    for (const name of ['encode', 'remux', 'probe', 'codecs', 'formats']) {
      expect(overview).toContain(`vitrine ${name}`);
    }
    const help = await succeed(['probe', '--help']);
    expect(help).toMatch(/Examples:\n {2}vitrine probe/);
    const codecs = JSON.parse(await succeed(['codecs', '--json']));
    expect(codecs.map(({ name }: { name: string }) => name)).toContain('h264');
    expect(await succeed(['formats'])).toMatch(
      /^wav +WAV \(RIFF\/WAVE, RF64\) +wav +- +pcm_s16le$/m,
    );
    await fail(['transcode'], /^vitrine: transcode: unknown command, allowed are encode/);
  });
});
