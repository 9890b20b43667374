/** Sound and pictures into one file: the specification's "Multiple Streams (Audio + Video)". */
import {
  audioEncodeConfig,
  createReferenceAudioFrame,
  createReferenceVideoFrame,
  Muxer,
  ndarray,
  videoEncodeConfig,
} from 'vitrine';

const output = process.argv[2] ?? 'output.mp4';

// Audio data: a tone per channel. Video data: a gradient that moves.
const sound = new Int16Array(44100 * 3 * 2);
for (let n = 0; n < 44100 * 3; n++) {
  sound[2 * n] = 9000 * Math.sin((2 * Math.PI * 440 * n) / 44100);
  sound[2 * n + 1] = 9000 * Math.sin((2 * Math.PI * 660 * n) / 44100);
}
const pixels = Uint8Array.from({ length: 90 * 240 * 320 * 3 }, (_, i) => {
  const x = Math.floor(i / 3) % 320;
  const n = Math.floor(i / (240 * 320 * 3));
  return x + 2 * n + 40 * (i % 3);
});

// Muxer with both streams. AAC takes planar floats, H.264 yuv420p: both are converted.
const muxer = new Muxer(output);
const audioEncoder = muxer.addEncodeStream({
  config: audioEncodeConfig({ numChannels: 2, sampleRate: 44100, sampleFmt: 's16' }),
  encoder: 'aac',
});
const videoEncoder = muxer.addEncodeStream({
  config: videoEncodeConfig({ height: 240, width: 320, pixFmt: 'rgb24', frameRate: [30, 1] }),
});

{
  await using file = await muxer.open();

  // Audio to stream 0.
  const audioFrames = createReferenceAudioFrame({
    array: ndarray(sound, [44100 * 3, 2]),
    sampleFmt: 's16',
    sampleRate: 44100,
    pts: 0,
  });
  await file.write(0, await audioEncoder.encode(audioFrames));

  // Video to stream 1.
  const videoFrames = createReferenceVideoFrame({
    array: ndarray(pixels, [90, 240, 320, 3]),
    pixFmt: 'rgb24',
    frameRate: [30, 1],
    pts: 0,
  });
  await file.write(1, await videoEncoder.encode(videoFrames));

  // Flush both encoders.
  await file.write(0, await audioEncoder.flush());
  await file.write(1, await videoEncoder.flush());
}
