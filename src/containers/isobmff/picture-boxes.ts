/**
 * The facts of a visual sample entry about the picture beside its size: the part that is shown, the display that it was
 * mastered on, the light that it reaches. From and to the terms of `VideoStreamInfo`.
 */
import type { Crop, MasteringDisplay, VideoStreamInfo } from '../../base/packet.ts';
import { type BoxView, type FileBytes, readChild } from './box-reader.ts';
import type { BoxWriter } from './box-writer.ts';
import { clap } from './boxes-other-entries.ts';
import { writeCarriedBoxes } from './carried-boxes.ts';
import { describeBox } from './syntax.ts';

/** Units of chromaticity coordinates and of luminance in `mdcv`: 0.00002, and 0.0001 cd/m² (H.265 clause D.3.28). */
const CHROMATICITY_UNITS = 50_000;
const LUMINANCE_UNITS = 10_000;

/** ContentLightLevelBox. */
export const clli = /* @__PURE__ */ describeBox(
  'clli',
  'ISOBMFF 12.1.6',
  { max_content_light_level: 0, max_pic_average_light_level: 0 },
  (s, b) => {
    b.max_content_light_level = s.u('max_content_light_level', 16, b.max_content_light_level);
    b.max_pic_average_light_level = s.u(
      'max_pic_average_light_level',
      16,
      b.max_pic_average_light_level,
    );
  },
);

/** MasteringDisplayColourVolumeBox. Primaries in the order green, blue, red: x and y of each. */
export const mdcv = /* @__PURE__ */ describeBox(
  'mdcv',
  'ISOBMFF 12.1.7',
  {
    display_primaries: [0, 0, 0, 0, 0, 0] as readonly number[],
    white_point: [0, 0] as readonly number[],
    max_display_mastering_luminance: 0,
    min_display_mastering_luminance: 0,
  },
  (s, b) => {
    b.display_primaries = b.display_primaries.map((value, i) =>
      s.u(`display_primaries_${i & 1 ? 'y' : 'x'}`, 16, value),
    );
    b.white_point = b.white_point.map((value, i) => s.u(`white_point_${i ? 'y' : 'x'}`, 16, value));
    b.max_display_mastering_luminance = s.u(
      'max_display_mastering_luminance',
      32,
      b.max_display_mastering_luminance,
    );
    b.min_display_mastering_luminance = s.u(
      'min_display_mastering_luminance',
      32,
      b.min_display_mastering_luminance,
    );
  },
);

/** Place of red, green and blue among the primaries of `mdcv`. */
const PRIMARY_PLACES = [2, 0, 1];

/** Writes the boxes for what `stream` says. */
export function writePictureBoxes(w: BoxWriter, stream: VideoStreamInfo): void {
  const { crop, masteringDisplay, contentLight, width, height } = stream;
  if (crop !== undefined) {
    const { left, right, top, bottom } = crop;
    // Sizes are whole; the center is moved by half of what more is cut off on one side (clause 12.1.4.1).
    const size = [width - left - right, 1, height - top - bottom, 1];
    w.put(clap, { fractions: Int32Array.of(...size, left - right, 2, top - bottom, 2) });
  }
  if (masteringDisplay !== undefined) {
    const { primaries, whitePoint, luminance } = masteringDisplay;
    const display_primaries = [0, 0, 0, 0, 0, 0];
    for (const [color, place] of PRIMARY_PLACES.entries()) {
      for (const i of [0, 1]) {
        display_primaries[place * 2 + i] = Math.round(
          primaries[color * 2 + i] * CHROMATICITY_UNITS,
        );
      }
    }
    w.put(mdcv, {
      display_primaries,
      white_point: whitePoint.map((value) => Math.round(value * CHROMATICITY_UNITS)),
      max_display_mastering_luminance: Math.round(luminance[1] * LUMINANCE_UNITS),
      min_display_mastering_luminance: Math.round(luminance[0] * LUMINANCE_UNITS),
    });
  }
  if (contentLight !== undefined) {
    w.put(clli, {
      max_content_light_level: contentLight.maxCLL,
      max_pic_average_light_level: contentLight.maxFALL,
    });
  }
  writeCarriedBoxes(w, stream);
}

/** The facts of the boxes among `children` about a picture of this size. */
export function readPictureBoxes(
  file: FileBytes,
  children: BoxView,
  size: { readonly width: number; readonly height: number },
): Pick<VideoStreamInfo, 'crop' | 'masteringDisplay' | 'contentLight'> {
  const aperture = readChild(clap, file, children);
  const crop = aperture === null ? null : cropOf(aperture.fractions, size);
  const display = readChild(mdcv, file, children);
  const light = readChild(clli, file, children);
  return {
    ...(crop === null ? {} : { crop }),
    ...(display === null ? {} : { masteringDisplay: displayOf(display) }),
    ...(light === null
      ? {}
      : {
          contentLight: {
            maxCLL: light.max_content_light_level,
            maxFALL: light.max_pic_average_light_level,
          },
        }),
  };
}

/** Whole samples that a clean aperture cuts off at each side; null if it does not cut whole ones, or nothing. */
function cropOf(
  fractions: Int32Array,
  { width, height }: { readonly width: number; readonly height: number },
): Crop | null {
  const [shownWidth, shownHeight, horizOff, vertOff] = [0, 2, 4, 6].map(
    (i) => fractions[i] / fractions[i + 1],
  );
  const left = (width - shownWidth) / 2 + horizOff;
  const top = (height - shownHeight) / 2 + vertOff;
  const right = width - shownWidth - left;
  const bottom = height - shownHeight - top;
  const sides = [left, right, top, bottom];
  const isWhole = sides.every((side) => Number.isInteger(side) && side >= 0);
  const isCut = isWhole && sides.some((side) => side > 0) && shownWidth > 0 && shownHeight > 0;
  return isCut ? { left, right, top, bottom } : null;
}

function displayOf(box: {
  readonly display_primaries: readonly number[];
  readonly white_point: readonly number[];
  readonly max_display_mastering_luminance: number;
  readonly min_display_mastering_luminance: number;
}): MasteringDisplay {
  const coordinate = (value: number): number => value / CHROMATICITY_UNITS;
  return {
    primaries: PRIMARY_PLACES.flatMap((place) =>
      box.display_primaries.slice(place * 2, place * 2 + 2).map(coordinate),
    ),
    whitePoint: box.white_point.map(coordinate),
    luminance: [
      box.min_display_mastering_luminance / LUMINANCE_UNITS,
      box.max_display_mastering_luminance / LUMINANCE_UNITS,
    ],
  };
}
