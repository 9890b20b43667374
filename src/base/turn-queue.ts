/** Calls that are done one after the other, in the order in which they were made. */

/** The first call begins at once, without waiting for a turn of the event loop. */
export class TurnQueue {
  private last: Promise<unknown> | null = null;

  /** Does `work` when all that was asked for before is done, whether it failed or not. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.last === null ? work() : this.last.then(work);
    const settled: Promise<void> = turn.then(
      () => this.leave(settled),
      () => this.leave(settled),
    );
    this.last = settled;
    return turn;
  }

  private leave(settled: Promise<void>): void {
    if (this.last === settled) this.last = null;
  }
}
