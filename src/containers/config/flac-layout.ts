/** The loudspeakers of a FLAC stream, where its metadata names them. */
import { countBits } from '../../base/math.ts';
import { decodeUtf8 } from '../../base/utf8.ts';

/** Type of the metadata block with VorbisComments, RFC 9639 clause 8.6. */
const VORBIS_COMMENT = 4;

/** The comment that holds a WAVE channel mask in hexadecimal, RFC 9639 clause 8.6.2. */
const MASK_COMMENT = /^WAVEFORMATEXTENSIBLE_CHANNEL_MASK=0x([0-9a-f]{1,8})$/i;

/** Comments that are looked at; the mask stands among the first that an encoder writes. */
const MAX_COMMENTS = 1000;

/**
 * The WAVE channel mask in the metadata of `config` (`fLaC` and metadata blocks); 0 if there is none, or if it does not
 * have `numChannels` bits. Channels are in the order of its bits then.
 */
export function flacChannelMask(config: Uint8Array, numChannels: number): number {
  const comments = commentBlock(config);
  const view = new DataView(comments.buffer, comments.byteOffset, comments.length);
  // Lengths in these comments are little endian: the vendor's name, the number of comments, then each with its length.
  let at = 4 + lengthAt(view, 0);
  const count = Math.min(lengthAt(view, at), MAX_COMMENTS);
  at += 4;
  for (let i = 0; i < count && at + 4 <= comments.length; i++) {
    const end = at + 4 + lengthAt(view, at);
    const found = MASK_COMMENT.exec(decodeUtf8(comments.subarray(at + 4, end)));
    if (found !== null) {
      const mask = Number.parseInt(found[1]!, 16);
      return countBits(mask) === numChannels ? mask : 0;
    }
    at = end;
  }
  return 0;
}

/** Content of the first block of comments; empty if there is none. */
function commentBlock(config: Uint8Array): Uint8Array {
  let at = 4; // behind `fLaC`
  while (at + 4 <= config.length) {
    const size = (config[at + 1]! << 16) | (config[at + 2]! << 8) | config[at + 3]!;
    const type = config[at]! & 0x7f;
    if (type === VORBIS_COMMENT) return config.subarray(at + 4, at + 4 + size);
    at += 4 + size;
  }
  return config.subarray(0, 0);
}

function lengthAt(view: DataView, at: number): number {
  return at + 4 <= view.byteLength ? view.getUint32(at, true) : 0;
}
