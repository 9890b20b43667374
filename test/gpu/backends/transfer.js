/** Values with typed arrays as JSON has them, and back; for page and test. */

const KINDS = { Uint8Array, Int8Array, Int16Array, Int32Array, Float32Array };

/** @param {any} value @returns {any} */
export function packValue(value) {
  if (ArrayBuffer.isView(value)) {
    return { kind: value.constructor.name, values: Array.from(/** @type {any} */ (value)) };
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, packValue(inner)]));
}

/** @param {any} value @returns {any} */
export function unpackValue(value) {
  if (typeof value !== 'object' || value === null) return value;
  const make = KINDS[/** @type {keyof typeof KINDS} */ (value.kind)];
  if (make !== undefined) return make.from(value.values);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, unpackValue(inner)]));
}
