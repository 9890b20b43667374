/**
 * The complexity of the P pictures around the picture at hand, from which its QP follows; and whether an intra picture begins
 * another scene.
 */
import { SliceType } from '../../../syntax/h264/slice-header.ts';
import { isIntraPicture } from './picture-plan.ts';
import type { PictureForecast } from './rate-target.ts';

/** P complexity as a share of I complexity, where nothing better is known yet. */
const FIRST_INTER_SHARE = 0.4;
/** Times by which the complexity of P pictures after an intra picture differs from that before, where they are taken for another scene. */
const OTHER_SCENE = 2;
/** P pictures after an intra picture that are looked at. */
const LOOKED_AT = 4;

/** Mean complexity of P pictures, kept over a stream. */
export class InterComplexity {
  /** The mean around the picture at hand, at least 1. */
  mean = 1;
  /** Whether the picture is intra and begins other contents: the costs of the pictures before it do not foretell those after it. */
  startsOther = false;
  /** Complexity of the P pictures so far, fading: sum and weight. */
  private sum = 0;
  private weight = 0;

  /** Goes on to the next picture. */
  update(forecast: PictureForecast): void {
    const { upcoming } = forecast;
    this.startsOther = false;
    if (!isIntraPicture(forecast)) {
      this.sum = this.sum / 2 + forecast.complexity;
      this.weight = this.weight / 2 + 1;
    }
    if (this.weight > 0 && !(isIntraPicture(forecast) && upcoming.count > 0)) {
      this.mean = Math.max(this.sum / this.weight, 1);
      return;
    }
    let sum = 0;
    let count = 0;
    for (let i = 0; i < upcoming.count && count < LOOKED_AT; i++) {
      if (upcoming.type[i] === SliceType.I) continue;
      sum += upcoming.complexity[i];
      count++;
    }
    const mean = count > 0 ? sum / count : FIRST_INTER_SHARE * forecast.complexity;
    this.mean = Math.max(mean, 1);
    const change = (this.mean * this.weight) / Math.max(this.sum, 1);
    this.startsOther =
      this.weight > 0 && count > 0 && (change > OTHER_SCENE || change * OTHER_SCENE < 1);
  }
}
