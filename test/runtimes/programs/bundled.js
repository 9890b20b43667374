/** What bundlers bundle: one file that makes the movie when it is called. */
import * as library from 'vitrine';
import { makeMovie, SMALL } from './movie.js';

globalThis.makeMovie = (config) => makeMovie(library, config);
globalThis.makeSmallMovie = () => makeMovie(library, {}, SMALL);
globalThis.openPath = async () => {
  try {
    await library.Demuxer.open('film.mp4');
    return 'opened';
  } catch (error) {
    return `${error.name}: ${error.message}`;
  }
};
