/** `vitrine optimize`: PNG and JPEG files made smaller in place, without a change to a pixel. */
import { ConfigError, FormatError, IoError, messageOf, UnsupportedError } from '../base/errors.ts';
import { Budget, type LimitOptions, SINGLE_PACKET_BYTES } from '../base/limits.ts';
import { JpegTrace, optimizeJpeg } from '../codecs/jpeg/index.ts';
import { describePng } from '../codecs/png/describe.ts';
import { optimizePng, PngTrace } from '../codecs/png/index.ts';
import { affordablePixels } from '../frames/index.ts';
import { writeWhole } from '../io/index.ts';
import { readWhole } from '../pipeline/image-file.ts';
import { imageKindOf } from '../pipeline/image-headers.ts';
import { command, type Output, SHARED_OPTIONS } from './command.ts';
import { LIMITS_OPTION, readLimits } from './limits-option.ts';
import { openInputSource } from './open-input.ts';
import type { OptionTable, OptionValues } from './options.ts';
import { requireOutput } from './output-file.ts';
import { OutputFiles } from './output-files.ts';
import { TRACE_OVERWRITE_OPTIONS } from './overwrite.ts';
import { isSameJpeg, isSamePng } from './same-pictures.ts';
import { TRACE_OPTION, withTrace } from './trace-option.ts';
import type { TraceOutput } from './trace-output.ts';

// biome-ignore format: one line per option
const OPTIONS = {
  effort: { kind: 'choice', choices: ['fast', 'default', 'best'], help: 'PNG: how much work goes into it (best)' },
  strip: { kind: 'flag', help: 'leave out what changes nothing to be seen: Exif but for the orientation, texts, times' },
  'dry-run': { kind: 'flag', help: 'tell what would become of the files, and leave them as they are' },
  ...TRACE_OPTION,
  ...TRACE_OVERWRITE_OPTIONS,
  ...LIMITS_OPTION,
  ...SHARED_OPTIONS,
} as const satisfies OptionTable;

type Values = OptionValues<typeof OPTIONS>;

/** The command. */
export const optimize = command({
  usage: 'FILE...',
  examples: [
    'vitrine optimize photo.jpg icons/*.png',
    'vitrine optimize --effort best --strip logo.png',
    'vitrine optimize - < large.png > small.png',
  ],
  options: OPTIONS,
  run,
});

async function run(names: readonly string[], values: Values, output: Output): Promise<void> {
  if (values.trace !== undefined && names.length > 1) {
    throw new ConfigError('--trace', `is for one file; there are ${names.length}`);
  }
  await OutputFiles.during(names, values, output, async (files) => {
    await files.claimSideFile('--trace', values.trace);
    await withTrace('optimize', values.trace, files, (trace) =>
      optimizeFiles(names, values, output, trace === null ? null : { trace, files }),
    );
  });
}

/** The trace of the only file, which appears together with it. */
interface Traced {
  readonly trace: TraceOutput;
  readonly files: OutputFiles;
}

async function optimizeFiles(
  names: readonly string[],
  values: Values,
  output: Output,
  traced: Traced | null,
): Promise<void> {
  if (names.length === 0) throw new ConfigError('FILE', 'none given; see vitrine optimize --help');
  const isPipe = names.includes('-');
  if (isPipe && names.length > 1) throw new ConfigError('FILE', '- (stdin) stands alone');
  if (isPipe) requireOutput('-', values.json === true);
  const failed: string[] = [];
  let [before, after] = [0, 0];
  for (const [i, name] of names.entries()) {
    if (output.showsProgress) output.progress(`${i + 1}/${names.length} ${name}`);
    try {
      const done = await optimizeFile(name, values, output, traced);
      before += done.before;
      after += done.after;
      tell(name, done, values, output);
    } catch (error) {
      failed.push(name);
      if (output.showsProgress) output.progress('');
      const said = messageOf(error);
      output.note(said.startsWith(`${name}: `) ? said : `${name}: ${said}`);
    }
  }
  if (names.length > 1 && values.json !== true) {
    output.line(
      `${names.length - failed.length} files: ${before} bytes to ${after}${saved(before, after)}`,
    );
  }
  if (failed.length > 0) {
    throw new IoError(
      'FILE',
      `${failed.length} of ${names.length} stayed as they were: ${failed.join(', ')}`,
    );
  }
}

interface Done {
  readonly before: number;
  readonly after: number;
}

function tell(name: string, { before, after }: Done, values: Values, output: Output): void {
  if (output.showsProgress) output.progress('');
  // Standard output has the file.
  if (name === '-') return;
  output.line(
    values.json === true
      ? JSON.stringify({ file: name, before, bytes: after })
      : `${name}: ${before} bytes to ${after}${saved(before, after)}`,
  );
}

function saved(before: number, after: number): string {
  return before === after
    ? ' (as small as it gets here)'
    : ` (-${((100 * (before - after)) / before).toFixed(1)} %)`;
}

/** Reads, makes smaller, compares, and replaces the file if all is well and it is smaller; standard output has one in any case. */
async function optimizeFile(
  name: string,
  values: Values,
  output: Output,
  traced: Traced | null,
): Promise<Done> {
  const source = await openInputSource(name, output.input);
  let bytes: Uint8Array;
  try {
    const limits = { maxPacketBytes: SINGLE_PACKET_BYTES, ...limitsOf(values) };
    bytes = await readWhole(source, new Budget(name, source, limits));
  } finally {
    await source.close();
  }
  const smaller = smallerFile(name, bytes, values, traced?.trace ?? null);
  const result = smaller.length < bytes.length ? smaller : bytes;
  const isWritten = name === '-' || result !== bytes;
  if (isWritten && values['dry-run'] !== true) {
    const write = async (files: OutputFiles) =>
      writeWhole((await files.openResult(name)).sink, result);
    if (traced !== null) await write(traced.files);
    else await OutputFiles.during([name], values, output, write);
  }
  return { before: bytes.length, after: result.length };
}

/** A smaller file with the same pixels; throws if they were not the same. */
function smallerFile(
  name: string,
  bytes: Uint8Array,
  values: Values,
  trace: TraceOutput | null,
): Uint8Array {
  const kind = imageKindOf(bytes)?.codec;
  const strip = values.strip === true;
  if (kind === 'png') {
    requireAffordable(bytes, limitsOf(values));
    const inspect = trace === null ? null : new PngTrace(trace.writer);
    const smaller = optimizePng(bytes, { effort: values.effort ?? 'best', strip, inspect });
    requireSame(name, smaller === bytes || isSamePng(bytes, smaller));
    return smaller;
  }
  if (kind === 'mjpeg') {
    const inspect = trace === null ? null : new JpegTrace(trace.writer);
    const smaller = optimizeJpeg(bytes, { metadata: strip ? 'color' : 'all', inspect });
    requireSame(name, isSameJpeg(bytes, smaller));
    return smaller;
  }
  throw new UnsupportedError(
    name,
    `is ${kind ?? 'no picture that is known'}; PNG and JPEG files are made smaller`,
  );
}

/** The limits that optimizing asks for: a file is one packet. */
function limitsOf({ limits }: Values): Pick<LimitOptions, (typeof LIMITS)[number]> {
  return limits === undefined ? {} : readLimits(limits, LIMITS);
}

const LIMITS = ['maxPacketBytes', 'maxExpansion'] as const;

/** Bytes of a pixel that count as one: the picture is decoded again to be compared, while the first may still be in memory. */
const PIXEL_BYTES = 2;

/** Throws `FormatError` for a PNG file that says to have more pixels than its bytes pay for. */
function requireAffordable(bytes: Uint8Array, limits: LimitOptions): void {
  const { width, height, channels, isDeep } = describePng(bytes);
  const share = Math.min(1, PIXEL_BYTES / (channels * (isDeep ? 2 : 1)));
  const maxPixels = Math.floor(share * affordablePixels(bytes.length, limits));
  if (width * height <= maxPixels) return;
  const detail = `${width}x${height} pixels, allowed for a file of its size are ${maxPixels}; --limits maxExpansion=1000 allows more`;
  throw new FormatError('png.IHDR', detail, 16);
}

function requireSame(name: string, isSame: boolean): void {
  if (!isSame) throw new UnsupportedError(name, 'its pixels would not be the same; the file stays');
}
