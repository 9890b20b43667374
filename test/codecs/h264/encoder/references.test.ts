/**
 * Reference pictures: every kind of list modification and marking, drawn at random, is understood by ffmpeg as by us; and
 * what the options make of them.
 */
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { H264Options } from '../../../../src/codecs/h264/encoder/options.ts';
import { resolveOptions } from '../../../../src/codecs/h264/encoder/options.ts';
import type { PicturePlan } from '../../../../src/codecs/h264/encoder/picture-plan.ts';
import type {
  ReferenceStrategy,
  References,
} from '../../../../src/codecs/h264/encoder/reference-choice.ts';
import { ReferencePictures } from '../../../../src/codecs/h264/standard/reference-pictures.ts';
import type {
  MemoryManagementControl,
  RefPicListModification,
} from '../../../../src/syntax/h264/reference-syntax.ts';
import {
  type CodedPictures,
  codePictures,
  expectDecodedAsReconstructed,
  nalUnits,
} from '../../../support/h264.ts';
import { ElementReader, rbspOf } from '../../../syntax/h264/header-reader.ts';
import { drawScene } from './content.ts';

const RUNS = Number(process.env.VITRINE_RUNS ?? 15);
const SEED = Number(process.env.VITRINE_SEED ?? 264);

/** Marks and reorders at random, within what clause 7.4.3.3 allows. */
class RandomStrategy implements ReferenceStrategy {
  readonly seen = new Set<string>();
  private state: number;
  private readonly refs: number;
  private maxLongTermFrameIdx = -1;
  private wasReference = true;

  constructor(seed: number, refs: number) {
    this.state = 2 * seed + 1;
    this.refs = refs;
  }

  private draw(below: number): number {
    this.state = (Math.imul(this.state, 1664525) + 1013904223) | 0;
    return (this.state >>> 8) % below;
  }

  plan(references: References, plan: PicturePlan): void {
    const { frame_num } = plan;
    const all = references.initialList();
    const longTerm = all.filter((frame) => frame.longTermFrameIdx >= 0);
    if (plan.isIdr) {
      plan.long_term_reference_flag = this.draw(2) as 0 | 1;
      this.maxLongTermFrameIdx = plan.long_term_reference_flag - 1;
      this.wasReference = true;
      return;
    }
    const activeCount = 1 + this.draw(all.length);
    const modifications: RefPicListModification[] = [];
    let picNumPred = frame_num;
    const unnamed = [...all];
    for (let i = this.draw(Math.min(activeCount, 4) + 1); i > 0; i--) {
      // Named twice, a frame would have two indices, which the encoder's deblocking does not expect.
      const [frame] = unnamed.splice(this.draw(unnamed.length), 1);
      modifications.push(references.modificationTo(frame, frame_num, picNumPred));
      if (frame.longTermFrameIdx < 0) picNumPred = references.picNum(frame, frame_num);
    }
    for (const step of modifications) this.seen.add(`idc ${step.modification_of_pic_nums_idc}`);
    const isReference = !this.wasReference || this.draw(6) > 0;
    this.wasReference = isReference;
    const operations = isReference
      ? this.drawOperations(references, frame_num, longTerm.length)
      : [];
    for (const step of operations) {
      this.seen.add(`operation ${step.memory_management_control_operation}`);
    }
    if (!isReference) this.seen.add('not a reference');
    plan.isReference = isReference;
    plan.activeCount = activeCount;
    plan.modifications = modifications;
    plan.operations = operations;
  }

  private drawOperations(
    references: References,
    frame_num: number,
    longTermCount: number,
  ): MemoryManagementControl[] {
    // Drawn again until they leave room for the picture.
    for (;;) {
      const operations: MemoryManagementControl[] = [];
      const shortTerm = references.initialList().slice(0, references.shortTermCount);
      const differences = shortTerm.map(
        (frame) => frame_num - references.picNum(frame, frame_num) - 1,
      );
      const take = () => differences.splice(this.draw(differences.length), 1)[0];
      let max = this.maxLongTermFrameIdx;
      let count = references.count;
      const used = new Set(
        references
          .initialList()
          .slice(references.shortTermCount)
          .map((frame) => frame.longTermFrameIdx),
      );
      if (this.draw(10) === 0) {
        operations.push({ memory_management_control_operation: 5 });
        max = -1;
        count = 0;
        differences.length = 0;
        used.clear();
      }
      // Clause 7.4.3.3: operation 4 at most once.
      if (this.draw(3) === 0) {
        max = this.draw(this.refs + 1) - 1;
        operations.push({
          memory_management_control_operation: 4,
          max_long_term_frame_idx_plus1: max + 1,
        });
        for (const idx of [...used]) if (idx > max && used.delete(idx)) count--;
      }
      if (longTermCount > 0 && used.size > 0 && this.draw(4) === 0) {
        const idx = [...used][this.draw(used.size)];
        operations.push({ memory_management_control_operation: 2, long_term_pic_num: idx });
        used.delete(idx);
        count--;
      }
      if (max >= 0 && differences.length > 0 && this.draw(3) === 0) {
        const idx = this.draw(max + 1);
        operations.push({
          memory_management_control_operation: 3,
          difference_of_pic_nums_minus1: take(),
          long_term_frame_idx: idx,
        });
        if (used.has(idx)) count--;
        used.add(idx);
      }
      if (max >= 0 && this.draw(4) === 0) {
        const free = Array.from({ length: max + 1 }, (_, i) => i).filter(
          (i) => !operations.some((o) => 'long_term_frame_idx' in o && o.long_term_frame_idx === i),
        );
        if (free.length > 0) {
          const idx = free[this.draw(free.length)];
          operations.push({ memory_management_control_operation: 6, long_term_frame_idx: idx });
          if (used.has(idx)) count--;
          used.add(idx);
        }
      }
      while (count + 1 > this.refs && differences.length > 0 && operations.length > 0) {
        operations.unshift({
          memory_management_control_operation: 1,
          difference_of_pic_nums_minus1: take(),
        });
        count--;
      }
      const isSliding = operations.length === 0;
      if (isSliding && count >= this.refs && references.shortTermCount === 0) continue;
      if (!isSliding && count + 1 > this.refs) continue;
      this.maxLongTermFrameIdx = max;
      return operations;
    }
  }
}

describe('reference pictures', () => {
  it(`marked and reordered at random are those that ffmpeg has (seed ${SEED}, ${RUNS} runs)`, async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(
        fc.nat(0xffffff),
        fc.integer({ min: 1, max: 16 }),
        fc.constantFrom('texture', 'mixture', 'noise'),
        async (seed, refs, content) => {
          const strategy = new RandomStrategy(seed, refs);
          const options: H264Options = {
            width: 48,
            height: 32,
            frameRate: [30, 1],
            preset: 'veryfast',
            mixedReferences: true,
            partitions: '8x8',
            qp: 30,
            gopSize: 5 + (seed % 40),
            refs,
          };
          const pictures = drawScene({ content, seed: seed & 255, dx: 2, dy: 1 }, 48, 32, 24);
          expectDecodedAsReconstructed(codePictures(options, pictures, [], strategy));
          for (const what of strategy.seen) seen.add(what);
          await setImmediate();
        },
      ),
      { seed: SEED, numRuns: RUNS },
    );
    expect([...seen].sort()).toEqual([
      'idc 0',
      'idc 1',
      'idc 2',
      'not a reference',
      ...[1, 2, 3, 4, 5, 6].map((operation) => `operation ${operation}`),
    ]);
  });

  it('kept for the long term show what was covered', () => {
    const background = drawScene({ content: 'texture', seed: 7, dx: 0, dy: 0 }, 128, 64, 1)[0];
    // A flat block covers much of the background for eight pictures, then is gone.
    const pictures = Array.from({ length: 20 }, (_, n) => {
      const picture = background.slice();
      if (n >= 4 && n < 12) for (let y = 0; y < 64; y++) picture.fill(60, y * 128, y * 128 + 96);
      return picture;
    });
    const options: H264Options = {
      width: 128,
      height: 64,
      frameRate: [30, 1],
      preset: 'medium',
      qp: 28,
      refs: 2,
      sceneCut: false,
    };
    const plain = codePictures(options, pictures);
    const kept = codePictures({ ...options, longTermPeriod: 16 }, pictures);
    expectDecodedAsReconstructed(plain);
    expectDecodedAsReconstructed(kept);
    expect(kept.packets[12].data.length).toBeLessThan(plain.packets[12].data.length / 4);
  });

  it.each([
    [{ longTermPeriod: 8, refs: 1 }, 'longTermPeriod: needs refs of 2 or more, got 1'],
    [{ sceneMemory: 2, refs: 2 }, 'sceneMemory: got 2, needs refs above that, got 2'],
    [{ sceneMemory: 1, sceneCut: false }, 'sceneMemory: needs sceneCut'],
    [{ sceneMemory: 1, longTermPeriod: 4 }, 'sceneMemory: contradicts longTermPeriod'],
    [{ keyPictures: 'recovery', longTermPeriod: 4 }, 'recovery contradicts longTermPeriod'],
    [{ keyPictures: 'recovery', sceneMemory: 1 }, 'recovery contradicts sceneMemory'],
    [{ origins: 'kept' }, 'origins: got kept, with profile baseline allowed is before'],
    [
      { profile: 'high', origins: 'kept', sceneMemory: 1 },
      'origins: got kept, with longTermPeriod',
    ],
  ] as [Partial<H264Options>, string][])('cannot be kept with %j', (change, message) => {
    const options: H264Options = { width: 16, height: 16, frameRate: [30, 1] };
    expect(() => resolveOptions({ ...options, ...change })).toThrow(message);
  });

  it('are kept where others come from them: pages that are turned and come back, and begin no scene', () => {
    const [width, height] = [160, 128];
    const page = (seed: number, dy: number) =>
      drawScene({ content: 'page', seed, dx: 0, dy }, width, height, 2)[1];
    // Pages under a header that stays.
    const header = page(3, 0).subarray(0, 32 * width);
    const shown = [page(1, 0), page(1, 80), page(2, 0), page(1, 80)];
    for (const picture of shown) picture.set(header);
    const pictures = shown.flatMap((picture) => [picture, picture, picture]);
    const options: H264Options = {
      ...{ width, height, frameRate: [30, 1], preset: 'veryfast', qp: 28 },
      profile: 'high',
    };
    const before = codePictures({ ...options, origins: 'before' }, pictures);
    const kept = codePictures(options, pictures);
    expectDecodedAsReconstructed(kept);
    const sizeAt = ({ packets }: CodedPictures, pts: number) =>
      packets.find((packet) => packet.pts === pts)!.data.length;
    expect(kept.packets.filter(({ isKey }) => isKey).map(({ pts }) => pts)).toEqual([0]);
    expect(sizeAt(kept, 3)).toBeLessThan(sizeAt(kept, 0));
    expect(sizeAt(kept, 9)).toBeLessThan(sizeAt(before, 9) / 4);
  });

  it('are kept while a cursor moves, and over windows that have nothing in common', () => {
    const [width, height] = [320, 256];
    const scene = { dx: 0, dy: 0 };
    const [one] = drawScene({ content: 'page', seed: 4, ...scene }, width, height, 1);
    const [other] = drawScene({ content: 'texture', seed: 5, ...scene }, width, height, 1);
    const pictures = Array.from({ length: 24 }, (_, n) => {
      const picture = (Math.floor(n / 6) & 1 ? other : one).slice();
      picture.fill(16, 40 * width + 4 * n, 40 * width + 4 * n + 3);
      return picture;
    });
    const options: H264Options = {
      ...{ width, height, frameRate: [30, 1], preset: 'veryfast', qp: 28 },
      ...{ profile: 'high', level: '3' },
    };
    const kept = codePictures(options, pictures);
    expectDecodedAsReconstructed(kept);
    expect(kept.packets.filter(({ isKey }) => isKey).length).toBe(1);
    const sizeAt = (pts: number) => kept.packets.find((packet) => packet.pts === pts)!.data.length;
    expect(sizeAt(12)).toBeLessThan(sizeAt(0) / 8);
    expect(sizeAt(18)).toBeLessThan(sizeAt(0) / 8);
  });

  /** Two shots that take turns, each going on where it was left. */
  const turns = (() => {
    const shot = (seed: number) =>
      drawScene({ content: 'texture', seed, dx: 1, dy: 0 }, 96, 64, 24);
    const [a, b] = [shot(3), shot(200).map((picture) => picture.map((sample) => 255 - sample))];
    return Array.from({ length: 24 }, (_, n) => (Math.floor(n / 6) & 1 ? b : a)[n]);
  })();
  const base: H264Options = {
    width: 96,
    height: 64,
    frameRate: [30, 1],
    preset: 'medium',
    crf: 26,
    refs: 3,
  };
  const types = (coded: CodedPictures) =>
    coded.packets.map(({ data }) => {
      const unit = [...nalUnits(data)].find((nal) => [1, 5].includes(nal[0] & 31))!;
      const r = new ElementReader(rbspOf(unit));
      r.read('first_mb_in_slice', 'ue');
      const type = r.read('slice_type', 'ue') % 5 === 2 ? 'i' : 'p';
      return (unit[0] & 31) === 5 ? 'I' : unit[0] >> 5 === 0 ? 'f' : type;
    });

  it('of a scene that returns spare it an intra picture', () => {
    const plain = codePictures(base, turns);
    const kept = codePictures({ ...base, sceneMemory: 2 }, turns);
    expect(types(plain).join('')).toBe('IpppppIpppppIpppppIppppp');
    expect(types(kept).join('')).toBe('Ipppppippppppppppppppppp');
    expectDecodedAsReconstructed(kept);
    expect(kept.packets[12].data.length).toBeLessThan(plain.packets[12].data.length / 2);
    for (const refs of [3, 5, 16]) {
      for (const sceneMemory of [1, 2]) {
        expectDecodedAsReconstructed(codePictures({ ...base, refs, sceneMemory }, turns));
      }
    }
  });

  it('are not made of a flash', () => {
    const flash = turns.slice(0, 6);
    flash[3] = new Uint8Array(flash[3].length).fill(250);
    for (const refs of [1, 3]) {
      const coded = codePictures({ ...base, refs }, flash);
      expect(types(coded).join('')).toBe('Ippfpp');
      expectDecodedAsReconstructed(coded);
    }
  });

  it.each([1, 3])('lie after a recovery point, from which %i suffice to decode', (refs) => {
    const options: H264Options = { ...base, refs, keyPictures: 'recovery', gopSize: 4 };
    const coded = codePictures(options, turns.slice(0, 12));
    expect(types(coded).join('')).toBe('Ipppipipppip');
    expect(coded.packets.map((packet) => packet.isKey).indexOf(true, 1)).toBe(-1);
    expectDecodedAsReconstructed(coded);
    const tail: CodedPictures = {
      ...coded,
      packets: coded.packets.slice(6),
      reconstructed: coded.reconstructed.slice(6),
    };
    expectDecodedAsReconstructed(tail);
  });
});

describe('ReferencePictures', () => {
  const frame = (frame_num: number) => ({ frame_num, poc: 0, longTermFrameIdx: -1 });

  it('slides its window over wrapping frame numbers', () => {
    const kept = new ReferencePictures<ReturnType<typeof frame>>(3, 16);
    kept.markIdr(frame(13), 0);
    for (const frame_num of [14, 15, 0, 1]) kept.mark(frame(frame_num), []);
    expect(kept.initialList().map((f) => f.frame_num)).toEqual([1, 0, 15]);
    expect(kept.initialList().map((f) => kept.picNum(f, 2))).toEqual([1, 0, -1]);
    const steps = [kept.modificationTo(kept.initialList()[2], 2, 2)];
    expect(steps).toEqual([{ modification_of_pic_nums_idc: 0, abs_diff_pic_num_minus1: 2 }]);
    expect(kept.modifiedList(2, steps, 2).map((f) => f.frame_num)).toEqual([15, 1]);
  });

  it('refuses operations on frames that are not there, and more frames than it may keep', () => {
    const kept = new ReferencePictures<ReturnType<typeof frame>>(1, 16);
    kept.markIdr(frame(0), 0);
    const mark = (step: MemoryManagementControl) => () => kept.mark(frame(1), [step]);
    expect(
      mark({ memory_management_control_operation: 1, difference_of_pic_nums_minus1: 3 }),
    ).toThrow('8.2.5.4.1');
    expect(mark({ memory_management_control_operation: 2, long_term_pic_num: 0 })).toThrow(
      '8.2.5.4.2',
    );
    expect(mark({ memory_management_control_operation: 6, long_term_frame_idx: 0 })).toThrow(
      '7.4.3.3',
    );
    expect(
      mark({ memory_management_control_operation: 4, max_long_term_frame_idx_plus1: 1 }),
    ).toThrow('more than 1');
    expect(() =>
      kept.modifiedList(3, [{ modification_of_pic_nums_idc: 2, long_term_pic_num: 0 }], 1),
    ).toThrow('8.2.4.3');
  });
});
