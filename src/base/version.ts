/** The version of the library. */

/** The version in package.json; `npm run check` compares the two. */
export const VERSION = '0.1.0';
