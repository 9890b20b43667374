/** From a quality, 1 to 100, to the numbers that decisions hang on. */
import type { PlaneTuning, Tuning } from './tuning.ts';

/** Table K.1 (T.81 annex K.1), raster order: luminance quantization steps. */
// biome-ignore format: laid out as in the standard
const LUMINANCE = [
  16, 11, 10, 16, 24, 40, 51, 61,
  12, 12, 14, 19, 26, 58, 60, 55,
  14, 13, 16, 24, 40, 57, 69, 56,
  14, 17, 22, 29, 51, 87, 80, 62,
  18, 22, 37, 56, 68, 109, 103, 77,
  24, 35, 55, 64, 81, 104, 113, 92,
  49, 64, 78, 87, 103, 121, 120, 101,
  72, 92, 95, 98, 112, 100, 103, 99,
];

/** Table K.2 (T.81 annex K.1), raster order: chrominance quantization steps. */
// biome-ignore format: laid out as in the standard
const CHROMINANCE = [
  17, 18, 24, 47, 99, 99, 99, 99,
  18, 21, 26, 66, 99, 99, 99, 99,
  24, 26, 56, 99, 99, 99, 99, 99,
  47, 66, 99, 99, 99, 99, 99, 99,
  99, 99, 99, 99, 99, 99, 99, 99,
  99, 99, 99, 99, 99, 99, 99, 99,
  99, 99, 99, 99, 99, 99, 99, 99,
  99, 99, 99, 99, 99, 99, 99, 99,
];

/** The scale of quality that libjpeg made common: 50 is the tables of annex K, 100 all ones. */
function scaleOf(quality: number): number {
  return quality < 50 ? 50 / quality : 2 - quality / 50;
}

function planeOf(table: readonly number[], scale: number): PlaneTuning {
  const steps = Int16Array.from(table, (step) =>
    Math.min(255, Math.max(1, Math.round(step * scale))),
  );
  return { steps, acWeight: 19, dcWeight: 19, maskedVariance: 1448, maskPower: 1 };
}

/** The numbers for `quality`, 1..100. */
export function tuningOf(quality: number): Tuning {
  const scale = scaleOf(quality);
  const chroma = planeOf(CHROMINANCE, scale);
  return {
    planes: [planeOf(LUMINANCE, scale), chroma, chroma],
    hasDeringing: true,
  };
}
