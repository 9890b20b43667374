/** Sound to a WAV file: the specification's "Audio Encoding". */
import { audioEncodeConfig, createReferenceAudioFrame, Muxer, ndarray } from 'vitrine';

const output = process.argv[2] ?? 'output.wav';

const sampleRate = 44100;
const duration = 3;
const numChannels = 2;

// Audio data: random samples.
const samples = Int16Array.from({ length: sampleRate * duration * numChannels }, () =>
  Math.floor(Math.random() * 65535 - 32768),
);
const audio = ndarray(samples, [sampleRate * duration, numChannels]);

// Muxer and encoder.
const muxer = new Muxer(output);
const encoder = muxer.addEncodeStream({
  config: audioEncodeConfig({ numChannels, sampleFmt: 's16', sampleRate }),
  encoder: 'pcm_s16le', // optional: names the encoder
});

// Encode and write. The file is closed at the end of the block.
{
  await using file = await muxer.open();
  const frames = createReferenceAudioFrame({ array: audio, sampleFmt: 's16', sampleRate, pts: 0 });
  await file.write(0, await encoder.encode(frames));
  await file.write(0, await encoder.flush());
}
