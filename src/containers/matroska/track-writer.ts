/** TrackEntry: a stream's description as RFC 9559 clause 5.1.4.1 has it. */
import { ConfigError, UnsupportedError } from '../../base/errors.ts';
import type { AudioStreamInfo, StreamInfo, VideoStreamInfo } from '../../base/packet.ts';
import { reduced } from '../../base/rational.ts';
import { encodeUtf8 } from '../../base/utf8.ts';
import { refuseEncrypted } from '../config/encrypted.ts';
import { carries, carriesIn, writeCarried, writeWebmMapping } from './carried-elements.ts';
import { codecIdOf, codecPrivateOf, needsConfig, WEBM_CODECS } from './codec-ids.ts';
import type { EbmlWriter } from './ebml-writer.ts';
import { toBibliographic } from './language-codes.ts';
import {
  ACM_CODEC_ID,
  bitmapInfoHeader,
  isAcmCodec,
  isVfwCodec,
  pcmMappingOf,
  VFW_CODEC_ID,
  waveFormatEx,
} from './pcm-and-fourcc.ts';
import { quickTimeMappingOf } from './quicktime-entries.ts';

/** Values of TrackType, RFC 9559 clause 5.1.4.1.3. */
const TRACK_TYPES = { video: 1, audio: 2, subtitle: 17 } as const;

const NANOSECONDS = 1e9;

/** SeekPreRoll of Opus: 80 ms, RFC 7845 clause 4.6. */
const OPUS_SEEK_PRE_ROLL = 80_000_000;

/** Highest TrackNumber that takes two bytes in a block. */
export const MAX_TRACKS = 0x3ffe;

/** DisplayUnit 3: DisplayWidth and DisplayHeight are an aspect ratio, RFC 9559 clause 5.1.4.1.28.14. */
const DISPLAY_UNIT_ASPECT_RATIO = 3;

/** Throws `UnsupportedError` or `ConfigError`, with the reason, if a file of `docType` cannot hold `stream`. */
export function checkStream(stream: StreamInfo, index: number, docType: 'matroska' | 'webm'): void {
  const where = `matroska.streams[${index}]`;
  const { codec } = stream;
  refuseEncrypted(`${where}.codec`, codec);
  if (docType === 'webm' && !WEBM_CODECS.includes(codec)) {
    throw new UnsupportedError(
      `${where}.codec`,
      `WebM does not hold '${codec}', allowed are ${WEBM_CODECS.join(', ')}; Matroska (.mkv) does`,
    );
  }
  const isKnown =
    quickTimeMappingOf(stream) ||
    codecIdOf(codec) ||
    pcmMappingOf(codec) ||
    isAcmCodec(codec) ||
    isVfwCodec(codec);
  if (!isKnown) {
    throw new UnsupportedError(`${where}.codec`, `'${codec}' has no CodecID in Matroska`);
  }
  if (needsConfig(codec) && stream.config.length === 0) {
    throw new ConfigError(`${where}.config`, `is empty; '${codec}' needs its configuration record`);
  }
  if (stream.kind === 'video') {
    requirePositive(`${where}.width`, stream.width);
    requirePositive(`${where}.height`, stream.height);
  } else if (stream.kind === 'audio') {
    requirePositive(`${where}.sampleRate`, stream.sampleRate);
    requirePositive(`${where}.numChannels`, stream.numChannels);
  }
}

function requirePositive(where: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new ConfigError(where, `got ${value}, allowed are integers from 1`);
  }
}

/** Nanoseconds that each packet lasts, rounded; 0 if that is not constant or not known. */
export function defaultDurationOf(stream: StreamInfo): number {
  if (stream.kind === 'video' && stream.frameRate && stream.frameRate[0] > 0) {
    return Math.round((NANOSECONDS * stream.frameRate[1]) / stream.frameRate[0]);
  }
  if (stream.kind === 'audio' && stream.frameSize > 0) {
    return Math.round((NANOSECONDS * stream.frameSize) / stream.sampleRate);
  }
  return 0;
}

/** CodecDelay in nanoseconds: how long the samples take that a decoder gives before the first real one. */
export function codecDelayOf(stream: StreamInfo): number {
  if (stream.kind !== 'audio') return 0;
  return Math.round((stream.priming * NANOSECONDS) / stream.sampleRate);
}

/** Writes the TrackEntry of stream number `index`; its TrackNumber and TrackUID are `index + 1`. */
export function writeTrackEntry(
  w: EbmlWriter,
  stream: StreamInfo,
  index: number,
  docType: 'matroska' | 'webm',
): void {
  w.master('TrackEntry', (entry) => {
    entry.uint('TrackNumber', index + 1);
    entry.uint('TrackUID', index + 1);
    entry.uint('TrackType', TRACK_TYPES[stream.kind]);
    if (stream.isDefault !== undefined) entry.uint('FlagDefault', stream.isDefault ? 1 : 0);
    writeCarried(entry, stream, 'TrackEntry', docType);
    if (docType === 'matroska') writeWebmMapping(entry, stream);
    entry.uint('FlagLacing', 0);
    const defaultDuration = defaultDurationOf(stream);
    if (defaultDuration > 0) entry.uint('DefaultDuration', defaultDuration);
    if (stream.title) entry.text('Name', stream.title);
    entry.text('Language', toBibliographic(stream.language ?? 'und'));
    writeCodec(entry, stream, docType);
    const codecDelay = codecDelayOf(stream);
    if (codecDelay > 0) entry.uint('CodecDelay', codecDelay);
    if (stream.codec === 'opus') entry.uint('SeekPreRoll', OPUS_SEEK_PRE_ROLL);
    if (stream.kind === 'video') writeVideo(entry, stream, docType);
    else if (stream.kind === 'audio') writeAudio(entry, stream, docType);
  });
}

function writeCodec(entry: EbmlWriter, stream: StreamInfo, docType: 'matroska' | 'webm'): void {
  const { codec } = stream;
  const pcm = pcmMappingOf(codec);
  const quickTime = quickTimeMappingOf(stream);
  if (quickTime) {
    entry.text('CodecID', quickTime.codecId);
    const { codecPrivate } = quickTime;
    if (codecPrivate.length > 0) entry.binary('CodecPrivate', codecPrivate);
  } else if (pcm) {
    entry.text('CodecID', pcm.codecId);
  } else if (isAcmCodec(codec) && stream.kind === 'audio') {
    entry.text('CodecID', ACM_CODEC_ID);
    entry.binary('CodecPrivate', waveFormatEx(codec, stream.sampleRate, stream.numChannels));
  } else if (isVfwCodec(codec) && stream.kind === 'video') {
    entry.text('CodecID', VFW_CODEC_ID);
    entry.binary('CodecPrivate', bitmapInfoHeader(codec, stream.width, stream.height));
  } else {
    const isWebmText = docType === 'webm' && codec === 'webvtt';
    entry.text('CodecID', isWebmText ? 'D_WEBVTT/SUBTITLES' : (codecIdOf(codec) ?? ''));
    const isBareText = codec === 'webvtt' && !isWebmText && stream.config.length === 0;
    const codecPrivate = isBareText ? encodeUtf8('WEBVTT') : codecPrivateOf(codec, stream.config);
    if (codecPrivate.length > 0) entry.binary('CodecPrivate', codecPrivate);
  }
}

/** Elements of MasteringMetadata for the primaries, in the order of `MasteringDisplay`. */
export const PRIMARY_NAMES = [
  'PrimaryRChromaticityX',
  'PrimaryRChromaticityY',
  'PrimaryGChromaticityX',
  'PrimaryGChromaticityY',
  'PrimaryBChromaticityX',
  'PrimaryBChromaticityY',
] as const;

/** Video, RFC 9559 clause 5.1.4.1.28. */
function writeVideo(
  entry: EbmlWriter,
  stream: VideoStreamInfo,
  docType: 'matroska' | 'webm',
): void {
  const { crop, color, masteringDisplay, contentLight } = stream;
  // The shape is that of what is shown.
  const width = stream.width - (crop ? crop.left + crop.right : 0);
  const height = stream.height - (crop ? crop.top + crop.bottom : 0);
  entry.master('Video', (video) => {
    writeCarried(video, stream, 'Video', docType);
    video.uint('PixelWidth', stream.width);
    video.uint('PixelHeight', stream.height);
    if (crop) {
      video.uint('PixelCropBottom', crop.bottom);
      video.uint('PixelCropTop', crop.top);
      video.uint('PixelCropLeft', crop.left);
      video.uint('PixelCropRight', crop.right);
    }
    const [sarNum, sarDen] = stream.sampleAspectRatio ?? [1, 1];
    if (sarNum !== sarDen && sarNum > 0) {
      const displayWidth = (width * sarNum) / sarDen;
      if (Number.isInteger(displayWidth) || docType === 'webm') {
        video.uint('DisplayWidth', Math.round(displayWidth));
        video.uint('DisplayHeight', height);
      } else {
        const [num, den] = reduced([width * sarNum, height * sarDen]);
        video.uint('DisplayWidth', num);
        video.uint('DisplayHeight', den);
        video.uint('DisplayUnit', DISPLAY_UNIT_ASPECT_RATIO);
      }
    }
    if (color || masteringDisplay || contentLight || carriesIn(stream, 'Colour')) {
      video.master('Colour', (colour) => {
        writeColour(colour, stream);
        writeCarried(colour, stream, 'Colour', docType);
      });
    }
    if (stream.rotation && !carries(stream, 'Projection')) {
      // Counter-clockwise and within -180..180, RFC 9559 clause 5.1.4.1.28.46; ours is clockwise.
      const roll = stream.rotation > 180 ? 360 - stream.rotation : -stream.rotation;
      video.master('Projection', (projection) => {
        projection.uint('ProjectionType', 0);
        projection.float('ProjectionPoseRoll', roll === -180 ? 180 : roll);
      });
    }
  });
}

/** Colour, RFC 9559 clause 5.1.4.1.28.16. */
function writeColour(colour: EbmlWriter, stream: VideoStreamInfo): void {
  const { color, masteringDisplay, contentLight } = stream;
  if (color) {
    colour.uint('MatrixCoefficients', color.matrix_coefficients);
    colour.uint('Range', color.video_full_range_flag === 1 ? 2 : 1);
    colour.uint('TransferCharacteristics', color.transfer_characteristics);
    colour.uint('Primaries', color.colour_primaries);
  }
  if (contentLight) {
    colour.uint('MaxCLL', contentLight.maxCLL);
    colour.uint('MaxFALL', contentLight.maxFALL);
  }
  if (masteringDisplay) {
    const { primaries, whitePoint, luminance } = masteringDisplay;
    colour.master('MasteringMetadata', (mastering) => {
      for (const [i, name] of PRIMARY_NAMES.entries()) mastering.float(name, primaries[i]!);
      mastering.float('WhitePointChromaticityX', whitePoint[0]!);
      mastering.float('WhitePointChromaticityY', whitePoint[1]!);
      mastering.float('LuminanceMax', luminance[1]);
      mastering.float('LuminanceMin', luminance[0]);
    });
  }
}

/** Audio, RFC 9559 clause 5.1.4.1.29. */
function writeAudio(
  entry: EbmlWriter,
  stream: AudioStreamInfo,
  docType: 'matroska' | 'webm',
): void {
  entry.master('Audio', (audio) => {
    audio.float('SamplingFrequency', stream.sampleRate);
    audio.uint('Channels', stream.numChannels);
    const bitDepth = pcmMappingOf(stream.codec)?.bitDepth ?? flacBitDepth(stream);
    if (bitDepth > 0) audio.uint('BitDepth', bitDepth);
    writeCarried(audio, stream, 'Audio', docType, bitDepth > 0 ? ['BitDepth'] : []);
  });
}

const STREAMINFO_BYTES = 34;

/** Bits per sample in STREAMINFO, RFC 9639 clause 8.2; 0 if the stream is not FLAC. */
function flacBitDepth(stream: AudioStreamInfo): number {
  const { config } = stream;
  if (stream.codec !== 'flac' || config.length < STREAMINFO_BYTES) return 0;
  // STREAMINFO is the whole, or stands behind a block header of 4 bytes and, in a file's start, the 4 bytes of `fLaC`.
  const start = config.length === STREAMINFO_BYTES ? 0 : config[0] === 0x66 ? 8 : 4;
  const bits = ((config[start + 12]! & 1) << 4) | (config[start + 13]! >> 4);
  return bits + 1;
}
