/** Damage to one element of a Matroska file: what is whole is read, and what is lost is said. */
import { describe, expect, it } from 'vitest';
import { ID } from '../../../src/containers/matroska/element-table.ts';
import { concat } from '../../fuzz/box-tree.ts';
import { element, elementsOf, type TreeElement } from '../../fuzz/element-tree.ts';
import { AUDIO, changedElements, matroskaOf, readFile, VIDEO } from './files.ts';

const WHOLE = await matroskaOf();
const COUNTS = (await readFile(WHOLE)).packets.map(({ length }) => length);

const damaged = (change: (elements: TreeElement[]) => void) =>
  readFile(changedElements(WHOLE, change));
const countsOf = ({ packets }: Awaited<ReturnType<typeof readFile>>) =>
  packets.map(({ length }) => length);

/** A cluster with the second half of the blocks of the first. */
function splitCluster(elements: TreeElement[]): TreeElement {
  const segment = elementsOf(elements, 'Segment')[0]!;
  const cluster = elementsOf(elements, 'Cluster')[0]!;
  const children = cluster.children!.filter(({ id }) => id !== ID['CRC-32']);
  const half = children.length >> 1;
  const time = children.find(({ id }) => id === ID.Timestamp)!;
  const second = element('Cluster', new Uint8Array(0));
  cluster.children = children.slice(0, half);
  second.children = [time, ...children.slice(half)];
  segment.children!.splice(segment.children!.indexOf(cluster) + 1, 0, second);
  return second;
}

describe('kind 7: one element of a Matroska file is damaged', () => {
  it('sound files have no problems', async () => {
    expect((await readFile(WHOLE)).problems).toEqual([]);
    expect((await damaged(splitCluster)).problems).toEqual([]);
  });

  it('blocks of a track that is not described, said once', async () => {
    const changes: readonly ((elements: TreeElement[]) => void)[] = [
      (elements) => {
        elementsOf(elements, 'TrackEntry')[1]!.id = ID.Void;
      },
      (elements) => {
        elementsOf(elements, 'TrackNumber')[1]!.data = Uint8Array.of(3);
      },
    ];
    for (const change of changes) {
      const { packets, problems } = await damaged(change);
      expect(packets[0]!.length).toBe(COUNTS[0]);
      expect(problems).toEqual(['there is no track 2; its blocks are left out']);
    }
    const one = await damaged((elements) => {
      elementsOf(elements, 'SimpleBlock').at(-1)!.data[0] = 0x89;
    });
    expect(one.problems).toEqual(['there is no track 9; its blocks are left out']);
  });

  it('a track of no type; one of a type that is not read is no damage', async () => {
    const typed = (type: number) =>
      damaged((elements) => {
        elementsOf(elements, 'TrackType')[1]!.data = Uint8Array.of(type);
      });
    expect((await typed(0)).problems).toEqual(['track 2 is left out: it is of no TrackType']);
    expect((await typed(18)).problems).toEqual([]);
  });

  it.each([1, 0x100, 0x10000])(
    'another ID of a Cluster (bit %i): its blocks are read',
    async (bit) => {
      for (const index of [0, 1]) {
        const read = await damaged((elements) => {
          splitCluster(elements);
          elementsOf(elements, 'Cluster')[index]!.id ^= bit;
        });
        expect(countsOf(read)).toEqual(COUNTS);
        expect(read.problems).toEqual([
          expect.stringMatching(/^an unknown element .* read as a Cl/),
        ]);
      }
    },
  );

  it('other elements of another ID, or outside of a Cluster', async () => {
    const block = await damaged((elements) => {
      elementsOf(elements, 'SimpleBlock').at(-1)!.id = 0xa2;
    });
    expect(block.problems).toEqual(['BlockVirtual stands in a Cluster; it is left unread']);
    const number = await damaged((elements) => {
      elementsOf(elements, 'SimpleBlock').at(-1)!.id = ID.PrevSize;
    });
    expect(number.problems.join()).toMatch(/^PrevSize has \d+ bytes; it is left unread/);
    const unknown = await damaged((elements) => {
      elementsOf(elements, 'SimpleBlock').at(-1)!.id = 0xa8;
    });
    expect(unknown.problems.length).toBe(1);
    const info = await damaged((elements) => {
      elementsOf(elements, 'Info')[0]!.id ^= 2;
    });
    expect(info.problems.join()).toMatch(
      /an unknown element 0x1549a964 of \d+ bytes is left unread/,
    );
    const outside = await damaged((elements) => {
      const segment = elementsOf(elements, 'Segment')[0]!;
      segment.children!.push(elementsOf(elements, 'SimpleBlock').at(-1)!);
    });
    expect(outside.problems).toEqual(['SimpleBlock stands in a Segment; it is left unread']);
  });

  it('a Cluster without Timestamp', async () => {
    const read = await damaged((elements) => {
      for (const time of elementsOf(elements, 'Timestamp')) time.id = ID.Void;
    });
    expect(countsOf(read)).toEqual(COUNTS);
    expect(read.problems.join()).toMatch(/a Cluster has no Timestamp before its blocks/);
  });

  it('space between elements is no damage', async () => {
    const read = await damaged((elements) => {
      const space = element('Void', concat([Uint8Array.of(0xe7, 0x81), new Uint8Array(9)]));
      for (const name of ['Segment', 'Tracks'] as const) {
        for (const master of elementsOf(elements, name)) master.children!.push(space);
      }
    });
    expect(read.problems.filter((problem) => !/CRC-32/.test(problem))).toEqual([]);
    expect(countsOf(read)).toEqual([VIDEO, AUDIO].map(({ packets }) => packets.length));
  });
});
