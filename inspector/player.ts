/** Plays sounds: one at a time. */

/** Plays samples by channel. */
export class Player {
  private context: AudioContext | null = null;
  private playing: AudioBufferSourceNode | null = null;

  /** Stops what is heard, and plays `channels` from `second` on; `onEnd` is told when it is over. */
  play(
    channels: readonly Float32Array[],
    sampleRate: number,
    second: number,
    onEnd: () => void,
  ): void {
    this.stop();
    this.context ??= new AudioContext();
    const { context } = this;
    void context.resume();
    const buffer = context.createBuffer(channels.length, channels[0].length, sampleRate);
    for (const [i, samples] of channels.entries()) {
      buffer.copyToChannel(samples as Float32Array<ArrayBuffer>, i);
    }
    const node = context.createBufferSource();
    node.buffer = buffer;
    node.connect(context.destination);
    node.onended = () => {
      if (this.playing === node) this.playing = null;
      onEnd();
    };
    node.start(0, second);
    this.playing = node;
  }

  /** Stops. */
  stop(): void {
    this.playing?.stop();
    this.playing = null;
  }
}
