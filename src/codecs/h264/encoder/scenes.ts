/**
 * Decides the type of each picture as it is added to the lookahead: which are IDR pictures, where scenes change, what is
 * only a flash, and which scene has been seen before.
 *
 * A scene changes where prediction from the picture before costs nearly what intra coding does, and much more of it than it
 * usually does. With the next picture known, a change may prove to be a flash: the next one is then predicted well from the
 * picture before. A flash is coded as a picture that nothing refers to, and the scene goes on as if it had not been.
 *
 * With `sceneMemory` the last picture of a scene is kept when the next begins, and a scene that resembles one that is kept
 * begins as a P picture that refers to it; others begin as I pictures. IDR pictures, which would forget all, are then only
 * those of `gopSize` and those forced. Shots that take turns and windows that are switched gain, for memory (a reference picture
 * and its half-size luma for each scene) and for seeking, which has fewer places.
 *
 * Choice: off unless asked for. Two clips that take turns every 15 or 24 pictures, 176x144, medium, CRF 24, 2 scenes: foreman and
 * juggle -30 % bits for 0.34 dB less (there are fewer finer IDR pictures), screen and selfie -28 % for 0.31 dB, foreman and
 * screen -14 % for 0.19 dB.
 */
import { SliceType } from '../../../syntax/h264/slice-header.ts';
import { mvX, mvY, packMv } from '../standard/picture.ts';
import { NO_ORIGIN } from './block-origins.ts';
import { INTER_OVERHEAD, type LowResolution } from './low-resolution.ts';
import type { LowWeights } from './low-weights.ts';
import { isIntraPicture, type PicturePlan } from './picture-plan.ts';

/** Options of the decisions about scenes; the lookahead has the same. */
export interface SceneOptions {
  /** Pictures that are known beyond the one that is decided. */
  readonly frames: number;
  /** Pictures from one IDR picture to the next at most, at least 1. */
  readonly gopSize: number;
  /** Pictures that a scene change must be away from the last IDR picture to start a new one. */
  readonly minGopSize: number;
  /**
   * A scene changes where prediction from the picture before costs at least this share of intra coding, 0..1, times a factor that
   * falls (NEAR_FACTOR to FAR_FACTOR) as an IDR picture comes due anyway. The share must also be well above what it was in
   * the pictures before: noise is no change of scene. Above 1: no scene detection.
   */
  readonly sceneCut: number;
  /** Scenes that are remembered, 0..15. */
  readonly sceneMemory: number;
  /** Pictures that are kept because others may come from them (origin-search.ts), beside the last one; 0: none. */
  readonly keptPictures: number;
}

/**
 * Factors of the threshold for a change of scene right after an IDR picture, and as the next one comes due: where the share has not
 * doubled, another IDR picture soon after the first is a waste unless nearly nothing is predicted. Of 23 cuts between ten clips and one
 * within them all but one, three pictures after another, were found, and none beside them; without the difference four were found in
 * waves that repeat a picture now and then. Shares at the cuts were 0.95 and above, in the waves 0.73 and below.
 */
const NEAR_FACTOR = 1.3;
const FAR_FACTOR = 0.85;
/** The same where the share has doubled. */
const NEAR_FACTOR_DOUBLED = 1;
const FAR_FACTOR_DOUBLED = 0.75;

/** How far above the usual the share of inter cost must be for a scene change. */
const SCENE_CUT_CONTRAST = 1.2;

/** Choice: nothing begins where weights leave no more than this for each macroblock: a flat picture at the end of a fade. */
const NOTHING_LEFT = INTER_OVERHEAD + 1;

/** Share of intra cost below which a remembered scene is worth returning to. */
const RETURN_SHARE = 0.5;

/**
 * Choice: where this share of the macroblocks of a drawn picture have detail and come from pictures before, to the last bit, the scene goes on: a
 * page was turned, another window opened, and what was there may come back. An IDR picture would forget it.
 */
const SAME_SHARE = 1 / 32;
/** Intra cost above which a macroblock has detail. */
const DETAIL_COST = 64;

/**
 * Choice: a picture of which this share has detail and comes from pictures before is of a screen. Windows that were on it may come back, so that another
 * scene begins with an I picture that is no IDR picture.
 */
const SCREEN_SHARE = 1 / 8;

/** Share of the macroblocks that have detail and come from pictures before; of those that come in parts, of the parts. */
function shareOfSame({ hasOrigins, origins, intra }: PicturePlan): number {
  if (!hasOrigins) return 0;
  const { displacements, partCount } = origins;
  let same = partCount / 4;
  for (let mbAddr = 0; mbAddr < intra.length; mbAddr++) {
    if (displacements[mbAddr] !== NO_ORIGIN && intra[mbAddr] > DETAIL_COST) same++;
  }
  return same / intra.length;
}

/** Cost of a macroblock that is known to come from somewhere: nearly nothing, however far it moved. */
function applyOrigins({ origins, inter, intra, mv }: PicturePlan): void {
  const { displacements, indexes } = origins;
  for (let mbAddr = 0; mbAddr < displacements.length; mbAddr++) {
    const origin = displacements[mbAddr];
    if (origin === NO_ORIGIN) continue;
    inter[mbAddr] = Math.min(intra[mbAddr], INTER_OVERHEAD);
    if (indexes[mbAddr] === 0) mv[mbAddr] = packMv(mvX(origin) >> 1, mvY(origin) >> 1);
  }
}

/** Decides for the ring of pictures of a lookahead. */
export class Scenes {
  private readonly options: SceneOptions;
  private readonly planes: LowResolution;
  private readonly ring: readonly PicturePlan[];
  private readonly weights: LowWeights | null;
  private sinceIdr = 0;
  private sinceScene = 0;
  /** Inter cost as a share of intra cost in the pictures before, fading. */
  private usualShare = 0;
  /** The picture before was of a screen. */
  private wasScreen = false;
  /** The newest picture, where it may yet prove a flash; and what was true before it. */
  private doubtful = -1;
  private sinceIdrBefore = 0;
  private sinceSceneBefore = 0;
  private usualShareBefore = 0;
  // The scenes remembered: their planes follow those of the ring.
  private rememberedCount = 0;
  private nextToForget = 0;
  private share = 0;
  /** The share without weights. */
  private plainShare = 0;
  private intraCost = 0;
  private interCost = 0;

  /**
   * @param planes the ring's planes, with `sceneMemory` more behind them
   * @param ring the plan of picture n of the stream is at n modulo its length
   * @param weights null: references have none
   */
  constructor(
    options: SceneOptions,
    planes: LowResolution,
    ring: readonly PicturePlan[],
    weights: LowWeights | null = null,
  ) {
    this.weights = weights;
    this.options = options;
    this.planes = planes;
    this.ring = ring;
  }

  /** Analyzes and decides picture `number`, whose plane is loaded; settles the one before. */
  add(number: number): void {
    const { ring, planes } = this;
    const count = ring.length;
    const plan = ring[number % count];
    plan.vectors = [plan.mv, null];
    if (this.doubtful >= 0 && this.isFlash(number, plan)) {
      this.takeBackDoubtful();
      plan.back = 2;
      // The picture before is the flash.
      plan.hasOrigins = false;
    } else {
      this.settle();
      const previous = number === 0 ? -1 : (number - 1) % count;
      const before = previous < 0 ? null : ring[previous].mv;
      planes.analyze(number % count, previous, before, plan, previous < 0 ? null : plan.analysis);
      this.measure(plan);
      this.plainShare = this.share;
      if (previous >= 0) this.tryWeights(number % count, previous, before, plan);
      if (plan.hasOrigins) applyOrigins(plan);
    }
    this.decideType(number, plan);
    if (this.options.frames === 0) this.settle();
  }

  /** Looks at a picture again where it fades: beside a weighted copy of the one before. */
  private tryWeights(
    current: number,
    previous: number,
    before: Int32Array | null,
    plan: PicturePlan,
  ): void {
    const { weights, planes } = this;
    const table = weights?.tableOf(current, previous, plan.mv) ?? null;
    plan.table = table;
    if (table !== null) planes.analyze(current, weights!.copy(previous, table, 0), before, plan);
  }

  /** Whether the doubtful picture before `number` was a flash: this one is then predicted well from the one before that. */
  private isFlash(number: number, plan: PicturePlan): boolean {
    const { ring, planes, options } = this;
    const before = (number - 2) % ring.length;
    planes.analyze(number % ring.length, before, ring[before].mv, plan);
    this.measure(plan);
    return (
      this.share < (options.sceneCut * 3) / 4 &&
      this.share < SCENE_CUT_CONTRAST * Math.max(this.usualShareBefore, RETURN_SHARE)
    );
  }

  private takeBackDoubtful(): void {
    const flash = this.ring[this.doubtful % this.ring.length];
    this.measure(flash);
    flash.isIdr = false;
    flash.type = SliceType.P;
    flash.isSceneCut = false;
    flash.isReference = false;
    flash.complexity = this.interCost;
    this.sinceIdr = this.sinceIdrBefore + 1;
    this.sinceScene = this.sinceSceneBefore + 1;
    this.usualShare = this.usualShareBefore;
    this.doubtful = -1;
  }

  /** Leaves it at what was decided of the newest picture; no later one will tell better. */
  settle(): void {
    const number = this.doubtful;
    this.doubtful = -1;
    if (number < 0 || this.options.sceneMemory === 0) return;
    const plan = this.ring[number % this.ring.length];
    if (plan.isSceneCut) this.beginScene(number, plan);
  }

  private measure(plan: PicturePlan): void {
    let intra = 0;
    let inter = 0;
    for (let mbAddr = 0; mbAddr < plan.intra.length; mbAddr++) {
      intra += plan.intra[mbAddr];
      inter += plan.inter[mbAddr];
    }
    this.intraCost = intra;
    this.interCost = inter;
    this.share = inter / intra;
  }

  private decideType(number: number, plan: PicturePlan): void {
    const { gopSize, minGopSize } = this.options;
    this.measure(plan);
    const { share, wasScreen } = this;
    const keepsPictures = this.options.keptPictures > 0;
    const same = keepsPictures ? shareOfSame(plan) : 0;
    this.wasScreen = same > SCREEN_SHARE;
    const isDrawn = keepsPictures && plan.origins.isDrawn && same > SAME_SHARE;
    const differs = number > 0 && !isDrawn && this.isCut(plan, share);
    const mustBeIdr = number === 0 || plan.isForced || this.sinceIdr >= gopSize;
    // Weights may predict a flash, but the picture after it is best predicted from the one before it.
    const mayFlash = differs || (plan.table !== null && this.isCut(null, this.plainShare));
    if (mayFlash && !mustBeIdr) {
      this.doubtful = number;
      this.sinceIdrBefore = this.sinceIdr;
      this.sinceSceneBefore = this.sinceScene;
      this.usualShareBefore = this.usualShare;
    }
    plan.isSceneCut = differs && this.sinceIdr >= minGopSize;
    // The first picture after that of a scene says alone what is usual in it.
    const fade = this.sinceScene <= 1 ? 1 : 1 / 4;
    if (number > 0 && !plan.isSceneCut) this.usualShare += (share - this.usualShare) * fade;
    plan.isIdr = mustBeIdr || (plan.isSceneCut && !wasScreen);
    plan.type = plan.isIdr || plan.isSceneCut ? SliceType.I : SliceType.P;
    plan.complexity = isIntraPicture(plan) ? this.intraCost : this.interCost;
    this.sinceIdr = plan.isIdr ? 1 : this.sinceIdr + 1;
    this.sinceScene = isIntraPicture(plan) ? 1 : this.sinceScene + 1;
    if (mustBeIdr) this.rememberedCount = 0;
  }

  /** Whether a scene changes by a share of intra cost: of a picture that is no flat end of a fade, if one is given. */
  private isCut(plan: PicturePlan | null, share: number): boolean {
    const { gopSize, sceneCut } = this.options;
    const due = this.sinceIdr / gopSize;
    const hasDoubled = share >= 2 * this.usualShare;
    const near = hasDoubled ? NEAR_FACTOR_DOUBLED : NEAR_FACTOR;
    const far = hasDoubled ? FAR_FACTOR_DOUBLED : FAR_FACTOR;
    return (
      share >= sceneCut * (near + (far - near) * due) &&
      share >= SCENE_CUT_CONTRAST * this.usualShare &&
      !(plan !== null && plan.table !== null && this.interCost <= NOTHING_LEFT * plan.inter.length)
    );
  }

  /** Keeps the scene before in mind, and returns to the one remembered that picture `number` resembles, if one does. */
  private beginScene(number: number, plan: PicturePlan): void {
    const { ring, planes, options } = this;
    const current = number % ring.length;
    let closest = -1;
    let least = RETURN_SHARE;
    for (let scene = 0; scene < this.rememberedCount; scene++) {
      planes.analyze(current, ring.length + scene, null, plan);
      this.measure(plan);
      if (this.share >= least) continue;
      least = this.share;
      closest = scene;
    }
    plan.isIdr = false;
    plan.type = closest < 0 ? SliceType.I : SliceType.P;
    plan.returnsTo = closest;
    if (closest >= 0) {
      planes.analyze(current, ring.length + closest, null, plan);
      this.measure(plan);
      plan.complexity = this.interCost;
      plan.keepsAs = closest;
    } else if (this.rememberedCount < options.sceneMemory) {
      plan.keepsAs = this.rememberedCount++;
    } else {
      plan.keepsAs = this.nextToForget;
      this.nextToForget = (this.nextToForget + 1) % options.sceneMemory;
    }
    planes.copy((number - plan.back) % ring.length, ring.length + plan.keepsAs);
    this.sinceIdr = this.sinceIdrBefore + 1;
  }
}
