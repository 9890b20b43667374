/**
 * Rows of components to pixels with vectors: the twins of standard/color.ts. Sixteen pixels a step. The factors of T.871 clause 7 have
 * 16 bits of fraction and more than 15 in all; what goes beyond is taken out as whole samples: 1.402 Cr = Cr + 0.402 Cr.
 */
import { i8x16, i16x8, i32, i32x4, type V128, v128 } from '../../../../wasm/expressions.ts';
import type { FunctionBuilder, V128Local } from '../../../../wasm/function-builder.ts';
import type { ModuleBuilder } from '../../../../wasm/module-builder.ts';
import { BLUE_OF_CB, GREEN_OF_CB, GREEN_OF_CR, RED_OF_CR } from '../../standard/color.ts';
import { high16, low16, pairs16, splat16 } from './lanes.ts';

const ONE = 1 << 16;
const HALF = 1 << 15;

/** Defines the kernels of this file. */
export function defineColorRows(m: ModuleBuilder): void {
  definePixels(m, 'yccToRgb', 3, colorsOf);
  definePixels(m, 'yccToRgba', 4, colorsOf);
  const asTheyAre = (_: FunctionBuilder, rows: readonly V128[]) => rows;
  definePixels(m, 'interleaveRgb', 3, asTheyAre);
  definePixels(m, 'interleaveRgba', 4, asTheyAre);
}

/** Defines a kernel that makes pixels of what `convert` gives for sixteen samples of each of three rows. */
function definePixels(
  m: ModuleBuilder,
  name: string,
  channels: number,
  convert: (f: FunctionBuilder, rows: readonly V128Local[]) => readonly V128[],
): void {
  m.defineProcedure(name, 5, (f, first, second, third, count, to) => {
    f.repeat(i32.shr_u(i32.add(count, 15), 4), () => {
      const rows = [first, second, third].map((row) => f.v128(v128.load(row)));
      const colors = convert(f, rows).map((color) => f.v128(color));
      for (let part = 0; part < channels; part++) {
        f.do(v128.store(to, pixelBytes(colors, channels, part), 16 * part));
      }
      for (const row of [first, second, third]) f.add(row, 16);
      f.add(to, 16 * channels);
    });
  });
}

/** Sixteen bytes of pixels, from byte 16 * `part` on: red, green and blue by turns, and 255 where there are four channels. */
function pixelBytes(colors: readonly V128Local[], channels: number, part: number): V128 {
  const places = Array.from({ length: 16 }, (_, i) => {
    const at = 16 * part + i;
    return { pixel: Math.floor(at / channels), channel: at % channels };
  });
  const redGreen = places.map(({ pixel, channel }) => (channel === 1 ? 16 + pixel : pixel));
  const blue = places.map(({ pixel, channel }, i) => (channel === 2 ? 16 + pixel : i));
  const bytes = i8x16.shuffle(i8x16.shuffle(colors[0]!, colors[1]!, redGreen), colors[2]!, blue);
  if (channels === 3) return bytes;
  return v128.or(bytes, i32x4.splat(0xff << 24));
}

/** Red, green and blue of Y, Cb and Cr, bytes. */
function colorsOf(f: FunctionBuilder, rows: readonly V128Local[]): readonly V128[] {
  const halves = [i16x8.extend_low_i8x16_u, i16x8.extend_high_i8x16_u].map((extend) => {
    const y = f.v128(extend(rows[0]!));
    const cb = f.v128(i16x8.sub(extend(rows[1]!), splat16(128)));
    const cr = f.v128(i16x8.sub(extend(rows[2]!), splat16(128)));
    const both = [f.v128(low16(cb, cr)), f.v128(high16(cb, cr))];
    const fraction = (ofCb: number, ofCr: number) => {
      const [low, high] = both.map((pairs) => {
        const sum = i32x4.add(i32x4.dot_i16x8_s(pairs, pairs16(ofCb, ofCr)), i32x4.splat(HALF));
        return i32x4.shr_s(sum, 16);
      });
      return i16x8.add(y, i16x8.narrow_i32x4_s(low!, high!));
    };
    return [
      f.v128(i16x8.add(fraction(0, RED_OF_CR - ONE), cr)),
      f.v128(i16x8.sub(fraction(-GREEN_OF_CB, ONE - GREEN_OF_CR), cr)),
      f.v128(i16x8.add(fraction(BLUE_OF_CB - 2 * ONE, 0), i16x8.shl(cb, 1))),
    ];
  });
  return [0, 1, 2].map((c) => i8x16.narrow_i16x8_u(halves[0]![c]!, halves[1]![c]!));
}
