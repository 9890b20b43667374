/** Windows of a pair: clicks on one side leave the other side's windows long, and what is alike shares windows. */
import { expect, test } from 'vitest';
import { createAacEncoder, QUIET_AAC_INSPECTOR } from '../../../src/codecs/aac/index.ts';
import { EIGHT_SHORT_SEQUENCE } from '../../../src/codecs/aac/standard/window-sequence.ts';
import { adtsStream } from '../../support/adts.ts';
import { runFfmpeg } from '../../support/ffmpeg.ts';

const RATE = 48000;
const LENGTH = 2 * RATE;

const chord = Float32Array.from(
  { length: LENGTH },
  (_, i) => 0.15 * (Math.sin(i / 15) + Math.sin(i / 12.1) + Math.sin(i / 9.7)),
);
/** A click that dies away in 2 ms, each third of a second. */
const clicks = Float32Array.from({ length: LENGTH }, (_, i) => {
  const t = i % 16000;
  return t < 2000 ? 0.6 * Math.exp(-t / 100) * Math.sin(t / 3) : 0;
});

/** Packets of a pair, and the window sequences of both channels, frame by frame. */
function encodePair(left: Float32Array, right: Float32Array) {
  const sequences: number[][] = [[], []];
  const encoder = createAacEncoder({
    sampleRate: RATE,
    numChannels: 2,
    bitRate: 96000,
    inspect: {
      ...QUIET_AAC_INSPECTOR,
      channel: (c, stream) => sequences[c]!.push(stream.info.window_sequence),
    },
  });
  const planes = [left, right].map((data) => ({ data, offset: 0, stride: 1 }));
  const shape = { sampleFmt: 'fltp', sampleRate: RATE, numChannels: 2 } as const;
  const packets = [
    ...encoder.encode({ ...shape, numSamples: LENGTH, planes, pts: 0 }),
    ...encoder.flush(),
  ];
  return { packets, sequences, config: encoder.streamInfo.config };
}

/** common_window, the bit after id_syn_ele and element_instance_tag. */
const isCommon = ({ data }: { data: Uint8Array }) => (data[0]! & 1) === 1;

test('beside clicks a chord keeps its long windows, and a decoder reads both', () => {
  const { packets, sequences, config } = encodePair(chord, clicks);
  // The chord begins within the first frame, and ends within the last.
  const inside = sequences[0]!.slice(2, -3);
  expect(inside.every((sequence) => sequence !== EIGHT_SHORT_SEQUENCE)).toBe(true);
  const shorts = sequences[1]!.filter((sequence) => sequence === EIGHT_SHORT_SEQUENCE);
  expect(shorts.length).toBeGreaterThanOrEqual(5);
  for (const [i, packet] of packets.entries()) {
    expect(isCommon(packet)).toBe(sequences[0]![i] === sequences[1]![i]);
  }
  const decoded = runFfmpeg(
    ['-f', 'aac', '-i', '-', '-f', 'f32le', '-'],
    adtsStream(packets, config),
  );
  const samples = new Float32Array(decoded.buffer.slice(decoded.byteOffset), 0, 2 * LENGTH);
  for (const [c, original] of [chord, clicks].entries()) {
    let error = 0;
    let energy = 0;
    for (let i = 4096; i < LENGTH - 4096; i++) {
      const off = samples[2 * (i + 1024) + c]! - original[i]!;
      error += off * off;
      energy += original[i]! ** 2;
    }
    expect(error).toBeLessThan(0.02 * energy);
  }
});

test('clicks that both channels have, and a chord in both under clicks in one, share windows', () => {
  const both = chord.map((x, i) => x + clicks[i]!);
  for (const [left, right] of [
    [clicks, clicks],
    [both, chord],
  ] as const) {
    const { packets, sequences } = encodePair(left, right);
    expect(
      sequences[0]!.filter((sequence) => sequence === EIGHT_SHORT_SEQUENCE).length,
    ).toBeGreaterThan(4);
    expect(packets.every(isCommon)).toBe(true);
  }
});
