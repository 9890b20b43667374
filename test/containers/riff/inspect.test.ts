/** The tree of a WAV file: chunks side by side without gaps, fields where they lie, and damage said where it is. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AudioStreamInfo } from '../../../src/base/packet.ts';
import { createWavWriter, inspectWav } from '../../../src/containers/riff/index.ts';
import { walkTree } from '../../../src/inspect/index.ts';
import { MemorySink, MemorySource } from '../../../src/io/index.ts';

const stream: AudioStreamInfo = {
  kind: 'audio',
  codec: 'pcm_f32le',
  timeBase: [1, 48000],
  config: new Uint8Array(0),
  sampleRate: 48000,
  numChannels: 6,
  channelMask: 0x3f,
  sampleFmt: 'flt',
  frameSize: 0,
  priming: 0,
};

async function wav(options = {}): Promise<Uint8Array> {
  const sink = new MemorySink();
  const writer = createWavWriter(sink, [stream], { tags: { title: 'odd' }, ...options });
  await writer.writeHeader();
  const data = new Uint8Array(24 * 5);
  await writer.writePacket(0, { data, pts: 0, dts: 0, duration: 5, isKey: true });
  await writer.writeTrailer();
  return sink.toBytes();
}

describe('inspectWav', () => {
  it('names every chunk and field, each where its bytes are', async () => {
    for (const rf64 of ['auto', 'always'] as const) {
      const bytes = await wav({ rf64 });
      const [root] = await inspectWav(new MemorySource(bytes));
      const room = rf64 === 'auto' ? 'JUNK' : 'ds64';
      expect(root!.children.map(({ name }) => name)).toEqual([
        room,
        'fmt ',
        'fact',
        'LIST',
        'data',
      ]);
      expect([root!.start, root!.end]).toEqual([0, bytes.length]);
      let at = 12;
      for (const child of root!.children) {
        expect(child.start).toBe(at);
        at = child.end + (child.end & 1);
      }
      expect(at).toBe(bytes.length);
      const fields = new Map(root!.children[1]!.fields.map((field) => [field.name, field]));
      expect(fields.get('dwChannelMask')).toMatchObject({ value: 0x3f });
      const { start, end } = fields.get('nSamplesPerSec')!;
      expect(new DataView(bytes.buffer).getUint32(start, true)).toBe(48000);
      expect(end - start).toBe(4);
      const info = root!.children[3]!.children[0]!;
      expect([info.name, info.fields[1]!.value]).toEqual(['INAM', 'odd']);
    }
  });

  it('says what is wrong, and never fails', async () => {
    const bytes = await wav();
    const [root] = await inspectWav(new MemorySource(bytes.subarray(0, bytes.length - 7)));
    expect(root!.problem).toMatch(/says \d+ bytes, the file has \d+/);
    expect(root!.children.at(-1)!.problem).toBe('says 120 bytes, 113 are there');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { maxLength: 6 }),
        fc.nat(bytes.length),
        async (changes, cut) => {
          const copy = bytes.slice();
          for (const [at, value] of changes) copy[at] = value;
          const tree = await inspectWav(new MemorySource(copy.subarray(0, cut)));
          for (const node of walkTree(tree)) expect(node.end).toBeLessThanOrEqual(cut);
        },
      ),
      { numRuns: 300, seed: 88 },
    );
  });
});
