/**
 * Our JPEG files beside the curves of mozjpeg, jpegli, libjpeg-turbo and jpeg-js in `../shared/reference/jpeg-anchors.json`, on the same
 * pictures: bytes at equal SSIMULACRA2 and equal SSIM as BD-rates.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { decodeJpeg, encodeJpeg, type JpegSubsampling } from '../../src/codecs/jpeg/index.ts';
import { COLORS, drawChart } from '../plot.ts';
import { bdRate } from '../quality/bd-rate.ts';
import { formatTable, mean, percent } from '../table.ts';
import { type ImagePoint, PictureMeasure } from './measures.ts';
import { loadPictures } from './sources.ts';

type Curves = Record<string, ImagePoint[]>;
type Measure = 's2' | 'ssim';

/** Points of a curve with quality above all before: where more bytes do not help, they are left out. */
function rising(points: readonly ImagePoint[], measure: Measure): { rate: number; psnr: number }[] {
  const curve: { rate: number; psnr: number }[] = [];
  for (const point of points.toSorted((a, b) => a.bytes - b.bytes)) {
    const value = point[measure];
    if (value > (curve.at(-1)?.psnr ?? Number.NEGATIVE_INFINITY))
      curve.push({ rate: point.bytes, psnr: value });
  }
  return curve;
}

/** NaN where the curves do not overlap. */
function rateAgainst(
  anchor: readonly ImagePoint[],
  own: readonly ImagePoint[],
  measure: Measure,
): number {
  try {
    return bdRate(rising(anchor, measure), rising(own, measure));
  } catch {
    return Number.NaN;
  }
}

const STYLES = [
  ['vitrine', COLORS.blue],
  ['mozjpeg', COLORS.orange],
  ['jpegli', COLORS.green],
  ['turbo', COLORS.gray],
] as const;

/** Runs the suite over pictures whose names contain `filter`; prints tables, writes `jpeg.json` and `jpeg-rd.svg` to `out`. */
export function runJpegCurves(
  shared: string,
  out: string,
  filter: string,
  qualities: readonly number[],
): void {
  const anchors: Record<string, Curves> = JSON.parse(
    readFileSync(`${shared}/reference/jpeg-anchors.json`, 'utf8'),
  );
  const results: Record<string, Curves> = {};
  for (const picture of loadPictures(filter)) {
    const measure = new PictureMeasure(picture);
    const curves: Curves = {};
    for (const subsampling of ['4:4:4', '4:2:0'] as JpegSubsampling[]) {
      if (picture.channels === 1 && subsampling === '4:2:0') continue;
      curves[`vitrine${subsampling.replaceAll(':', '')}`] = qualities.map((q) => {
        const file = encodeJpeg(picture, { quality: q, subsampling });
        return { q, bytes: file.length, ...measure.measure(decodeJpeg(file).data) };
      });
    }
    results[picture.name] = curves;
    process.stderr.write(`${picture.name}\n`);
  }
  for (const sampling of ['444', '420']) printRates(sampling, results, anchors);
  writeFileSync(`${out}/jpeg.json`, `${JSON.stringify(results)}\n`);
  const panels = Object.entries(results).map(([name, curves]) => ({
    title: name,
    xLabel: 'bytes',
    yLabel: 'SSIMULACRA2',
    xScale: 'log' as const,
    series: STYLES.flatMap(([encoder, color]) => {
      const curve = curves[`${encoder}444`] ?? anchors[name]?.[`${encoder}444`];
      if (curve === undefined) return [];
      return [
        { name: encoder, color, points: curve.map(({ bytes, s2 }) => ({ x: bytes, y: s2 })) },
      ];
    }),
  }));
  writeFileSync(`${out}/jpeg-rd.svg`, drawChart('JPEG at 4:4:4, quality 30 to 95', panels, 4));
}

function printRates(
  sampling: string,
  results: Readonly<Record<string, Curves>>,
  anchors: Readonly<Record<string, Curves>>,
): void {
  const peers = ['mozjpeg', 'jpegli', 'turbo']
    .map((peer) => `${peer}${sampling}`)
    .concat('jpeg-js');
  const head = ['picture', ...peers.flatMap((peer) => [`${peer} s2`, 'ssim'])];
  const rates: number[][] = [];
  const rows = Object.entries(results).flatMap(([name, curves]) => {
    const own = curves[`vitrine${sampling}`];
    if (own === undefined) return [];
    const row = peers.flatMap((peer) => {
      const anchor = anchors[name]?.[peer];
      return (['s2', 'ssim'] as const).map((m) =>
        anchor ? rateAgainst(anchor, own, m) : Number.NaN,
      );
    });
    rates.push(row);
    return [[name, ...row.map(percent)]];
  });
  if (rows.length === 0) return;
  // The mean over pictures is the geometric one of the ratios.
  const means = head.slice(1).map((_, i) => {
    const logs = rates.map((row) => Math.log(1 + row[i]! / 100)).filter((v) => !Number.isNaN(v));
    return 100 * (Math.exp(mean(logs)) - 1);
  });
  console.log(`\nBD-rate, 4:${sampling[1]}:${sampling[2]} (ours against the peer; less is better)`);
  console.log(formatTable([head, ...rows, ['mean', ...means.map(percent)]]));
}
