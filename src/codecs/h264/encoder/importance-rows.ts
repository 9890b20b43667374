/** Rows of a trace that say how much later pictures gain from each macroblock: the costs of the lookahead, the cost that is inherited, and the offset of QP. */
import type { TraceTable } from '../../../inspect/trace-writer.ts';
import { QP_UNIT } from './importance.ts';
import type { PicturePlan } from './picture-plan.ts';

/** Adds the macroblocks of a picture to the table `importance`, where the lookahead has let importance flow. */
export function addImportance(table: TraceTable, plan: PicturePlan): void {
  const { inherited, intra, inter, offsets, codingNumber } = plan;
  for (let mbAddr = 0; mbAddr < inherited.length; mbAddr++) {
    const costs = [intra[mbAddr]!, inter[mbAddr]!, inherited[mbAddr]!] as const;
    table.add(0, codingNumber, mbAddr, ...costs, (offsets?.[mbAddr] ?? 0) / QP_UNIT);
  }
}
