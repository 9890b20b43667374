/** The inspector: every byte of a file belongs to a node or a field, names are the standard's, damage is told. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { inspectMatroska } from '../../../src/containers/matroska/index.ts';
import { formatTree } from '../../../src/inspect/format-tree.ts';
import { type TreeNode, walkTree } from '../../../src/inspect/tree.ts';
import { hasMedia, mediaPath } from '../../support/media.ts';
import { made, sourceOf } from './files.ts';

const fieldOf = (node: TreeNode | undefined, name: string) =>
  node?.fields.find((field) => field.name === name)?.value;

const nodesNamed = (tree: readonly TreeNode[], name: string) =>
  [...walkTree(tree)].filter((node) => node.name === name);

/** Bytes of `node` that neither its fields nor its children take: its own ID and size. */
function uncovered(node: TreeNode): number {
  const parts = [...node.fields, ...node.children].sort((a, b) => a.start - b.start);
  let at = parts.length > 0 ? parts[0]!.start : node.end;
  const headerLength = at - node.start;
  for (const part of parts) {
    expect(part.start, `${node.name}: ${part.name}`).toBeLessThanOrEqual(at);
    at = Math.max(at, part.end);
  }
  expect(at, node.name).toBe(node.end);
  return headerLength;
}

function expectWholeTree(tree: readonly TreeNode[], size: number): void {
  expect(tree[0]!.start).toBe(0);
  expect(tree.at(-1)!.end).toBe(size);
  for (const node of walkTree(tree)) {
    expect(node.problem, node.name).toBeUndefined();
    expect(uncovered(node), node.name).toBeLessThanOrEqual(12);
    expect(node.clause).not.toBe('');
  }
}

// biome-ignore format: options and values
const CLIP = made('inspect.mkv', ['-f', 'lavfi', '-i', 'testsrc=size=96x64:rate=25:duration=1', '-pix_fmt', 'yuv420p',
  '-c:v', 'libx264', '-metadata', 'title=A title'])!;

describe('trees of whole files', () => {
  test('a file of ffmpeg: names, values and ranges', async () => {
    const tree = await inspectMatroska(sourceOf(CLIP));
    expectWholeTree(tree, CLIP.length);
    expect(tree.map((node) => node.name)).toEqual(['EBML', 'Segment']);
    expect(fieldOf(tree[0], 'DocType')).toBe('matroska');
    expect(fieldOf(nodesNamed(tree, 'Info')[0], 'Title')).toBe('A title');
    expect(fieldOf(nodesNamed(tree, 'Info')[0], 'TimestampScale')).toBe(1_000_000);
    expect(fieldOf(nodesNamed(tree, 'TrackEntry')[0], 'CodecID')).toBe('V_MPEG4/ISO/AVC');
    expect(fieldOf(nodesNamed(tree, 'Video')[0], 'PixelWidth')).toBe(96);
    expect(nodesNamed(tree, 'Seek').map((seek) => fieldOf(seek, 'SeekID'))).toContain('Cues');
    const blocks = nodesNamed(tree, 'SimpleBlock');
    expect(blocks.length + nodesNamed(tree, 'BlockGroup').length).toBe(25);
    expect(fieldOf(blocks[0], 'Track Number')).toBe(1);
    expect(fieldOf(blocks[0], 'Keyframe')).toBe(1);
    expect(formatTree(tree).some((line) => line.includes('Cluster @'))).toBe(true);
  });

  test.skipIf(!hasMedia)('real files', async () => {
    for (const name of ['h264_ac3_srt.mkv', 'vp9_bear.webm', 'opus_48k_mono.webm']) {
      const bytes = new Uint8Array(readFileSync(mediaPath(`containers/${name}`)));
      expectWholeTree(await inspectMatroska(sourceOf(bytes)), bytes.length);
    }
  });

  test('clusters of unknown size end where the next begins', async () => {
    // biome-ignore format: options and values
    const live = made('live.mkv', ['-f', 'lavfi', '-i', 'sine=duration=12', '-c:a', 'pcm_s16le', '-live', '1'])!;
    const tree = await inspectMatroska(sourceOf(live));
    expect(nodesNamed(tree, 'Cluster').length).toBeGreaterThan(1);
    for (const cluster of nodesNamed(tree, 'Cluster')) {
      expect(cluster.children.some((child) => child.name === 'Cluster')).toBe(false);
    }
  });
});

test('damage is told at the element where it is', async () => {
  const cut = await inspectMatroska(sourceOf(CLIP.subarray(0, CLIP.length - 1000)));
  expect([...walkTree(cut)].some((node) => node.problem !== undefined)).toBe(true);
  expect(await inspectMatroska(sourceOf(new Uint8Array(0)))).toEqual([]);
  const noise = await inspectMatroska(sourceOf(new Uint8Array(50)));
  expect(noise[0]!.problem).toContain('no valid element ID');
});
