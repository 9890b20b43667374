/** Standard output, whose errors are errors of the program: a full disk behind `>`, a reader that is gone. */
import { stdout } from 'node:process';
import { ConfigError, MediaError } from '../base/errors.ts';

/** Standard output for the lines and bytes of a command. One for a process. */
export class StandardOutput {
  private failure: NodeJS.ErrnoException | null = null;
  private last: Promise<void> = Promise.resolve();

  constructor() {
    // Each write is told of its own error; without a listener, the first one would end the process.
    stdout.on('error', () => {});
  }

  /** Writes text. `finish` throws the error of a failed write. */
  text(text: string): void {
    this.last = this.write(text).catch((error: NodeJS.ErrnoException) => {
      this.failure ??= error;
    });
  }

  /** Writes bytes of a file; settles when more may be written. Rejects with what goes wrong. */
  async bytes(bytes: Uint8Array): Promise<void> {
    if (stdout.isTTY) {
      throw new ConfigError('--output', 'stdout is a terminal; give -o FILE, or send it elsewhere');
    }
    await this.write(bytes);
  }

  /** Settles when all text is out; throws what went wrong. A reader that stops early (`| head -1`) is no error. */
  async finish(): Promise<void> {
    await this.last;
    if (this.failure === null || this.failure.code === 'EPIPE') return;
    throw new MediaError('stdout', this.failure.message, { cause: this.failure });
  }

  private write(data: string | Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      stdout.write(data, (error) => (error ? reject(error) : resolve()));
    });
  }
}
