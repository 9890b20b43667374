/** `overlay`: a second picture on the first, by its opacity. */
import type { VideoFrame } from '../../frames/frame.ts';
import { hasAlpha, type PixFmt, pixFmtInfo } from '../../frames/pixel-format.ts';
import { type FilterDefinition, type FilterFormats, VIDEO_PAD } from '../definition/filter.ts';
import type { OptionValues } from '../definition/options.ts';
import { dualInputs, FrameSync, SYNC_OPTIONS } from '../graph/frame-sync.ts';
import { composite, type Placement } from '../pixels/composite.ts';
import { copyOf, picture, secondsOf, videoLink } from '../pixels/picture-work.ts';
import { RowMixer } from '../pixels/row-mixer.ts';

// biome-ignore format: the order of the values below
const VARIABLES = ['main_w', 'W', 'main_h', 'H', 'overlay_w', 'w', 'overlay_h', 'h', 'hsub', 'vsub', 'x', 'y', 'n', 'pos', 't'];
const [X, Y, N, T] = [10, 11, 12, 14] as const;

interface Formats {
  readonly main: readonly PixFmt[];
  readonly over: readonly PixFmt[];
  /** What the main input is converted to where it has none of these. */
  readonly convertTo?: PixFmt;
}

const PACKED: readonly PixFmt[] = ['argb', 'rgba', 'abgr', 'bgra'];

/** Table: value of `format` => formats of the main input and of the other. */
const FORMATS: readonly Formats[] = [
  { main: ['yuv420p', 'yuvj420p', 'yuva420p', 'nv12'], over: ['yuva420p'], convertTo: 'yuva420p' },
  { main: ['yuv420p10le'], over: ['yuv420p10le'] },
  { main: ['yuv422p', 'yuvj422p', 'yuva422p'], over: ['yuva422p'], convertTo: 'yuva422p' },
  { main: ['yuv422p10le'], over: ['yuv422p10le'] },
  { main: ['yuv444p', 'yuvj444p', 'yuva444p'], over: ['yuva444p'], convertTo: 'yuva444p' },
  { main: [...PACKED, 'rgb24', 'bgr24'], over: PACKED, convertTo: 'rgb24' },
  { main: ['gbrp', 'gbrap'], over: ['gbrap'], convertTo: 'gbrap' },
  {
    main: ['yuva420p', 'yuva422p', 'yuva444p', ...PACKED, 'gbrap'],
    over: ['yuva420p', 'yuva422p', 'yuva444p', ...PACKED, 'gbrap'],
  },
];

function formatsOf(options: OptionValues): FilterFormats {
  const { main, over, convertTo } = FORMATS[options.number('format')]!;
  const auto = main === FORMATS[7]!.main;
  const first = { allowed: main, ...(convertTo === undefined ? {} : { convertTo }) };
  return {
    inputs: [
      { kind: 'video', pixFmts: first },
      { kind: 'video', pixFmts: auto ? first : { allowed: over } },
    ],
    outputs: [{ kind: 'video', pixFmts: first }],
  };
}

/** Puts one picture on another. */
export const OVERLAY: FilterDefinition = {
  name: 'overlay',
  description: 'puts the pictures of a second input on those of the first',
  options: [
    { name: 'x', kind: 'expression', default: '0', description: 'left column of the second' },
    { name: 'y', kind: 'expression', default: '0', description: 'top row of the second' },
    {
      name: 'eval',
      kind: 'choice',
      default: 'frame',
      choices: { init: 0, frame: 1 },
      description: 'compute the place once, or for every picture',
    },
    {
      name: 'format',
      kind: 'choice',
      default: 'yuv420',
      choices: {
        yuv420: 0,
        yuv420p10: 1,
        yuv422: 2,
        yuv422p10: 3,
        yuv444: 4,
        rgb: 5,
        gbrp: 6,
        auto: 7,
      },
      description: 'formats to work in',
      namedOnly: true,
    },
    {
      name: 'alpha',
      kind: 'choice',
      default: 'straight',
      choices: { straight: 0, premultiplied: 1 },
      description: 'what opacity of the second means',
      namedOnly: true,
    },
    ...SYNC_OPTIONS,
  ],
  inputs: [
    { name: 'main', kind: 'video' },
    { name: 'overlay', kind: 'video' },
  ],
  outputs: VIDEO_PAD,
  timeline: true,
  formats: formatsOf,
  open(setup) {
    const { options } = setup;
    const [main, over] = setup.inputs.map(videoLink) as [
      ReturnType<typeof videoLink>,
      ReturnType<typeof videoLink>,
    ];
    const info = pixFmtInfo(main.pixFmt);
    const [x, y] = ['x', 'y'].map((name) => options.expression(name, { variables: VARIABLES }));
    const v = Float64Array.of(
      ...[main, over].flatMap(({ width, height }) => [width, width, height, height]),
      ...[1 << info.chromaShiftX, 1 << info.chromaShiftY, NaN, NaN, 0, NaN, NaN],
    );
    const whole = (value: number, shift: number): number =>
      Number.isNaN(value) ? Number.NaN : Math.trunc(value) & ~((1 << shift) - 1);
    const place = (): Placement => {
      v[X] = x!.evaluate(v);
      v[Y] = y!.evaluate(v);
      v[X] = x!.evaluate(v);
      return { x: whole(v[X]!, info.chromaShiftX), y: whole(v[Y]!, info.chromaShiftY) };
    };
    const once = options.number('eval') === 0 ? place() : undefined;
    const premultiplied = options.number('alpha') === 1;
    const overHasAlpha = hasAlpha(pixFmtInfo(over.pixFmt));
    let n = 0;
    const mixer = new RowMixer();
    const draw = (first: VideoFrame, second: VideoFrame): VideoFrame => {
      const at = once ?? place();
      if (Number.isNaN(at.x) || Number.isNaN(at.y)) return first;
      const out = copyOf(first, setup.takePicture);
      composite(out, second, at, premultiplied && overHasAlpha, mixer);
      return out;
    };
    const sync = new FrameSync(
      setup,
      dualInputs(options),
      main.timeBase,
      ([first, second], pts) => {
        const base = { ...picture(first!), pts };
        // ffmpeg counts the picture that it works on.
        v[N] = n + 1;
        v[T] = secondsOf(pts, main);
        const enabled = setup.isEnabled(base, n++);
        setup.emit(
          0,
          second === undefined || !enabled ? base : { ...draw(base, picture(second)), pts },
        );
      },
    );
    return {
      outputs: [main],
      push: sync.push.bind(sync),
      end: sync.end.bind(sync),
      wants: sync.wants.bind(sync),
    };
  },
};
