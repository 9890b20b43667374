/** The reason of a failure in words, whatever was thrown. */

/** What is said of a failure. Errors of WebGPU may have a name and no message; a library may throw anything. */
export function reasonOf(error: unknown): string {
  const { message, name } = (error ?? {}) as {
    readonly message?: unknown;
    readonly name?: unknown;
  };
  const said = [message, name, typeof error === 'string' ? error : ''];
  const reason = said.find((text) => typeof text === 'string' && text !== '');
  return reason === undefined ? 'no reason was given' : String(reason);
}
