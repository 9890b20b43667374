/** Makes the movie in a page or a worker, and sends it to the server that the page came from. */
import { makeMovie } from './movie.js';

/** @param load gives the library; the time it takes is measured */
export function makeAndSend(name, load, config) {
  return sendTimed(name, async () => {
    const library = await load();
    return () => makeMovie(library, config);
  });
}

async function sendTimed(name, load) {
  const beforeImport = performance.now();
  try {
    const make = await load();
    const importMs = performance.now() - beforeImport;
    const bytes = await make();
    const firstMs = performance.now() - beforeImport - importMs;
    const before = performance.now();
    await make();
    const times = { importMs, firstMs, secondMs: performance.now() - before };
    const query = new URLSearchParams({ name, times: JSON.stringify(times) });
    await fetch(`/result?${query}`, { method: 'POST', body: bytes });
  } catch (error) {
    const query = new URLSearchParams({ name, error: String(error?.stack ?? error) });
    await fetch(`/result?${query}`, { method: 'POST' });
  }
}

/** The same with a bundle, which leaves a function to call. */
export function sendMovieOf(name, load) {
  return sendTimed(name, async () => {
    await load();
    // A script with a top-level await goes on after it was loaded.
    while (globalThis.makeMovie === undefined) await new Promise((done) => setTimeout(done, 10));
    return () => globalThis.makeMovie();
  });
}

/** Loads a script that is no module. */
export function loadScript(src) {
  return new Promise((onload, onerror) => {
    document.head.append(Object.assign(document.createElement('script'), { src, onload, onerror }));
  });
}
