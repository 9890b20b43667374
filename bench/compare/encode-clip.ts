/**
 * The program that `whole-process.ts` starts: `node encode-clip.mjs '{"clip":…, "output":…, "options":…}'` encodes a raw clip
 * into an Annex B stream, frame by frame, and prints the processor seconds of its process.
 */
import { closeSync, openSync, readSync, writeFileSync } from 'node:fs';
import { createH264Encoder, type H264Options } from '../../src/codecs/h264/index.ts';
import { annexB, lengthPrefixed, parameterSets } from '../peers/annex-b.ts';
import { type Clip, chromaSamples, frameBytes } from '../video/clips.ts';

interface Request {
  readonly clip: Clip;
  readonly output: string;
  readonly options: Partial<H264Options>;
}

function encode({ clip, output, options }: Request): void {
  const { width, height, frameRate } = clip;
  const encoder = createH264Encoder({ width, height, frameRate, ...options });
  const units: Uint8Array[] = [...parameterSets(encoder.streamInfo.config)];
  const take = (packets: readonly { data: Uint8Array }[]) => {
    for (const { data } of packets) units.push(...lengthPrefixed(data));
  };
  const file = openSync(clip.path, 'r');
  const data = new Uint8Array(frameBytes(clip));
  const luma = width * height;
  const stride = (width + 1) >> 1;
  for (let n = 0; n < clip.numFrames; n++) {
    readSync(file, data, 0, data.length, n * data.length);
    take(
      encoder.encode({
        pixFmt: 'yuv420p',
        width,
        height,
        pts: n,
        planes: [
          { data, offset: 0, stride: width },
          { data, offset: luma, stride },
          { data, offset: luma + chromaSamples(clip), stride },
        ],
      }),
    );
  }
  take(encoder.flush());
  closeSync(file);
  writeFileSync(output, annexB(units));
}

encode(JSON.parse(process.argv[2]!) as Request);
process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  process.stdout.write(String((user + system) / 1e6));
});
