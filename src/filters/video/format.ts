/** `format` and `noformat`: which pixel formats may pass. Pictures in other formats are converted before. */
import { ALL_PIX_FMTS } from '../../frames/pixel-format.ts';
import { type FilterDefinition, samePixFmt, VIDEO_PAD } from '../definition/filter.ts';
import { pixFmtList } from '../definition/pixel-formats.ts';

const PIX_FMTS_OPTION = {
  name: 'pix_fmts',
  kind: 'string',
  default: '',
  description: 'pixel formats, with "|" between',
} as const;

/** Lets only these formats pass. */
export const FORMAT: FilterDefinition = {
  name: 'format',
  description: 'converts pictures to one of some pixel formats',
  options: [PIX_FMTS_OPTION],
  inputs: VIDEO_PAD,
  outputs: VIDEO_PAD,
  formats(options) {
    const list = pixFmtList(options, 'pix_fmts');
    if (list === null) throw options.filterError('option pix_fmts is missing');
    return samePixFmt(list);
  },
  open: () => ({}),
};

/** Lets only other formats pass. */
export const NOFORMAT: FilterDefinition = {
  ...FORMAT,
  name: 'noformat',
  description: 'converts pictures to a pixel format that is not one of some',
  formats(options) {
    const list = pixFmtList(options, 'pix_fmts');
    if (list === null) throw options.filterError('option pix_fmts is missing');
    return samePixFmt(ALL_PIX_FMTS.filter((name) => !list.includes(name)));
  },
};
