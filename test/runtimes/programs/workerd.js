/**
 * What a worker of workerd answers, behind the recipe that hands the kernels over: the movie. `/plain` makes it without vector
 * kernels, `/sets` makes what else has kernels, `/path` opens a file.
 */
import * as library from 'vitrine';
import { makeMovie } from './movie.js';
import { makeSets } from './sets.js';

export default {
  async fetch(request) {
    const { pathname } = new URL(request.url);
    try {
      if (pathname === '/path') await library.Demuxer.open('film.mp4');
      if (pathname === '/sets') return new Response(makeSets());
      const config = pathname === '/plain' ? { vectorKernels: false } : {};
      return new Response(await makeMovie(library, config));
    } catch (error) {
      return new Response(`${error.name}: ${error.message}`, { status: 500 });
    }
  },
};
