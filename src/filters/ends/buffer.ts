/** `buffer` and `buffersink`: where pictures come into a graph from outside, and where they leave it. */
import { type FilterDefinition, NO_PADS, samePixFmt, VIDEO_PAD } from '../definition/filter.ts';
import { pixFmtList } from '../definition/pixel-formats.ts';

/** Largest width and height of a picture. */
export const MAX_SIZE = 65535;

/** Pictures from `FilterGraph.addFrames`. */
export const BUFFER: FilterDefinition = {
  name: 'buffer',
  description: 'takes pictures that are added to the graph',
  options: [
    { name: 'width', kind: 'integer', default: '0', min: 0, max: MAX_SIZE, description: 'columns' },
    {
      name: 'video_size',
      aliases: ['size'],
      kind: 'size',
      description: 'columns and rows',
    },
    { name: 'height', kind: 'integer', default: '0', min: 0, max: MAX_SIZE, description: 'rows' },
    { name: 'pix_fmt', kind: 'pixFmt', description: 'pixel format' },
    {
      name: 'sar',
      aliases: ['pixel_aspect'],
      kind: 'ratio',
      default: '0/1',
      description: 'shape of a pixel',
    },
    { name: 'time_base', kind: 'ratio', default: '0/1', description: 'seconds per tick' },
    { name: 'frame_rate', kind: 'ratio', default: '0/1', description: 'frames per second' },
    { name: 'sws_param', kind: 'string', default: '', description: 'has no effect' },
  ],
  inputs: NO_PADS,
  outputs: VIDEO_PAD,
  formats: (options) => {
    const pixFmt = options.pixFmt('pix_fmt');
    if (pixFmt === undefined) throw options.filterError('option pix_fmt is missing');
    return samePixFmt([pixFmt], 0, 1);
  },
  open({ options, outputs }) {
    const [width, height] = options.pair('video_size') ?? [
      options.number('width'),
      options.number('height'),
    ];
    if (width < 1 || height < 1) {
      throw options.filterError('its size is missing', 'give video_size=WIDTHxHEIGHT');
    }
    if (width > MAX_SIZE || height > MAX_SIZE) {
      throw options.error(
        'video_size',
        `got ${width}x${height}, allowed are sides up to ${MAX_SIZE}`,
      );
    }
    const timeBase = options.pair('time_base')!;
    if (timeBase[0] <= 0 || timeBase[1] <= 0) {
      throw options.filterError('option time_base is missing', 'it is the seconds per tick: 1/30');
    }
    const format = outputs[0]! as { readonly kind: 'video'; readonly pixFmt: 'rgb24' };
    return {
      outputs: [
        {
          ...format,
          width,
          height,
          sampleAspectRatio: options.pair('sar')!,
          timeBase,
          frameRate: options.pair('frame_rate')!,
        },
      ],
    };
  },
};

/** Pictures for `FilterGraph.getFrames`. */
export const BUFFERSINK: FilterDefinition = {
  name: 'buffersink',
  description: 'keeps pictures until they are taken from the graph',
  options: [
    {
      name: 'pix_fmts',
      kind: 'string',
      default: '',
      description: 'pixel formats that may leave here, with "|" between',
    },
  ],
  inputs: VIDEO_PAD,
  outputs: NO_PADS,
  formats: (options) => samePixFmt(pixFmtList(options, 'pix_fmts'), 1, 0),
  open: () => ({}),
};
