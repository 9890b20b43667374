/**
 * What every runtime makes: two seconds of picture and sound as MP4, in memory. Takes the library as its argument, and nothing of
 * the platform. Plain JavaScript, integers only, so that the input is the same everywhere.
 */
const RATE = 30;
const SAMPLE_RATE = 48000;

/** The movie that every runtime makes, and one for engines that interpret. */
const FULL = { halves: 4, width: 320, height: 180 };
export const SMALL = { halves: 1, width: 64, height: 48 };

/**
 * @param config options of the H.264 encoder beside those of the job
 * @param job size of the pictures, and half seconds of them
 */
export async function makeMovie(library, config = {}, { halves, width, height } = FULL) {
  const { audioEncodeConfig, createReferenceAudioFrame, createReferenceVideoFrame } = library;
  const { MemorySink, Muxer, ndarray, videoEncodeConfig } = library;
  const sink = new MemorySink();
  const muxer = new Muxer(sink, { format: 'mp4' });
  const video = muxer.addEncodeStream({
    config: videoEncodeConfig({ height, width, frameRate: RATE }),
    encoderConfig: config,
  });
  const audio = muxer.addEncodeStream({
    config: audioEncodeConfig({ numChannels: 2, sampleRate: SAMPLE_RATE, sampleFmt: 's16' }),
  });
  await muxer.open();
  for (let start = 0; start < 15 * halves; start += 15) {
    const pictures = createReferenceVideoFrame({
      array: ndarray(drawPictures(start, 15, width, height), [15, height, width, 3]),
      ...{ pixFmt: 'rgb24', frameRate: RATE, pts: start },
    });
    await muxer.write(0, await video.encode(pictures));
    const first = (start / RATE) * SAMPLE_RATE;
    const sound = createReferenceAudioFrame({
      array: ndarray(playSound(first, SAMPLE_RATE / 2), [SAMPLE_RATE / 2, 2]),
      ...{ sampleFmt: 's16', sampleRate: SAMPLE_RATE, pts: first },
    });
    await muxer.write(1, await audio.encode(sound));
  }
  await muxer.write(0, await video.flush());
  await muxer.write(1, await audio.flush());
  await muxer.close();
  return sink.toBytes();
}

/** A texture that scrolls, with a square that moves the other way. */
export function drawPictures(first, count, width, height) {
  const pixels = new Uint8Array(count * height * width * 3);
  let at = 0;
  for (let n = first; n < first + count; n++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const isSquare = x >= 200 - 3 * n && x < 260 - 3 * n && y >= n && y < n + 60;
        const texture = ((x + 2 * n) * (y + 40)) >> 5;
        pixels[at++] = isSquare ? 230 : texture & 255;
        pixels[at++] = isSquare ? 60 : (y + n) & 255;
        pixels[at++] = isSquare ? (x * 4) & 255 : 128;
      }
    }
  }
  return pixels;
}

/** Triangles of two pitches with noise on the right. */
export function playSound(first, count) {
  const samples = new Int16Array(2 * count);
  let noise = (first * 69069 + 1) | 0;
  for (let i = 0; i < count; i++) {
    const phase = ((first + i) * 440) % SAMPLE_RATE;
    const triangle = Math.abs(2 * phase - SAMPLE_RATE) - SAMPLE_RATE / 2;
    noise = (Math.imul(noise, 1664525) + 1013904223) | 0;
    samples[2 * i] = triangle >> 2;
    samples[2 * i + 1] = (triangle >> 3) + (noise >> 20);
  }
  return samples;
}
