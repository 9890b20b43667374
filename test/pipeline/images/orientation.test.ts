/** Pictures that are stored turned: shown upright in every format, and Exif with another orientation in it. */
import { expect, test } from 'vitest';
import {
  convertVideoFrames,
  orientationOf,
  orientFrame,
  toPlaneArrays,
  VideoFrames,
  withOrientation,
} from '../../../src/frames/index.ts';
import { encodeImage, loadImage } from '../../../src/index.ts';
import { bytesOf, madePicture } from '../../support/pictures.ts';

const ORIENTATIONS = [1, 2, 3, 4, 5, 6, 7, 8] as const;

/** A picture whose colors say where they are. */
function gradient(width: number, height: number) {
  const picture = madePicture('rgb24', width, height);
  const data = picture.data as Uint8Array;
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 3) {
      data.set([(255 * x) / width, (255 * y) / height, 255 - (200 * x) / width], at);
    }
  }
  return picture;
}

test.each(['4:4:4', '4:2:2', '4:2:0'] as const)(
  'JPEG of %s turned, as planes',
  async (subsampling) => {
    const pixFmt = `yuvj${subsampling.replaceAll(':', '')}p` as 'yuvj420p';
    for (const [width, height] of [
      [64, 48],
      [34, 18],
    ] as const) {
      for (const orientation of ORIENTATIONS) {
        const file = await encodeImage(gradient(width, height), {
          format: 'jpg',
          quality: 95,
          subsampling,
          metadata: { orientation },
        });
        const rgb = await loadImage(file, { orient: true });
        const planar = await loadImage(file, { orient: true, pixFmt });
        expect([planar.width, planar.height, planar.pixFmt]).toEqual([
          rgb.width,
          rgb.height,
          pixFmt,
        ]);
        const back = convertVideoFrames(planar.frames, 'rgb24', { matrix: 6 }).at(0);
        const expected = bytesOf(rgb.array);
        let worst = 0;
        back.planes[0]!.data.forEach((value, i) => {
          worst = Math.max(worst, Math.abs(Number(value) - expected[i]!));
        });
        // Chroma that is made anew differs by its interpolation; lost chroma would differ by 100.
        expect(worst, `${width}x${height}, ${orientation}`).toBeLessThan(24);
      }
    }
  },
);

test('planes of even sizes are turned exactly', () => {
  const data = new Uint8Array(96).map((_, i) => (i * 37) & 255);
  const planes = [
    { data, offset: 0, stride: 8 },
    { data, offset: 64, stride: 4 },
    { data, offset: 80, stride: 4 },
  ];
  const frame = { pixFmt: 'yuv420p', width: 8, height: 8, planes, pts: 7 } as const;
  for (const orientation of ORIENTATIONS) {
    const inverse = ({ 6: 8, 8: 6 } as Record<number, number>)[orientation] ?? orientation;
    const back = orientFrame(orientFrame(frame, orientation), inverse);
    expect(back.pts).toBe(7);
    back.planes.forEach((plane, p) => {
      const count = p === 0 ? 64 : 16;
      const { offset } = planes[p]!;
      expect(plane.data.subarray(plane.offset, plane.offset + count)).toEqual(
        data.subarray(offset, offset + count),
      );
    });
  }
  const list = new VideoFrames([frame], {
    pixFmt: 'yuv420p',
    width: 8,
    height: 8,
    numPlanes: 3,
    timeBase: [1, 1],
  });
  expect(list.at(0).width).toBe(8);
});

test('Exif says another orientation where it can be read, and stays as it is where not', () => {
  const alone = withOrientation(undefined, 6)!;
  expect(orientationOf(alone)).toBe(6);
  expect(withOrientation(undefined, 1)).toBeUndefined();
  expect(orientationOf(withOrientation(alone, 3))).toBe(3);
  const broken = Uint8Array.of(0x49, 0x49, 42, 0, 255, 255, 0, 0, 1, 2, 3);
  expect(withOrientation(broken, 6)).toBe(broken);
  // Without a field, one is put in, and the others stay.
  const other = Uint8Array.of(
    0x4d,
    0x4d,
    0,
    42,
    0,
    0,
    0,
    8,
    0,
    1,
    1,
    0x1a,
    0,
    3,
    0,
    0,
    0,
    1,
    0,
    9,
    0,
    0,
    0,
    0,
    0,
    0,
  );
  expect(withOrientation(other, 1)).toBe(other);
  expect(orientationOf(withOrientation(other, 8))).toBe(8);
});

test('what JPEG files are said to hold is what they hold', async () => {
  const { JPEG } = await import('../../../src/pipeline/codecs/jpeg.ts');
  const { videoEncodeConfig } = await import('../../../src/pipeline/encode-config.ts');
  for (const colorspace of ['bt709', 'bt470bg'] as const) {
    for (const quality of [75, 89, 90, 95]) {
      for (const pixFmt of ['yuv420p', 'yuv422p', 'rgb24'] as const) {
        const options = { width: 64, height: 48, pixFmt, frameRate: 1 };
        const isYuv = pixFmt !== 'rgb24';
        const config = videoEncodeConfig({ ...options, ...(isYuv && { colorspace }) });
        const encoder = JPEG.createEncoder(config, { quality }, JPEG.pixFmts);
        const frames = convertVideoFrames(
          (await loadImage(await encodeImage(gradient(64, 48), { format: 'ppm' }))).frames,
          pixFmt,
        );
        const { packets } = await encoder.encode(frames);
        const { frame } = JPEG.decode(packets[0]!.data, {}, true);
        expect(encoder.streamInfo?.pixFmt, `${colorspace} ${quality} ${pixFmt}`).toBe(frame.pixFmt);
      }
    }
  }
});

test('a picture of odd size is read as planes of halved chroma', async () => {
  const ppm = await encodeImage(gradient(33, 17), { format: 'ppm' });
  for (const [pixFmt, rows] of [
    ['yuvj420p', 9],
    ['yuvj422p', 17],
  ] as const) {
    const image = await loadImage(ppm, { pixFmt });
    expect(toPlaneArrays(image.frames).map(({ shape }) => shape)).toEqual([
      [1, 17, 33],
      [1, rows, 17],
      [1, rows, 17],
    ]);
    expect(() => image.array).toThrow(/toPlaneArrays/);
  }
});
