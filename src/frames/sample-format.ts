/** Sample formats, by ffmpeg's names: the twelve of SPDL. The `p` at the end means planar. */
import { ConfigError } from '../base/errors.ts';

export type SampleFmt =
  | 'u8'
  | 's16'
  | 's32'
  | 's64'
  | 'flt'
  | 'dbl'
  | 'u8p'
  | 's16p'
  | 's32p'
  | 's64p'
  | 'fltp'
  | 'dblp';

/** What one sample is, whatever the layout. */
export type SampleKind = 'u8' | 's16' | 's32' | 's64' | 'flt' | 'dbl';

/** How the samples of one format lie in memory. */
export interface SampleFmtInfo {
  readonly name: SampleFmt;
  readonly kind: SampleKind;
  readonly planar: boolean;
  readonly bytesPerSample: number;
  readonly isFloat: boolean;
}

const BYTES: Readonly<Record<SampleKind, number>> = {
  u8: 1,
  s16: 2,
  s32: 4,
  s64: 8,
  flt: 4,
  dbl: 8,
};

const TABLE = new Map<SampleFmt, SampleFmtInfo>();
for (const kind of Object.keys(BYTES) as SampleKind[]) {
  for (const planar of [false, true]) {
    const name: SampleFmt = planar ? `${kind}p` : kind;
    const isFloat = kind === 'flt' || kind === 'dbl';
    TABLE.set(name, { name, kind, planar, bytesPerSample: BYTES[kind], isFloat });
  }
}

/** Names of all sample formats. */
export const SAMPLE_FMTS: readonly SampleFmt[] = [...TABLE.keys()];

/** The layout of a format. */
export function sampleFmtInfo(sampleFmt: SampleFmt): SampleFmtInfo {
  return TABLE.get(sampleFmt)!;
}

/** Checks a format's name; throws `ConfigError` naming `where`. */
export function requireSampleFmt(where: string, name: unknown): SampleFmt {
  if (!TABLE.has(name as SampleFmt)) {
    throw new ConfigError(
      where,
      `unknown sample format ${String(name)}, allowed are ${SAMPLE_FMTS.join(', ')}`,
    );
  }
  return name as SampleFmt;
}
