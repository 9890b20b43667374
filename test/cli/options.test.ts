/** The table of options: values of each kind, and what is refused. */
import { describe, expect, it } from 'vitest';
import { describeOptions, type OptionTable, parseOptions } from '../../src/cli/options.ts';
import { progressLine } from '../../src/cli/progress.ts';

const TABLE = {
  output: { kind: 'text', short: 'o', meta: 'FILE', help: 'where to' },
  fast: { kind: 'flag', help: 'quick' },
  qp: { kind: 'integer', min: 0, max: 51, help: 'quantizer' },
  scale: { kind: 'number', min: 0.5, max: 2, help: 'factor' },
  preset: { kind: 'choice', choices: ['slow', 'fast'], help: 'speed' },
  size: { kind: 'size', help: 'size' },
  rate: { kind: 'rate', help: 'rate' },
  bits: { kind: 'bits', help: 'bits' },
} as const satisfies OptionTable;

const parse = (...args: string[]) => parseOptions(args, TABLE);

describe('options', () => {
  it('are read by their kinds, wherever they stand', () => {
    const { values, inputs } = parse(
      ...['a.y4m', '-o', 'b.mp4', '--fast', '--qp=30', '-', '--scale', '.75', '--preset', 'slow'],
      ...['--size', '320x240', '--rate', '30000/1001', '--bits', '1.5M', '--', '--odd-name'],
    );
    expect(inputs).toEqual(['a.y4m', '-', '--odd-name']);
    expect(values).toEqual({
      output: 'b.mp4',
      fast: true,
      qp: 30,
      scale: 0.75,
      preset: 'slow',
      size: [320, 240],
      rate: [30000, 1001],
      bits: 1_500_000,
    });
    expect(parse('--rate', '29.97').values.rate).toEqual([30000, 1001]);
    expect(parse('--rate', '12.5').values.rate).toEqual([25, 2]);
    expect(parse('--bits', '128k').values.bits).toBe(128_000);
  });

  it('that are wrong are named, with what is allowed', () => {
    expect(() => parse('--qq')).toThrow('--qq: unknown option, allowed are --output, --fast');
    expect(() => parse('-x', '1')).toThrow('-x: unknown option');
    expect(() => parse('--output')).toThrow('--output: needs a value: FILE');
    expect(() => parse('--qp', '52')).toThrow('--qp: got 52, allowed are integers 0..51');
    expect(() => parse('--qp', '1.5')).toThrow('--qp');
    expect(() => parse('--qp', 'NaN')).toThrow('--qp: got NaN');
    expect(() => parse('--qp', '')).toThrow('--qp: got ');
    expect(() => parse('--scale', '3')).toThrow('0.5..2');
    expect(() => parse('--preset', 'quick')).toThrow('--preset: got quick, allowed are slow, fast');
    expect(() => parse('--size', '320')).toThrow('320x240');
    expect(() => parse('--size', '0x5')).toThrow('--size: got 0');
    expect(() => parse('--rate', '0')).toThrow('--rate');
    expect(() => parse('--rate', '1/0')).toThrow('--rate');
    expect(() => parse('--bits', '1G')).toThrow('--bits: got 1G');
    expect(() => parse('--fast=1')).toThrow('takes no value');
    expect(() => parse('--qp', '1', '--qp', '2')).toThrow('--qp: given twice');
  });

  it('are described in columns', () => {
    const lines = describeOptions(TABLE);
    expect(lines.length).toBe(Object.keys(TABLE).length);
    expect(lines[0]).toMatch(/^ {2}-o, --output FILE +where to$/);
    expect(lines[4]).toMatch(/--preset CHOICE +speed: slow, fast$/);
  });
});

describe('progress', () => {
  it('says frames, speed and time left', () => {
    expect(progressLine(120, 4, 2, 0.25)).toBe('120 frames, 60.0 fps, 2.00x, 25 %, 0:06 left');
    expect(progressLine(0, 30, 2, null)).toBe('30.0 s, 15.00x');
  });
});
