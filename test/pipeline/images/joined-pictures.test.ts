/** Pictures one behind the other in one file or pipe: every one is read, or what is not is said. */
import { describe, expect, it } from 'vitest';
import { joinBytes } from '../../../src/base/byte-stream.ts';
import { encodeApng } from '../../../src/codecs/png/index.ts';
import { Demuxer, encodeImage, loadImage } from '../../../src/index.ts';
import { StreamSource } from '../../../src/io/index.ts';
import { bytesOf, madePicture } from '../../support/pictures.ts';

const RAW = ['ppm', 'pgm', 'pam'] as const;
const SIGNED = ['png', 'jpg', 'bmp', 'qoi'] as const;

/** `count` files of pictures that differ. */
async function files(format: string, count: number, width = 20): Promise<Uint8Array[]> {
  const looks = ['noise', 'steps'] as const;
  const pictures = Array.from({ length: count }, (_, i) => {
    return encodeImage(madePicture('rgb24', width, 14, looks[i % 2]!), { format });
  });
  return Promise.all(pictures);
}

async function read(bytes: Uint8Array, isStream: boolean) {
  const pieces = async function* () {
    for (let at = 0; at < bytes.length; at += 777) yield bytes.slice(at, at + 777);
  };
  const demuxer = await Demuxer.open(isStream ? new StreamSource(pieces()) : bytes);
  const packets = [];
  for await (const { packet } of demuxer.reader.packets()) packets.push(packet);
  return { packets, problems: demuxer.problems.map(({ message }) => message), demuxer };
}

for (const isStream of [false, true]) {
  describe(`joined pictures in a ${isStream ? 'pipe' : 'file'}`, () => {
    for (const format of [...RAW, ...SIGNED]) {
      it(`${format}: each is a packet`, async () => {
        const parts = await files(format, 5);
        const { packets, problems } = await read(joinBytes(parts), isStream);
        expect(packets.map(({ data }) => Buffer.from(data).toString('hex'))).toEqual(
          parts.map((part) => Buffer.from(part).toString('hex')),
        );
        expect(packets.map(({ pts }) => pts)).toEqual([0, 1, 2, 3, 4]);
        expect(problems).toEqual([]);
      });

      it(`${format}: one of another size is left out with a note, those behind it are read`, async () => {
        const [a, b, c] = await files(format, 3);
        const [other] = await files(format, 1, 30);
        const { packets, problems } = await read(joinBytes([a!, other!, b!, c!]), isStream);
        expect(packets).toHaveLength(3);
        expect(problems).toEqual([
          expect.stringMatching(/30x14 .* behind those of 20x14 .* left out/),
        ]);
      });

      it(`${format}: a cut one is said`, async () => {
        const [a, b] = await files(format, 2);
        const { packets, problems } = await read(joinBytes([a!, b!.subarray(0, -5)]), isStream);
        expect(packets.length).toBeGreaterThanOrEqual(1);
        expect(problems.length).toBeGreaterThanOrEqual(1);
      });

      it(`${format}: a picture of another kind is said`, async () => {
        const [a, b] = await files(format, 2);
        const [other] = await files(format === 'png' ? 'qoi' : 'png', 1);
        const { packets, problems } = await read(joinBytes([a!, b!, other!]), isStream);
        expect(packets).toHaveLength(2);
        expect(problems).toEqual([expect.stringMatching(/behind those of .* left unread/)]);
      });
    }

    for (const format of RAW) {
      it(`${format}: junk behind the last is said`, async () => {
        const [a, b] = await files(format, 2);
        const { packets, problems } = await read(
          joinBytes([a!, b!, Uint8Array.of(1, 2, 3)]),
          isStream,
        );
        expect(packets).toHaveLength(2);
        expect(problems).toEqual([expect.stringContaining('left unread')]);
      });
    }

    for (const format of ['png', 'jpg']) {
      it(`${format}: what is no picture belongs to the file, as before`, async () => {
        const [a] = await files(format, 1);
        const { packets, problems } = await read(joinBytes([a!, new Uint8Array(99)]), isStream);
        expect(packets.map(({ data }) => data.length)).toEqual([a!.length + 99]);
        expect(problems).toEqual([]);
      });
    }
  });
}

it('a stream of pictures is read once, a file as often as wanted', async () => {
  const bytes = joinBytes(await files('ppm', 2, 40_000));
  const { demuxer } = await read(bytes, false);
  for await (const _ of demuxer.reader.packets());
  const stream = await read(bytes, true);
  await expect(stream.demuxer.reader.packets().next()).rejects.toThrow(/read once/);
});

it('bitmaps, deep samples and comments in headers are measured', async () => {
  const text = (value: string) => new TextEncoder().encode(value);
  const bitmap = joinBytes([text('P4\n# twelve\n12 3\n'), new Uint8Array(6)]);
  const deep = joinBytes([text('P5 3 2 1000\n'), new Uint8Array(12)]);
  for (const part of [bitmap, deep]) {
    const { packets, problems } = await read(joinBytes([part, part, part]), false);
    expect(packets).toHaveLength(3);
    expect(problems).toEqual([]);
  }
});

it('the depth or gain map behind a JPEG picture is none of its own', async () => {
  const [a] = await files('jpg', 1);
  const [map] = await files('jpg', 1, 10);
  const mpf = Uint8Array.of(0xff, 0xe2, 0, 8, 0x4d, 0x50, 0x46, 0, 0, 0);
  const bytes = joinBytes([a!.subarray(0, 2), mpf, a!.subarray(2), map!]);
  const { packets, problems } = await read(bytes, false);
  expect(packets).toHaveLength(1);
  expect(problems).toEqual([]);
});

it('of an animation the still picture is read, and that is said', async () => {
  const data = new Uint8Array(3 * 16);
  const image = { width: 4, height: 4, colorType: 2 as const, bitDepth: 8 as const };
  const file = encodeApng(image, [{ data }, { data: data.map((_, i) => i) }]);
  const { packets, problems } = await read(file, false);
  expect(packets).toHaveLength(1);
  expect(problems).toEqual([expect.stringContaining('an animation of 2 frames')]);
  expect(bytesOf((await loadImage(packets[0]!.data)).array)).toEqual(data);
});
