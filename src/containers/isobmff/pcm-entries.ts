/** Sample entries of PCM: which codec a type, its fields and its boxes say (QuickTime File Format; ISO/IEC 23003-5). */
import { type BoxView, type FileBytes, findBox, readChild } from './box-reader.ts';
import { pcmC } from './boxes-other-entries.ts';
import { LPCM_IS_BIG_ENDIAN, LPCM_IS_FLOAT, LPCM_IS_SIGNED_INTEGER } from './pcm-formats.ts';

/** QuickTime types that say everything about their samples: type => codec, bytes. */
const PCM_TYPES: ReadonlyMap<string, readonly [codec: string, bytes: number]> =
  /* @__PURE__ */ new Map([
    ['alaw', ['pcm_alaw', 1]],
    ['ulaw', ['pcm_mulaw', 1]],
    ['fl32', ['pcm_f32be', 4]],
    ['fl64', ['pcm_f64be', 8]],
    ['in24', ['pcm_s24be', 3]],
    ['in32', ['pcm_s32be', 4]],
  ]);

/** QuickTime's `enda` in `wave`: 1 turns the byte order of the types above. */
function isLittleEndian(file: FileBytes, children: BoxView): boolean {
  const wave = findBox(file.bytes, children.dataStart, children.end, 'wave');
  const enda = findBox(file.bytes, (wave ?? children).dataStart, (wave ?? children).end, 'enda');
  return enda !== null && enda.end >= enda.dataStart + 2 && file.bytes[enda.dataStart + 1] === 1;
}

/** The fields of an audio sample entry that tell PCM formats. */
export interface PcmFields {
  readonly version: number;
  readonly samplesize: number;
  readonly constBitsPerChannel: number;
  readonly formatSpecificFlags: number;
}

/** The PCM codec of an entry, and bytes of a sample of a channel; null if it is none. */
export function pcmCodec(
  file: FileBytes,
  type: string,
  children: BoxView,
  fields: PcmFields,
): { codec: string; bytes: number } | null {
  const known = PCM_TYPES.get(type);
  if (known) {
    const codec = isLittleEndian(file, children) ? known[0].replace('be', 'le') : known[0];
    return { codec, bytes: known[1] };
  }
  switch (type) {
    case 'sowt':
      return fields.samplesize === 8
        ? { codec: 'pcm_s8', bytes: 1 }
        : { codec: 'pcm_s16le', bytes: 2 };
    case 'twos':
      return fields.samplesize === 8
        ? { codec: 'pcm_s8', bytes: 1 }
        : { codec: 'pcm_s16be', bytes: 2 };
    case 'raw ':
    case 'NONE':
      return fields.samplesize === 16
        ? { codec: 'pcm_s16be', bytes: 2 }
        : { codec: 'pcm_u8', bytes: 1 };
    case 'lpcm':
      return fields.version === 2
        ? linearPcm(fields.constBitsPerChannel, fields.formatSpecificFlags)
        : { codec: 'pcm_s16le', bytes: 2 };
    case 'ipcm':
    case 'fpcm': {
      const config = readChild(pcmC, file, children);
      if (config === null) return null;
      const order = config.format_flags & 1 ? 'le' : 'be';
      const bits = config.PCM_sample_size;
      return { codec: `pcm_${type === 'fpcm' ? 'f' : 's'}${bits}${order}`, bytes: bits >> 3 };
    }
    default:
      return null;
  }
}

function linearPcm(bits: number, flags: number): { codec: string; bytes: number } | null {
  if (bits % 8 !== 0 || bits < 8 || bits > 64) return null;
  if (bits === 8) return { codec: flags & LPCM_IS_SIGNED_INTEGER ? 'pcm_s8' : 'pcm_u8', bytes: 1 };
  const kind = flags & LPCM_IS_FLOAT ? 'f' : 's';
  return {
    codec: `pcm_${kind}${bits}${flags & LPCM_IS_BIG_ENDIAN ? 'be' : 'le'}`,
    bytes: bits >> 3,
  };
}
