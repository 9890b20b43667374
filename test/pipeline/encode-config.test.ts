/** Configs: defaults, what they become, and what is refused. */
import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../src/base/errors.ts';
import { audioEncodeConfig, videoEncodeConfig } from '../../src/pipeline/index.ts';

test('defaults are those of SPDL; -1 leaves the choice to the codec', () => {
  const video = videoEncodeConfig({
    width: 8,
    height: 6,
    bitRate: -1,
    qscale: -1,
    gopSize: -1,
    compressionLevel: -1,
    maxBFrames: -1,
  });
  expect(video.pixFmt).toBe('rgb24');
  expect(video.frameRate).toEqual([25, 1]);
  expect([
    video.bitRate,
    video.qscale,
    video.gopSize,
    video.compressionLevel,
    video.maxBFrames,
  ]).toEqual(Array(5).fill(undefined));
  expect(audioEncodeConfig({ numChannels: 2, sampleRate: 48000 }).sampleFmt).toBe('fltp');
});

test('the config of the specification', () => {
  const config = videoEncodeConfig({
    height: 1080,
    width: 1920,
    pixFmt: 'yuv420p',
    frameRate: [30, 1],
    bitRate: 5000000,
    gopSize: 30,
    maxBFrames: 2,
    compressionLevel: 5,
    colorspace: 'bt709',
    colorPrimaries: 'bt709',
    colorTrc: 'bt709',
  });
  expect(config.color).toEqual({
    colour_primaries: 1,
    transfer_characteristics: 1,
    matrix_coefficients: 1,
    video_full_range_flag: 0,
  });
  expect([config.bitRate, config.gopSize, config.maxBFrames, config.compressionLevel]).toEqual([
    5000000, 30, 2, 5,
  ]);
  const audio = audioEncodeConfig({
    numChannels: 2,
    sampleRate: 48000,
    sampleFmt: 'fltp',
    bitRate: 192000,
    compressionLevel: 5,
  });
  expect([audio.bitRate, audio.compressionLevel]).toEqual([192000, 5]);
});

test('range by format or by name', () => {
  const range = (options: object) =>
    videoEncodeConfig({ width: 8, height: 8, ...options }).color.video_full_range_flag;
  expect(range({ pixFmt: 'yuvj420p' })).toBe(1);
  expect(range({ pixFmt: 'yuv420p' })).toBe(0);
  expect(range({ pixFmt: 'yuv420p', colorRange: 'pc' })).toBe(1);
  expect(range({ pixFmt: 'rgb24' })).toBe(0);
});

describe('refuses', () => {
  const sizes = { width: 8, height: 8 };
  test.each<[string, object, RegExp]>([
    ['no width', { height: 8 }, /videoEncodeConfig.width: got undefined/],
    ['height 0', { width: 8, height: 0 }, /height: got 0, allowed are integers 1..65535/],
    ['a fraction', { ...sizes, width: 8.5 }, /width: got 8.5/],
    ['NaN', { ...sizes, bitRate: Number.NaN }, /bitRate: got NaN/],
    ['bit rate 0', { ...sizes, bitRate: 0 }, /bitRate: got 0/],
    ['text', { ...sizes, gopSize: '30' }, /gopSize: got the string "30"/],
    ['gop -2', { ...sizes, gopSize: -2 }, /gopSize: got -2/],
    ['qscale NaN', { ...sizes, qscale: Number.NaN }, /qscale: got NaN/],
    ['qscale Infinity', { ...sizes, qscale: Number.POSITIVE_INFINITY }, /qscale: got Infinity/],
    ['B frames', { ...sizes, maxBFrames: 17 }, /maxBFrames: got 17/],
    [
      'a rate of 0',
      { ...sizes, frameRate: [0, 1] },
      /frameRate: got \[0, 1\], allowed are frames per second/,
    ],
    ['a negative rate', { ...sizes, frameRate: [-30, 1] }, /frameRate/],
    ['a pixel format', { ...sizes, pixFmt: 'nope' }, /unknown pixel format nope/],
    [
      'a color space',
      { ...sizes, colorspace: 'foo' },
      /colorspace: got foo, allowed are gbr, bt709/,
    ],
    ['primaries', { ...sizes, colorPrimaries: 'foo' }, /colorPrimaries: got foo/],
    ['a transfer', { ...sizes, colorTrc: 'foo' }, /colorTrc: got foo/],
    ['a range', { ...sizes, colorRange: 'full' }, /colorRange: got full, allowed are tv, pc/],
    [
      'the name in snake case',
      { ...sizes, bit_rate: 5 },
      /bit_rate: unknown option, allowed are .*bitRate/,
    ],
    ['an aspect ratio', { ...sizes, sampleAspectRatio: [0, 1] }, /sampleAspectRatio/],
  ])('video: %s', (_, options, message) => {
    expect(() => videoEncodeConfig(options as never)).toThrow(ConfigError);
    expect(() => videoEncodeConfig(options as never)).toThrow(message);
  });

  test.each<[string, object, RegExp]>([
    ['no channels', { sampleRate: 8000 }, /numChannels: got undefined/],
    ['0 channels', { numChannels: 0, sampleRate: 8000 }, /numChannels: got 0/],
    ['rate 0', { numChannels: 1, sampleRate: 0 }, /sampleRate: got 0/],
    ['rate NaN', { numChannels: 1, sampleRate: Number.NaN }, /sampleRate: got NaN/],
    [
      'a sample format',
      { numChannels: 1, sampleRate: 8000, sampleFmt: 'f32' },
      /unknown sample format f32/,
    ],
    ['width', { numChannels: 1, sampleRate: 8000, width: 4 }, /width: unknown option/],
  ])('audio: %s', (_, options, message) => {
    expect(() => audioEncodeConfig(options as never)).toThrow(ConfigError);
    expect(() => audioEncodeConfig(options as never)).toThrow(message);
  });
});
