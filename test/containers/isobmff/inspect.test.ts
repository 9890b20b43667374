/** The inspector's tree: it covers every byte, names every field, and survives what files can do to it. */
import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { inspectMp4 } from '../../../src/containers/isobmff/index.ts';
import { formatTree } from '../../../src/inspect/format-tree.ts';
import { type TreeNode, walkTree } from '../../../src/inspect/tree.ts';
import { hasMedia, mediaPath } from '../../support/media.ts';
import { breathe, codedAudio, codedVideo, pcmAudio } from './coded-streams.ts';
import { TestSource } from './memory-file.ts';
import { muxMp4 } from './mux.ts';

afterEach(breathe);

/** Checks that fields and children follow one another without a gap; media data need only have its header. */
function expectCovered(node: TreeNode): void {
  const parts = [...node.fields, ...node.children].sort(
    (a, b) => a.start - b.start || a.end - b.end,
  );
  let at = node.start;
  for (const part of parts) {
    expect(part.start, `${node.name} @${node.start}`).toBeLessThanOrEqual(at);
    at = Math.max(at, part.end);
  }
  if (node.name !== 'mdat') expect(at, `${node.name} @${node.start}`).toBe(node.end);
}

const FILES = hasMedia
  ? readdirSync(mediaPath('containers')).filter((name) => /\.(mp4|mov|m4a)$/.test(name))
  : [];

describe.runIf(hasMedia)('of real files', () => {
  for (const name of FILES) {
    it(`covers every byte: ${name}`, async () => {
      const bytes = readFileSync(mediaPath(`containers/${name}`));
      const nodes = await inspectMp4(new TestSource(bytes));
      expect(nodes[0].start).toBe(0);
      expect(nodes[nodes.length - 1].end).toBe(bytes.length);
      for (const [i, node] of nodes.entries()) {
        if (i > 0) expect(node.start).toBe(nodes[i - 1].end);
      }
      for (const node of walkTree(nodes)) {
        expect(node.problem).toBeUndefined();
        expectCovered(node);
      }
    });
  }
});

describe('of our own files', () => {
  it('leaves no byte without a name', async () => {
    const coded = [codedVideo(), codedAudio(), pcmAudio('pcm_s24le', 1000, 100)];
    const metadata = { title: 'T', coverArt: Uint8Array.of(0xff, 0xd8) };
    const chapters = [{ start: 0, title: 'One' }];
    for (const options of [
      { metadata, chapters },
      { fragmented: { segmentIndex: true, randomAccessTable: true } },
      { format: 'mov' },
    ] as const) {
      const nodes = await inspectMp4(new TestSource(await muxMp4(coded, options)));
      for (const node of walkTree(nodes)) {
        expect(node.problem).toBeUndefined();
        expectCovered(node);
        // Only `wave`, which ends with a box of no type, and `name`, which is text without fields, have data left over.
        if (!['wave', 'name', 'free', 'frma'].includes(node.name)) {
          expect(
            node.fields.map(({ name }) => name),
            node.name,
          ).not.toContain('data');
        }
        if (node.name === 'moov') expect(node.clause).toBe('ISOBMFF 8.2.1');
      }
    }
  });

  it('shows values and tables by the names of the standard', async () => {
    const nodes = await inspectMp4(new TestSource(await muxMp4([codedVideo()])), { maxRows: 2 });
    const find = (name: string): TreeNode => {
      for (const node of walkTree(nodes)) if (node.name === name) return node;
      throw new Error(`no ${name}`);
    };
    const value = (node: string, field: string) =>
      find(node).fields.find(({ name }) => name === field)?.value;
    expect(value('mdhd', 'timescale')).toBe(30000);
    expect(value('avc1', 'width')).toBe(64);
    expect(value('avcC', 'lengthSizeMinusOne')).toBe(3);
    expect(value('stts', 'sample_count,sample_delta')).toEqual({
      columns: ['sample_count', 'sample_delta'],
      rowCount: 1,
      rows: [[30, 1001]],
    });
    expect(value('stsz', 'entry_size')).toMatchObject({ rowCount: 30 });
    const lines = formatTree(nodes);
    expect(lines[0]).toMatch(/^ftyp @0 \+32 {2}\(ISOBMFF 4\.3\)$/);
    expect(lines.map((line) => line.trim())).toContain("colour_type = 'nclx'");
  });

  it('says where a file is cut off, and stops at depth', async () => {
    const bytes = await muxMp4([codedVideo()], { faststart: true });
    const nodes = await inspectMp4(new TestSource(bytes.slice(0, bytes.length - 10)));
    expect(nodes[nodes.length - 1].problem).toMatch(/the file ends at/);
    const depth = 2000;
    const nested = new Uint8Array(depth * 8);
    const view = new DataView(nested.buffer);
    for (let i = 0; i < depth; i++) {
      view.setUint32(i * 8, (depth - i) * 8);
      view.setUint32(i * 8 + 4, 0x6d6f6f76); // moov
    }
    expect(formatTree(await inspectMp4(new TestSource(nested))).length).toBeLessThan(200);
  });
});
