/** An encoder that fails, by an inspector or of itself, leaves no file: what it did not code is not passed over in silence. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { StateError } from '../../src/base/errors.ts';
import { QUIET_INSPECTOR } from '../../src/codecs/h264/index.ts';
import {
  audioEncodeConfig,
  createReferenceVideoFrame,
  Muxer,
  ndarray,
  videoEncodeConfig,
} from '../../src/index.ts';
import { pcmFrames, tones } from './clips.ts';

const folder = mkdtempSync(join(tmpdir(), 'failed-encoders-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'out');
beforeEach(() => writeFileSync(path, 'the old file'));

const stays = () => {
  expect(readFileSync(path, 'utf8')).toBe('the old file');
  expect(readdirSync(folder)).toEqual(['out']);
};

const SIZE = { height: 64, width: 80, frameRate: 30 } as const;
const shape = [10, SIZE.height, SIZE.width, 3];
const noise = Uint8Array.from(
  { length: 10 * SIZE.height * SIZE.width * 3 },
  (_, i) => (i * i) >> 7,
);
const frames = (pts: number) =>
  createReferenceVideoFrame({
    ...{ array: ndarray(noise, shape), pixFmt: 'rgb24', frameRate: SIZE.frameRate, pts },
  });

/** A muxer of a stream whose inspector throws at its `nth` part: the first are the parameter sets. */
function throwing(format: string, nth: number, reason: unknown) {
  const muxer = new Muxer(path, { format });
  let count = 0;
  const pictureEnd = () => {
    if (++count === nth) throw reason;
  };
  const encoder = muxer.addEncodeStream({
    config: videoEncodeConfig(SIZE),
    encoderConfig: { lookahead: 4, bframes: 0, inspect: { ...QUIET_INSPECTOR, pictureEnd } },
  });
  return { muxer, encoder };
}

describe.each(['mp4', 'matroska', 'h264'])('an inspector that throws (%s)', (format) => {
  const mine = new RangeError('mine');

  test.each([2, 25])('at picture %i', async (nth) => {
    const { muxer, encoder } = throwing(format, nth, mine);
    await muxer.open();
    const errors: unknown[] = [];
    for (let i = 0; i < 4; i++) {
      const coded = await encoder.encode(frames(10 * i)).catch((error) => void errors.push(error));
      await muxer.write(0, coded);
    }
    expect(errors[0]).toBe(mine);
    expect(errors[1]).toMatchObject({ message: expect.stringMatching(/failed \(mine\)/) });
    const closing = muxer.close();
    await expect(closing).rejects.toThrow(StateError);
    await expect(closing).rejects.toMatchObject({ cause: mine });
    stays();
    await expect(muxer.close()).rejects.toThrow(/mine/);
  });

  test('while it is flushed', async () => {
    const { muxer, encoder } = throwing(format, 9, mine);
    await muxer.open();
    await muxer.write(0, await encoder.encode(frames(0)));
    await expect(muxer.close()).rejects.toBe(mine);
    stays();
  });

  test('in a block that ends by it: no second error', async () => {
    const { muxer, encoder } = throwing(format, 2, undefined);
    await muxer.open();
    for (let i = 0; i < 2; i++) await encoder.encode(frames(10 * i)).catch(() => {});
    await muxer[Symbol.asyncDispose]();
    stays();
  });
});

test('sound whose encoder fails leaves no file', async () => {
  const muxer = new Muxer(path, { format: 'wav' });
  const config = audioEncodeConfig({ numChannels: 1, sampleRate: 8000 });
  const encoder = muxer.addEncodeStream({ config });
  await muxer.open();
  const { session } = encoder as unknown as { session: { encode: () => void } };
  session.encode = () => {
    throw new RangeError('mine');
  };
  await expect(encoder.encode(pcmFrames(tones(8000, 1, 8000), 0, 8000))).rejects.toThrow('mine');
  await expect(muxer.close()).rejects.toThrow(/an encoder failed before \(mine\)/);
  stays();
});

test('frames that are refused are no failure: the file is whole', async () => {
  const muxer = new Muxer(path, { format: 'mp4' });
  const encoder = muxer.addEncodeStream({ config: videoEncodeConfig(SIZE) });
  await muxer.open();
  await muxer.write(0, await encoder.encode(frames(0)));
  await expect(encoder.encode(frames(0))).rejects.toThrow(/times must rise/);
  await muxer.close();
  expect(readFileSync(path).subarray(4, 8).toString()).toBe('ftyp');
});
