/** The worker: does one request after the other, and answers each. */
import { messageOf } from '../src/base/errors.ts';
import { encodePictures } from './engine.ts';
import { encodeImage } from './image-engine.ts';
import type { Coded, Reply, Request } from './protocol.ts';
import { createSample } from './sample.ts';
import { encodeSound } from './sound-engine.ts';

const scope = globalThis as unknown as {
  onmessage: ((event: MessageEvent<Request>) => void) | null;
  postMessage(message: Reply, transfer?: Transferable[]): void;
};

function buffersOf({ samples, trace, file }: Coded): ArrayBuffer[] {
  const arrays = [trace, file, ...samples.flatMap((s) => [s.prediction, s.before, s.after])];
  return arrays.filter(({ length }) => length > 0).map(({ buffer }) => buffer as ArrayBuffer);
}

async function answer(request: Request): Promise<void> {
  const { id } = request;
  if (request.kind === 'sample') {
    scope.postMessage({ kind: 'sample', id, source: createSample() });
    return;
  }
  if (request.kind === 'sound') {
    const coded = await encodeSound(request.source, request.bitRate);
    const { spectra, decoded, trace, file } = coded;
    const arrays = [spectra, ...decoded, trace, file];
    const buffers = arrays.map(({ buffer }) => buffer as ArrayBuffer);
    scope.postMessage({ kind: 'sound', id, coded }, buffers);
    return;
  }
  if (request.kind === 'image') {
    scope.postMessage({ kind: 'image', id, coded: encodeImage(request.source, request.settings) });
    return;
  }
  const { source, settings, isFull } = request;
  const tell = (coded: number): void => scope.postMessage({ kind: 'progress', id, coded });
  const coded = await encodePictures(source, settings, isFull, tell);
  scope.postMessage({ kind: 'coded', id, coded }, buffersOf(coded));
}

/** Begins to answer. */
export function startWorker(): void {
  let last = Promise.resolve();
  scope.onmessage = ({ data }) => {
    last = last
      .then(() => answer(data))
      .catch((error: unknown) => {
        scope.postMessage({ kind: 'problem', id: data.id, message: messageOf(error) });
      });
  };
}
