/** `vitrine codecs` and `vitrine formats`: what there is. */
import { ConfigError } from '../base/errors.ts';
import type { FilterDefinition } from '../filters/index.ts';
import { CODECS } from './codec-list.ts';
import { command, type Output, SHARED_OPTIONS } from './command.ts';
import { FORMATS } from './format-list.ts';
import type { OptionValues } from './options.ts';

type Values = OptionValues<typeof SHARED_OPTIONS>;

/** Writes rows as columns, or as JSON. */
function print(
  rows: readonly Readonly<Record<string, unknown>>[],
  values: Values,
  output: Output,
): void {
  if (values.json === true) {
    output.line(JSON.stringify(rows));
    return;
  }
  const texts = rows.map((row) =>
    Object.values(row).map((cell) => (Array.isArray(cell) ? cell.join(' ') : String(cell ?? '-'))),
  );
  const widths = texts[0]!.map((_, i) => Math.max(...texts.map((cells) => cells[i]!.length)));
  for (const cells of texts) {
    output.line(
      cells
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join('  ')
        .trimEnd(),
    );
  }
}

/** The command that lists codecs. */
export const codecs = command({
  usage: '',
  examples: ['vitrine codecs'],
  options: SHARED_OPTIONS,
  async run(_inputs, values, output) {
    const rows = CODECS.map((codec) => ({
      name: codec.name,
      kind: codec.kind,
      description: codec.description,
      takes: codec.kind === 'video' ? codec.pixFmts : codec.sampleFmts,
    }));
    print(rows, values, output);
  },
});

/** The command that lists formats. */
export const formats = command({
  usage: '',
  examples: ['vitrine formats'],
  options: SHARED_OPTIONS,
  async run(_inputs, values, output) {
    const rows = FORMATS.map((format) => ({
      name: format.name,
      description: format.description,
      extensions: format.extensions,
      video: format.defaultVideo ?? null,
      audio: format.defaultAudio ?? null,
    }));
    print(rows, values, output);
  },
});

/** The command that lists filters. */
export const filters = command({
  usage: '[NAME]',
  examples: ['vitrine filters', 'vitrine filters scale'],
  options: SHARED_OPTIONS,
  async run(inputs, values, output) {
    const { FILTERS } = await import('../filters/index.ts');
    const [name] = inputs;
    if (name !== undefined) {
      printFilter(name, FILTERS, values, output);
      return;
    }
    const rows = [...FILTERS]
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name: filter, description, options }) => ({
        name: filter,
        description,
        options: options.map((option) => `${option.name}=${option.default ?? ''}`),
      }));
    print(rows, values, output);
  },
});

function printFilter(
  name: string,
  all: readonly FilterDefinition[],
  values: Values,
  output: Output,
): void {
  const filter = all.find((candidate) => candidate.name === name);
  if (filter === undefined) {
    throw new ConfigError(name, 'no filter of that name; see vitrine filters');
  }
  const rows = filter.options.map((option) => ({
    name: [option.name, ...(option.aliases ?? [])],
    kind: option.kind,
    default: option.default ?? '-',
    allowed:
      option.choices !== undefined
        ? Object.keys(option.choices)
        : option.min === undefined
          ? '-'
          : `${option.min}..${option.max ?? ''}`,
    description: option.description,
  }));
  if (rows.length === 0) output.line(`${name} has no options`);
  else print(rows, values, output);
}
