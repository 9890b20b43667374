/** Text: the built-in font, TrueType fonts as bytes, expansion, hostile fonts. */
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { FilterGraph } from '../../src/filters/index.ts';
import { clockText } from '../../src/filters/video/clock-text.ts';
import { parseTrueType } from '../../src/filters/video/truetype.ts';
import { toArray, type VideoFrames } from '../../src/frames/index.ts';

function drawn(options: string, fonts = {}, frames = 1): Uint8Array {
  const graph = new FilterGraph(`color=s=120x40,format=gray,${options},buffersink`, { fonts });
  return toArray(graph.getFrames({ limit: frames }) as VideoFrames).data as Uint8Array;
}

const ink = (samples: Uint8Array): number => samples.filter((value) => value > 100).length;

test('the built-in font draws every printable character differently', () => {
  const seen = new Set<string>();
  for (let code = 33; code < 127; code++) {
    const character = String.fromCharCode(code);
    const text = `'\\\\\\${character}'`;
    if ("'%\\{}".includes(character)) continue;
    const samples = drawn(
      `drawtext=text=${text}:fontcolor=white:x=4:y=4:expansion=none`.replace(
        '\\\\\\',
        /[:,;[\]]/.test(character) ? '\\' : '',
      ),
    );
    expect(ink(samples), character).toBeGreaterThan(0);
    seen.add(samples.join());
  }
  expect(seen.size).toBe(89);
});

test('numbers and times of pictures are filled in', () => {
  const a = drawn("drawtext=text='%{n}':fontcolor=white", {}, 3);
  const b = drawn('drawtext=text=2:fontcolor=white', {}, 3);
  expect(a.subarray(2 * 4800)).toEqual(b.subarray(2 * 4800));
  const c = drawn("drawtext=text='%{pts\\:hms}':fontcolor=white");
  const d = drawn("drawtext=text='00\\:00\\:00.000':fontcolor=white");
  expect(c).toEqual(d);
});

test('no file is opened', () => {
  expect(() => drawn('drawtext=textfile=/etc/passwd')).toThrow(/no filter opens a file/);
  const graph = new FilterGraph('color=s=40x20,drawtext=fontfile=/a.ttf:text=x,buffersink');
  expect(graph.reports[0]!.text).toMatch(/no font called \/a.ttf/);
});

const FONT = [
  '/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf',
  '/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf',
].find(existsSync);
if (FONT === undefined) console.warn('no TrueType font is installed: its test is skipped');

test.skipIf(FONT === undefined)('TrueType outlines are drawn with smooth edges', () => {
  const bytes = new Uint8Array(readFileSync(FONT!));
  const font = parseTrueType(bytes);
  const glyph = font.glyph('l'.codePointAt(0)!, 40);
  const area = glyph.coverage.reduce((sum, value) => sum + value, 0) / 255;
  // An l is a stem: its area is its height times its width, whatever the grid.
  expect(glyph.height).toBeGreaterThan(25);
  expect(area / glyph.height).toBeGreaterThan(2);
  const samples = drawn('drawtext=fontfile=f:text=Ag:fontsize=30:fontcolor=white', { f: bytes });
  expect(ink(samples)).toBeGreaterThan(100);
  expect(new Set(samples).size).toBeGreaterThan(20);
  // Damage anywhere is an error of the format, or another picture, never a crash.
  for (let i = 0; i < 200; i++) {
    const broken = bytes.slice();
    broken[(i * 7919) % Math.min(broken.length, 4000)]! ^= 1 << (i % 8);
    try {
      const damaged = parseTrueType(broken);
      for (const code of [65, 103, 228]) damaged.glyph(code, 20);
    } catch (error) {
      expect((error as Error).name).toMatch(/FormatError|UnsupportedError/);
    }
  }
});

test('text is drawn at the depth of the picture', () => {
  const text = 'drawtext=text=Ag:fontcolor=white:box=1:boxcolor=red@0.5:fontsize=24';
  const [narrow, deep] = (['yuv420p', 'yuv420p10le'] as const).map((pixFmt) => {
    const graph = new FilterGraph(`color=s=64x32,format=${pixFmt},${text},buffersink`);
    const frames = graph.getFrames({ limit: 1 }) as VideoFrames;
    expect(frames.pixFmt).toBe(pixFmt);
    return frames.frames[0]!.planes.map(({ data }) => data as Uint8Array | Uint16Array);
  });
  narrow!.forEach((plane, p) => {
    const distances = plane.map((value, i) => Math.abs((deep![p]![i]! * 255) / 1023 - value));
    expect(Math.max(...distances)).toBeLessThanOrEqual(1);
  });
});

test('dates and times by the conversions of strftime', () => {
  const stamp = 1_709_210_096; // 2024-02-29 12:34:56 UTC, a Thursday
  const table: readonly (readonly [string, string])[] = [
    ['%Y-%m-%d %H:%M:%S', '2024-02-29 12:34:56'],
    ['%a %A %b %B %e %j', 'Thu Thursday Feb February 29 060'],
    ['%I:%M %p, %D, %T, %s', '12:34 PM, 02/29/24, 12:34:56, 1709210096'],
    ['%u %w %U %V %W %G %%', '4 4 08 09 09 2024 %'],
  ];
  for (const [format, text] of table) expect(clockText(stamp, format)).toBe(text);
  const base = `basetime=${stamp}000000:fontcolor=white`;
  const shown = drawn("drawtext=text='12.34.56 Thu':fontcolor=white");
  expect(drawn(`drawtext=text='%H.%M.%S %a':expansion=strftime:${base}`)).toEqual(shown);
  expect(drawn(`drawtext=text='%{gmtime\\:%H.%M.%S %a}':${base}`)).toEqual(shown);
  expect(drawn(`drawtext=text='%{pts\\:gmtime\\:${stamp}\\:%H.%M.%S %a}':${base}`)).toEqual(shown);
});
