/**
 * Random programs of assignments, loops, branches and early returns: the function that the builder writes gives what an
 * interpreter gives.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Integer, i32 } from '../../src/wasm/expressions.ts';
import type { FunctionBuilder, I32Local } from '../../src/wasm/function-builder.ts';
import { instantiate } from './instantiate.ts';

const SEED = 6113;
/** Two variables are parameters, two are locals. */
const VARIABLES = 4;
/** Integer operators, clause 4.3.2, by the names of their instructions. */
const OPERATORS = {
  add: (a: number, b: number) => (a + b) | 0,
  sub: (a: number, b: number) => (a - b) | 0,
  mul: Math.imul,
  xor: (a: number, b: number) => a ^ b,
  lt_s: (a: number, b: number) => (a < b ? 1 : 0),
};

/** What leaves an integer. */
type Term =
  | { readonly constant: number }
  | { readonly variable: number }
  | { readonly operator: keyof typeof OPERATORS; readonly a: Term; readonly b: Term };
/** What does something. `body` of an `if` is for a condition that is not 0. */
type Step =
  | { readonly kind: 'set'; readonly variable: number; readonly value: Term }
  | { readonly kind: 'add'; readonly variable: number; readonly value: Term }
  | { readonly kind: 'repeat'; readonly count: number; readonly body: readonly Step[] }
  | {
      readonly kind: 'if';
      readonly condition: Term;
      readonly body: readonly Step[];
      readonly otherwise: readonly Step[] | undefined;
    }
  | { readonly kind: 'return'; readonly value: Term };

const variable = fc.nat(VARIABLES - 1);
const { program } = fc.letrec<{ term: Term; step: Step; program: Step[] }>((tie) => ({
  term: fc.oneof(
    { maxDepth: 2 },
    fc.record({ variable }),
    fc.record({ constant: fc.oneof(fc.integer(), fc.integer({ min: -3, max: 3 })) }),
    fc.record({
      operator: fc.constantFrom(...(Object.keys(OPERATORS) as (keyof typeof OPERATORS)[])),
      a: tie('term'),
      b: tie('term'),
    }),
  ),
  step: fc.oneof(
    { maxDepth: 4 },
    fc.record({ kind: fc.constant('set' as const), variable, value: tie('term') }),
    fc.record({ kind: fc.constant('add' as const), variable, value: tie('term') }),
    fc.record({
      kind: fc.constant('repeat' as const),
      count: fc.integer({ min: 1, max: 4 }),
      body: tie('program'),
    }),
    fc.record({
      kind: fc.constant('if' as const),
      condition: tie('term'),
      body: tie('program'),
      otherwise: fc.option(tie('program'), { nil: undefined }),
    }),
    fc.record({ kind: fc.constant('return' as const), value: tie('term') }),
  ),
  program: fc.array(tie('step'), { maxLength: 4, depthIdentifier: 'program' }),
}));

/** The expression of a term. */
function written(term: Term, locals: readonly I32Local[]): Integer {
  if ('constant' in term) return term.constant;
  if ('variable' in term) return locals[term.variable]!;
  return i32[term.operator](written(term.a, locals), written(term.b, locals));
}

/** The steps as code. */
function write(f: FunctionBuilder, locals: readonly I32Local[], steps: readonly Step[]): void {
  for (const step of steps) {
    if (step.kind === 'set') f.set(locals[step.variable]!, written(step.value, locals));
    else if (step.kind === 'add') f.add(locals[step.variable]!, written(step.value, locals));
    else if (step.kind === 'return') f.return(written(step.value, locals));
    else if (step.kind === 'repeat') {
      f.repeat(step.count, () => write(f, locals, step.body));
    } else {
      const { body, otherwise } = step;
      f.if(
        i32.add(written(step.condition, locals), 0),
        () => write(f, locals, body),
        otherwise && (() => write(f, locals, otherwise)),
      );
    }
  }
}

/** The value of a term. */
function evaluate(term: Term, values: readonly number[]): number {
  if ('constant' in term) return term.constant;
  if ('variable' in term) return values[term.variable]!;
  return OPERATORS[term.operator](evaluate(term.a, values), evaluate(term.b, values));
}

/** Runs the steps on the values of the variables; what was returned, if anything. */
function run(values: number[], steps: readonly Step[]): number | undefined {
  for (const step of steps) {
    let returned: number | undefined;
    if (step.kind === 'set') values[step.variable] = evaluate(step.value, values);
    else if (step.kind === 'add') {
      values[step.variable] = (values[step.variable]! + evaluate(step.value, values)) | 0;
    } else if (step.kind === 'return') returned = evaluate(step.value, values);
    else if (step.kind === 'repeat') {
      for (let i = 0; i < step.count && returned === undefined; i++) {
        returned = run(values, step.body);
      }
    } else {
      const branch = evaluate(step.condition, values) !== 0 ? step.body : (step.otherwise ?? []);
      returned = run(values, branch);
    }
    if (returned !== undefined) return returned;
  }
  return undefined;
}

describe('a random program', () => {
  it('gives what an interpreter gives', () => {
    const inputs = fc.tuple(fc.integer(), fc.integer({ min: -2, max: 2 }));
    fc.assert(
      fc.property(program, inputs, (steps, [a, b]) => {
        // The result at the end shows all variables.
        const { exports } = instantiate((m) => {
          m.defineFunction('f', 2, (f, ...parameters) => {
            const locals = [...parameters, f.i32(7), f.i32(-9)];
            write(f, locals, steps);
            return locals.reduce<Integer>((sum, local) => i32.add(i32.mul(sum, 31), local), 0);
          });
        });
        const values = [a, b, 7, -9];
        const returned = run(values, steps);
        const end = values.reduce((sum, value) => (Math.imul(sum, 31) + value) | 0, 0);
        expect(exports.f!(a, b)).toBe(returned ?? end);
      }),
      { seed: SEED, numRuns: 400 },
    );
  });
});
