/** The ten steps of the guided tour: what each says, and what it shows of the recording at hand. */
import { say, sayBytes } from './names.ts';
import type { PictureRecord, Recording } from './recording.ts';
import type { State } from './state.ts';
import { blocksOf } from './views/block.ts';

/** One step. */
export interface TourStep {
  readonly title: string;
  /** Paragraphs, from the recording that is open. */
  readonly text: (recording: Recording) => readonly string[];
  /** What the reader may try. */
  readonly task: string;
  /** Buttons that do it, for those without a keyboard. */
  readonly tries?: readonly (readonly [
    label: string,
    change: (recording: Recording) => Partial<State>,
  ])[];
  /** Which view is shown beside the text. */
  readonly view: 'picture' | 'timeline' | 'file';
  /** What is shown; `interPicture` is loaded. The macroblock `kept` of it stays open where it has something to show. */
  readonly show: (recording: Recording, kept?: number) => Partial<State>;
  /** What is brought into sight. */
  readonly focus?: string;
}

/** The picture that most steps show: the first P picture, else the last picture. */
export function interPicture({ shown }: Recording): PictureRecord {
  return shown.find(({ type }) => type === 0) ?? shown[shown.length - 1];
}

/** An inter macroblock with a residual: `kept`, or one of the middle by its bits, not the simplest, not the hardest. */
export function exampleMacroblock({ maps }: PictureRecord, kept = -1): number {
  const all = [...maps.type.keys()].filter(
    (mb) => (maps.pattern[mb] & 15) !== 0 && maps.transform8x8[mb] === 0,
  );
  if (all.includes(kept)) return kept;
  const inter = all.filter((mb) => maps.type[mb] >= 4 && maps.type[mb] < 8);
  const chosen = inter.length > 0 ? inter : all;
  chosen.sort((a, b) => maps.bits[a] - maps.bits[b]);
  return chosen[Math.floor(chosen.length * 0.7)] ?? 0;
}

/** The block of a macroblock with the most levels. */
function exampleBlock(picture: PictureRecord, mb: number): number {
  let [best, most] = [0, -1];
  for (const [number, { levels }] of blocksOf(picture, mb)) {
    const count = levels.filter((level) => level !== 0).length;
    if (number < 16 && count > most) [best, most] = [number, count];
  }
  return best;
}

function example(recording: Recording, kept?: number): Partial<State> {
  const picture = interPicture(recording);
  const mb = exampleMacroblock(picture, kept);
  return {
    picture: picture.display,
    mb,
    block: exampleBlock(picture, mb),
    show: ['partitions'],
    layer: 'decoded',
    zoom: 1,
  };
}

/** Why a picture that is guessed from another is cheap, with its bytes; nothing where there is no such picture. */
function whyCheap(recording: Recording): string[] {
  const [first] = recording.shown;
  const { bytes, display } = interPicture(recording);
  if (display === 0) return [];
  return [
    `That is why this picture takes ${sayBytes(bytes)}, and the first one, which had to be drawn from nothing, ${sayBytes(first.bytes)}: most of it was there already.`,
  ];
}

function plainBytes({ width, height }: Recording): number {
  return (width * height * 3) / 2;
}

function fileBytes({ pictures }: Recording): number {
  return pictures.reduce((sum, { bytes }) => sum + bytes, 0);
}

const OPEN: Partial<State> = { mb: -1, zoom: 1 };

/** The steps, in order. */
export const TOUR: readonly TourStep[] = [
  {
    title: 'A picture is numbers',
    view: 'picture',
    text: (r) => [
      `A digital picture is a grid of points. For each, one number says how bright it is; for every four of them, two more say which color. This picture has ${r.width} × ${r.height} points: at a byte, or 8 bits, for each number, ${sayBytes(plainBytes(r))}.`,
      `Shown ${say(r.frameRate)} times a second, that is ${say((8 * plainBytes(r) * r.frameRate) / 1e6, 1)} million bits every second. The file that was made of it needs ${say((100 * fileBytes(r)) / (plainBytes(r) * r.pictures.length), 1)} % of them. Where did the rest go? That is what this tour shows.`,
    ],
    task: 'Click the bars below the picture, or press the arrow keys, to see what moves.',
    show: () => ({ ...OPEN, picture: 0, layer: 'source', show: [] }),
  },
  {
    title: 'Cut into squares',
    view: 'picture',
    text: (r) => [
      `The picture is cut into squares of 16 × 16 points, called macroblocks: ${r.widthInMbs} across, ${r.heightInMbs} down. They are coded one after the other, from the top left, line by line, as one reads.`,
      'Everything is decided square by square. Where much happens, a square may be divided further, down to 4 × 4.',
    ],
    task: 'Find the squares that are divided. What do they have in common?',
    show: (r) => ({
      ...OPEN,
      picture: interPicture(r).display,
      layer: 'decoded',
      show: ['partitions'],
    }),
  },
  {
    title: 'Guess first',
    view: 'picture',
    text: () => [
      'The idea that saves the most: sender and receiver make the same guess at what comes next, from what both already have. Only what is wrong with the guess must be sent.',
      'This is the guess for a whole picture, the prediction. Nothing of it was sent as points.',
    ],
    task: 'Look at source and prediction in turn (keys 1 and 2). Where is the guess wrong?',
    tries: [
      ['Source', () => ({ layer: 'source' })],
      ['Prediction', () => ({ layer: 'prediction' })],
    ],
    show: (r) => ({ ...OPEN, picture: interPicture(r).display, layer: 'prediction', show: [] }),
  },
  {
    title: 'A guess from the neighbors',
    view: 'picture',
    text: () => [
      'The first picture has none before it. There, each square is guessed from the points at its left and upper edge, which are drawn on into it: straight down, across, or slanted. The lines show which way; a dot is an even surface.',
      'It is called intra prediction. In a sky it does very well, in grass it does not.',
    ],
    task: 'Compare the lines with the edges in the picture: they follow them.',
    show: () => ({ ...OPEN, zoom: 2, picture: 0, layer: 'prediction', show: ['modes'] }),
  },
  {
    title: 'A guess from another picture',
    view: 'picture',
    text: (r) => [
      'Later pictures look much like earlier ones, only shifted. So each square may say: take me from that picture, from over there. The arrow to there is a motion vector, exact to a quarter of a point.',
      'For each arrow the encoder has tried many, and kept the one whose guess is best for its price.',
      ...whyCheap(r),
    ],
    task: 'Which arrows follow what really moves, and which only found something alike?',
    show: (r) => ({
      ...OPEN,
      picture: interPicture(r).display,
      layer: 'decoded',
      show: ['partitions', 'vectors'],
    }),
  },
  {
    title: 'Others may come first',
    view: 'timeline',
    text: () => [
      'Pictures need not be coded in the order in which they are shown. If a later one is sent first, those between can be guessed from both sides: they are the small ones, marked B.',
      'The arcs show who is guessed from whom. I needs nobody, P looks back, B looks both ways.',
    ],
    task: 'Click a B picture: its blue arcs lead back, its pink ones ahead.',
    show: (r) => ({
      ...OPEN,
      picture: (r.shown.find(({ type }) => type === 1) ?? interPicture(r)).display,
    }),
  },
  {
    title: 'What is left',
    view: 'picture',
    text: () => [
      'The guess is taken from the truth. What is left is the residual: gray is nothing, lighter and darker is where the guess was too low or too high.',
      'Where it is gray, as most of it is, nothing need be sent.',
    ],
    task: 'Turn on the bits (key b): the bright squares of the heat map are those that are not gray.',
    tries: [
      ['Bits', () => ({ show: ['bits'] })],
      ['Residual alone', () => ({ show: [] })],
    ],
    show: (r) => ({ ...OPEN, picture: interPicture(r).display, layer: 'residual', show: [] }),
  },
  {
    title: 'Many ways, one winner',
    view: 'picture',
    text: () => [
      'Here is one square, opened. The encoder has coded it in several ways on trial, and counted for each how wrong it is (its squared error, and something for fine detail that is lost) and how many bits it takes. The sum of both, at a rate of exchange that says how much error a bit is worth, is its cost. The cheapest wins; the bars show by how much the others lost.',
      'The five small pictures are the square itself: truth, guess, what is left, what the receiver sees, and what remains wrong.',
    ],
    task: 'Click other squares. Where was it close, where was it clear?',
    tries: [
      [
        'The most expensive',
        (r) => {
          const { bits } = interPicture(r).maps;
          return { mb: bits.indexOf(bits.reduce((most, own) => Math.max(most, own), 0)) };
        },
      ],
      ['Back to the first', example],
    ],
    show: example,
  },
  {
    title: 'Into waves, and rounded',
    view: 'picture',
    text: () => [
      'What is left of a block of 4 × 4 is rewritten as a sum of 16 patterns, from even to finely checked: the coefficients. Then each is divided and rounded. The many small ones become zero. This is the only place where something is truly lost, and QP says how coarsely.',
      'The last grid is what is sent: some numbers, mostly zeros, read in a zigzag so that the zeros stand at the end.',
    ],
    task: 'Move the QP slider at the top, and watch the numbers. Where all become zero, nothing is sent: the square is skipped.',
    tries: [
      ['Fine: QP 16', () => ({ qp: 16 })],
      ['QP 28', () => ({ qp: 28 })],
      ['Coarse: QP 40', () => ({ qp: 40 })],
      ['What is lost', () => ({ layer: 'difference' })],
    ],
    show: example,
    focus: '#block',
  },
  {
    title: 'Into bits, and back',
    view: 'file',
    text: (r) => [
      'At last every decision becomes bits: frequent ones short, rare ones long. Each row of the table is one statement, with the chapter of the standard that defines it; its bytes are marked at the right, in the very file.',
      `A receiver reads them in this order, makes the same guesses, adds what was left, smooths the edges between the squares, and shows the picture: ${sayBytes(plainBytes(r) * r.pictures.length)} from ${sayBytes(fileBytes(r))}.`,
    ],
    task: 'Click any byte: it tells what it is. Then drop a video of your own.',
    show: example,
  },
];
