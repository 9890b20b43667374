/**
 * The guard of changes that must not change a byte: codes generated pictures with 198 settings (every preset by every kind of
 * option) and the real clips with three, and prints one hash over all packets and headers.
 * `npm run same-bytes -- [--short] [--clips] [--tree DIR] [--list]`: 20 settings only; the clips too; the sources of another
 * checkout; a hash for each setting.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { H264Encoder } from '../src/codecs/h264/encoder/encoder.ts';
import type { H264Options } from '../src/codecs/h264/encoder/options.ts';
import type { Preset } from '../src/codecs/h264/encoder/speed-options.ts';
import { type Content, drawScene } from '../test/codecs/h264/encoder/content.ts';
import { ffmpegPath } from '../test/support/ffmpeg.ts';
import { frameOf, passthroughOption, pictureSize } from '../test/support/h264.ts';
import { mediaPath } from '../test/support/media.ts';

/** What the guard needs of a checkout. */
interface Tree {
  readonly createH264Encoder: (options: H264Options) => H264Encoder;
}

const PRESETS: readonly Preset[] = [
  ...(['ultrafast', 'superfast', 'veryfast', 'faster', 'fast'] as const),
  ...(['medium', 'slow', 'slower', 'veryslow'] as const),
];

/** 22 kinds of options, each coded with each of the nine presets. */
const KINDS: readonly Partial<H264Options>[] = [
  { qp: 0 },
  { qp: 12, slices: 3 },
  { qp: 22, chromaQpOffset: -4, deblockAlpha: 2, deblockBeta: -3 },
  { qp: 28, sliceBytes: 700, deblockAcrossSlices: false },
  { qp: 34, constrainedIntra: true, gopSize: 5 },
  { qp: 51, sliceMacroblocks: 7 },
  { qp: 26, refs: 4, longTermPeriod: 3 },
  { qp: 30, refs: 5, sceneMemory: 2, sceneCut: true },
  { qp: 24, partitions: 'all', mixedReferences: true, refs: 3 },
  { qp: 27, rdo: true, trellis: true, exactVectors: true },
  { qp: 25, search: 'multi-hexagon', searchRange: 32, keyPictures: 'recovery', gopSize: 6 },
  { qp: 29, vectorKernels: false },
  { crf: 18 },
  { crf: 23, aqStrength: 1 },
  { crf: 28, importance: 2, lookahead: 8, accessUnitDelimiters: true },
  { crf: 33, deblock: false },
  { crf: 26, level: '3', vbvMaxRate: 400_000, vbvBufferSize: 300_000 },
  { bitRate: 150_000 },
  { bitRate: 400_000, collectStatistics: true, sceneCut: true, lookahead: 12 },
  { bitRate: 300_000, vbvBufferSize: 200_000, hrd: 'cbr' },
  { bitRate: 250_000, vbvMaxRate: 500_000, vbvBufferSize: 250_000, hrd: 'vbr', slices: 2 },
  { bitRate: 100_000, fastIntra: false, metric: 'satd', intra4x4InP: true, refs: 2 },
];

const SIZES = [
  [96, 80],
  [111, 67],
  [160, 48],
] as const;
const PICTURES = 14;
const CONTENTS: readonly Content[] = ['mixture', 'texture', 'edges', 'gradient', 'noise', 'flat'];

/** Pictures of setting `index`: two scenes, so that there is a cut, the second moving another way. */
function picturesOf(index: number): { width: number; height: number; pictures: Uint8Array[] } {
  const [width, height] = SIZES[index % SIZES.length]!;
  const scene = (n: number, dx: number, dy: number, count: number): Uint8Array[] => {
    const content = CONTENTS[(index + n) % CONTENTS.length]!;
    return drawScene({ content, seed: 31 * index + n, dx, dy }, width, height, count);
  };
  const pictures = [...scene(0, 1.25, 0.5, 8), ...scene(1, -2.5, 1.75, PICTURES - 8)];
  return { width, height, pictures };
}

/** Hash of all that an encoder gives for `pictures`. */
function hashOf(tree: Tree, options: H264Options, pictures: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  const encoder = tree.createH264Encoder({ profile: 'baseline', ...options });
  hash.update(encoder.streamInfo.config);
  const packets = pictures.flatMap((picture, pts) =>
    encoder.encode(frameOf(picture, options.width, options.height, pts), {
      forceKeyFrame: pts === 11,
    }),
  );
  packets.push(...encoder.flush());
  for (const packet of packets) {
    hash.update(`${packet.pts} ${packet.isKey} ${packet.data.length}`).update(packet.data);
  }
  return hash.digest('hex');
}

/** The real clips with their sizes; at most `CLIP_PICTURES` pictures of each are coded. */
const CLIPS: readonly (readonly [name: string, width: number, height: number])[] = [
  ['foreman_176x144_30fps.mkv', 176, 144],
  ['mobile_352x288.h264', 352, 288],
  ['river_176x96_30fps.mkv', 176, 96],
  ['traffic_320x240_30fps.mkv', 320, 240],
  ['webcam_two_people_320x192_12fps.mkv', 320, 192],
  ['juggle_640x360_24fps.mkv', 640, 360],
  ['sintel_640x272_24fps.mkv', 640, 272],
  ['selfie_360x480_30fps.mkv', 360, 480],
  ['coffee_grain_352x288_2997fps.mkv', 352, 288],
  ['street_1280x720_30fps.mkv', 1280, 720],
  ['screen_editor_1280x720_30fps.mkv', 1280, 720],
  ['screen_scroll_1280x720_30fps.mkv', 1280, 720],
  ['screen_drag_1280x720_30fps.mkv', 1280, 720],
];
const CLIP_PICTURES = 24;
const CLIP_SETTINGS: readonly Partial<H264Options>[] = [
  { preset: 'superfast', qp: 27 },
  { preset: 'medium', crf: 24 },
  { preset: 'slower', bitRate: 500_000 },
];

function readClip(name: string, width: number, height: number): Uint8Array[] {
  const run = spawnSync(
    ffmpegPath(),
    [
      ...['-v', 'error', '-i', mediaPath(`video/${name}`), '-frames:v', String(CLIP_PICTURES)],
      ...[...passthroughOption(), '-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-'],
    ],
    { maxBuffer: 1 << 30 },
  );
  const size = pictureSize(width, height);
  return Array.from(
    { length: run.stdout.length / size },
    (_, i) => new Uint8Array(run.stdout.subarray(i * size, (i + 1) * size)),
  );
}

async function main(): Promise<void> {
  const args = process.argv.slice(2);
  const folder = args.includes('--tree') ? args[args.indexOf('--tree') + 1]! : '.';
  const entry = pathToFileURL(resolve(folder, 'src/codecs/h264/index.ts')).href;
  const tree = (await import(entry)) as Tree;
  const all = createHash('sha256');
  let count = 0;
  const add = (label: string, options: H264Options, pictures: readonly Uint8Array[]): void => {
    const hash = hashOf(tree, options, pictures);
    if (args.includes('--list')) console.log(hash.slice(0, 16), label);
    all.update(hash);
    count++;
  };
  const step = args.includes('--short') ? 10 : 1;
  for (let index = 0; index < KINDS.length * PRESETS.length; index += step) {
    const preset = PRESETS[index % PRESETS.length]!;
    const kind = KINDS[Math.floor(index / PRESETS.length)]!;
    const { width, height, pictures } = picturesOf(index);
    const options: H264Options = { width, height, frameRate: [25, 1], preset, ...kind };
    add(`${preset} ${JSON.stringify(kind)}`, options, pictures);
  }
  if (args.includes('--clips')) {
    for (const [name, width, height] of CLIPS) {
      const pictures = readClip(name, width, height);
      for (const setting of CLIP_SETTINGS) {
        add(
          `${name} ${JSON.stringify(setting)}`,
          { width, height, frameRate: [25, 1], ...setting },
          pictures,
        );
      }
    }
  }
  console.log(`${count} settings ${all.digest('hex').slice(0, 32)}`);
}

await main();
