/** Sound and pictures as files, beside the pictures of video: encoded when their view is looked at, by workers of their own. */
import { readTrace, type Trace } from '../src/inspect/index.ts';
import { EncoderClient } from './client.ts';
import { fileKind } from './image-engine.ts';
import { type JpegRecord, jpegRecord } from './jpeg-record.ts';
import { sayBytes, several } from './names.ts';
import { paintPicture } from './paint.ts';
import { type PngRecord, pngCount, pngRecord } from './png-record.ts';
import type { CodedImage, SourceImage, SourcePictures, SourceSound } from './protocol.ts';
import { hasSound, recordSound, type SoundRecording } from './sound-record.ts';
import { createSoundSample } from './sound-sample.ts';
import type { State } from './state.ts';

/** A picture as a file, as the view sees it. */
export interface ImageRecording {
  readonly trace: Trace;
  /** The pictures of a PNG file; there are `stills` of them. */
  png(still: number): PngRecord | null;
  readonly stills: number;
  readonly jpeg: JpegRecord | null;
  readonly source: SourceImage | null;
  readonly coded: CodedImage | null;
  /** Whether it is a file that was opened, and not written here. */
  readonly isAsItIs: boolean;
}

/** What the page does for its media. */
interface Host {
  state(): State;
  /** The pictures of the page, the first of which stands for a picture where none was opened. */
  pictures(): SourcePictures | null;
  say(sentence: string): void;
  complain(error: unknown): void;
  show(): void;
}

/** Whether a trace has a picture as a file. */
export function hasImage({ tables }: Trace): boolean {
  return (tables.png_picture?.rowCount ?? 0) + (tables.jpeg_component?.rowCount ?? 0) > 0;
}

/** A picture as a file from its trace; of PNG, the picture at hand is kept. */
function imageOf(
  trace: Trace,
  source: SourceImage | null,
  coded: CodedImage | null,
): ImageRecording {
  let [last, png] = [0, pngRecord(trace)];
  const pngOf = (still: number): PngRecord | null => {
    if (still !== last) [last, png] = [still, pngRecord(trace, still)];
    return png;
  };
  const jpeg = jpegRecord(trace);
  const isAsItIs =
    source !== null &&
    coded?.settings.effort === 'as it is' &&
    fileKind(source) === coded.settings.kind;
  return { trace, png: pngOf, stills: pngCount(trace), jpeg, source, coded, isAsItIs };
}

/** The first picture of a video as pixels. */
function firstPicture({ pictures, width, height, title }: SourcePictures): SourceImage {
  const { data } = paintPicture(pictures[0], width, height);
  return { title, width, height, data: new Uint8Array(data.buffer) };
}

/** Holds both. */
export class Media {
  sound: SoundRecording | null = null;
  image: ImageRecording | null = null;
  private sourceSound: SourceSound | null = null;
  private sourceImage: SourceImage | null = null;
  /** The pictures that `sourceImage` was taken from; null where it was opened. */
  private takenFrom: SourcePictures | null = null;
  /** Whether what is shown is a trace, which no setting changes. */
  private isSoundFixed = false;
  private isImageFixed = false;
  /** Whether something was opened that has none: the sample does not stand for it. */
  isSoundMissing = false;
  isImageMissing = false;
  private soundKey = '';
  private imageKey = '';
  private readonly workerCode: string;
  private readonly host: Host;
  private soundClient: EncoderClient | null = null;
  private imageClient: EncoderClient | null = null;

  constructor(workerCode: string, host: Host) {
    this.workerCode = workerCode;
    this.host = host;
  }

  /** Takes a sound that was opened. */
  takeSound(source: SourceSound): void {
    this.sourceSound = source;
    this.sound = null;
    this.isSoundFixed = false;
    this.isSoundMissing = false;
    this.soundKey = '';
  }

  /** Takes a picture that was opened. */
  takeImage(source: SourceImage): void {
    this.sourceImage = source;
    this.takenFrom = null;
    this.image = null;
    this.isImageFixed = false;
    this.isImageMissing = false;
    this.imageKey = '';
  }

  /** Whether the picture is of a trace: no setting writes it anew. */
  get isImageOfTrace(): boolean {
    return this.isImageFixed;
  }

  /** The kind of file that the picture was opened as; null where it was none that can be shown as it is. */
  get fileKind(): 'png' | 'jpeg' | null {
    return this.sourceImage === null || this.isImageFixed ? null : fileKind(this.sourceImage);
  }

  /** Takes what a trace has of sound and of pictures as files, in place of what was there. Throws an error that says what to do. */
  takeTrace(trace: Trace): void {
    const sound = hasSound(trace) ? recordSound(trace, null, null) : null;
    const image = hasImage(trace) ? imageOf(trace, null, null) : null;
    this.reset(true);
    this.sound = sound;
    this.image = image;
    this.isSoundFixed = sound !== null;
    this.isImageFixed = image !== null;
  }

  /**
   * Lets go of what was opened. The sample takes its place, or nothing does.
   * @param isMissing whether what is open now has neither sound nor a picture as a file
   */
  reset(isMissing = false): void {
    this.soundClient?.cancel();
    this.imageClient?.cancel();
    this.isSoundMissing = isMissing;
    this.isImageMissing = isMissing;
    this.sourceImage = null;
    this.takenFrom = null;
    this.sourceSound = null;
    this.sound = null;
    this.image = null;
    this.isSoundFixed = false;
    this.isImageFixed = false;
    this.soundKey = '';
    this.imageKey = '';
  }

  /** Sees to it that there is sound at the bit rate of the state, now or later. */
  needSound(): void {
    const { kbps } = this.host.state();
    if (this.isSoundFixed || this.isSoundMissing || this.soundKey === String(kbps)) return;
    this.soundKey = String(kbps);
    this.sourceSound ??= createSoundSample();
    this.soundClient ??= new EncoderClient(this.workerCode);
    this.soundClient.cancel();
    const source = this.sourceSound;
    this.soundClient
      .sound(source, 1000 * kbps)
      .then((coded) => {
        this.sound = recordSound(coded.trace, source, coded);
        this.host.say(
          `${source.title}: ${several(this.sound.frames.length, 'frame')} in ${sayBytes(coded.file.length)}, encoded in ${(coded.milliseconds / 1000).toFixed(1)} s.`,
        );
        this.host.show();
      })
      .catch((error: unknown) => this.host.complain(error));
  }

  /** Sees to it that the picture is there as the state's kind of file, now or later. */
  needImage(): void {
    if (this.isImageFixed) return;
    const pictures = this.host.pictures();
    if (this.sourceImage === null || (this.takenFrom !== null && this.takenFrom !== pictures)) {
      if (pictures === null) return;
      this.sourceImage = firstPicture(pictures);
      this.takenFrom = pictures;
      this.imageKey = '';
    }
    const { kind, effort, quality } = this.host.state();
    const isAsItIs = effort === 'as it is' && this.fileKind === kind;
    const key = `${kind} ${effort} ${kind === 'png' || isAsItIs ? '' : quality}`;
    if (this.imageKey === key) return;
    this.imageKey = key;
    this.imageClient ??= new EncoderClient(this.workerCode);
    this.imageClient.cancel();
    const source = this.sourceImage;
    this.imageClient
      .image(source, { kind, effort, quality } as CodedImage['settings'])
      .then((coded) => {
        this.image = imageOf(readTrace(coded.trace), source, coded);
        this.host.say(
          `${source.title}: ${kind.toUpperCase()} of ${sayBytes(coded.file.length)}, ${isAsItIs ? 'looked at as it is' : 'written'} in ${(coded.milliseconds / 1000).toFixed(1)} s.`,
        );
        this.host.show();
      })
      .catch((error: unknown) => this.host.complain(error));
  }
}
