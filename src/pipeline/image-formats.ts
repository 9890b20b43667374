/** Files of pictures as formats that a muxer writes: one file, or one for each picture. Rows name their codecs; they need none of them. */
import type { ContainerWriter } from '../base/container.ts';
import { ConfigError, UnsupportedError } from '../base/errors.ts';
import type { StreamInfo } from '../base/packet.ts';
import { openPictureSink, requirePictureOptions } from '../io/picture-sink.ts';
import type { Format } from './format.ts';

/** PNG pictures. */
export const PNG_FILES: Format = /* @__PURE__ */ imageFormat('png', 'png', 'PNG', ['png', 'apng']);

/** JPEG pictures. */
export const JPEG_FILES: Format = /* @__PURE__ */ imageFormat(
  'jpeg',
  'mjpeg',
  'JPEG',
  ['jpg', 'jpeg', 'jpe', 'jfif'],
  { scans: 'smallest' },
);

/** BMP pictures. */
export const BMP_FILES: Format = /* @__PURE__ */ imageFormat('bmp', 'bmp', 'BMP', ['bmp', 'dib']);

/** PPM pictures. */
export const PPM_FILES: Format = /* @__PURE__ */ imageFormat('ppm', 'ppm', 'PPM', ['ppm']);

/** PGM pictures. */
export const PGM_FILES: Format = /* @__PURE__ */ imageFormat('pgm', 'pgm', 'PGM', ['pgm']);

/** PAM pictures. */
export const PAM_FILES: Format = /* @__PURE__ */ imageFormat('pam', 'pam', 'PAM', ['pam']);

/** QOI pictures. */
export const QOI_FILES: Format = /* @__PURE__ */ imageFormat('qoi', 'qoi', 'QOI', ['qoi']);

/** TIFF pictures. */
export const TIFF_FILES: Format = /* @__PURE__ */ imageFormat('tiff', 'tiff', 'TIFF', [
  'tiff',
  'tif',
]);

/** All of them. */
export const IMAGE_FORMATS: readonly Format[] = [
  PNG_FILES,
  JPEG_FILES,
  BMP_FILES,
  PPM_FILES,
  PGM_FILES,
  PAM_FILES,
  QOI_FILES,
  TIFF_FILES,
];

function imageFormat(
  name: string,
  codec: string,
  title: string,
  extensions: readonly string[],
  videoDefaults?: Readonly<Record<string, unknown>>,
): Format {
  return {
    name,
    description: `${title} pictures: one, or a sequence (name-%04d.${extensions[0]})`,
    extensions,
    defaultVideo: codec,
    ...(videoDefaults === undefined ? {} : { videoDefaults }),
    openSink: (destination, options) => openPictureSink(destination, options),
    createWriter(sink, streams, options) {
      requirePictureOptions(options);
      const stream = requirePictures(name, codec, streams);
      const writer: ContainerWriter = {
        timeBases: [stream.timeBase],
        async writeHeader() {},
        writePacket: (_, { data }) => sink.write(data),
        async writeTrailer() {},
      };
      return writer;
    },
  };
}

/** Checks that there is one stream, of pictures that are such files. */
function requirePictures(name: string, codec: string, streams: readonly StreamInfo[]): StreamInfo {
  const [stream] = streams;
  if (stream === undefined || streams.length > 1) {
    throw new ConfigError(`${name}.streams`, `got ${streams.length} streams, allowed is one`);
  }
  if (stream.codec === codec) return stream;
  throw new UnsupportedError(
    `${name}.streams[0]`,
    `got ${stream.codec}, ${name} files hold ${codec} pictures`,
  );
}
