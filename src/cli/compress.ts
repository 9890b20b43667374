/** `vitrine compress` and `vitrine decompress`: gzip, zlib and raw deflate, in pieces, so that files of any size fit. */
import { type ByteSink, type ByteSource, joinBytes } from '../base/byte-stream.ts';
import { ConfigError, FormatError } from '../base/errors.ts';
import { FREE_BYTES } from '../base/limits.ts';
import {
  DEFLATE_FORMATS,
  type DeflateFormat,
  Deflater,
  DeflateTrace,
  type Emit,
  Inflater,
  watchStream,
} from '../codecs/deflate/index.ts';
import { command, type Output, SHARED_OPTIONS } from './command.ts';
import { readLimits } from './limits-option.ts';
import { openInputSource } from './open-input.ts';
import type { OptionTable, OptionValues } from './options.ts';
import { requireOutput } from './output-file.ts';
import { OutputFiles } from './output-files.ts';
import { OVERWRITE_OPTIONS, type OverwriteValues } from './overwrite.ts';
import { TRACE_OPTION, withTrace } from './trace-option.ts';
import type { TraceOutput } from './trace-output.ts';

/** Bytes that are read at once. */
const PIECE_BYTES = 1 << 18;

/** Extensions that say the format. */
const EXTENSIONS: Readonly<Record<string, DeflateFormat>> = {
  gz: 'gzip',
  tgz: 'gzip',
  zz: 'zlib',
  zlib: 'zlib',
  deflate: 'raw',
};

const FORMAT_OPTION = {
  kind: 'choice',
  choices: DEFLATE_FORMATS,
  help: 'what stands around the stream, if the extension does not say (gzip)',
} as const;

// biome-ignore format: one line per option
const COMPRESS_OPTIONS = {
  output: { kind: 'text', short: 'o', meta: 'FILE', help: 'where the result goes (FILE.gz); - is stdout' },
  level: { kind: 'integer', short: 'l', min: 0, max: 13, help: '0 (stored) to 13 (smallest, slow); 6 if not given' },
  format: FORMAT_OPTION,
  ...TRACE_OPTION,
  ...OVERWRITE_OPTIONS,
  ...SHARED_OPTIONS,
} as const satisfies OptionTable;

// biome-ignore format: one line per option
const DECOMPRESS_OPTIONS = {
  output: { kind: 'text', short: 'o', meta: 'FILE', help: 'where the result goes (the name without .gz); - is stdout' },
  format: FORMAT_OPTION,
  limits: { kind: 'text', meta: 'maxExpansion=N', help: 'stops with an error when more than N bytes come out for each that went in, beside 768 KiB' },
  ...TRACE_OPTION,
  ...OVERWRITE_OPTIONS,
  'max-bytes': { kind: 'integer', min: 0, help: 'stops with an error when more bytes than this come out' },
  ...SHARED_OPTIONS,
} as const satisfies OptionTable;

/** The command that makes files smaller. */
export const compress = command({
  usage: 'FILE [-o FILE.gz]',
  examples: ['vitrine compress video.y4m', 'vitrine compress page.html -o page.html.gz --level 13'],
  options: COMPRESS_OPTIONS,
  run: compressFile,
});

/** The command that brings them back. */
export const decompress = command({
  usage: 'FILE.gz [-o FILE]',
  examples: ['vitrine decompress video.y4m.gz'],
  options: DECOMPRESS_OPTIONS,
  run: decompressFile,
});

async function compressFile(
  inputs: readonly string[],
  values: OptionValues<typeof COMPRESS_OPTIONS>,
  output: Output,
): Promise<void> {
  const name = onlyInput(inputs);
  const path = requireOutput(
    values.output ?? (name === '-' ? '-' : `${name}.gz`),
    values.json === true,
  );
  const format = values.format ?? formatOf(path) ?? 'gzip';
  const { level } = values;
  await convert('compress', name, path, values, output, (trace) => {
    const deflater = new Deflater({
      ...{ format, inspect: trace === null ? null : new DeflateTrace(trace.writer) },
      ...(level === undefined ? {} : { level }),
    });
    return {
      push: (bytes, emit) => deflater.push(bytes, emit),
      finish: (emit) => deflater.finish(emit),
      drain: () => trace?.drain(),
    };
  });
}

async function decompressFile(
  inputs: readonly string[],
  values: OptionValues<typeof DECOMPRESS_OPTIONS>,
  output: Output,
): Promise<void> {
  const name = onlyInput(inputs);
  const stem = /^(.+)\.(gz|zz|zlib|deflate)$/.exec(name)?.[1];
  const path = requireOutput(values.output ?? (name === '-' ? '-' : stem), values.json === true);
  const format = values.format ?? formatOf(name) ?? 'gzip';
  const maxBytes = values['max-bytes'];
  const { maxExpansion = Number.POSITIVE_INFINITY } =
    values.limits === undefined ? {} : readLimits(values.limits, ['maxExpansion']);
  const inflater = new Inflater({ format, ...(maxBytes === undefined ? {} : { maxBytes }) });
  let from = 0;
  let to = 0;
  /** The whole stream, where it is traced: its parts are looked at when it has turned out to be sound. */
  const kept: Uint8Array[] = [];
  const push = (bytes: Uint8Array, emit: Emit) => {
    from += bytes.length;
    if (values.trace !== undefined) kept.push(bytes.slice());
    inflater.push(bytes, (piece) => {
      to += piece.length;
      if (to > FREE_BYTES + maxExpansion * from) {
        const found = `${to} bytes came out of ${from}`;
        throw new FormatError(
          name,
          `${found}, allowed is ${maxExpansion} (limits.maxExpansion)`,
          from,
        );
      }
      emit(piece);
    });
  };
  await convert('decompress', name, path, values, output, (trace) => ({
    push,
    finish() {
      inflater.finish();
      if (trace !== null) watchStream(joinBytes(kept), format, new DeflateTrace(trace.writer));
    },
  }));
}

function onlyInput(inputs: readonly string[]): string {
  const [name] = inputs;
  if (name === undefined || inputs.length > 1) {
    throw new ConfigError('FILE', `got ${inputs.length} inputs, needed is one`);
  }
  return name;
}

function formatOf(path: string): DeflateFormat | undefined {
  const extension = /\.([A-Za-z]+)$/.exec(path)?.[1]?.toLowerCase() ?? '';
  return Object.hasOwn(EXTENSIONS, extension) ? EXTENSIONS[extension] : undefined;
}

/** What turns bytes into others. */
interface Converter {
  push(bytes: Uint8Array, emit: Emit): void;
  finish(emit: Emit): void;
  /** Called from time to time while there is more to come. */
  drain?(): Promise<void> | undefined;
}

/** What both commands are told. */
interface ConvertValues extends OverwriteValues {
  readonly json?: boolean;
  readonly trace?: string;
}

/** Reads all of an input and writes what a converter makes of it; the output is there as a whole or not at all. */
async function convert(
  command: string,
  name: string,
  path: string,
  values: ConvertValues,
  output: Output,
  converterOf: (trace: TraceOutput | null) => Converter,
): Promise<void> {
  const [from, bytes] = await OutputFiles.during([name], values, output, async (files) => {
    await files.claimResult(path);
    await files.claimSideFile('--trace', values.trace);
    return withTrace(command, values.trace, files, async (trace) => {
      const source = await openInputSource(name, output.input);
      try {
        const file = await files.openResult(path);
        const read = await convertAll(source, file.sink, converterOf(trace));
        return [read, file.size()] as const;
      } finally {
        await source.close();
      }
    });
  });
  if (path === '-') return;
  const report = { output: path, from, bytes };
  output.line(values.json === true ? JSON.stringify(report) : `${path}: ${from} bytes to ${bytes}`);
}

/** Closes the sink too; gives how many bytes were read. */
async function convertAll(
  source: ByteSource,
  sink: ByteSink,
  converter: Converter,
): Promise<number> {
  const pieces: Uint8Array[] = [];
  const emit: Emit = (bytes) => void pieces.push(bytes.slice());
  const write = async () => {
    for (const piece of pieces.splice(0)) await sink.write(piece);
  };
  let position = 0;
  for await (const bytes of piecesOf(source)) {
    converter.push(bytes, emit);
    position += bytes.length;
    await write();
    await converter.drain?.();
  }
  converter.finish(emit);
  await write();
  await sink.close();
  return position;
}

async function* piecesOf(source: ByteSource): AsyncGenerator<Uint8Array> {
  for (let position = 0; ; ) {
    const bytes = await source.read(position, PIECE_BYTES);
    if (bytes.length === 0) return;
    yield bytes;
    position += bytes.length;
  }
}
