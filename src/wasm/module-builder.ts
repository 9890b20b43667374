/**
 * A WebAssembly module (WebAssembly 2.0 clause 5.5) of functions over one imported memory, written from TypeScript when it is
 * needed: kernels that use vector instructions need no other language and no file of machine code.
 */
import { StateError } from '../base/errors.ts';
import { encodeUtf8 } from '../base/utf8.ts';
import {
  bytesOf,
  type Code,
  codeOf,
  type I32,
  type Integer,
  integerCode,
  type Statement,
  unsignedLeb,
} from './expressions.ts';
import { FunctionBuilder, type I32Local, TYPE_I32 } from './function-builder.ts';

/** Section numbers, clause 5.5.2. */
const SECTION_CUSTOM = 0;
const SECTION_TYPE = 1;
const SECTION_IMPORT = 2;
const SECTION_FUNCTION = 3;
const SECTION_EXPORT = 7;
const SECTION_CODE = 10;
const FUNCTION_TYPE = 0x60;
const CALL = 0x10;
/** Magic number and version, clause 5.5.16. */
const PREAMBLE = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
/** A memory of one page at least, clause 5.3.7. */
const ANY_MEMORY = [0, 1];
const EXPORT_FUNCTION = 0;
const IMPORT_MEMORY = 2;

/** The module and name under which the memory is imported. */
export const MEMORY_MODULE = 'vitrine';
export const MEMORY_NAME = 'memory';

interface Definition {
  /** null: not exported. */
  readonly name: string | null;
  readonly parameterCount: number;
  readonly hasResult: boolean;
  readonly body: Code;
}

/** Collects functions, exported by their names; parameters and results are integers of 32 bits. */
export class ModuleBuilder {
  private readonly definitions: Definition[] = [];
  /** Stands before the names of the functions that are defined from now on, so that sets of them can share a module. */
  prefix = '';

  /**
   * Defines a function that leaves an integer. `write` is given the builder of its body and its parameters, and returns the
   * expression of the result. Returns the call, for functions that are defined later. Without a name it is for them alone.
   */
  defineFunction(
    name: string | null,
    parameterCount: number,
    write: (f: FunctionBuilder, ...parameters: I32Local[]) => Integer,
  ): (...args: Integer[]) => I32 {
    const f = new FunctionBuilder(parameterCount);
    const index = this.add(name, f, write(f, ...f.parameters));
    return (...args) => ({ type: 'i32', code: callCode(index, args) });
  }

  /** The same for one that leaves nothing; the call is a statement. */
  defineProcedure(
    name: string | null,
    parameterCount: number,
    write: (f: FunctionBuilder, ...parameters: I32Local[]) => void,
  ): (...args: Integer[]) => Statement {
    const f = new FunctionBuilder(parameterCount);
    write(f, ...f.parameters);
    const index = this.add(name, f, undefined);
    return (...args) => ({ type: 'none', code: callCode(index, args) });
  }

  /** The call of a function that was defined before, under the same prefix. */
  functionNamed(name: string): (...args: Integer[]) => I32 {
    const index = this.indexOf(name);
    return (...args) => ({ type: 'i32', code: callCode(index, args) });
  }

  /** The same for one that leaves nothing. */
  procedureNamed(name: string): (...args: Integer[]) => Statement {
    const index = this.indexOf(name);
    return (...args) => ({ type: 'none', code: callCode(index, args) });
  }

  private indexOf(name: string): number {
    const index = this.definitions.findIndex((other) => other.name === this.prefix + name);
    if (index < 0) throw new StateError('wasm.module', `no function ${name} was defined before`);
    return index;
  }

  private add(name: string | null, f: FunctionBuilder, result: Integer | undefined): number {
    const hasResult = result !== undefined;
    const parameterCount = f.parameters.length;
    this.definitions.push({
      name: name === null ? null : this.prefix + name,
      parameterCount,
      hasResult,
      body: f.encode(result),
    });
    return this.definitions.length - 1;
  }

  /**
   * The module in the binary format.
   * @param about a custom section (clause 5.5.3) of text, which engines skip
   */
  encode(about?: { readonly name: string; readonly text: string }): Uint8Array<ArrayBuffer> {
    const definitions = this.definitions;
    const integer = codeOf(TYPE_I32);
    const types = definitions.map(
      ({ parameterCount, hasResult }) =>
        codeOf(FUNCTION_TYPE) +
        listOf(Array.from({ length: parameterCount }, () => integer)) +
        listOf(hasResult ? [integer] : []),
    );
    const memory =
      nameOf(MEMORY_MODULE) + nameOf(MEMORY_NAME) + codeOf(IMPORT_MEMORY, ...ANY_MEMORY);
    const exported = definitions.flatMap(({ name }, index) =>
      name === null ? [] : [nameOf(name) + codeOf(EXPORT_FUNCTION) + unsignedLeb(index)],
    );
    const indices = definitions.map((_, index) => unsignedLeb(index));
    const bodies = definitions.map(({ body }) => body);
    return bytesOf(
      codeOf(...PREAMBLE) +
        section(SECTION_TYPE, types) +
        section(SECTION_IMPORT, [memory]) +
        section(SECTION_FUNCTION, indices) +
        section(SECTION_EXPORT, exported) +
        section(SECTION_CODE, bodies) +
        (about === undefined ? '' : customSection(about.name, about.text)),
    );
  }
}

function callCode(index: number, args: readonly Integer[]): Code {
  return args.map(integerCode).join('') + codeOf(CALL) + unsignedLeb(index);
}

/** A vector in the words of the standard: a count and its elements, clause 5.1.3. */
function listOf(elements: readonly Code[]): Code {
  return unsignedLeb(elements.length) + elements.join('');
}

function nameOf(text: string): Code {
  const name = codeOf(...encodeUtf8(text));
  return unsignedLeb(name.length) + name;
}

function customSection(name: string, text: string): Code {
  const content = nameOf(name) + codeOf(...encodeUtf8(text));
  return codeOf(SECTION_CUSTOM) + unsignedLeb(content.length) + content;
}

function section(id: number, elements: readonly Code[]): Code {
  const content = listOf(elements);
  return codeOf(id) + unsignedLeb(content.length) + content;
}
