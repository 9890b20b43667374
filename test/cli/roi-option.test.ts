/** Maps of regions of interest, and zones as text. */
import { describe, expect, it } from 'vitest';
import { readZones } from '../../src/cli/h264-options.ts';
import { readRoi, roiZones } from '../../src/cli/roi-option.ts';

describe('--roi', () => {
  it('reads maps by rows, and from which picture on they hold', () => {
    const text = '# face\n-6 -6 0\n0, 0,+3\r\n\n@10\n1 1 1\n2 2 2\n@20\n';
    expect(readRoi('map', text)).toEqual([
      { start: 0, end: 9, columns: 3, rows: 2, qpOffsets: Int8Array.of(-6, -6, 0, 0, 0, 3) },
      { start: 10, end: 19, columns: 3, rows: 2, qpOffsets: Int8Array.of(1, 1, 1, 2, 2, 2) },
    ]);
    expect(readRoi('map', '')).toEqual([]);
  });

  it.each([
    ['1 2\n3', 'map, line 2: 1 numbers, the row before has 2'],
    ['1 x', 'map, line 1: got x, allowed are whole numbers -51..51'],
    ['52', 'map, line 1: got 52'],
    ['@4\n1\n@4\n1', 'map, line 3: @4 after @4 does not rise'],
  ])('refuses %j', (text, message) => {
    expect(() => readRoi('map', text)).toThrow(`--roi: ${message}`);
  });

  it('refuses maps of another size', () => {
    const maps = readRoi('map', '1 2 3\n4 5 6');
    expect(roiZones(maps, 48, 20)).toHaveLength(1);
    expect(() => roiZones(maps, 49, 20)).toThrow(
      '--roi: the map from picture 0 on has 3x2 numbers, needed are 4x2, one by macroblock of 49x20',
    );
  });
});

describe('--zones', () => {
  it('is read as x264 writes them', () => {
    expect(readZones('--zones', '0,10,q=20/11,99,b=0.5')).toEqual([
      { start: 0, end: 10, qp: 20 },
      { start: 11, end: 99, bitRateFactor: 0.5 },
    ]);
    expect(() => readZones('--zones', '0,10')).toThrow('--zones: got 0,10, allowed are');
  });
});
