/** Kind "times that go back once": every packet is kept, times go on, and the file says so in its problems. */
import { describe, expect, it } from 'vitest';
import type { Packet, StreamInfo } from '../../../src/base/packet.ts';
import { MemorySink, Muxer } from '../../../src/index.ts';
import { boxesOf, cloneBox, leaf, setWord, words } from '../../fuzz/box-tree.ts';
import { cloneElement, elementsOf } from '../../fuzz/element-tree.ts';
import {
  AUDIO,
  changedBoxes,
  changedElements,
  isRising,
  matroskaOf,
  mp4Of,
  readCopy,
  readFile,
  VIDEO,
} from './files.ts';

describe('kind 2: times that go back, MP4', () => {
  it('a recorder that was restarted: all tracks go on together behind what came before', async () => {
    const file = await mp4Of([VIDEO, AUDIO], true);
    // The fragments once more, with their decoding times: as if the recorder had begun again.
    const twice = changedBoxes(file, (boxes) => {
      const media = boxes.filter(({ type }) => type === 'moof' || type === 'mdat');
      boxes.push(...media.map(cloneBox));
    });
    const once = await readFile(file);
    const { packets, problems, error } = await readFile(twice);
    expect(error).toBeUndefined();
    for (const [i, each] of packets.entries()) {
      expect(each.length).toBe(2 * once.packets[i]!.length);
      expect(isRising(each)).toBe(true);
    }
    expect(problems[0]).toMatch(/times go back by .* they go on at/);
    const count = once.packets[0]!.length;
    // Sound and pictures of the second part stay together as they were in the first. The first frames of sound, which is
    // decoded before the first picture is shown, wait for the last of the part before.
    const lead = (files: typeof packets, videoAt: number, audioAt: number): number => {
      const [video, audio] = once.streams.map(({ timeBase }) => timeBase[1]);
      return files[0]![videoAt]!.pts / video! - files[1]![audioAt]!.pts / audio!;
    };
    const before = lead(once.packets, 4, 4);
    const after = lead(packets, count + 4, once.packets[1]!.length + 4);
    expect(Math.abs(after - before)).toBeLessThan(0.001);
    for (const format of ['mp4', 'matroska']) {
      expect((await readCopy(twice, format)).packets[0]!.length).toBe(2 * count);
    }
  });

  it('an edit list that shows two parts: decoding times wait, presentation goes on', async () => {
    const file = changedBoxes(await mp4Of([VIDEO]), (boxes) => {
      const trak = boxesOf(boxes, 'trak')[0]!;
      trak.children = trak.children.filter(({ type }) => type !== 'edts');
      const timescale = 1 << 16;
      const elst = leaf('elst', words(0, 2, 5000, 0, timescale, 5000, 20_000, timescale));
      trak.children.push({ type: 'edts', bytes: new Uint8Array(0), children: [elst] });
    });
    const { packets, error } = await readFile(file);
    expect(error).toBeUndefined();
    expect(packets[0]!.length).toBeGreaterThan(10);
    expect(isRising(packets[0]!)).toBe(true);
    for (const format of ['mp4', 'matroska']) {
      expect((await readCopy(file, format)).packets[0]!.length).toBe(packets[0]!.length);
    }
  });

  it('negative deltas of stts: a tick each until the stated times have caught up', async () => {
    const file = changedBoxes(await mp4Of([VIDEO]), (boxes) => {
      const stts = boxesOf(boxes, 'stts')[0]!;
      stts.bytes = words(0, 3, 10, 1000, 1, -1500, 19, 1000);
    });
    const { packets, problems } = await readFile(file);
    const times = packets[0]!.map(({ dts }) => dts);
    expect(times.length).toBe(30);
    expect(times.slice(9, 14)).toEqual([9000, 10_000, 10_001, 10_002, 10_500]);
    expect(problems).toEqual(['track 1: stts has negative deltas']);
  });
});

describe('kind 2: times that go back, Matroska', () => {
  it('clusters that begin anew go on behind those before, in all tracks', async () => {
    const file = await matroskaOf();
    const twice = changedElements(file, (elements) => {
      const segment = elementsOf(elements, 'Segment')[0]!;
      segment.children!.push(...elementsOf(elements, 'Cluster').map(cloneElement));
    });
    const once = await readFile(file);
    const { packets, problems, error } = await readFile(twice);
    expect(error).toBeUndefined();
    for (const [i, each] of packets.entries()) {
      expect(each.length).toBe(2 * once.packets[i]!.length);
      expect(isRising(each)).toBe(true);
      // Not squeezed: the second part lasts as long as the first.
      const length = once.packets[i]!.at(-1)!.pts - once.packets[i]![0]!.pts;
      expect(each.at(-1)!.pts - each[each.length / 2]!.pts).toBe(length);
    }
    expect(problems.some((problem) => /times go back by/.test(problem))).toBe(true);
  });

  it('files whose clusters all begin at 0 are no restart', async () => {
    const file = changedElements(await matroskaOf([VIDEO]), (elements) => {
      const clusters = elementsOf(elements, 'Cluster');
      expect(clusters.length).toBe(1);
      const [cluster] = clusters;
      const blocks = cluster!.children!.splice(Math.floor(cluster!.children!.length / 2));
      const [timestamp] = elementsOf([cluster!], 'Timestamp');
      const second = { ...cluster!, children: [cloneElement(timestamp!), ...blocks] };
      elementsOf(elements, 'Segment')[0]!.children!.push(second);
    });
    const { packets, problems } = await readFile(file);
    expect(packets[0]!.at(-1)!.pts).toBe(967);
    expect(problems).toEqual([]);
  });
});

it('one fragment whose time is only rounded down a little is squeezed, not moved', async () => {
  const file = changedBoxes(await mp4Of([VIDEO], true), (boxes) => {
    for (const tfdt of boxesOf(boxes, 'tfdt').slice(1)) {
      const at = tfdt.bytes.length - 4;
      const time = new DataView(tfdt.bytes.buffer).getUint32(at);
      setWord(tfdt, at, time - 3);
    }
  });
  const { packets, problems } = await readFile(file);
  expect(packets[0]!.length).toBe(30);
  expect(isRising(packets[0]!)).toBe(true);
  expect(problems).toEqual([]);
});

describe('times that are equal, many in a row', () => {
  const cue = (text: string, pts: number, duration: number): Packet => ({
    ...{ data: new TextEncoder().encode(text), pts, dts: pts, duration, isKey: true },
  });

  it('cues that are shown together, or for no time, all go into MP4', async () => {
    const stream = {
      ...{ kind: 'subtitle', codec: 'subrip', timeBase: [1, 1000] },
      config: new Uint8Array(0),
    };
    const packets = [cue('a', 0, 0), cue('b', 500, 500), cue('c', 500, 900), cue('d', 500, 100)];
    packets.push(cue('e', 2000, 0), cue('f', 3000, 10));
    const sink = new MemorySink();
    const muxer = new Muxer(sink, { format: 'mp4' });
    muxer.addRemuxStream(stream as unknown as StreamInfo);
    await muxer.open();
    await muxer.write(0, { kind: 'subtitle', timeBase: [1, 1000], packets });
    await muxer.close();
    const read = await readFile(sink.toBytes());
    const texts = read.packets[0]!.map(({ data }) => new TextDecoder().decode(data.subarray(2)));
    expect(texts.filter((text) => text !== '')).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
    expect(isRising(read.packets[0]!)).toBe(true);
  });

  it('pictures', async () => {
    const { stream, packets } = VIDEO;
    const sink = new MemorySink();
    const muxer = new Muxer(sink, { format: 'mp4' });
    muxer.addRemuxStream(stream);
    await muxer.open();
    const same = packets.slice(0, 5).map((packet) => ({ ...packet, pts: 7, dts: 7 }));
    for (const packet of same) {
      await muxer.write(0, { kind: 'video', timeBase: stream.timeBase, packets: [packet] });
    }
    await muxer.close();
    expect((await readFile(sink.toBytes())).packets[0]!.length).toBe(5);
  });
});
