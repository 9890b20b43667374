/** Run by kill.test.ts, which kills it: writes pictures and sound into a file without end. */
import { audioEncodeConfig, Muxer, videoEncodeConfig } from 'vitrine';
import { movingPicture, pcmFrames, rgbFrames, tones } from './clips.ts';

const [path, options] = process.argv.slice(2);
const [WIDTH, HEIGHT, FRAME_RATE, RATE] = [64, 48, 30, 48000];
const pictures = movingPicture(FRAME_RATE, WIDTH, HEIGHT);
const sound = tones(RATE, 1, RATE);

const muxer = new Muxer(path!);
const video = muxer.addEncodeStream({
  config: videoEncodeConfig({
    width: WIDTH,
    height: HEIGHT,
    pixFmt: 'rgb24',
    frameRate: [FRAME_RATE, 1],
    gopSize: 15,
  }),
});
const audio = muxer.addEncodeStream({
  config: audioEncodeConfig({ numChannels: 1, sampleRate: RATE, sampleFmt: 's16' }),
});
await muxer.open(JSON.parse(options!));
for (let second = 0; ; second++) {
  await muxer.write(0, await video.encode(rgbFrames(pictures, second * FRAME_RATE)));
  await muxer.write(1, await audio.encode(pcmFrames(sound, second * RATE)));
}
