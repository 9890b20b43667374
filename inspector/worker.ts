/** The worker: does one request after the other, and answers each. */
import { encodePictures } from './engine.ts';
import type { Coded, Reply, Request } from './protocol.ts';
import { createSample } from './sample.ts';

const scope = self as unknown as {
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
  const { source, settings, isFull } = request;
  const tell = (coded: number): void => scope.postMessage({ kind: 'progress', id, coded });
  const coded = await encodePictures(source, settings, isFull, tell);
  scope.postMessage({ kind: 'coded', id, coded }, buffersOf(coded));
}

let last = Promise.resolve();
scope.onmessage = ({ data }) => {
  last = last
    .then(() => answer(data))
    .catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      scope.postMessage({ kind: 'problem', id: data.id, message });
    });
};
