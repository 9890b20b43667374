/** A value as JSON has it. */
export function packValue(value: unknown): unknown;
/** The value that `packValue` was given. */
export function unpackValue(value: unknown): never;
