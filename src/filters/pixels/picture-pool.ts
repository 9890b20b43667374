/**
 * Pictures that are used again. Making one takes as long as filling it: the engine clears its memory, and gathers it up
 * afterwards. A pool lends pictures to one filter, and takes back those that it knows; what is never given back is gathered up as all else.
 */
import type { VideoFrame } from '../../frames/frame.ts';
import type { PixFmt } from '../../frames/pixel-format.ts';
import { newPicture } from './picture-work.ts';

/** Pictures that wait to be used again; more are let go. */
const MAX_FREE = 16;

/** The pictures of one filter. */
export class PicturePool {
  private readonly free: VideoFrame[] = [];
  /** Samples => the picture that was lent. Whoever drops a picture drops its entry here. */
  private readonly lent = new WeakMap<object, VideoFrame>();

  /** A picture whose samples are anything: whoever takes it writes all of them. */
  take(pixFmt: PixFmt, width: number, height: number, pts: number): VideoFrame {
    const last = this.free.pop();
    const fits =
      last !== undefined &&
      last.pixFmt === pixFmt &&
      last.width === width &&
      last.height === height;
    const picture = fits ? { ...last, pts } : newPicture(pixFmt, width, height, pts);
    this.lent.set(picture.planes[0]!.data, picture);
    return picture;
  }

  /** Takes back the samples of a picture, if they are of this pool and were not given back before. Nobody may hold them any more. */
  giveBack({ planes }: Pick<VideoFrame, 'planes'>): void {
    const samples = planes[0]!.data;
    const picture = this.lent.get(samples);
    if (picture === undefined) return;
    this.lent.delete(samples);
    if (this.free.length < MAX_FREE) this.free.push(picture);
  }
}
