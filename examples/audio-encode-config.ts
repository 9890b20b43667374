/** An audio encoder with settings: the specification's "Audio Encode Configuration". */
import { audioEncodeConfig, createReferenceAudioFrame, Muxer, ndarray } from 'vitrine';

const output = process.argv[2] ?? 'output.aac';

const config = audioEncodeConfig({
  numChannels: 2,
  sampleRate: 48000,
  sampleFmt: 'fltp',
  bitRate: 192000, // 192 kbps
  compressionLevel: 5,
});

const muxer = new Muxer(output);
const encoder = muxer.addEncodeStream({ config });

// Two seconds of a chord that moves from left to right.
const numSamples = 2 * 48000;
const sound = new Float32Array(2 * numSamples);
for (let n = 0; n < numSamples; n++) {
  const chord = [220, 277.2, 329.6].map((hertz) => Math.sin((2 * Math.PI * hertz * n) / 48000));
  const value = 0.2 * (chord[0]! + chord[1]! + chord[2]!);
  sound[n] = value * (1 - n / numSamples);
  sound[numSamples + n] = value * (n / numSamples);
}

{
  await using file = await muxer.open();
  const frames = createReferenceAudioFrame({
    array: ndarray(sound, [2, numSamples]),
    sampleFmt: 'fltp',
    sampleRate: 48000,
    pts: 0,
  });
  await file.write(0, await encoder.encode(frames));
  await file.write(0, await encoder.flush());
}
