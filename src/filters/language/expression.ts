/**
 * The expressions of the filter language: arithmetic over named variables, with functions, sequences (`;`) and ten registers
 * (`st`, `ld`). An expression is compiled once into closures over one Float64Array of variables.
 *
 *     sequence := sum { ";" sum }            sum := product { ("+" | "-") product }
 *     product := power { ("*" | "/") power } power := [sign] primary { "^" [sign] primary }
 *     primary := number [suffix] | name | name "(" sequence { "," sequence } ")" | "(" sequence ")"
 *
 * A sign belongs to the whole power: -2^2 is -4. Powers are taken from left to right.
 */
import {
  BINARY,
  type Evaluate,
  findRoot,
  nextRandom,
  registerIndex,
  TERNARY,
  taylor,
  UNARY,
} from './expression-functions.ts';

/** A compiled expression. Registers live as long as it does. */
export interface Expression {
  /** Its value where the variables have these values, in the order in which they were named. */
  evaluate(variables: Float64Array): number;
  /** Names of the variables and of the caller's functions that it uses. */
  readonly uses: ReadonlySet<string>;
}

/** A function that the owner of an expression adds: `p(x,y)` of `geq`, `gammaval` of `lut`. */
export interface ExpressionFunction {
  readonly arity: number;
  /** May read the variables that the expression is evaluated with. */
  call(args: readonly number[], variables: Float64Array): number;
}

/** The variables and functions of an expression besides the arithmetic that all have. */
export interface ExpressionScope {
  /** Names of the variables, in the order of their values. */
  readonly variables: readonly string[];
  readonly constants?: Readonly<Record<string, number>>;
  readonly functions?: Readonly<Record<string, ExpressionFunction>>;
}

/** An expression cannot be read; `offset` is where in its text. */
export class ExpressionError extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.name = 'ExpressionError';
    this.offset = offset;
  }
}

/** Table: name => value of the constants that every expression has. */
const CONSTANTS: Readonly<Record<string, number>> = {
  E: Math.E,
  PI: Math.PI,
  PHI: (1 + Math.sqrt(5)) / 2,
  QP2LAMBDA: 118,
};

/** Table: suffix => factor, SI prefixes as ffmpeg takes them after a number. An `i` makes them powers of 1024, a `B` bytes. */
// biome-ignore format: a table
const PREFIXES: Readonly<Record<string, readonly [decimal: number, binary: number]>> = {
  y: [1e-24, 2 ** -80], z: [1e-21, 2 ** -70], a: [1e-18, 2 ** -60], f: [1e-15, 2 ** -50], p: [1e-12, 2 ** -40],
  n: [1e-9, 2 ** -30], u: [1e-6, 2 ** -20], m: [1e-3, 2 ** -10], c: [1e-2, 1e-2], d: [1e-1, 1e-1],
  h: [1e2, 1e2], k: [1e3, 2 ** 10], K: [1e3, 2 ** 10], M: [1e6, 2 ** 20], G: [1e9, 2 ** 30], T: [1e12, 2 ** 40],
  P: [1e15, 2 ** 50], E: [1e18, 2 ** 60], Z: [1e21, 2 ** 70], Y: [1e24, 2 ** 80],
};

/** Passes of `while`: more would be an endless loop. */
const MAX_PASSES = 1_000_000;
const MAX_DEPTH = 100;

/** Compiles `text`. Throws `ExpressionError` for what cannot be read. */
export function compileExpression(text: string, scope: ExpressionScope): Expression {
  const parser = new Parser(text, scope);
  const evaluate = parser.whole();
  return { evaluate, uses: parser.uses };
}

const NEGATIVE_DECIBELS = /(-(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)dB/iy;
const NUMBER = /(0x[0-9a-f]+|(\d+\.?\d*|\.\d+)(e[-+]?\d+)?)/iy;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const SUFFIX = /(dB|[yzafpnumcdhkKMGTPEZY]i?)?(B(?![A-Za-z0-9_]))?/y;

/** One operator with two operands. */
function join(operator: string, a: Evaluate, b: Evaluate): Evaluate {
  switch (operator) {
    case '+':
      return (v) => a(v) + b(v);
    case '-':
      return (v) => a(v) - b(v);
    case '*':
      return (v) => a(v) * b(v);
    default:
      return (v) => a(v) / b(v);
  }
}

/** Operands that are joined one inside the other; more make a list, so that a sum of thousands needs no stack. */
const MAX_NESTED = 32;

/** Operands with operators between, taken from left to right. */
function chainOf(operands: readonly Evaluate[], operators: readonly string[]): Evaluate {
  const [first, ...others] = operands;
  if (others.length <= MAX_NESTED) {
    return others.reduce((left, operand, i) => join(operators[i]!, left, operand), first!);
  }
  let result = Number.NaN;
  const left: Evaluate = () => result;
  const steps = others.map((operand, i) => join(operators[i]!, left, operand));
  return (v) => {
    let value = first!(v);
    for (let i = 0; i < steps.length; i++) {
      result = value;
      value = steps[i]!(v);
    }
    return value;
  };
}

class Parser {
  readonly uses = new Set<string>();
  private readonly text: string;
  private readonly scope: ExpressionScope;
  private readonly registers = new Float64Array(10);
  private index = 0;
  private depth = 0;

  constructor(text: string, scope: ExpressionScope) {
    this.text = text;
    this.scope = scope;
  }

  whole(): Evaluate {
    if (this.text.trim() === '') return () => Number.NaN;
    const evaluate = this.sequence();
    this.skip();
    if (this.index < this.text.length) {
      const rest = this.text[this.index];
      throw this.error(
        rest === ')' ? 'a parenthesis closes that was not opened' : `unexpected ${rest}`,
      );
    }
    return evaluate;
  }

  private error(message: string, offset = this.index): ExpressionError {
    return new ExpressionError(message, offset);
  }

  private skip(): void {
    while (/\s/.test(this.text[this.index] ?? 'x')) this.index++;
  }

  /** What a sticky pattern finds here. */
  private match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.index;
    return pattern.exec(this.text);
  }

  private peek(): string {
    this.skip();
    return this.text[this.index] ?? '';
  }

  private sequence(): Evaluate {
    if (++this.depth > MAX_DEPTH) throw this.error('it is nested too deeply');
    const steps = [this.sum()];
    while (this.peek() === ';') {
      this.index++;
      if (this.peek() === '') break;
      steps.push(this.sum());
    }
    this.depth--;
    const last = steps.pop()!;
    if (steps.length === 0) return last;
    return (v) => {
      for (let i = 0; i < steps.length; i++) steps[i]!(v);
      return last(v);
    };
  }

  private sum(): Evaluate {
    return this.chain('+-', () => this.product());
  }

  private product(): Evaluate {
    return this.chain('*/', () => this.power());
  }

  private chain(allowed: string, operand: () => Evaluate): Evaluate {
    const operands = [operand()];
    const operators: string[] = [];
    for (;;) {
      const operator = this.peek();
      if (operator === '' || !allowed.includes(operator)) return chainOf(operands, operators);
      this.index++;
      operators.push(operator);
      operands.push(operand());
    }
  }

  private power(): Evaluate {
    const negative = this.sign();
    let left = this.primary();
    for (let powers = 0; this.peek() === '^'; powers++) {
      if (powers === MAX_DEPTH) throw this.error('it has too many powers');
      this.index++;
      const negativeExponent = this.sign();
      const a = left;
      const b = this.primary();
      left = negativeExponent ? (v) => a(v) ** -b(v) : (v) => a(v) ** b(v);
    }
    if (!negative) return left;
    const positive = left;
    return (v) => -positive(v);
  }

  private sign(): boolean {
    const sign = this.peek();
    if (sign !== '+' && sign !== '-') return false;
    // In -6dB the sign belongs to the decibels: it is 10^(-6/20), not -10^(6/20).
    if (this.match(NEGATIVE_DECIBELS) !== null) return false;
    this.index++;
    return sign === '-';
  }

  private primary(): Evaluate {
    this.skip();
    const start = this.index;
    const next = this.text[start];
    if (next === undefined) throw this.error('it ends where a value is expected');
    if (next === '(') {
      this.index++;
      const inner = this.sequence();
      if (this.peek() !== ')') throw this.error('a parenthesis is not closed', start);
      this.index++;
      return inner;
    }
    const decibels = this.match(NEGATIVE_DECIBELS);
    if (decibels !== null) return this.number(decibels[1]!);
    const number = this.match(NUMBER);
    if (number !== null) return this.number(number[0]);
    const name = this.match(NAME)?.[0];
    if (name === undefined) throw this.error(`unexpected ${next}`);
    this.index += name.length;
    return this.peek() === '(' ? this.call(name, start) : this.variable(name, start);
  }

  private number(text: string): Evaluate {
    this.index += text.length;
    let value = Number(text);
    const suffix = this.match(SUFFIX)!;
    const [whole, prefix, byte] = suffix;
    const after = this.text[this.index + whole.length] ?? '';
    if (whole !== '' && !/[A-Za-z0-9_]/.test(after)) {
      this.index += whole.length;
      if (prefix === 'dB') value = 10 ** (value / 20);
      else if (prefix !== undefined) value *= PREFIXES[prefix[0]!]![prefix.length - 1]!;
      if (byte !== undefined && prefix !== 'dB') value *= 8;
    }
    return () => value;
  }

  private variable(name: string, start: number): Evaluate {
    const { variables, constants } = this.scope;
    const index = variables.indexOf(name);
    if (index >= 0) {
      this.uses.add(name);
      return (v) => v[index]!;
    }
    const value = ownValue(constants, name) ?? ownValue(CONSTANTS, name);
    if (value === undefined) {
      const lower = name.toLowerCase();
      if (lower === 'nan') return () => Number.NaN;
      if (lower === 'inf' || lower === 'infinity') return () => Infinity;
      const known = [...variables, ...Object.keys(constants ?? {}), ...Object.keys(CONSTANTS)];
      throw this.error(`no variable is called ${name}; there are ${known.join(', ')}`, start);
    }
    return () => value;
  }

  private call(name: string, start: number): Evaluate {
    this.index++;
    const args: Evaluate[] = [];
    for (;;) {
      args.push(this.sequence());
      const next = this.peek();
      if (next === ',') this.index++;
      else if (next === ')') break;
      else throw this.error(`the parenthesis of ${name} is not closed`, start);
    }
    this.index++;
    return this.functionOf(name, args, start);
  }

  private functionOf(name: string, args: readonly Evaluate[], start: number): Evaluate {
    const own = this.scope.functions?.[name];
    if (own !== undefined) {
      this.requireArguments(name, args, own.arity, own.arity, start);
      this.uses.add(name);
      const values = args.map(() => 0);
      return (v) => {
        for (let i = 0; i < args.length; i++) values[i] = args[i]!(v);
        return own.call(values, v);
      };
    }
    const [a, b, c] = args as [Evaluate, Evaluate, Evaluate];
    if (Object.hasOwn(UNARY, name)) {
      this.requireArguments(name, args, 1, 1, start);
      const f = UNARY[name]!;
      return (v) => f(a(v));
    }
    if (Object.hasOwn(BINARY, name)) {
      this.requireArguments(name, args, 2, 2, start);
      const f = BINARY[name]!;
      return (v) => f(a(v), b(v));
    }
    if (Object.hasOwn(TERNARY, name)) {
      this.requireArguments(name, args, 3, 3, start);
      const f = TERNARY[name]!;
      return (v) => f(a(v), b(v), c(v));
    }
    return this.lazyFunction(name, args, start);
  }

  private requireArguments(
    name: string,
    args: readonly Evaluate[],
    least: number,
    most: number,
    start: number,
  ): void {
    if (args.length >= least && args.length <= most) return;
    const allowed = least === most ? `${least}` : `${least} to ${most}`;
    throw this.error(`${name} takes ${allowed} values, got ${args.length}`, start);
  }

  private lazyFunction(name: string, args: readonly Evaluate[], start: number): Evaluate {
    const require = (least: number, most: number) =>
      this.requireArguments(name, args, least, most, start);
    const [a, b, c] = args as [Evaluate, Evaluate, Evaluate | undefined];
    const registers = this.registers;
    switch (name) {
      case 'if':
        require(2, 3);
        return (v) => (a(v) !== 0 ? b(v) : c === undefined ? 0 : c(v));
      case 'ifnot':
        require(2, 3);
        return (v) => (a(v) === 0 ? b(v) : c === undefined ? 0 : c(v));
      case 'ld':
        require(1, 1);
        return (v) => registers[registerIndex(a(v))]!;
      case 'st':
        require(2, 2);
        return (v) => {
          const index = registerIndex(a(v));
          registers[index] = b(v);
          return registers[index]!;
        };
      case 'print':
        require(1, 2);
        return a;
      case 'random':
        require(1, 1);
        return (v) => nextRandom(registers, registerIndex(a(v)));
      case 'root':
        require(2, 2);
        return (v) => findRoot(a, b(v), registers, v);
      case 'taylor':
        require(2, 3);
        return (v) => taylor(a, b(v), c === undefined ? 0 : registerIndex(c(v)), registers, v);
      case 'while':
        require(2, 2);
        return (v) => {
          let value = Number.NaN;
          for (let pass = 0; pass < MAX_PASSES && a(v) !== 0; pass++) value = b(v);
          return value;
        };
      case 'time':
        throw this.error('time() is not there: the same graph must give the same frames', start);
      default:
        throw this.error(`no function is called ${name}`, start);
    }
  }
}

/** What a table has under a name of its own: not what every object has, such as `constructor`. */
function ownValue(
  table: Readonly<Record<string, number>> | undefined,
  name: string,
): number | undefined {
  return table !== undefined && Object.hasOwn(table, name) ? table[name] : undefined;
}
