/** The one script of the page, which is that of its workers too: they share most of the library. */
import { startPage } from './main.ts';
import { startWorker } from './worker.ts';

if (typeof document === 'undefined') startWorker();
else startPage();
