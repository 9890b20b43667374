/** A worker of workerd: answers with the movie. `/plain` makes it without the kernels that came along, `/path` opens a file. */

import * as library from 'vitrine';
import kernels from 'vitrine/kernels.wasm';
import { makeMovie } from './movie.js';

export default {
  async fetch(request) {
    const { pathname } = new URL(request.url);
    try {
      if (pathname === '/path') await library.Demuxer.open('film.mp4');
      return new Response(
        await makeMovie(library, pathname === '/plain' ? {} : { vectorKernels: kernels }),
      );
    } catch (error) {
      return new Response(`${error.name}: ${error.message}`, { status: 500 });
    }
  },
};
