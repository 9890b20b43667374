/** `negate`: every component turned round. */
import { ALL_PIX_FMTS, pixFmtInfo } from '../../frames/pixel-format.ts';
import { type FilterDefinition, samePixFmt, VIDEO_PAD } from '../definition/filter.ts';
import { componentsOf, copyOf, picture, videoLink } from '../pixels/picture-work.ts';

/** As in ffmpeg, chroma components lie in planes of their own. */
const PIX_FMTS = ALL_PIX_FMTS.filter((name) => {
  const { bigEndian, samplesPerPixel } = pixFmtInfo(name);
  return !bigEndian && samplesPerPixel[1] !== 2;
});
const COMPONENTS = { y: 0x10, u: 0x20, v: 0x40, r: 1, g: 2, b: 4, a: 8 } as const;
const BITS = { yuv: [0x10, 0x20, 0x40, 8], rgb: [1, 2, 4, 8], gray: [0x10] } as const;

/** Turns components round: v becomes the largest value less v. */
export const NEGATE: FilterDefinition = {
  name: 'negate',
  description: 'turns the values of components round',
  options: [
    {
      name: 'components',
      kind: 'flags',
      default: 'y+u+v+r+g+b',
      choices: COMPONENTS,
      description: 'which components',
    },
    { name: 'negate_alpha', kind: 'boolean', default: '0', description: 'opacity, too' },
  ],
  inputs: VIDEO_PAD,
  outputs: VIDEO_PAD,
  timeline: true,
  formats: () => samePixFmt(PIX_FMTS),
  open(setup) {
    const info = pixFmtInfo(videoLink(setup.inputs[0]).pixFmt);
    const largest = 2 ** info.bitDepth - 1;
    const wanted =
      setup.options.number('components') | (setup.options.boolean('negate_alpha') ? 8 : 0);
    return {
      letsGo: true,
      push(_, frame) {
        const out = copyOf(picture(frame), setup.takePicture);
        for (const [c, component] of componentsOf(out).entries()) {
          if ((wanted & BITS[info.model][c as 0]) === 0) continue;
          const { data, offset, stride, step, width, height } = component;
          for (let y = 0; y < height; y++) {
            let p = offset + y * stride;
            for (let x = 0; x < width; x++, p += step) data[p] = largest - data[p]!;
          }
        }
        setup.emit(0, out);
      },
    };
  },
};
