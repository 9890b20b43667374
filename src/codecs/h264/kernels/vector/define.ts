/** Definitions of vector kernels that keep to the contract: its names, and as many parameters as it says. */
import type { I32, Integer, Statement } from '../../../../wasm/expressions.ts';
import type { FunctionBuilder, I32Local } from '../../../../wasm/function-builder.ts';
import type { ModuleBuilder } from '../../../../wasm/module-builder.ts';
import type { AllKernels, KernelFunction, KernelProcedure } from '../contract.ts';

/** A local of the module for each parameter of a kernel. */
type Locals<P extends readonly number[]> = { [I in keyof P]: I32Local };

/** Defines a kernel that leaves an integer; returns the call. */
export function kernelFunction<K extends KernelFunction>(
  m: ModuleBuilder,
  name: K,
  write: (f: FunctionBuilder, ...parameters: Locals<Parameters<AllKernels[K]>>) => Integer,
): (...args: Integer[]) => I32 {
  const body = write as unknown as (f: FunctionBuilder, ...parameters: I32Local[]) => Integer;
  return m.defineFunction(name, write.length - 1, body);
}

/** Defines a kernel that leaves nothing; returns the call, a statement. */
export function kernelProcedure<K extends KernelProcedure>(
  m: ModuleBuilder,
  name: K,
  write: (f: FunctionBuilder, ...parameters: Locals<Parameters<AllKernels[K]>>) => void,
): (...args: Integer[]) => Statement {
  const body = write as unknown as (f: FunctionBuilder, ...parameters: I32Local[]) => void;
  return m.defineProcedure(name, write.length - 1, body);
}
