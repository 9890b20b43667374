/**
 * Languages: Matroska's Language element takes the bibliographic form of ISO 639-2 (RFC 9559 clause 12), our stream
 * descriptions the terminological one. They differ for twenty languages.
 */

/** Table: ISO 639-2/T => ISO 639-2/B, the languages that have two codes. */
// biome-ignore format: pairs
const BIBLIOGRAPHIC: ReadonlyMap<string, string> = /* @__PURE__ */ new Map([
  ['bod', 'tib'], ['ces', 'cze'], ['cym', 'wel'], ['deu', 'ger'], ['ell', 'gre'],
  ['eus', 'baq'], ['fas', 'per'], ['fra', 'fre'], ['hye', 'arm'], ['isl', 'ice'],
  ['kat', 'geo'], ['mkd', 'mac'], ['mri', 'mao'], ['msa', 'may'], ['mya', 'bur'],
  ['nld', 'dut'], ['ron', 'rum'], ['slk', 'slo'], ['sqi', 'alb'], ['zho', 'chi'],
]);

/** ISO 639-2/B code for a 639-2/T one. */
export function toBibliographic(language: string): string {
  return BIBLIOGRAPHIC.get(language) ?? language;
}

/** ISO 639-2/T code for a 639-2/B one. */
export function toTerminological(language: string): string {
  for (const [terminological, code] of BIBLIOGRAPHIC) if (code === language) return terminological;
  return language;
}
