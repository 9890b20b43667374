/** One row of the table: what a runtime did with the package. */

/** Times and memory as the runtime itself or its operating system says; what cannot be had is left out. */
export interface Measures {
  /** Milliseconds that importing the library took. */
  readonly importMs?: number;
  /** Milliseconds of the first movie, compilers at work. */
  readonly firstMs?: number;
  /** Milliseconds of the second one. */
  readonly secondMs?: number;
  /** Processor time of the process until the first movie was there, its own start included. */
  readonly cpuMs?: number;
  /** Processor time of the second movie. */
  readonly secondCpuMs?: number;
  /** Most memory that was resident. */
  readonly memoryMb?: number;
}

/** The outcome. */
export interface Row {
  readonly group: string;
  readonly name: string;
  readonly version: string;
  /** `same` bytes or whatever else was to be proved; `failed` and `skipped` say why in `note`. */
  readonly outcome: 'same' | 'failed' | 'skipped';
  readonly note?: string;
  readonly measures?: Measures;
}

/** Where things are, and what the movie must be. */
export interface Setting {
  /** The folder of the repository. */
  readonly root: string;
  /** The folder of this file. */
  readonly here: string;
  /** A folder with the packed package installed, and nothing else. */
  readonly app: string;
  /** Where a row may leave files. */
  readonly work: string;
  readonly expected: Uint8Array;
  /** The movie of engines that interpret. */
  readonly small: Uint8Array;
  /** What has kernels beside H.264 (programs/sets.js). */
  readonly sets: Uint8Array;
}

/** Compares bytes with what was expected; a row of it. */
export function compared(setting: Setting, row: Omit<Row, 'outcome'>, bytes: Uint8Array): Row {
  const { expected } = setting;
  const at = expected.findIndex((byte, i) => byte !== bytes[i]);
  if (at < 0 && bytes.length === expected.length) return { ...row, outcome: 'same' };
  const note = `${bytes.length} bytes for ${expected.length}, the first that differs is ${at}`;
  return { ...row, outcome: 'failed', note };
}

/** A row that was not tried. */
export function skipped(group: string, name: string, note: string): Row {
  return { group, name, version: '', outcome: 'skipped', note };
}

/** A row that failed, by its error. */
export function failed(group: string, name: string, error: unknown, version = ''): Row {
  const note = (error instanceof Error ? error.message : String(error))
    .split('\n')
    .slice(0, 6)
    .join(' ');
  return { group, name, version, outcome: 'failed', note };
}
