/**
 * Checks that a frame is what it says: planes of the right type that hold every row and every sample. Frames are views of
 * somebody's memory, which may have been transferred, shrunk or replaced (WebAssembly memory that grew) since they were made; and
 * they may have been made by hand. So whoever reads samples asks here first.
 */
import { ConfigError } from '../base/errors.ts';
import { isPictureArray, isSampleArray } from './element-type.ts';
import type { AudioFrame, Plane, VideoFrame } from './frame.ts';
import { pixFmtInfo, planeHeight, planeRowLength, requirePixFmt } from './pixel-format.ts';
import { requireSampleFmt, sampleFmtInfo } from './sample-format.ts';

/** Checks a picture; throws `ConfigError` naming `where`, the plane, and what is needed. */
export function requireVideoFrame(where: string, frame: VideoFrame): void {
  if (typeof frame !== 'object' || frame === null) {
    throw new ConfigError(where, `got ${String(frame)}, needed is a VideoFrame`);
  }
  const { width, height, planes, pts } = frame;
  const info = pixFmtInfo(requirePixFmt(`${where}.pixFmt`, frame.pixFmt));
  requirePlanes(where, planes, info.samplesPerPixel.length);
  requireTime(where, pts);
  for (let p = 0; p < planes.length; p++) {
    const plane = planes[p]!;
    const rowLength = planeRowLength(info, p, width);
    const rows = planeHeight(info, p, height);
    if (!isPictureArray(plane.data, info)) refuseType(where, p, info.name);
    const last = plane.offset + (rows - 1) * plane.stride;
    requireReach(
      where,
      p,
      plane,
      Math.min(plane.offset, last),
      Math.max(plane.offset, last) + rowLength,
    );
  }
}

/** Checks a run of sound; throws `ConfigError` naming `where`, the plane, and what is needed. */
export function requireAudioFrame(where: string, frame: AudioFrame): void {
  if (typeof frame !== 'object' || frame === null) {
    throw new ConfigError(where, `got ${String(frame)}, needed is an AudioFrame`);
  }
  const { numChannels, numSamples, planes, pts } = frame;
  const info = sampleFmtInfo(requireSampleFmt(`${where}.sampleFmt`, frame.sampleFmt));
  requirePlanes(where, planes, info.planar ? numChannels : 1);
  requireTime(where, pts);
  if (!Number.isSafeInteger(numSamples) || numSamples < 0) {
    throw new ConfigError(
      `${where}.numSamples`,
      `got ${numSamples}, needed is an integer from 0 on`,
    );
  }
  const stride = info.planar ? 1 : numChannels;
  for (let p = 0; p < planes.length; p++) {
    const plane = planes[p]!;
    if (!isSampleArray(plane.data, info)) refuseType(where, p, info.name);
    if (plane.stride !== stride) {
      const found = `got stride ${plane.stride}, ${info.name} of ${numChannels} channels needs ${stride}`;
      throw new ConfigError(`${where}.planes[${p}]`, found);
    }
    requireReach(where, p, plane, plane.offset, plane.offset + numSamples * stride);
  }
}

function requirePlanes(where: string, planes: unknown, count: number): void {
  if (!Array.isArray(planes) || planes.length !== count || !planes.every(isObject)) {
    const found = Array.isArray(planes) ? `${planes.length} planes` : String(planes);
    throw new ConfigError(`${where}.planes`, `got ${found}, needed are ${count} planes`);
  }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

function requireTime(where: string, pts: number): void {
  if (Number.isSafeInteger(pts)) return;
  throw new ConfigError(`${where}.pts`, `got ${String(pts)}, needed is an integer`);
}

function refuseType(where: string, p: number, format: string): never {
  throw new ConfigError(
    `${where}.planes[${p}].data`,
    `is not the typed array that ${format} has (see Plane in vitrine/frames)`,
  );
}

/** Checks that elements `first` to before `end` of the plane's array are there. */
function requireReach(where: string, p: number, plane: Plane, first: number, end: number): void {
  const { data, offset, stride } = plane;
  const isWhole = Number.isSafeInteger(offset) && Number.isSafeInteger(stride);
  if (isWhole && first >= 0 && end <= data.length) return;
  const why =
    isWhole && data.length === 0
      ? 'the array is empty: its buffer was transferred, or replaced when memory grew'
      : `offset ${offset} and stride ${stride} reach outside of the ${data.length} elements that the array has`;
  throw new ConfigError(`${where}.planes[${p}]`, why);
}
