/** Options of a codec that the session sets from the config, and that are not to be given twice. */
import { ConfigError } from '../base/errors.ts';

/** Throws `ConfigError` if `options` has one of `keys`; `config` is where it belongs. */
export function rejectSessionKeys(
  options: Readonly<Record<string, unknown>>,
  keys: readonly string[],
  config: string,
): void {
  const key = keys.find((name) => Object.hasOwn(options, name));
  if (key !== undefined) {
    throw new ConfigError(`encoderConfig.${key}`, `is set by ${config}, leave it out here`);
  }
}
