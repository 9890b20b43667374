/** The page's side of the worker: requests as promises. */
import type {
  Coded,
  CodedImage,
  CodedSound,
  ImageSettings,
  Reply,
  Request,
  Settings,
  SourceImage,
  SourcePictures,
  SourceSound,
} from './protocol.ts';

interface Waiting {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
  readonly onCoded: (count: number) => void;
}

/** A request without its number. */
type Unnumbered = Request extends infer R ? (R extends Request ? Omit<R, 'id'> : never) : never;

/** Asks a worker that is made of a script in the page, so that it works from `file:` too. */
export class EncoderClient {
  private readonly code: string;
  private worker: Worker;
  private readonly waiting = new Map<number, Waiting>();
  private requests = 0;

  /** @param code the worker's script */
  constructor(code: string) {
    this.code = code;
    this.worker = this.start();
  }

  private start(): Worker {
    const url = URL.createObjectURL(new Blob([this.code], { type: 'text/javascript' }));
    const worker = new Worker(url);
    worker.onmessage = ({ data }: MessageEvent<Reply>) => this.receive(data);
    worker.onerror = (event) => {
      for (const { reject } of this.waiting.values()) reject(new Error(event.message));
      this.waiting.clear();
    };
    return worker;
  }

  /** Gives up all that was asked for: its promises are rejected with an `AbortError`. */
  cancel(): void {
    if (this.waiting.size === 0) return;
    this.worker.terminate();
    for (const { reject } of this.waiting.values()) reject(new DOMException('', 'AbortError'));
    this.waiting.clear();
    this.worker = this.start();
  }

  private receive(reply: Reply): void {
    const waiting = this.waiting.get(reply.id);
    if (waiting === undefined) return;
    if (reply.kind === 'progress') {
      waiting.onCoded(reply.coded);
      return;
    }
    this.waiting.delete(reply.id);
    if (reply.kind === 'problem') waiting.reject(new Error(reply.message));
    else waiting.resolve(reply);
  }

  private ask(request: Unnumbered, onCoded: (count: number) => void = () => {}): Promise<Reply> {
    const id = ++this.requests;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject, onCoded });
      this.worker.postMessage({ ...request, id });
    });
  }

  /** The built-in sample. */
  async sample(): Promise<SourcePictures> {
    const reply = await this.ask({ kind: 'sample' });
    if (reply.kind !== 'sample') throw new Error('the worker answered something else');
    return reply.source;
  }

  /** Encodes `source`; `isFull`: with trace, samples and file. */
  async encode(
    source: SourcePictures,
    settings: Settings,
    isFull: boolean,
    onCoded?: (count: number) => void,
  ): Promise<Coded> {
    const reply = await this.ask({ kind: 'encode', source, settings, isFull }, onCoded);
    if (reply.kind !== 'coded') throw new Error('the worker answered something else');
    return reply.coded;
  }

  /** Encodes a sound at `bitRate` bits a second. */
  async sound(source: SourceSound, bitRate: number): Promise<CodedSound> {
    const reply = await this.ask({ kind: 'sound', source, bitRate });
    if (reply.kind !== 'sound') throw new Error('the worker answered something else');
    return reply.coded;
  }

  /** Writes a picture as a file. */
  async image(source: SourceImage, settings: ImageSettings): Promise<CodedImage> {
    const reply = await this.ask({ kind: 'image', source, settings });
    if (reply.kind !== 'image') throw new Error('the worker answered something else');
    return reply.coded;
  }
}
