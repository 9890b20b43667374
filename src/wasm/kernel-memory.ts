/**
 * Memory with kernels of a module over it, where the engine allows code to be made, or where a module that was made before is
 * handed over. Elsewhere there is plain memory without kernels, and whoever asked uses functions that give the same bits.
 */
import { ConfigError, described, UnsupportedError } from '../base/errors.ts';
import { KERNEL_HASHES } from './kernel-hashes.ts';
import { MEMORY_MODULE, MEMORY_NAME, ModuleBuilder } from './module-builder.ts';

/** Bytes of a page of memory, WebAssembly 2.0 clause 4.2.8. */
const PAGE_SIZE = 0x10000;

/** Exported functions by name; procedures return undefined. */
export type Exports = Readonly<Record<string, (...args: number[]) => number>>;

/** A buffer, and the functions that work on it; null where there are none. */
export interface KernelMemory {
  readonly buffer: ArrayBuffer;
  /** The `WebAssembly.Memory` of the buffer, over which further sets can be had; null where it is a plain one. */
  readonly memory: object | null;
  readonly exports: Exports | null;
}

/** A compiled module (`WebAssembly.Module`), under a name that programs without the types of a browser know. */
export type CompiledModule = object;

/** Which vector kernels are used: none (false), those that are made here if they can be (true), or those of `kernels.wasm`. */
export type VectorKernels = boolean | CompiledModule;

/** Between the name of a set and that of a function. */
export const NAME_SEPARATOR = '.';

/** Plain memory of at least that many bytes, whole words, zeroed. */
export function plainMemory(byteLength: number): KernelMemory {
  const buffer = new ArrayBuffer(4 * Math.ceil(byteLength / 4));
  return { buffer, memory: null, exports: null };
}

const PROVIDE = 'provideKernels';
/** The module that it was given last. */
let provided: WebAssembly.Module | null = null;

/**
 * Hands over `vitrine/kernels.wasm`, for engines that let no code be made at run time. From then on every encoder, decoder and filter
 * takes its vector kernels from there, unless its own options say otherwise. The bytes of everything stay the same.
 * Throws `ConfigError` for what is no module, or has kernels of another version.
 */
export function provideKernels(kernels: CompiledModule): void {
  const where = PROVIDE;
  const module = requireModule(where, kernels);
  const found = hashesIn(module);
  if (Object.keys(found).length === 0) {
    throw new ConfigError(where, 'the module has no kernels of vitrine; take vitrine/kernels.wasm');
  }
  for (const [name, hash] of Object.entries(KERNEL_HASHES ?? {})) {
    requireHash(where, name, found[name], hash);
  }
  provided = module;
}

/** Loads the module that the build wrote; gives null if it cannot. Not yet called, or nothing to call. */
let loadBuilt: (() => CompiledModule | null) | null = null;

/**
 * Says where the `kernels.wasm` of this build is, for a program that has it at hand: it is loaded when the first kernels are needed, in
 * a tenth of the time that writing them takes. Sources that were not built have none.
 */
export function offerBuiltKernels(load: () => CompiledModule | null): void {
  if (KERNEL_HASHES !== null) loadBuilt = load;
}

/** A set of kernels: a module that is written and compiled the first time that it is needed. */
export class KernelModule {
  /** The name of the set among others: `h264`. */
  readonly name: string;
  private readonly write: (m: ModuleBuilder) => void;
  private compiled: WebAssembly.Module | null | undefined;
  /** The module that `isIn` was asked about last, and the answer. */
  private asked: { readonly module: WebAssembly.Module; readonly has: boolean } | null = null;

  /** `write` defines the functions. */
  constructor(name: string, write: (m: ModuleBuilder) => void) {
    this.name = name;
    this.write = write;
  }

  /** Defines the functions under the set's name, so that sets can share a module. */
  define(builder: ModuleBuilder): void {
    builder.prefix = `${this.name}${NAME_SEPARATOR}`;
    this.write(builder);
  }

  /** Changes whenever a kernel does. */
  get hash(): string {
    return KERNEL_HASHES?.[this.name] ?? hashOf(this.bytes());
  }

  /**
   * Checks the option of an encoder that says which kernels to use. Throws `ConfigError` naming `where` if it is neither a
   * boolean nor a module with this set of kernels in the version that this library has.
   */
  requireKernels(where: string, value: unknown): VectorKernels {
    if (typeof value === 'boolean') return value;
    const module = requireModule(where, value);
    requireHash(where, this.name, hashesIn(module)[this.name], this.hash);
    return module;
  }

  /**
   * A memory of at least that many bytes, whole words, zeroed, with the kernels over it if there can be any.
   * @param kernels as `requireKernels` gave it
   */
  createMemory(byteLength: number, kernels: VectorKernels = true): KernelMemory {
    if (kernels === false) return plainMemory(byteLength);
    const module = this.moduleOf(kernels);
    if (module !== null) {
      try {
        const pages = Math.max(1, Math.ceil(byteLength / PAGE_SIZE));
        const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
        const exports = this.instantiate(module, memory);
        return { buffer: memory.buffer as ArrayBuffer, memory, exports };
      } catch {
        // Engines reserve gigabytes of addresses for each such memory, and may have none left for many encoders at once.
      }
    }
    return plainMemory(byteLength);
  }

  /**
   * The functions of this set over a memory that another set made; null where there can be none.
   * @param kernels as `requireKernels` gave it
   */
  over({ memory }: KernelMemory, kernels: VectorKernels = true): Exports | null {
    if (memory === null || kernels === false) return null;
    const module = this.moduleOf(kernels);
    return module === null ? null : this.instantiate(module, memory as WebAssembly.Memory);
  }

  private moduleOf(kernels: CompiledModule | true): WebAssembly.Module | null {
    if (kernels !== true) return kernels as WebAssembly.Module;
    if (loadBuilt !== null) {
      const built = loadBuilt() as WebAssembly.Module | null;
      loadBuilt = null;
      provided ??= built;
    }
    return provided !== null && this.isIn(provided) ? provided : this.compile();
  }

  /** Whether a module has this set in this version; found out once. */
  private isIn(module: WebAssembly.Module): boolean {
    if (this.asked?.module !== module) {
      this.asked = { module, has: hashesIn(module)[this.name] === this.hash };
    }
    return this.asked.has;
  }

  /** The functions of this set, without its name before theirs. */
  private instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): Exports {
    const imports = { [MEMORY_MODULE]: { [MEMORY_NAME]: memory } };
    const { exports } = new WebAssembly.Instance(module, imports);
    const prefix = `${this.name}${NAME_SEPARATOR}`;
    const own = Object.entries(exports).filter(([name]) => name.startsWith(prefix));
    return Object.fromEntries(own.map(([name, f]) => [name.slice(prefix.length), f])) as Exports;
  }

  private bytes(): Uint8Array<ArrayBuffer> {
    const builder = new ModuleBuilder();
    this.define(builder);
    return builder.encode();
  }

  private compile(): WebAssembly.Module | null {
    if (this.compiled === undefined) {
      const bytes = this.bytes();
      try {
        this.compiled = new WebAssembly.Module(bytes);
      } catch {
        this.compiled = null;
      }
    }
    return this.compiled;
  }
}

/** What an encoder needs of a set of kernels. */
export type KernelSet = Pick<KernelModule, 'requireKernels' | 'createMemory'>;

/** In the place of a set where nobody wants to carry it: plain memory, for functions that give the same bits. */
export const NO_KERNELS: KernelSet = {
  requireKernels(where, value) {
    if (typeof value === 'boolean') return false;
    throw new UnsupportedError(where, 'this encoder is without vector kernels; leave it out');
  },
  createMemory: plainMemory,
};

function requireModule(where: string, value: unknown): WebAssembly.Module {
  // A module of another realm (a frame, a vm context) is none by `instanceof`.
  if (Object.prototype.toString.call(value) === '[object WebAssembly.Module]') {
    return value as WebAssembly.Module;
  }
  throw new ConfigError(
    where,
    `got ${described(value)}, ${where === PROVIDE ? 'allowed is' : 'allowed are true, false and'} a WebAssembly.Module of vitrine/kernels.wasm, such as await WebAssembly.compileStreaming(fetch(url)) or what a bundler makes of the import`,
  );
}

/** Throws if the hash that a module says of the set `name` is not the one that this version needs. */
function requireHash(where: string, name: string, found: string | undefined, own: string): void {
  if (found === own) return;
  throw new ConfigError(
    where,
    found === undefined
      ? `the module has no kernels called ${name}; take kernels.wasm of this version of vitrine`
      : `the module has kernels of another version of vitrine (${found}, this one needs ${own}); take kernels.wasm from the same package`,
  );
}

/** The custom section of a module that has the hashes of its sets, as text: `h264=89ab…,jpeg=…`. */
export const HASHES_SECTION = 'vitrine.kernels';

/** Name of a set => hash that the module says. */
function hashesIn(module: WebAssembly.Module): Record<string, string | undefined> {
  const [section] = WebAssembly.Module.customSections(module, HASHES_SECTION);
  if (section === undefined) return {};
  const text = String.fromCharCode(...new Uint8Array(section).subarray(0, MAX_SECTION_BYTES));
  return Object.fromEntries(text.split(',').map((pair) => pair.split('=', 2)));
}

const MAX_SECTION_BYTES = 4096;

/**
 * FNV-1a of 32 bits (Fowler, Noll, Vo; draft-eastlake-fnv) from two starts, as 16 hexadecimal digits. It is to find mistakes, and
 * protects from nobody.
 */
function hashOf(bytes: Uint8Array): string {
  const FNV_PRIME = 0x01000193;
  const FNV_OFFSET_BASIS = 0x811c9dc5;
  return [FNV_OFFSET_BASIS, ~FNV_OFFSET_BASIS]
    .map((start) => {
      let hash = start;
      for (const byte of bytes) hash = Math.imul(hash ^ byte, FNV_PRIME);
      return (hash >>> 0).toString(16).padStart(8, '0');
    })
    .join('');
}
