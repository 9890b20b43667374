/** Color names: one to one with the code points, and the ones that ffmpeg has. */
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { ConfigError } from '../../src/base/errors.ts';
import {
  type ColorProperty,
  colorName,
  colorNames,
  requireColorCode,
} from '../../src/frames/index.ts';
import { ffmpegPath } from '../support/ffmpeg.ts';

const OPTION: Record<ColorProperty, string> = {
  primaries: 'color_primaries',
  transfer: 'color_trc',
  matrix: 'colorspace',
};

/** The constants of one option in `ffmpeg -h full`: name => value. */
function ffmpegConstants(option: string): Map<string, number> {
  const help = spawnSync(ffmpegPath(), ['-v', 'quiet', '-h', 'full'], {
    maxBuffer: 1 << 28,
  }).stdout.toString();
  const lines = help.split('\n');
  const start = lines.findIndex((line) => new RegExp(`^\\s+-${option}\\s`).test(line));
  const constants = new Map<string, number>();
  for (const line of lines.slice(start + 1)) {
    const match = /^ {5}(\S+)\s+(\d+)\s+E/.exec(line);
    if (match === null) break;
    constants.set(match[1]!, Number(match[2]));
  }
  return constants;
}

test.each(['primaries', 'transfer', 'matrix'] as const)('%s: ffmpeg says the same', (property) => {
  const theirs = ffmpegConstants(OPTION[property]);
  if (theirs.size === 0) {
    console.warn('this ffmpeg lists no values of constants: comparison skipped');
    return;
  }
  let known = 0;
  for (const [name, value] of theirs) {
    expect([name, requireColorCode('test', property, name)]).toEqual([name, value]);
    known++;
  }
  expect(known).toBeGreaterThanOrEqual(10);
});

test.each(['primaries', 'transfer', 'matrix'] as const)(
  '%s: names and codes are one to one',
  (property) => {
    const codes = colorNames(property).map((name) => requireColorCode('test', property, name));
    expect(new Set(codes).size).toBe(codes.length);
    expect(codes.map((code) => colorName(property, code))).toEqual(colorNames(property));
  },
);

test('unknown names are refused', () => {
  expect(() => requireColorCode('config.colorspace', 'matrix', 'foo')).toThrow(ConfigError);
  expect(() => requireColorCode('config.colorspace', 'matrix', 'toString')).toThrow(
    /config.colorspace: got toString/,
  );
  expect(colorName('matrix', 99)).toBe('unknown');
});
