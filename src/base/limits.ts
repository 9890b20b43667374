/**
 * The budget of one file. All of its parts share it: tracks, edits, fragments, laces and decompression, so that limits of
 * single items cannot multiply. Readers ask it before they allocate memory, and before they hand something out.
 */
import { FormatError, rejectUnknownKeys, requireNumber } from './errors.ts';

/** The limits of one file. Each is far above what real files need; raise one for a file that is known to be honest. */
export interface Limits {
  /** Bytes of one packet, and of one read whose length the file chooses. Default 32 MiB, for y4m and pictures 64 MiB. */
  readonly maxPacketBytes: number;
  /** Packets of one pass through the file, beside one for each 64 bytes of the file. Default 4,194,304: a day of AAC. */
  readonly maxPackets: number;
  /**
   * Bytes that packets may have in one pass, with 32 more for each packet, for each byte of the file; the first 768 KiB
   * are free. Default 16.
   */
  readonly maxExpansion: number;
  /** Bytes of memory that headers, tables, tags and attachments may take. Default 96 MiB. */
  readonly maxDescriptionBytes: number;
  /** How deep boxes, elements and blocks may nest. Default 32. */
  readonly maxDepth: number;
  /** Tracks that are read. Default 256. */
  readonly maxTracks: number;
}

/**
 * The most bytes of a packet where a file is read one packet at a time, and nothing but that packet is held: uncompressed pictures
 * of 8192x4320.
 */
export const SINGLE_PACKET_BYTES = 64 << 20;

/** Some of the limits, as a caller gives them; those that are left out have their defaults. */
export type LimitOptions = Partial<Limits>;

/** The default limits. Every file of the test material stays below a tenth of each. */
export const DEFAULT_LIMITS: Limits = {
  maxPacketBytes: 32 << 20,
  maxPackets: 4 << 20,
  maxExpansion: 16,
  maxDescriptionBytes: 96 << 20,
  maxDepth: 32,
  maxTracks: 256,
};

/** The cost of a packet beside its bytes: no container of this library adds more to one. */
const PACKET_COST = 32;

/** Bytes of a file that pay for one packet more than `maxPackets`: packets of real files are larger. */
const BYTES_PER_PACKET = 64;

/** Small files have proportions that large ones cannot have: an MP4 file of one packet is nearly all header. */
export const FREE_BYTES = 768 << 10;

/** Steps that searches through tables may take beside those of reading: a second or two of work. */
const MAX_SEARCH_STEPS = 20_000_000;

/** All limits, from those that the caller gives. Throws `ConfigError` for unknown names and for what is no number above 0. */
export function resolveLimits(where: string, options: LimitOptions = {}): Limits {
  rejectUnknownKeys(where, options, Object.keys(DEFAULT_LIMITS));
  const limits = { ...DEFAULT_LIMITS };
  for (const key of Object.keys(DEFAULT_LIMITS) as (keyof Limits)[]) {
    const value = options[key];
    if (value === undefined) continue;
    limits[key as keyof { -readonly [K in keyof Limits]: number }] = requireNumber(
      `${where}.${key}`,
      value,
      1,
      Number.POSITIVE_INFINITY,
    );
  }
  return limits;
}

/** The budget of one file. Methods throw `FormatError` with the offset where a limit is passed, and name that limit. */
export class Budget {
  readonly limits: Limits;
  readonly where: string;
  private readonly source: { readonly size: number | null };
  /** Highest position of the source that was handed out: its size as far as it is known where it does not say. */
  private reached = 0;
  private held = 0;
  private trackCount = 0;

  /**
   * @param where name of the format, which begins the messages
   * @param source what is read: its size, as far as it is known, is what packets are compared with
   */
  constructor(where: string, source: { readonly size: number | null }, options?: LimitOptions) {
    this.where = where;
    this.source = source;
    this.limits = resolveLimits(`${where}.options.limits`, options);
  }

  /** Bytes of the file: what its source says, or what has been read of it. */
  get fileBytes(): number {
    return this.source.size ?? this.reached;
  }

  /** Checks one packet, or one read whose length the file chooses, before anything is allocated for it. */
  requireReadable(what: string, bytes: number, offset: number): void {
    const { maxPacketBytes } = this.limits;
    if (bytes > maxPacketBytes) this.refuse('maxPacketBytes', `${what} has ${bytes} bytes`, offset);
  }

  /** Takes memory for headers, tables, tags and what they are parsed to, before it is allocated. */
  hold(what: string, bytes: number, offset: number): void {
    const { maxDescriptionBytes } = this.limits;
    if (this.held + bytes > maxDescriptionBytes) {
      const total = `${what} takes the descriptions of the file to ${this.held + bytes} bytes`;
      this.refuse('maxDescriptionBytes', total, offset);
    }
    this.held += bytes;
  }

  /** Bytes that are taken by `hold` now. */
  get heldBytes(): number {
    return this.held;
  }

  /** Gives back memory that was taken by `hold`. */
  release(bytes: number): void {
    this.held = Math.max(0, this.held - bytes);
  }

  /** Counts one track more. */
  addTrack(offset: number): void {
    if (++this.trackCount > this.limits.maxTracks) {
      this.refuse('maxTracks', `the file has ${this.trackCount} tracks or more`, offset);
    }
  }

  /** Checks how deep something is nested; the outermost is at depth 0. */
  requireDepth(what: string, depth: number, offset: number): void {
    if (depth > this.limits.maxDepth) this.refuse('maxDepth', `${what} at depth ${depth}`, offset);
  }

  /** The budget of one pass through the packets: a file may be read more than once. */
  beginPass(): PacketBudget {
    return new PacketBudget(this);
  }

  /** Notes that the source has bytes up to `position`. */
  reach(position: number): void {
    if (position > this.reached) this.reached = position;
  }

  /** Throws the error of a limit that was passed. */
  refuse(limit: keyof Limits, found: string, offset: number): never {
    const allowed = this.limits[limit];
    throw new FormatError(
      this.where,
      `${found}, allowed is ${allowed} (limits.${limit})`,
      Number.isFinite(offset) ? offset : -1,
    );
  }
}

/** The bytes and packets that one pass through a file has given so far. */
export class PacketBudget {
  private readonly budget: Budget;
  private packets = 0;
  private cost = 0;
  /** Whether the pass has given all that it may: what goes wrong then is no damage of one packet. */
  isSpent = false;
  private searchSteps = 0;
  /** `cost` and `packets` up to which nothing needs to be computed: the size of a stream grows as it is read. */
  private knownCost = 0;
  private knownPackets = 0;

  constructor(budget: Budget) {
    this.budget = budget;
  }

  /**
   * Counts one packet of `bytes` bytes, whose stored bytes end at `end` of the source. To be called before the packet is
   * made, so that nothing is allocated in vain.
   */
  give(bytes: number, end: number): void {
    this.budget.reach(end);
    this.packets++;
    this.cost += bytes + PACKET_COST;
    const isKnown = this.cost <= this.knownCost && this.packets <= this.knownPackets;
    if (!isKnown || bytes > this.budget.limits.maxPacketBytes) this.check(bytes, end);
  }

  /** Counts steps of a search through tables: honest files need few, and no caller needs more. */
  search(steps: number, offset: number): void {
    this.searchSteps += steps;
    if (this.searchSteps > MAX_SEARCH_STEPS) {
      const detail = 'its tables and edits make every search too long';
      throw new FormatError(this.budget.where, detail, offset);
    }
  }

  /** Bytes that one more packet may have. */
  get left(): number {
    const { budget } = this;
    const allowed = FREE_BYTES + budget.limits.maxExpansion * budget.fileBytes;
    return Math.max(0, Math.min(allowed - this.cost, budget.limits.maxPacketBytes));
  }

  private check(bytes: number, end: number): void {
    const { budget } = this;
    const { fileBytes, limits } = budget;
    budget.requireReadable('a packet', bytes, end - bytes);
    this.knownCost = FREE_BYTES + limits.maxExpansion * fileBytes;
    this.knownPackets = limits.maxPackets + Math.floor(fileBytes / BYTES_PER_PACKET);
    this.isSpent = this.packets > this.knownPackets || this.cost > this.knownCost;
    if (this.packets > this.knownPackets) {
      budget.refuse('maxPackets', `${this.packets} packets from ${fileBytes} bytes`, end);
    }
    if (this.cost > this.knownCost) {
      const found = `${this.packets} packets of ${this.cost} bytes with their headers, from ${fileBytes} bytes`;
      budget.refuse('maxExpansion', found, end);
    }
  }
}
