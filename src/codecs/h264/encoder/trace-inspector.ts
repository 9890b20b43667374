/**
 * Writes what an inspector is told as a trace (docs/inspection.md), a group of rows for each picture: without samples, the blocks of
 * losing candidates and the distortion of searches.
 */
import type { VideoStreamInfo } from '../../../base/packet.ts';
import { DESCRIPTORS } from '../../../inspect/trace-format.ts';
import { type TablesOf, TraceWriter } from '../../../inspect/trace-writer.ts';
import { clauseOf } from '../../../syntax/h264/element-clauses.ts';
import { I_4X4, I_8X8, isIntra } from '../standard/macroblock.ts';
import type { MacroblockSyntax } from '../standard/macroblock-syntax.ts';
import type { PictureState } from '../standard/picture.ts';
import { mvX, mvY } from '../standard/picture.ts';
import type { Reconstruction } from './encoder.ts';
import { addImportance } from './importance-rows.ts';
import { type Descriptor, type H264Inspector, REASONS, reasonOf } from './inspector.ts';
import { addMotion } from './motion-rows.ts';
import { PIC_INIT_QP } from './parameter-sets.ts';
import type { PicturePlan } from './picture-plan.ts';
import { WITHOUT_RESIDUAL } from './rate-control.ts';
import { H264_TABLES, VOID_COLUMN } from './trace-tables.ts';

/** The parameter sets belong to no picture. */
const NO_PICTURE = -1;
const NO_MACROBLOCK = -1;

/** Numbers of a row of a block that waits: candidate, block, index, coefficient, level by dead zone, level. */
const PENDING = 6;

/** Values of the column `step` of searches: the start (the prediction), a new best, the end, the best one measured anew. */
const SEARCH_STEPS = ['start', 'best', 'end', 'again'] as const;

/** An inspector whose trace is taken piece by piece. */
export class TraceInspector implements H264Inspector {
  private readonly tables: TablesOf<typeof H264_TABLES>;
  private readonly writer: TraceWriter;
  private currentPicture = NO_PICTURE;
  private currentMacroblock = NO_MACROBLOCK;
  private units = 0;
  private unitType = 0;
  private unitRefIdc = 0;
  private attempt = 0;
  /** QP of the attempt; the plan has that of the next one by the time it is thrown away. */
  private attemptQp = 0;
  /** QP of each macroblock of the attempt. */
  private readonly macroblockQps: number[] = [];
  /** PicOrderCnt of the references by list and index. */
  private pocs: readonly (readonly number[])[] = [[], []];
  // The syntax of the macroblock at hand that the state does not hold.
  private chosen = -1;
  private candidates = 0;
  /** Rows of blocks of the macroblock's candidates, PENDING numbers each, until it is known which of them is written. */
  private readonly pending: number[] = [];
  private intra16x16PredMode = 0;
  private intraChromaPredMode = 0;
  private searchPoc = 0;
  private searchX = 0;
  private searchY = 0;
  private searchWidth = 0;
  private searchHeight = 0;
  /** Rows of B pictures that were told of since the last picture, by their ends. */
  private readonly rows = new Map<string, readonly [number, number, number]>();
  /** Rows of each table before the macroblock at hand. */
  private readonly marks: number[] = [];

  /**
   * @param about facts about the stream, for the head
   * @param writer a trace that others write to as well; it has the tables `H264_TABLES`
   */
  constructor(
    about: Readonly<Record<string, string | number>>,
    writer: TraceWriter = new TraceWriter({}, H264_TABLES),
  ) {
    this.writer = writer;
    this.tables = writer.tables(H264_TABLES);
    writer.describe(about);
  }

  /** The bytes of the trace since the last call. */
  take(): Uint8Array[] {
    return this.writer.take();
  }

  /** Ends the trace; `take` gives the rest. */
  end(): void {
    this.writer.end();
  }

  picture(plan: PicturePlan | null, attempt: number): void {
    if (attempt > 0) for (const table of Object.values(this.tables)) table.mark(VOID_COLUMN, 0, 1);
    if (attempt > 0) this.addPicture(plan, 1, 0);
    this.attemptQp = plan === null ? 0 : qpOf(plan);
    this.macroblockQps.length = 0;
    this.currentPicture = plan === null ? NO_PICTURE : plan.codingNumber;
    this.currentMacroblock = NO_MACROBLOCK;
    this.attempt = attempt;
    this.pocs = plan === null ? [[], []] : plan.lists.map((list) => list.map(({ poc }) => poc));
    for (const [list, pocs] of this.pocs.entries()) {
      for (const [refIdx, poc] of pocs.entries()) {
        this.tables.reference.add(0, this.currentPicture, list, refIdx, poc);
      }
    }
  }

  pictureEnd(plan: PicturePlan | null, bytes: number): void {
    this.addPicture(plan, 0, bytes);
    if (plan !== null) addImportance(this.tables.importance, plan);
    for (const [first, anchor, cost] of this.rows.values()) {
      this.tables.row.add(0, first, anchor, cost);
    }
    this.rows.clear();
    this.writer.endGroup();
  }

  private addPicture(plan: PicturePlan | null, isVoid: number, bytes: number): void {
    if (plan === null) return;
    const { attempt, attemptQp } = this;
    const { type, isIdr, isReference, pts, dts, poc } = plan;
    const reason = REASONS.indexOf(reasonOf(plan));
    const flags = [type, isIdr ? 1 : 0, isReference ? 1 : 0, reason] as const;
    const times = [pts, dts, poc, bytes] as const;
    const qps = this.macroblockQps;
    const meanQp = qps.length === 0 ? attemptQp : qps.reduce((sum, qp) => sum + qp, 0) / qps.length;
    const numbers = [attemptQp, ...times, meanQp] as const;
    this.tables.picture.add(isVoid, plan.codingNumber, attempt, ...flags, ...numbers);
  }

  /** The last cost of a row stands. */
  row(first: number, anchor: number, cost: number): void {
    this.rows.set(`${first} ${anchor}`, [first, anchor, cost]);
  }

  unit(nal_unit_type: number, nal_ref_idc: number): void {
    this.unitType = nal_unit_type;
    this.unitRefIdc = nal_ref_idc;
    this.currentMacroblock = NO_MACROBLOCK;
  }

  unitEnd(bytes: number): void {
    const { currentPicture, unitType, unitRefIdc } = this;
    this.tables.unit.add(0, currentPicture, this.units++, unitType, unitRefIdc, bytes);
  }

  element(
    where: string,
    name: string,
    descriptor: Descriptor,
    value: number,
    position: number,
    length: number,
  ): void {
    const { writer, units } = this;
    const mbAddr = where === 'h264.slice_data' ? this.currentMacroblock : NO_MACROBLOCK;
    const names = [writer.nameIndex(name), writer.nameIndex(clauseOf(where, name))] as const;
    const kind = DESCRIPTORS.indexOf(descriptor);
    this.tables.element.add(0, units, mbAddr, ...names, kind, value, position, length);
  }

  macroblock(mbAddr: number, _qp: number): void {
    this.currentMacroblock = mbAddr;
    this.candidates = 0;
    this.pending.length = 0;
    this.marks.length = 0;
    for (const table of Object.values(this.tables)) this.marks.push(table.rowCount);
  }

  macroblockEnd(mbAddr: number, state: PictureState): void {
    const { mbType, qpY, codedBlockPattern, transform8x8 } = state;
    const { intra16x16PredMode, intraChromaPredMode, chosen, currentPicture, tables } = this;
    const type = mbType[mbAddr]!;
    const values = [type, qpY[mbAddr]!, codedBlockPattern[mbAddr]!, transform8x8[mbAddr]!] as const;
    const modes = [intra16x16PredMode, intraChromaPredMode] as const;
    tables.macroblock.add(0, currentPicture, mbAddr, ...values, ...modes, chosen);
    this.macroblockQps[mbAddr] = qpY[mbAddr]!;
    this.addBlocks(mbAddr);
    if (type === I_4X4 || type === I_8X8) this.addIntra(mbAddr, state, type === I_8X8 ? 8 : 4);
    else if (!isIntra(type)) addMotion(tables.motion, currentPicture, mbAddr, state, this.pocs);
  }

  /** Adds the blocks of the candidate that is written; the blocks of the others would be most of a trace. */
  private addBlocks(mbAddr: number): void {
    const { pending, chosen, currentPicture } = this;
    for (let at = 0; at < pending.length; at += PENDING) {
      if (pending[at] !== chosen) continue;
      const row = pending.slice(at, at + PENDING);
      this.tables.block.add(0, currentPicture, mbAddr, ...row);
    }
  }

  private addIntra(mbAddr: number, { intra4x4PredMode }: PictureState, size: number): void {
    const step = size / 4;
    for (let y = 0; y < 4; y += step) {
      for (let x = 0; x < 4; x += step) {
        const mode = intra4x4PredMode[16 * mbAddr + 4 * y + x]!;
        this.tables.intra.add(0, this.currentPicture, mbAddr, 4 * y + x, size, mode);
      }
    }
  }

  estimate(mbType: number, cost: number): void {
    this.tables.estimate.add(0, this.currentPicture, this.currentMacroblock, mbType, cost);
  }

  /** The prediction itself is samples, which are not part of a trace. */
  decision(
    _mbAddr: number,
    candidate: number,
    syntax: MacroblockSyntax,
    _prediction: Uint8Array,
  ): void {
    this.chosen = candidate;
    this.intra16x16PredMode = syntax.intra16x16PredMode;
    this.intraChromaPredMode = syntax.intra_chroma_pred_mode;
  }

  macroblockVoid(_mbAddr: number): void {
    for (const [i, table] of Object.values(this.tables).entries()) {
      table.mark(VOID_COLUMN, this.marks[i]!, 1);
    }
    this.currentMacroblock = NO_MACROBLOCK;
  }

  candidate(mbType: number, distortion: number, bits: number, cost: number, psy: number): void {
    const { currentPicture, currentMacroblock } = this;
    this.candidates++;
    const values = [mbType, distortion, bits, cost, psy] as const;
    this.tables.candidate.add(0, currentPicture, currentMacroblock, ...values);
  }

  block(
    block: number,
    coefficients: Int16Array,
    deadZoneLevels: Int16Array,
    levels: Int16Array,
    start: number,
  ): void {
    let isEmpty = true;
    for (let i = start; isEmpty && i < start + 16; i++) {
      isEmpty = (deadZoneLevels[i]! | levels[i]!) === 0;
    }
    if (isEmpty) return;
    for (let i = 0; i < 16; i++) {
      const coefficient = coefficients[start + i]!;
      const level = levels[start + i]!;
      if ((coefficient | level) === 0) continue;
      this.pending.push(
        this.candidates - 1,
        block,
        i,
        coefficient,
        deadZoneLevels[start + i]!,
        level,
      );
    }
  }

  block8x8(
    b8: number,
    coefficients: Int16Array,
    deadZoneLevels: Int16Array,
    levels: Int16Array,
  ): void {
    if (levels.every((level, i) => (level | deadZoneLevels[i]!) === 0)) return;
    for (let i = 0; i < 64; i++) {
      const [coefficient, deadZoneLevel, level] = [
        coefficients[i]!,
        deadZoneLevels[i]!,
        levels[i]!,
      ];
      if ((coefficient | level) === 0) continue;
      const at = [this.currentPicture, this.currentMacroblock] as const;
      this.tables.block8x8.add(0, ...at, b8, i, coefficient, deadZoneLevel, level);
    }
  }

  search(poc: number, x: number, y: number, width: number, height: number, mvp: number): void {
    this.searchPoc = poc;
    this.searchX = x;
    this.searchY = y;
    this.searchWidth = width;
    this.searchHeight = height;
    this.addSearch(SEARCH_STEPS.indexOf('start'), mvp, 0);
  }

  searchBest(mv: number, cost: number): void {
    this.addSearch(SEARCH_STEPS.indexOf('best'), mv, cost);
  }

  searchAgain(mv: number, cost: number): void {
    this.addSearch(SEARCH_STEPS.indexOf('again'), mv, cost);
  }

  searchEnd(mv: number, cost: number, _distortion: number): void {
    this.addSearch(SEARCH_STEPS.indexOf('end'), mv, cost);
  }

  private addSearch(step: number, mv: number, cost: number): void {
    const place = [this.searchX, this.searchY, this.searchWidth, this.searchHeight] as const;
    const at = [this.currentPicture, this.currentMacroblock, step, this.searchPoc] as const;
    this.tables.search.add(0, ...at, ...place, mvX(mv), mvY(mv), cost);
  }

  /** Samples are not part of a trace: decoding the stream gives them. */
  reconstruction(_picture: Reconstruction, _isDeblocked: boolean): void {}

  edge(mbAddr: number, verticalEdgeFlag: number, edge: number, bS: number, qPav: number): void {
    this.tables.edge.add(0, this.currentPicture, mbAddr, verticalEdgeFlag, edge, bS, qPav);
  }
}

/** The QP that a picture is coded at; without residual that of its slice headers, which nothing is quantized with. */
function qpOf({ qp }: PicturePlan): number {
  return qp === WITHOUT_RESIDUAL ? PIC_INIT_QP : qp / 256;
}

/** The facts of a stream that the head of a trace holds. */
export function traceFacts(stream: VideoStreamInfo): Readonly<Record<string, string | number>> {
  const { codec, width, height, timeBase } = stream;
  return { codec, width, height, timeBaseNum: timeBase[0], timeBaseDen: timeBase[1] };
}
