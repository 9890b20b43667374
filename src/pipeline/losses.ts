/** What the new file has no place for: it is left out, and said. */
import type { ContainerWriter } from '../base/container.ts';
import type { FileDescription } from '../base/file-description.ts';
import type { Packet } from '../base/packet.ts';
import { type Problem, report } from '../base/problems.ts';
import type { ContainerOptions } from './format.ts';

/** The losses of one file. */
export class Losses {
  readonly problems: Problem[] = [];
  private readonly format: string;
  private readonly withAdditions = new Set<number>();

  /** @param format name of the kind of file, for messages */
  constructor(format: string) {
    this.format = format;
  }

  /** Notes what the writer says that it leaves out. */
  noteAll({ losses = [] }: ContainerWriter): void {
    for (const loss of losses) report(this.problems, -1, loss);
  }

  /** Notes what is lost of a packet, of what stands beside it too. */
  notePacket(streamIndex: number, packet: Packet, writer: ContainerWriter): void {
    const loss = writer.lossOf?.(streamIndex, packet) ?? null;
    if (loss !== null) report(this.problems, -1, loss);
    if (packet.additions !== undefined) this.noteAdditions(streamIndex, writer);
  }

  /** Notes what of the old file was not read, and its attachments where the options for the new one have none. */
  noteAbout(about: FileDescription, options: ContainerOptions): void {
    const { attachments, unread = [], otherTags = new Map<string, string>() } = about;
    for (const part of unread) report(this.problems, -1, `${part} is left out of the copy`);
    // Files that have no place for any text need not say so of these.
    const hasTexts = 'metadata' in options || 'tags' in options;
    if (otherTags.size > 0 && hasTexts && !('otherTags' in options)) {
      const names = [...otherTags.keys()].join(', ');
      report(this.problems, -1, `texts (${names}) have no place in ${this.format}; left out`);
    }
    if (attachments.length === 0 || 'attachments' in options) return;
    const names = attachments.map(({ name }) => name).join(', ');
    report(this.problems, -1, `attachments (${names}) have no place in ${this.format}; left out`);
  }

  /** Notes, once for a stream, that what goes beside its packets is left out, if the writer leaves it out. */
  private noteAdditions(streamIndex: number, writer: ContainerWriter): void {
    if (writer.holdsAdditions === true || this.withAdditions.has(streamIndex)) return;
    this.withAdditions.add(streamIndex);
    const message = `what stands beside the packets of stream ${streamIndex} (BlockAdditions and CodecState of Matroska: alpha, corrections, HDR10+, settings of cues) has no place in ${this.format}; it is left out`;
    report(this.problems, -1, message);
  }
}
