/** The version of the library. */

/** As package.json says it; `npm run check` compares the two. */
export const VERSION = '0.1.0';
