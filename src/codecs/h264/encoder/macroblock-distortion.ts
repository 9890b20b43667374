/**
 * How far a reconstruction of a macroblock is from its source: its squared error, and detail that it has lost or that came from nowhere.
 * An eye sees that grain, hair or grass are there long before it sees where each line lies; a block that is smooth where its source is not
 * looks wrong at a lower error than one that keeps its detail in the wrong place. Source: the idea of J. Garrett-Glaser's
 * psychovisual rate-distortion optimization (2008).
 *
 * Choice: to the squared error of a macroblock is added strength · lambda · the difference of the energies of source and reconstruction
 * (`acEnergy`), block by block of 8x8 (option `psyRd`). It costs PSNR; docs/h264/psy.md has figures and pictures.
 */
import { LAMBDA_SAD } from './lambda.ts';
import {
  type EncoderMemory,
  RECON_CB,
  RECON_CR,
  RECON_LUMA,
  RECON_STRIDE,
  SOURCE_CB,
  SOURCE_CR,
  SOURCE_STRIDE,
} from './memory.ts';

/** Blocks of 8x8 in a macroblock, as they lie. */
const BLOCKS_8X8 = 4;

/** Measures reconstructions of the macroblock at hand; scratch of one worker. */
export class MacroblockDistortion {
  private readonly memory: EncoderMemory;
  private readonly strength: number;
  private readonly sourceEnergy = new Int32Array(BLOCKS_8X8);
  private isLoaded = false;

  /** @param strength the value of option `psyRd` */
  constructor(memory: EncoderMemory, strength: number) {
    this.memory = memory;
    this.strength = strength;
  }

  /** The source of another macroblock was loaded. */
  startMacroblock(): void {
    this.isLoaded = false;
  }

  /** Distortion of the reconstruction that lies at `recon`, in the unit of squared errors. */
  of(recon: number, qp: number): number {
    const error = this.squared(recon);
    return this.strength === 0 ? error : error + this.lostDetail(recon, qp);
  }

  /** Squared error over luma and chroma. */
  squared(recon: number): number {
    const { kernels, source } = this.memory;
    return (
      kernels.ssd(source, SOURCE_STRIDE, recon + RECON_LUMA, RECON_STRIDE, 16, 16) +
      kernels.ssd(source + SOURCE_CB, SOURCE_STRIDE, recon + RECON_CB, RECON_STRIDE, 8, 8) +
      kernels.ssd(source + SOURCE_CR, SOURCE_STRIDE, recon + RECON_CR, RECON_STRIDE, 8, 8)
    );
  }

  /** The addition to the squared error for detail that is lost or that came from nowhere. */
  private lostDetail(recon: number, qp: number): number {
    const { memory, sourceEnergy } = this;
    if (!this.isLoaded) this.loadSource();
    let difference = 0;
    for (let b8 = 0; b8 < BLOCKS_8X8; b8++) {
      const at = recon + RECON_LUMA + 8 * ((b8 >> 1) * RECON_STRIDE + (b8 & 1));
      const energy = memory.kernels.acEnergy(at, RECON_STRIDE);
      difference += Math.abs(energy - sourceEnergy[b8]);
    }
    return this.strength * LAMBDA_SAD[qp] * difference;
  }

  private loadSource(): void {
    const { kernels, source } = this.memory;
    for (let b8 = 0; b8 < BLOCKS_8X8; b8++) {
      const at = source + 8 * ((b8 >> 1) * SOURCE_STRIDE + (b8 & 1));
      this.sourceEnergy[b8] = kernels.acEnergy(at, SOURCE_STRIDE);
    }
    this.isLoaded = true;
  }
}
