/**
 * The settings of an encoder as text, in a message that decoders skip (clause D.2.7): the program that made the stream, and its
 * options.
 */

import { encodeUtf8 } from '../../../base/utf8.ts';
import type { UserDataUnregistered } from '../../../syntax/h264/sei.ts';

/** Says that the text is ours: a random number (RFC 9562, version 4), a14824a1-807a-4f82-9842-28cd6774c77c. */
const SETTINGS_UUID: Uint8Array = /* @__PURE__ */ Uint8Array.of(
  ...[0xa1, 0x48, 0x24, 0xa1, 0x80, 0x7a, 0x4f, 0x82],
  ...[0x98, 0x42, 0x28, 0xcd, 0x67, 0x74, 0xc7, 0x7c],
);

/** Bytes that the message takes at most, with its NAL unit. */
export const MAX_SETTINGS_BYTES = 2000;
/** Most characters of the text; the rest of the message is its UUID and headers. Longer text is cut off. */
const MOST_TEXT = MAX_SETTINGS_BYTES - 40;

/**
 * All options as `key=value`. Options of a group stand behind the group's name and a dot; options that are not given are left out.
 * @param options the resolved options; their names are not known here, so that options may depend on the message's size
 */
export function settingsText(options: object): string {
  const pairs: string[] = [];
  const add = (prefix: string, value: unknown): void => {
    if (value === undefined || value === null) return;
    if (typeof value !== 'object') pairs.push(`${prefix}=${value}`);
    else if (Array.isArray(value) && value.every((part) => typeof part === 'number')) {
      pairs.push(`${prefix}=${value.join('/')}`);
    } else if (prefix.endsWith('.statistics') || ArrayBuffer.isView(value)) {
      pairs.push(`${prefix}=given`);
    } else {
      for (const [key, part] of Object.entries(value)) add(prefix ? `${prefix}.${key}` : key, part);
    }
  };
  add('', options);
  return `vitrine H.264 encoder: ${pairs.join(' ')}`.slice(0, MOST_TEXT);
}

/** The message, its text in UTF-8 with a zero at the end. */
export function settingsMessage(options: object): UserDataUnregistered {
  return {
    kind: 'user_data_unregistered',
    uuid_iso_iec_11578: SETTINGS_UUID,
    user_data_payload: encodeUtf8(`${settingsText(options)}\0`),
  };
}
