/** Palettes of `showspectrum`: colors from silence to full scale. */

/** Colors at equal distances, from 0 to 1, with straight lines between. */
type Palette = readonly (readonly [r: number, g: number, b: number])[];

/**
 * Table: name => palette, in the order in which ffmpeg numbers them. `viridis`, `magma`, `plasma` and `cividis` are nine colors each of those of Matplotlib (S. van der Walt, N. Smith; public domain, CC0);
 * `moreland` is the diverging map of K. Moreland ("Diverging color maps for scientific visualization", 2009). The others are our own, in the manner of ffmpeg's of that name.
 */
// biome-ignore format: a table
const PALETTES: Readonly<Record<string, Palette>> = {
  intensity: [[0, 0, 0], [30, 0, 90], [120, 0, 120], [200, 20, 40], [240, 110, 0], [255, 220, 60], [255, 255, 255]],
  rainbow: [[0, 0, 0], [60, 0, 150], [0, 60, 255], [0, 200, 120], [180, 220, 0], [255, 90, 0], [255, 255, 255]],
  moreland: [[59, 76, 192], [98, 130, 234], [141, 176, 254], [184, 208, 249], [221, 221, 221], [245, 196, 173], [244, 154, 123], [222, 96, 77], [180, 4, 38]],
  nebulae: [[0, 0, 0], [20, 10, 70], [70, 20, 130], [150, 40, 140], [230, 90, 120], [255, 180, 160], [255, 255, 255]],
  fire: [[0, 0, 0], [120, 0, 0], [230, 60, 0], [255, 180, 0], [255, 255, 200]],
  fiery: [[0, 0, 0], [60, 0, 20], [150, 10, 10], [220, 60, 0], [250, 130, 20], [255, 210, 90], [255, 255, 220]],
  fruit: [[0, 0, 0], [70, 10, 60], [180, 20, 70], [240, 90, 50], [250, 180, 40], [200, 230, 80], [240, 255, 200]],
  cool: [[0, 0, 0], [0, 90, 140], [0, 200, 255], [180, 120, 255], [255, 200, 255]],
  magma: [
    [0, 0, 4], [28, 16, 68], [79, 18, 123], [129, 37, 129], [181, 54, 122], [229, 80, 100], [251, 135, 97], [254, 194, 135],
    [252, 253, 191]],
  green: [[0, 0, 0], [0, 90, 0], [30, 200, 30], [170, 255, 120], [255, 255, 255]],
  viridis: [
    [68, 1, 84], [71, 44, 122], [59, 81, 139], [44, 113, 142], [33, 144, 141], [39, 173, 129], [92, 200, 99], [170, 220, 50],
    [253, 231, 37]],
  plasma: [
    [13, 8, 135], [76, 2, 161], [126, 3, 168], [170, 35, 149], [204, 71, 120], [230, 108, 92], [248, 149, 64], [253, 197, 39],
    [240, 249, 33]],
  cividis: [
    [0, 34, 78], [18, 53, 112], [59, 73, 108], [87, 93, 109], [112, 113, 115], [138, 134, 120], [165, 156, 116], [195, 179, 105],
    [254, 232, 56]],
  terrain: [[0, 30, 80], [0, 100, 160], [60, 160, 120], [100, 170, 60], [200, 190, 110], [150, 110, 80], [255, 255, 255]],
};

/** Names of the palettes. */
export const PALETTE_NAMES: readonly string[] = /* @__PURE__ */ Object.keys(PALETTES);

/** 256 colors of a palette, three values each, 0 to 255. */
export function paletteColors(name: string): Float64Array {
  const palette = PALETTES[name];
  const colors = new Float64Array(3 * 256);
  for (let i = 0; i < 256; i++) {
    const place = (i / 255) * (palette.length - 1);
    const left = Math.min(Math.floor(place), palette.length - 2);
    for (let k = 0; k < 3; k++) {
      const [a, b] = [palette[left][k], palette[left + 1][k]];
      colors[3 * i + k] = a + (b - a) * (place - left);
    }
  }
  return colors;
}

/** The same from black to one hue, 0 to 1 once around the circle, and on to white. */
export function hueColors(hue: number, saturation: number): Float64Array {
  const colors = new Float64Array(3 * 256);
  for (let i = 0; i < 256; i++) {
    const level = i / 255;
    for (let k = 0; k < 3; k++) {
      const distance = Math.abs(((hue + (3 - k) / 3 + 0.5) % 1) - 0.5) * 6;
      const pure = Math.max(0, Math.min(1, 2 - distance));
      const full = 1 + (pure - 1) * Math.min(1, saturation);
      // Up to three quarters only the hue grows brighter, from there it pales.
      const bright = level < 0.75 ? (full * level) / 0.75 : full + (1 - full) * (level - 0.75) * 4;
      colors[3 * i + k] = 255 * Math.max(0, Math.min(1, bright));
    }
  }
  return colors;
}
