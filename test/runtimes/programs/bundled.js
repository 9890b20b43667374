/** What bundlers bundle: one file that makes the movie when it is called. */
import * as library from 'vitrine';
import { makeMovie, SMALL } from './movie.js';

globalThis.makeMovie = (config) => makeMovie(library, config);
globalThis.makeSmallMovie = () => makeMovie(library, {}, SMALL);
/** Name of each class of errors => `name` of one of them. */
globalThis.errorNames = () => {
  const names = {};
  for (const [name, value] of Object.entries(library)) {
    if (typeof value !== 'function' || !(value.prototype instanceof Error)) continue;
    names[name] = new value('here', 'why').name;
  }
  return names;
};
globalThis.openPath = async () => {
  try {
    await library.Demuxer.open('film.mp4');
    return 'opened';
  } catch (error) {
    return `${error.name}: ${error.message}`;
  }
};
