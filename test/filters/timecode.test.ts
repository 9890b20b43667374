/** Time codes of `drawtext`: every number is there once, those that drop frame leaves out never. */
import { expect, test } from 'vitest';
import { FilterGraph } from '../../src/filters/index.ts';
import { createReferenceVideoFrame, ndarray } from '../../src/frames/index.ts';

/** The first picture of a text on black. */
function drawn(options: string, frames = 1): Uint8Array {
  const size = 'video_size=320x24:pix_fmt=gray:time_base=1/30';
  const graph = new FilterGraph(
    `buffer=${size},drawtext=fontcolor=white:fontsize=16:${options},buffersink`,
  );
  const array = ndarray(new Uint8Array(320 * 24 * frames), [frames, 24, 320]);
  graph.addFrames(createReferenceVideoFrame({ array, pixFmt: 'gray', frameRate: [30, 1], pts: 0 }));
  const result = graph.getFrames()!;
  const { data, offset } = result.frames[frames - 1]!.planes[0]!;
  return (data as Uint8Array).slice(offset, offset + 320 * 24);
}

const plain = (text: string): Uint8Array => drawn(`expansion=none:text='${text}'`);
const coded = (timecode: string, rate: string, start: number, more = ''): Uint8Array =>
  drawn(`timecode='${timecode.replaceAll(':', '\\:')}':r=${rate}:start_number=${start}${more}`);
const escaped = (text: string): string => text.replaceAll(':', '\\:');

test.each([
  ['00:00:00:00', '25', 26, '00:00:01:01'],
  ['09:57:00:00', '30', 1800, '09:58:00:00'],
  ['00:00:59;29', '30000/1001', 1, '00:01:00;02'],
  ['00:09:59;29', '30000/1001', 1, '00:10:00;00'],
  ['00:00:59;59', '60000/1001', 1, '00:01:00;04'],
  ['01:00:00;00', '30000/1001', 107_892, '02:00:00;00'],
  ['23:59:59:24', '25', 1, '24:00:00:00'],
])('%s at %s, %i later, is %s', (start, rate, n, expected) => {
  expect(coded(start, rate, n)).toEqual(plain(escaped(expected)));
});

test('a day has 24 hours where that is asked for', () => {
  const last = '23:59:59:24';
  expect(coded(last, '25', 1, ':tc24hmax=1')).toEqual(plain(escaped('00:00:00:00')));
});

test('what is no time code is refused', () => {
  expect(() => drawn("timecode='1\\:2'")).toThrow(/hh:mm:ss:ff/);
  expect(() => drawn("timecode='00\\:00\\:00\\:00'")).toThrow(/needs timecode_rate/);
  expect(() => drawn("timecode='00\\:00\\:00;00':r=25")).toThrow(/30 and 60/);
});

test('fontcolor_expr gives a color for each picture', () => {
  const hex = '%{eif\\\\:128+n*64\\\\:x\\\\:2}';
  const first = drawn(`text=A:fontcolor_expr=${hex}${hex}${hex}`);
  const second = drawn(`text=A:fontcolor_expr=${hex}${hex}${hex}`, 2);
  expect(Math.max(...second)).toBeGreaterThan(Math.max(...first));
  expect(() => drawn('text=A:fontcolor_expr=nosuch')).toThrow(/no color/);
});
