/** The commands of the program. Each is loaded when it is run: most need only a part of the library. */
import type { Command } from './command.ts';

/** A command in the list. */
export interface ListedCommand {
  readonly name: string;
  /** One line that says what it does. */
  readonly summary: string;
  load(): Promise<Command>;
}

/** All of them, in the order of the help. */
export const COMMANDS: readonly ListedCommand[] = [
  {
    name: 'encode',
    summary:
      'Codes y4m, WAV, pictures and raw input; - is stdin. The output is what its extension says.',
    load: async () => (await import('./encode.ts')).encode,
  },
  {
    name: 'remux',
    summary: 'Puts coded streams into another file; nothing is decoded or coded.',
    load: async () => (await import('./remux.ts')).remux,
  },
  {
    name: 'probe',
    summary: 'Lists the streams of an MP4, Matroska, WAV, y4m, ADTS or H.264 file.',
    load: async () => (await import('./probe.ts')).probe,
  },
  {
    name: 'inspect',
    summary: 'Opens a page that shows what the encoders decide, or what a file is made of.',
    load: async () => (await import('./inspect.ts')).inspect,
  },
  {
    name: 'optimize',
    summary:
      'Makes PNG and JPEG files smaller in place; - is stdin to stdout. Pixels stay, a file never grows, and stays as it is if anything fails.',
    load: async () => (await import('./optimize.ts')).optimize,
  },
  {
    name: 'compress',
    summary: 'Compresses a file with deflate.',
    load: async () => (await import('./compress.ts')).compress,
  },
  {
    name: 'decompress',
    summary: 'Brings back what was compressed with gzip, zlib or deflate.',
    load: async () => (await import('./compress.ts')).decompress,
  },
  {
    name: 'codecs',
    summary:
      'Lists the codecs, and the pixel or sample formats that each takes without conversion.',
    load: async () => (await import('./lists.ts')).codecs,
  },
  {
    name: 'filters',
    summary: 'Lists the filters of --vf and --af, or the options of one with their defaults.',
    load: async () => (await import('./lists.ts')).filters,
  },
  {
    name: 'formats',
    summary: 'Lists the kinds of files that can be written, with extensions and default codecs.',
    load: async () => (await import('./lists.ts')).formats,
  },
];
