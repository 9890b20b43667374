/** The tree of a file beside its bytes: every byte of the stream finds its syntax element, and every element its bytes. */
import { beforeAll, describe, expect, it } from 'vitest';
import { encodePictures } from '../../inspector/engine.ts';
import {
  byteOfMacroblock,
  type FileNode,
  fieldAt,
  pathTo,
  readFileTree,
} from '../../inspector/file-tree.ts';
import { type Recording, recordingOfEncode } from '../../inspector/recording.ts';
import { createSample } from '../../inspector/sample.ts';

let recording: Recording;
let nodes: FileNode[];

beforeAll(async () => {
  const sample = createSample();
  const source = { ...sample, pictures: sample.pictures.slice(0, 3) };
  const settings = {
    preset: 'superfast',
    qp: 16,
    profile: 'main',
    bframes: 1,
    coding: 'CAVLC',
  } as const;
  recording = await recordingOfEncode(source, await encodePictures(source, settings, true));
  await recording.load(...recording.pictures);
  nodes = await readFileTree(recording.file, recording);
});

function pictures(): readonly FileNode[] {
  return nodes.find(({ name }) => name === 'mdat')!.children();
}

describe('the tree of the file that was made', () => {
  it('covers the file, box after box, and the media data, picture after picture', () => {
    let end = 0;
    for (const node of nodes) {
      expect(node.start).toBe(end);
      end = node.end;
    }
    expect(end).toBe(recording.file.length);
    const mdat = nodes.find(({ name }) => name === 'mdat')!;
    expect(pictures().at(-1)!.end).toBe(mdat.end);
    for (const picture of pictures()) {
      let at = picture.start;
      for (const unit of picture.children()) {
        expect(unit.start).toBe(at);
        at = unit.end;
      }
      expect(at).toBe(picture.end);
    }
  });

  it('gives the header of each unit its bytes', () => {
    const { file } = recording;
    for (const unit of pictures().flatMap((picture) => picture.children())) {
      const value = (name: string): number =>
        Number.parseInt(unit.fields().find((field) => field.name === name)!.value, 10);
      expect(value('nal_unit_length')).toBe(unit.end - unit.start - 4);
      expect(value('nal_unit_type')).toBe(file[unit.start + 4]! & 31);
      expect(value('nal_ref_idc')).toBe(file[unit.start + 4]! >> 5);
    }
  });

  it('leaves no byte of the stream without a syntax element', async () => {
    for (const picture of pictures()) {
      for (let byte = picture.start; byte < picture.end; byte++) {
        const path = await pathTo(nodes, byte);
        const isEmulation = recording.file[byte] === 3 && recording.file[byte - 1] === 0;
        const found = path.slice(2).some((node) => fieldAt(node, byte) !== null);
        expect(found || isEmulation).toBe(true);
      }
    }
  });

  it('finds a macroblock in the file, and from its bytes the macroblock', async () => {
    const picture = recording.pictures[1]!;
    let found = 0;
    for (let mb = 0; mb < picture.maps.type.length; mb++) {
      const byte = await byteOfMacroblock(nodes, picture, mb);
      if (byte < 0) continue;
      const unit = (await pathTo(nodes, byte))[2]!;
      const own = unit.children().find(({ name }) => name.startsWith(`macroblock ${mb}:`))!;
      expect((await pathTo(nodes, byte, own)).at(-1)).toBe(own);
      found++;
    }
    expect(found).toBeGreaterThan(20);
  });
});

describe('the tree of another file', () => {
  it('is empty where no reader knows it', async () => {
    expect(await readFileTree(new Uint8Array(50), null)).toEqual([]);
  });
});
