/** Damaged WAV, y4m, ADTS and H.264 files. `VITRINE_FUZZ_CASES` asks for more than the sample that always runs. */
import { describe, expect, it } from 'vitest';
import { mutate } from './mutate.ts';
import { fuzzStream, streamSamples } from './streams.ts';

const SEED = 20_261_122;
const CASES = Number(process.env.VITRINE_FUZZ_CASES ?? 2000);

describe('damaged streams', () => {
  it(
    `give a FormatError or what could be saved, ${CASES} times from seed ${SEED}`,
    async () => {
      const samples = await streamSamples();
      let withPackets = 0;
      for (let i = 0; i < CASES; i++) {
        const sample = samples[i % samples.length]!;
        // Half of the damage goes into the headers.
        const hot: [number, number][] = i % 2 === 0 ? [[0, 200]] : [];
        try {
          if ((await fuzzStream(sample, mutate(sample.bytes, SEED + i, hot))) > 0) withPackets++;
        } catch (error) {
          throw new Error(`${sample.name}, seed ${SEED + i}`, { cause: error });
        }
      }
      expect(withPackets).toBeGreaterThan(CASES / 4);
    },
    60_000 + CASES * 50,
  );
});
