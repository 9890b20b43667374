/** Opens what is dropped on the page: videos and pictures by the browser's own decoders, y4m by ours, traces, and any bytes. */
import { messageOf } from '../src/base/errors.ts';
import { segmentsOf } from '../src/codecs/jpeg/inspect.ts';
import { isJpeg } from '../src/codecs/jpeg/standard/describe.ts';
import { isPng } from '../src/codecs/png/describe.ts';
import { isY4m, openY4m } from '../src/containers/raw/index.ts';
import type { TraceSource } from '../src/inspect/index.ts';
import { BlobSource } from '../src/io/index.ts';
import type { SourceImage, SourcePictures, SourceSound } from './protocol.ts';
import { videoRateOf } from './video-rate.ts';

/** Most samples that the pictures of a source may have together: what is kept of an encode is five times that. */
const MOST_SAMPLES = 48e6;
/** Largest picture, in samples. */
const LARGEST = 3840 * 2160;
const MOST_PICTURES = 300;
/** Pictures a second that a video is read at whose file does not tell. */
const VIDEO_RATE = 25;
/** Samples a second that sounds are read at, and the seconds that are taken of one. */
const SOUND_RATE = 44_100;
const MOST_SECONDS = 30;

/** Largest file that is looked into byte by byte. */
const MOST_BYTES = 512 << 20;

/** What a file turned out to be. */
export type Opened =
  | {
      readonly kind: 'pictures';
      /** Empty where the file has no parts to look into: raw pictures are large, and are not kept twice. */
      readonly bytes: Uint8Array;
      readonly source: SourcePictures;
      /** The picture as it is, where the file is one. */
      readonly image: SourceImage | null;
    }
  | { readonly kind: 'sound'; readonly bytes: Uint8Array; readonly sound: SourceSound }
  | { readonly kind: 'trace'; readonly source: TraceSource }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array; readonly sentence: string };

/** Opens a file. Throws an error whose message says what to do. */
export async function openFile(
  file: Blob,
  name: string,
  say: (text: string) => void,
): Promise<Opened> {
  if (file.size === 0) throw new Error(`${name} is empty, or a folder: choose another file.`);
  const head = new Uint8Array(await file.slice(0, 64).arrayBuffer());
  const start = String.fromCharCode(...head.subarray(0, 12));
  if (start.startsWith('vitrace')) {
    // What is looked at is read from the file when it is looked at: most traces are larger than what memory should hold.
    return { kind: 'trace', source: new BlobSource(file) };
  }
  if (isY4m(head)) {
    const source = await readY4m(file, name);
    return { kind: 'pictures', bytes: new Uint8Array(0), source, image: null };
  }
  const type = typeOf(start);
  const isLarge = file.size > MOST_BYTES;
  if (isLarge && type !== 'video') {
    throw new Error(
      `${name} has ${file.size} bytes, the page looks into ${MOST_BYTES}: cut it, or take a smaller one.`,
    );
  }
  const bytes = new Uint8Array(isLarge ? [] : await file.arrayBuffer());
  try {
    if (type === 'image') {
      return { kind: 'pictures', bytes, ...(await readImage(file, bytes, name)) };
    }
    if (type === 'video') {
      return {
        kind: 'pictures',
        bytes,
        source: await readVideo(file, bytes, name, say),
        image: null,
      };
    }
    if (type === 'sound') return { kind: 'sound', bytes, sound: await readSound(bytes, name) };
  } catch (error) {
    const sentence = `${messageOf(error)} Here is what the file is made of.`;
    return { kind: 'bytes', bytes, sentence };
  }
  const sentence = `${name} is of no kind that the page decodes; here are its bytes. Videos, pictures, sounds, y4m and traces can be opened.`;
  return { kind: 'bytes', bytes, sentence };
}

/** The kind of a file by its first bytes. */
function typeOf(start: string): 'image' | 'video' | 'sound' | 'other' {
  if (start.slice(4, 8) === 'ftyp') return start.slice(8, 11) === 'avi' ? 'image' : 'video';
  if (start.startsWith('\x1aE\xdf\xa3')) return 'video';
  if (/^(\x89PNG|\xff\xd8\xff|GIF8|BM)/.test(start)) return 'image';
  if (start.startsWith('RIFF')) return start.slice(8, 12) === 'WEBP' ? 'image' : 'sound';
  if (/^(OggS|fLaC|ID3|RF64|FORM|\xff[\xe0-\xfe])/.test(start)) return 'sound';
  return 'other';
}

/** Even sizes, or an error that says what to do. */
function sizeOf(width: number, height: number, name: string): [number, number] {
  if (width * height > LARGEST) {
    throw new Error(
      `${name} has ${width}x${height} samples, more than the page keeps in memory: scale it down to 3840x2160 or less.`,
    );
  }
  const size: [number, number] = [width & ~1, height & ~1];
  if (size[0] < 16 || size[1] < 16)
    throw new Error(`${name} is ${width}x${height}: at least 16x16 is needed.`);
  return size;
}

/** RGBA pixels as a picture of 4:2:0, matrix of ITU-R BT.601, limited range. */
export function toPlanes(
  { data, width: stride }: ImageData,
  width: number,
  height: number,
): Uint8Array {
  const out = new Uint8Array((width * height * 3) / 2);
  const [cbAt, crAt] = [width * height, (width * height * 5) / 4];
  for (let y = 0; y < height; y += 2) {
    for (let x = 0; x < width; x += 2) {
      let [cb, cr] = [0, 0];
      for (let k = 0; k < 4; k++) {
        const [px, py] = [x + (k & 1), y + (k >> 1)];
        const at = 4 * (py * stride + px);
        const [r, g, b] = [data[at], data[at + 1], data[at + 2]];
        out[py * width + px] = 16.5 + 0.2568 * r + 0.5041 * g + 0.0979 * b;
        cb += 128 - 0.1482 * r - 0.291 * g + 0.4392 * b;
        cr += 128 + 0.4392 * r - 0.3678 * g - 0.0714 * b;
      }
      const at = (y >> 1) * (width >> 1) + (x >> 1);
      out[cbAt + at] = cb / 4 + 0.5;
      out[crAt + at] = cr / 4 + 0.5;
    }
  }
  return out;
}

function drawingContext(width: number, height: number): CanvasRenderingContext2D {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null)
    throw new Error(
      `The browser has no memory for a picture of ${width}x${height}: close other pages, or take a smaller one.`,
    );
  return context;
}

/** Whether a file is shown as it is: PNG or JPEG. */
function isKept(bytes: Uint8Array): boolean {
  return isPng(bytes) || isJpeg(bytes);
}

/** Width and height that a PNG or JPEG file says of itself; 0 where it says none. */
export function headSize(bytes: Uint8Array): readonly [width: number, height: number] {
  const at = (place: number, count: number): number =>
    bytes.subarray(place, place + count).reduce((value, byte) => 256 * value + byte, 0);
  if (isPng(bytes)) return [at(16, 4), at(20, 4)];
  if (!isJpeg(bytes)) return [0, 0];
  for (const { marker, start } of segmentsOf(bytes)) {
    // A frame header, SOF0 to SOF15, among which stand DHT, JPG and DAC (T.81 clause B.2.2).
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return [at(start + 7, 2), at(start + 5, 2)];
  }
  return [0, 0];
}

async function readImage(
  file: Blob,
  bytes: Uint8Array,
  name: string,
): Promise<{ source: SourcePictures; image: SourceImage }> {
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    const [w, h] = headSize(bytes);
    if (w * h > 0) sizeOf(w, h, name);
    throw new Error(
      isKept(bytes)
        ? `The browser cannot decode ${name}, which is broken or cut off: get it again, or save it anew.`
        : `The browser cannot decode ${name}: convert it to PNG or JPEG first.`,
    );
  }
  const [width, height] = sizeOf(bitmap.width, bitmap.height, name);
  const size = { width: bitmap.width, height: bitmap.height };
  const context = drawingContext(size.width, size.height);
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const whole = context.getImageData(0, 0, size.width, size.height);
  const picture = toPlanes(whole, width, height);
  return {
    source: { title: name, width, height, frameRate: VIDEO_RATE, pictures: [picture] },
    image: {
      ...{ title: name, ...size, data: new Uint8Array(whole.data.buffer) },
      ...(isKept(bytes) ? { file: bytes } : {}),
    },
  };
}

/** The first seconds of a sound, as the browser decodes it. */
async function readSound(bytes: Uint8Array, name: string): Promise<SourceSound> {
  // A context that plays nothing; its rate is what sounds are brought to.
  const context = new OfflineAudioContext(1, 1, SOUND_RATE);
  let buffer: AudioBuffer;
  try {
    buffer = await context.decodeAudioData(bytes.slice().buffer);
  } catch {
    throw new Error(`The browser cannot decode ${name}: convert it to WAV first.`);
  }
  const length = Math.min(buffer.length, SOUND_RATE * MOST_SECONDS);
  if (length === 0) throw new Error(`${name} has no sample: choose another file.`);
  const channels = Array.from({ length: Math.min(2, buffer.numberOfChannels) }, (_, i) =>
    buffer.getChannelData(i).slice(0, length),
  );
  const title = length < buffer.length ? `${name}, its first ${MOST_SECONDS} s` : name;
  return { title, sampleRate: SOUND_RATE, channels };
}

/** Resolves at an event of a video; rejects at its error. */
function waitFor(video: HTMLVideoElement, event: string, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (): void => reject(new Error(`The browser cannot decode ${name}.`));
    video.addEventListener(event, () => resolve(), { once: true });
    video.addEventListener('error', fail, { once: true });
    setTimeout(fail, 15_000);
  });
}

/** The pictures of a video, as the browser decodes them, at the rate that its file tells. */
async function readVideo(
  file: Blob,
  bytes: Uint8Array,
  name: string,
  say: (text: string) => void,
): Promise<SourcePictures> {
  const video = document.createElement('video');
  video.muted = true;
  video.preload = 'auto';
  const url = URL.createObjectURL(file);
  try {
    const ready = waitFor(video, 'loadeddata', name);
    video.src = url;
    await ready;
    const [width, height] = sizeOf(video.videoWidth, video.videoHeight, name);
    const context = drawingContext(width, height);
    const fit = Math.max(1, Math.floor(MOST_SAMPLES / (width * height)));
    const told = await videoRateOf(bytes);
    const frameRate = told ?? VIDEO_RATE;
    const whole = Number.isFinite(video.duration)
      ? Math.max(1, Math.round(video.duration * frameRate))
      : MOST_PICTURES;
    const count = Math.min(whole, fit, MOST_PICTURES);
    const pictures: Uint8Array[] = [];
    for (let i = 0; i < count; i++) {
      const sought = waitFor(video, 'seeked', name);
      video.currentTime = (i + 0.5) / frameRate;
      await sought;
      context.drawImage(video, 0, 0);
      pictures.push(toPlanes(context.getImageData(0, 0, width, height), width, height));
      say(`Decoding ${name}: ${i + 1} of ${count} pictures …`);
    }
    const part = count < whole ? `, its first ${count} pictures` : '';
    const taken = told === null ? `, taken ${VIDEO_RATE} times a second` : '';
    const title = `${name}${taken}${part}`;
    return { title, width, height, frameRate, pictures, isDecoded: true };
  } finally {
    URL.revokeObjectURL(url);
    video.removeAttribute('src');
  }
}

/** Reads y4m of 4:2:0 and 8 bits. */
async function readY4m(file: Blob, name: string): Promise<SourcePictures> {
  const reader = await openY4m(new BlobSource(file));
  const [stream] = reader.streams;
  if (stream.kind !== 'video' || stream.pixFmt !== 'yuv420p') {
    throw new Error(
      `${name} is not 4:2:0 of 8 bits: convert it with vitrine encode, or ffmpeg -pix_fmt yuv420p.`,
    );
  }
  const [width, height] = sizeOf(stream.width, stream.height, name);
  const fit = Math.min(MOST_PICTURES, Math.max(1, Math.floor(MOST_SAMPLES / (width * height))));
  const pictures: Uint8Array[] = [];
  let total = 0;
  for await (const { packet } of reader.packets()) {
    total++;
    if (total > fit) break;
    pictures.push(cropped(packet.data, stream.width, stream.height, width, height));
  }
  if (total === 0) throw new Error(`${name} has no picture.`);
  const [num, den] = stream.frameRate ?? [VIDEO_RATE, 1];
  const title = total > fit ? `${name}, its first ${fit} pictures` : name;
  return { title, width, height, frameRate: num / den, pictures };
}

/** A tight picture of 4:2:0 without its last odd column and row. */
function cropped(
  data: Uint8Array,
  fromWidth: number,
  fromHeight: number,
  width: number,
  height: number,
): Uint8Array {
  const out = new Uint8Array((width * height * 3) / 2);
  const chromaWidth = (fromWidth + 1) >> 1;
  const chroma = chromaWidth * ((fromHeight + 1) >> 1);
  const luma = fromWidth * fromHeight;
  const planes = [
    [0, fromWidth, width, height],
    [luma, chromaWidth, width / 2, height / 2],
    [luma + chroma, chromaWidth, width / 2, height / 2],
  ];
  let to = 0;
  for (const [from, stride, columns, rows] of planes) {
    for (let y = 0; y < rows; y++) {
      out.set(data.subarray(from + y * stride, from + y * stride + columns), to);
      to += columns;
    }
  }
  return out;
}

/** The file that `vitrine inspect` has put into the page; null if there is none. */
export function embeddedFile(): (Blob & { readonly name?: string }) | null {
  const element = document.getElementById('embedded');
  const text = element?.textContent?.trim() ?? '';
  if (text === '') return null;
  const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  return new File([bytes], element?.dataset.name ?? 'file');
}
