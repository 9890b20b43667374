/** A picture from one file to another, some rows at a time, so that it is never whole in memory. */
import type { ByteSink } from '../base/byte-stream.ts';
import { Pace } from '../base/pace.ts';
import { defaultMatrix } from '../frames/complete-color.ts';
import { createPictureConverter } from '../frames/convert-picture.ts';
import { newPictureArray } from '../frames/element-type.ts';
import type { PictureRows, RasterRows, RowWriter } from '../frames/picture-rows.ts';
import { type PixFmt, pixFmtInfo } from '../frames/pixel-format.ts';
import { rasterPixFmt } from '../frames/raster.ts';
import type { VideoRequest } from './codec.ts';

/** The format of the rows of a picture. */
export function rowsPixFmt({ channels, isDeep }: PictureRows): PixFmt {
  return rasterPixFmt(channels, isDeep);
}

/**
 * Reads all rows of a picture and writes them.
 * @param writer opened for `request`, whose size is that of the picture
 * @param sink seekable if the writer has to go back
 */
export async function transcodeRows(
  rows: PictureRows,
  writer: RowWriter,
  request: VideoRequest,
  sink: ByteSink,
): Promise<void> {
  const convert = rowConverter(rows, request);
  const pace = new Pace();
  let pieces: Uint8Array[] = [];
  const emit = (bytes: Uint8Array): void => {
    if (bytes.length > 0) pieces.push(bytes);
  };
  const send = async (): Promise<void> => {
    const ready = pieces;
    pieces = [];
    for (const bytes of ready) await sink.write(bytes);
  };
  const take = (samples: RasterRows): void => writer.push(convert(samples), emit);
  while (rows.advance(take)) {
    if (pieces.length > 0) await send();
    const turn = pace.step();
    if (turn !== undefined) await turn;
  }
  const patches = writer.finish(emit);
  await send();
  for (const { position, bytes } of patches) await sink.writeAt(position, bytes);
}

/** Makes rows of the request's format; the result is valid until the next call. */
function rowConverter(
  rows: PictureRows,
  { pixFmt: to, color }: VideoRequest,
): (samples: RasterRows) => RasterRows {
  const from = rowsPixFmt(rows);
  if (from === to) return (samples) => samples;
  const { width, height } = rows;
  const matrix = color?.matrix_coefficients ?? defaultMatrix(height);
  const convert = createPictureConverter({ from, to, width, height: 1, matrix });
  const [before, after] = [from, to].map((name) => width * pixFmtInfo(name).samplesPerPixel[0]!);
  let made = newPictureArray(pixFmtInfo(to), after!);
  const row = (pixFmt: PixFmt, data: RasterRows, offset: number, stride: number) => {
    return { pixFmt, width, height: 1, planes: [{ data, offset, stride }], pts: 0 };
  };
  return (samples) => {
    const count = samples.length / before!;
    if (made.length < count * after!) made = newPictureArray(pixFmtInfo(to), count * after!);
    for (let y = 0; y < count; y++) {
      convert(row(from, samples, y * before!, before!), row(to, made, y * after!, after!));
    }
    return made.subarray(0, count * after!);
  };
}
