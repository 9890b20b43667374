/**
 * What the page and Node both run, to compare the bytes: each program takes the library as its argument, and makes one
 * file in memory. Plain JavaScript, so that the browser loads it as it is.
 */

/** Half a second of a stereo tone that rises, as 16-bit WAV. */
export async function makeWav({
  Muxer,
  MemorySink,
  audioEncodeConfig,
  createReferenceAudioFrame,
  ndarray,
}) {
  const sampleRate = 8000;
  const samples = new Int16Array(sampleRate);
  for (let i = 0; i < samples.length; i++) {
    samples[i] = (((i * i) >> (i & 1 ? 9 : 8)) % 20000) - 10000;
  }
  const sink = new MemorySink();
  const muxer = new Muxer(sink, { format: 'wav' });
  const config = audioEncodeConfig({ numChannels: 2, sampleRate, sampleFmt: 's16' });
  const encoder = muxer.addEncodeStream({ config });
  await muxer.open();
  const array = ndarray(samples, [samples.length / 2, 2]);
  const frames = createReferenceAudioFrame({ array, sampleFmt: 's16', sampleRate, pts: 0 });
  await muxer.write(0, await encoder.encode(frames));
  await muxer.write(0, await encoder.flush());
  await muxer.close();
  return sink.toBytes();
}

/** A square that moves over a gradient, 24 frames of rgb24, as H.264 in MP4. */
export async function makeMp4({
  Muxer,
  MemorySink,
  videoEncodeConfig,
  createReferenceVideoFrame,
  ndarray,
}) {
  const [numFrames, height, width] = [24, 48, 64];
  const video = new Uint8Array(numFrames * height * width * 3);
  for (let n = 0, at = 0; n < numFrames; n++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++, at += 3) {
        const inside = x >= 2 * n && x < 2 * n + 12 && y >= n && y < n + 12;
        video[at] = inside ? 250 : 3 * x;
        video[at + 1] = inside ? 40 : 4 * y;
        video[at + 2] = inside ? 30 : 128;
      }
    }
  }
  const sink = new MemorySink();
  const muxer = new Muxer(sink, { format: 'mp4' });
  const config = videoEncodeConfig({ height, width, pixFmt: 'rgb24', frameRate: [24, 1] });
  const encoder = muxer.addEncodeStream({ config });
  await muxer.open();
  const array = ndarray(video, [numFrames, height, width, 3]);
  const frames = createReferenceVideoFrame({ array, pixFmt: 'rgb24', frameRate: [24, 1], pts: 0 });
  await muxer.write(0, await encoder.encode(frames));
  await muxer.write(0, await encoder.flush());
  await muxer.close();
  return sink.toBytes();
}
