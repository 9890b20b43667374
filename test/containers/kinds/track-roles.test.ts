/** What a track is for (forced, for those who hear badly, a commentary …) goes from MP4 to Matroska and back, or is said to be lost. */
import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import type { CarriedElement, VideoStreamInfo } from '../../../src/base/packet.ts';
import { Demuxer, MemorySink, remux } from '../../../src/index.ts';
import { ffmpegPath, ffprobePath } from '../../support/ffmpeg.ts';
import { made, readAll, saved, temporary, writeAll } from '../matroska/files.ts';

/** Table: what ffmpeg is told, the flags that Matroska has for it, the disposition that ffprobe reads of the MP4 file. */
// biome-ignore format: a row a role
const ROLES: readonly (readonly [string, string, number, string])[] = [
  ['hearing_impaired', 'FlagHearingImpaired', 1, 'hearing_impaired'],
  ['comment', 'FlagCommentary', 1, 'comment'],
  ['visual_impaired', 'FlagVisualImpaired', 1, 'visual_impaired'],
  ['dub', 'FlagOriginal', 0, 'dub'],
  ['forced', 'FlagForced', 1, 'forced'],
];

function dispositions(path: string): string[] {
  const args = ['-v', 'error', '-show_entries', 'stream_disposition', '-of', 'json', path];
  const { streams } = JSON.parse(execFileSync(ffprobePath(), args).toString());
  return streams.map(({ disposition }: { disposition: Record<string, number> }) =>
    Object.keys(disposition)
      .filter((name) => disposition[name] === 1 && name !== 'default')
      .join(),
  );
}

function flags(elements: readonly CarriedElement[] | undefined): Record<string, number> {
  const carried = elements?.filter(({ name }) => name.startsWith('Flag')) ?? [];
  return Object.fromEntries(carried.map(({ name, data }) => [name, data[0] ?? 0]));
}

const SOUND = ['-f', 'lavfi', '-i', 'sine=duration=0.2'];

/** A file with a track for each role. */
function withRoles(name: string): Uint8Array | null {
  const maps = ROLES.flatMap(() => ['-map', '0']);
  const options = ROLES.flatMap(([role], i) => [`-disposition:a:${i}`, role]);
  return made(name, [...SOUND, ...maps, '-c:a', 'aac', ...options]);
}

describe('roles of tracks', () => {
  for (const layout of [{}, { faststart: true }, { fragmented: true }]) {
    it(`go from Matroska to MP4, as ffmpeg reads them, and back: ${JSON.stringify(layout)}`, async (context) => {
      const source = withRoles('roles.mkv');
      if (source === null) return context.skip();
      const sink = new MemorySink();
      const { problems } = await remux(source, sink, { format: 'mp4', muxerOptions: layout });
      expect(problems).toEqual([]);
      const mp4 = saved('roles.mp4', sink.toBytes());
      const read = dispositions(mp4);
      for (const [i, [, , , name]] of ROLES.entries()) expect(read[i]).toContain(name);
      const back = new MemorySink();
      await remux(sink.toBytes(), back, { format: 'matroska' });
      const { streams } = await readAll(back.toBytes());
      for (const [i, [, flag, value]] of ROLES.entries()) {
        expect(flags(streams[i]!.carriedElements)).toEqual({ [flag]: value });
      }
    });
  }

  it("ffmpeg's MP4 files give theirs", async (context) => {
    const source = withRoles('theirs.mp4');
    if (source === null) return context.skip();
    const sink = new MemorySink();
    await remux(source, sink, { format: 'matroska' });
    const ours = dispositions(saved('theirs-ours.mkv', sink.toBytes()));
    const copied = temporary('theirs-ffmpeg.mkv');
    const args = ['-v', 'error', '-y', '-i', temporary('theirs.mp4'), '-map', '0', '-c', 'copy'];
    execFileSync(ffmpegPath(), [...args, copied]);
    expect(ours).toEqual(dispositions(copied));
  });

  it('what MP4 has no place for is said, what says nothing is not', async () => {
    const carried = (name: string, value: number) => ({ name, data: Uint8Array.of(value) });
    const stream: VideoStreamInfo = {
      kind: 'video',
      codec: 'mjpeg',
      timeBase: [1, 1000],
      config: new Uint8Array(0),
      ...{ width: 16, height: 16, pixFmt: '' },
      carriedElements: [
        ...[carried('FlagOriginal', 1), carried('StereoMode', 2), carried('FlagCommentary', 0)],
        ...[carried('FieldOrder', 2), carried('FlagForced', 0)],
      ],
    };
    const data = new Uint8Array(9);
    const packet = { data, pts: 0, dts: 0, duration: 40, isKey: true };
    const source = (await writeAll([stream], [{ streamIndex: 0, packet }])).bytes();
    const sink = new MemorySink();
    const { problems } = await remux(source, sink, { format: 'mp4' });
    expect(problems.map(({ message }) => message)).toEqual([
      'FlagOriginal of stream 0 has no place in MP4; it is left out',
      'StereoMode of stream 0 has no place in MP4; it is left out',
    ]);
    const { streams } = await Demuxer.open(sink.toBytes());
    expect(streams[0]!.carriedElements).toBeUndefined();
    await expect(remux(source, new MemorySink(), { format: 'mp4', strict: true })).rejects.toThrow(
      /FlagOriginal/,
    );
  });
});
