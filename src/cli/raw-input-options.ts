/** Options that say of inputs what those do not say themselves: samples without a header. */
import { requireOneOf } from '../base/errors.ts';
import { PIX_FMTS } from '../frames/index.ts';
import type { LIMITS_OPTION } from './limits-option.ts';
import { type InputOptions, RAW_FORMATS } from './open-input.ts';
import type { OptionTable, OptionValues } from './options.ts';
import type { STRICT_OPTION } from './problems.ts';

/** The options by name. */
// biome-ignore format: one line per option
export const RAW_INPUT_OPTIONS = {
  'input-format': { kind: 'text', meta: 'NAME,NAME', help: `what raw inputs are, in their order: ${RAW_FORMATS.join(', ')}; encode takes lavfi for a graph of sources` },
  size: { kind: 'size', meta: 'WxH', help: 'size of raw pictures' },
  'pix-fmt': { kind: 'choice', meta: 'NAME', choices: PIX_FMTS, help: 'pixel format of raw pictures' },
  rate: { kind: 'rate', meta: 'N/D', help: 'frames per second of raw pictures (25)' },
  'sample-rate': { kind: 'integer', meta: 'HZ', min: 1, max: 0x7fffffff, help: 'sampling rate of raw sound' },
  channels: { kind: 'integer', meta: 'N', min: 1, max: 65535, help: 'channels of raw sound' },
} as const satisfies OptionTable;

type Values = OptionValues<
  typeof RAW_INPUT_OPTIONS & typeof LIMITS_OPTION & typeof STRICT_OPTION
> & {
  /** Number of the first file of a sequence, for commands that read sequences. */
  readonly 'input-start'?: number | undefined;
};

/** What `openInput` is told of the input of that number by these options, by `--limits` and by `--strict`. */
export function inputOptions(values: Values, number: number): InputOptions {
  const format = values['input-format']?.split(',')[number] ?? '';
  return {
    ...(format === ''
      ? {}
      : { format: requireOneOf('--input-format', format, [...RAW_FORMATS, 'lavfi']) }),
    ...(values.size === undefined ? {} : { size: values.size }),
    ...(values['pix-fmt'] === undefined ? {} : { pixFmt: values['pix-fmt'] }),
    ...(values.rate === undefined ? {} : { rate: values.rate }),
    ...(values['sample-rate'] === undefined ? {} : { sampleRate: values['sample-rate'] }),
    ...(values.channels === undefined ? {} : { channels: values.channels }),
    ...(values['input-start'] === undefined ? {} : { startNumber: values['input-start'] }),
    limits: values.limits,
    truncated: values.strict === true ? 'error' : 'salvage',
  };
}
