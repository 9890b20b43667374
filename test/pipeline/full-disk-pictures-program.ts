/** Run by full-disk.test.ts under a limit on file sizes: a sequence whose third picture is too large, and one picture alone. */
import { createReferenceVideoFrame, Muxer, ndarray, saveImage, videoEncodeConfig } from 'vitrine';

const [folder] = process.argv.slice(2);
const size = 100;
const errors: string[] = [];
const noise = () => Uint8Array.from({ length: size * size }, (_, i) => (i * i * 2654435761) >>> 24);

const muxer = new Muxer(`${folder}/%d.png`);
const frameRate = 25;
const config = videoEncodeConfig({ height: size, width: size, pixFmt: 'gray', frameRate });
const encoder = muxer.addEncodeStream({ config });
try {
  await using file = await muxer.open();
  for (let pts = 0; pts < 5; pts++) {
    const data = pts < 2 ? new Uint8Array(size * size) : noise();
    const array = ndarray(data, [1, size, size]);
    const frames = createReferenceVideoFrame({ array, pixFmt: 'gray', frameRate, pts });
    await file.write(0, await encoder.encode(frames));
  }
} catch (error) {
  errors.push(String(error));
}
try {
  await saveImage(`${folder}/alone.bmp`, ndarray(noise(), [size, size]));
} catch (error) {
  errors.push(String(error));
}
console.log(JSON.stringify(errors));
