/** Writes pictures as files with everything watched. Runs in the worker; tests call it as it is. */
import { joinBytes } from '../src/base/byte-stream.ts';
import { JpegEncoder, JpegTrace, watchJpeg } from '../src/codecs/jpeg/index.ts';
import { encodePng, PngTrace, watchPng } from '../src/codecs/png/index.ts';
import type { CodedImage, ImageSettings, SourceImage } from './protocol.ts';

/** Color types of PNG. */
const RGB = 2;
const RGBA = 6;

/** A picture without alpha where none of it is translucent. */
function channelsOf({ data }: SourceImage): { colorType: 2 | 6; data: Uint8Array } {
  for (let at = 3; at < data.length; at += 4) {
    if (data[at] !== 255) return { colorType: RGBA, data };
  }
  const out = new Uint8Array((data.length / 4) * 3);
  for (let from = 0, to = 0; from < data.length; from += 4, to += 3) {
    out[to] = data[from];
    out[to + 1] = data[from + 1];
    out[to + 2] = data[from + 2];
  }
  return { colorType: RGB, data: out };
}

/** The kind of file that a picture was opened as; null where it was none that is shown as it is. */
export function fileKind({ file }: SourceImage): ImageSettings['kind'] | null {
  if (file === undefined) return null;
  return file[0] === 0xff ? 'jpeg' : 'png';
}

/** Writes a picture as a PNG or a JPEG file, or shows the one that it was opened as. */
export function encodeImage(source: SourceImage, settings: ImageSettings): CodedImage {
  const began = performance.now();
  const { title, width, height } = source;
  const { kind, quality } = settings;
  const own = settings.effort === 'as it is' && fileKind(source) === kind ? source.file : undefined;
  const effort = settings.effort === 'as it is' ? 'default' : settings.effort;
  const inspect = kind === 'png' ? new PngTrace() : new JpegTrace();
  let file: Uint8Array;
  if (own !== undefined) {
    file = own;
    if (inspect instanceof PngTrace) watchPng(file, inspect);
    else watchJpeg(file, inspect);
  } else if (inspect instanceof PngTrace) {
    const picture = { width, height, bitDepth: 8, ...channelsOf(source) } as const;
    file = encodePng(picture, { effort, inspect });
  } else {
    // Progressive, where that is not too slow, also where the picture is so small that one scan would be smaller: to be seen arriving.
    const scans = effort === 'fast' ? 'baseline' : 'progressive';
    const options = { width, height, channels: 4, effort, quality, scans, inspect } as const;
    const encoder = new JpegEncoder(options);
    encoder.writeRows(source.data);
    file = encoder.finish();
  }
  inspect.end();
  const trace = joinBytes(inspect.take());
  return { title, settings, trace, file, milliseconds: performance.now() - began };
}
