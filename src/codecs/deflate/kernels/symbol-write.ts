/**
 * Symbols to bits, and positions made smaller, in WebAssembly: what `BlockWriter` writes of a block (RFC 1951 clause 3.2.3), the same to the bit, and
 * what `Window.slide` does to the hash chains.
 */
import { i32, i32x4, v128 } from '../../../wasm/expressions.ts';
import type { ModuleBuilder } from '../../../wasm/module-builder.ts';
import { distanceSymbol } from './pieces.ts';
import { BitBuffer, PAIR_BITS } from './quick-write.ts';
import { NOWHERE } from './search-rules.ts';
import { SYMBOL_WRITE } from './words.ts';

/** A symbol below this is a literal, else `distance << 9 | length`. */
const FIRST_MATCH = 512;

/** Defines `writeSymbols`: at most 55 bits wait before they go to memory. */
export function defineSymbolWrite(m: ModuleBuilder): void {
  m.defineProcedure('writeSymbols', 1, (f, list) => {
    const load = (index: number) => f.i32(i32.load(list, 4 * index));
    const at = load(SYMBOL_WRITE.symbols);
    const end = load(SYMBOL_WRITE.symbolsEnd);
    const litlen = load(SYMBOL_WRITE.litlen);
    const lengths = load(SYMBOL_WRITE.lengths);
    const distances = load(SYMBOL_WRITE.distances);
    const rules = load(SYMBOL_WRITE.distanceRules);
    const out = load(SYMBOL_WRITE.out);
    const [bits, bitCount] = [load(SYMBOL_WRITE.bits), load(SYMBOL_WRITE.bitCount)];
    const sink = new BitBuffer(f, out, bits, bitCount);
    const [symbol, distance, code, d, high] = Array.from({ length: 5 }, () => f.i32(0));
    f.while(i32.lt_s(at, end), () => {
      f.set(symbol!, i32.load(at));
      f.if(
        i32.lt_s(symbol!, FIRST_MATCH),
        () => sink.putPair(i32.add(litlen, i32.shl(symbol!, PAIR_BITS))),
        () => {
          const length = i32.and(symbol!, FIRST_MATCH - 1);
          sink.putPair(i32.add(lengths, i32.shl(length, PAIR_BITS)));
          f.set(distance!, i32.shr_u(symbol!, 9));
          f.set(code!, i32.shl(distanceSymbol(f, distance!, d!, high!), PAIR_BITS));
          sink.putPair(i32.add(distances, code!));
          f.set(code!, i32.add(rules, code!));
          sink.put(i32.sub(distance!, i32.load(code!)), i32.load(code!, 4));
        },
      );
      sink.flush();
      f.add(at, 4);
    });
    const [rest, count] = sink.rest;
    f.do(
      i32.store(list, out, 4 * SYMBOL_WRITE.out),
      i32.store(list, rest, 4 * SYMBOL_WRITE.bits),
      i32.store(list, count, 4 * SYMBOL_WRITE.bitCount),
    );
  });
}

/** Defines `lower(positions, by, fours)`: positions, four a round, less by that much; `NOWHERE` where that is before the first. */
export function defineLower(m: ModuleBuilder): void {
  m.defineProcedure('lower', 3, (f, positions, by, fours) => {
    const less = f.v128(i32x4.splat(by));
    f.repeat(fours, () => {
      const lowered = i32x4.sub(v128.load(positions), less);
      f.do(v128.store(positions, i32x4.max_s(lowered, i32x4.splat(NOWHERE))));
      f.add(positions, 16);
    });
  });
}
