/**
 * Kinds "input partly read, and nobody told", "probes stricter than readers", "claims passed on unchecked", "untyped errors"
 * and "silent loss", in every container that they can happen in.
 */
import { describe, expect, it } from 'vitest';
import type { ByteSource } from '../../../src/base/byte-stream.ts';
import { FormatError, IoError } from '../../../src/base/errors.ts';
import { Demuxer, remux } from '../../../src/index.ts';
import { accessUnitToAnnexB } from '../../../src/syntax/h264/byte-stream.ts';
import { readAvcRecord } from '../../../src/syntax/h264/configuration-record.ts';
import { boxesOf, concat, leaf, setWord, words } from '../../fuzz/box-tree.ts';
import { element, elementsOf } from '../../fuzz/element-tree.ts';
import { id3Tag } from '../../fuzz/kinds-streams.ts';
import { adtsStream } from '../../support/adts.ts';
import {
  AUDIO,
  changedBoxes,
  changedElements,
  matroskaOf,
  mp4Of,
  readCopy,
  readFile,
  VIDEO,
} from './files.ts';

const ADTS = adtsStream(AUDIO.packets, AUDIO.stream.config);

/** The pictures as a byte stream. */
function byteStream(): Uint8Array {
  const { sps, pps } = readAvcRecord(VIDEO.stream.config);
  const sets = [...sps, ...pps];
  return concat(VIDEO.packets.map(({ data }) => accessUnitToAnnexB('test', data, sets)));
}

describe('kind 7: input that is partly read is said to be', () => {
  it('cut files give what is whole, with a problem', async () => {
    const plain = await mp4Of();
    // `moov` first, so that a cut takes samples.
    const front = changedBoxes(plain, (boxes) => {
      const moov = boxes.findIndex(({ type }) => type === 'moov');
      const [box] = boxes.splice(moov, 1);
      boxes.splice(1, 0, box!);
      for (const stco of boxesOf(boxes, 'stco')) {
        const size = plain.length - boxes.slice(2).reduce((sum, b) => sum + 8 + b.bytes.length, 0);
        const old = new DataView(stco.bytes.buffer, stco.bytes.byteOffset);
        const shift = size - boxes[0]!.bytes.length - 8;
        for (let at = 8; at < stco.bytes.length; at += 4)
          setWord(stco, at, old.getUint32(at) + shift);
      }
    });
    const files: Record<string, Uint8Array> = {
      mp4: front,
      fragmented: await mp4Of([VIDEO, AUDIO], true),
      matroska: await matroskaOf(),
      adts: ADTS,
    };
    for (const [name, bytes] of Object.entries(files)) {
      const whole = await readFile(bytes);
      expect(whole.problems, name).toEqual([]);
      const cut = await readFile(bytes.slice(0, Math.floor(bytes.length * 0.7)));
      const count = (file: typeof cut) => file.packets.flat().length;
      expect(count(cut), name).toBeGreaterThan(count(whole) / 4);
      expect(count(cut), name).toBeLessThan(count(whole));
      expect(cut.problems.length, name).toBeGreaterThan(0);
    }
  });

  it('a movie that was joined behind another is not read, with a problem', async () => {
    const plain = await mp4Of();
    const alone = await readFile(plain);
    const joined = await readFile(concat([plain, plain]));
    expect(alone.problems).toEqual([]);
    expect(joined.problems).toEqual([expect.stringMatching(/another movie follows/)]);
    expect(joined.packets.map(({ length }) => length)).toEqual(
      alone.packets.map(({ length }) => length),
    );
  });

  it('fragments without mvex are read', async () => {
    const file = changedBoxes(await mp4Of([VIDEO], true), (boxes) => {
      const moov = boxesOf(boxes, 'moov')[0]!;
      moov.children = moov.children.filter(({ type }) => type !== 'mvex');
    });
    const { packets, problems } = await readFile(file);
    expect(packets[0]!.length).toBe(30);
    expect(problems).toEqual(['fragments without mvex in moov']);
  });

  it('bytes between ADTS frames are counted, tags between them are none', async () => {
    const half = concat([ADTS, new Uint8Array(77).fill(9), ADTS]);
    const damaged = await readFile(half);
    expect(damaged.packets[0]!.length).toBe(2 * AUDIO.packets.length);
    expect(damaged.problems).toEqual(['77 bytes were skipped: bytes between frames']);
    const tagged = await readFile(concat([ADTS, id3Tag(60), ADTS]));
    expect(tagged.packets[0]!.length).toBe(2 * AUDIO.packets.length);
    expect(tagged.problems).toEqual([]);
  });

  it('a track that is broken costs that track, and is said', async () => {
    const broken = (bytes: Uint8Array) => bytes.fill(0x07);
    const mp4 = changedBoxes(await mp4Of(), (boxes) => {
      const esds = boxesOf(boxes, 'esds')[0]!;
      const at = esds.bytes.findIndex((byte, i) => byte === 0x12 && esds.bytes[i + 1] === 0x10);
      broken(esds.bytes.subarray(at, at + 2));
    });
    const matroska = changedElements(await matroskaOf(), (elements) => {
      broken(elementsOf(elements, 'CodecPrivate')[1]!.data);
    });
    for (const bytes of [mp4, matroska]) {
      const { streams, problems } = await readFile(bytes);
      expect(streams.map(({ codec }) => codec)).toEqual(['h264']);
      expect(problems.join()).toMatch(/track.* is left out: aac\.config/);
      // What is copied can be read again.
      expect((await readCopy(bytes, 'mp4')).packets[0]!.length).toBe(30);
    }
  });
});

describe('kind 11: probes take what readers take', () => {
  it('ADTS behind ID3 tags, and beginning in the middle of a frame', async () => {
    for (const front of [id3Tag(63), concat([id3Tag(10), id3Tag(9000)]), ADTS.slice(150, 300)]) {
      const { format, packets } = await readFile(concat([front, ADTS]));
      expect(format).toBe('adts');
      expect(packets[0]!.length).toBe(AUDIO.packets.length);
    }
  });

  it('H.264 behind the end of a NAL unit', async () => {
    const bytes = byteStream();
    const { format, packets, problems } = await readFile(
      concat([Uint8Array.of(9, 8, 7, 6), bytes]),
    );
    expect(format).toBe('h264');
    expect(packets[0]!.length).toBe(30);
    expect(problems).toEqual(['4 bytes before the first start code were skipped']);
  });

  it('MP3 behind a tag, and transport streams, are still named for what they are', async () => {
    const mp3 = concat([id3Tag(20), Uint8Array.of(0xff, 0xfb, 0x90, 0), new Uint8Array(5000)]);
    await expect(readFile(mp3)).rejects.toThrow(/MP3 files are not read/);
    const ts = new Uint8Array(4096);
    for (let at = 0; at < ts.length; at += 188) ts[at] = 0x47;
    await expect(readFile(ts)).rejects.toThrow(/MPEG transport stream/);
  });
});

describe('kind 12: claims of a container are checked', () => {
  it('an empty stss leaves sound decodable everywhere, and pictures where they say so', async () => {
    for (const isFragmented of [false, true]) {
      const file = changedBoxes(await mp4Of([VIDEO, AUDIO], isFragmented), (boxes) => {
        for (const stbl of boxesOf(boxes, 'stbl')) {
          stbl.children = stbl.children.filter(({ type }) => type !== 'stss');
          stbl.children.push(leaf('stss', words(0, 0)));
        }
        for (const trun of boxesOf(boxes, 'trun')) {
          const flags = new DataView(trun.bytes.buffer).getUint32(0);
          if (flags & 4) setWord(trun, 12, 0x10000);
        }
        for (const trex of boxesOf(boxes, 'trex')) setWord(trex, 20, 0x10000);
      });
      const { packets } = await readFile(file);
      expect(packets[1]!.every(({ isKey }) => isKey)).toBe(true);
      const keys = packets[0]!.map(({ isKey }, i) => (isKey ? i : -1)).filter((i) => i >= 0);
      expect(keys).toEqual([0, 10, 20]);
    }
  });

  it('blocks that never say that they are key frames', async () => {
    const file = changedElements(await matroskaOf([VIDEO]), (elements) => {
      for (const block of elementsOf(elements, 'SimpleBlock')) block.data[3] = 0;
    });
    const { packets } = await readFile(file);
    expect(packets[0]!.filter(({ isKey }) => isKey).length).toBe(3);
  });

  it('empty samples and blocks are left out, the times of the others stay', async () => {
    const plain = changedBoxes(await mp4Of([VIDEO]), (boxes) => {
      setWord(boxesOf(boxes, 'stsz')[0]!, 12 + 4 * 29, 0);
    });
    const whole = (await readFile(await mp4Of([VIDEO]))).packets[0]!;
    expect((await readFile(plain)).packets[0]).toEqual(whole.slice(0, 29));
    const matroska = changedElements(await matroskaOf([VIDEO]), (elements) => {
      const cluster = elementsOf(elements, 'Cluster')[0]!;
      const empty = element('SimpleBlock', Uint8Array.of(0x81, 0, 5, 0x80));
      const laced = element('SimpleBlock', Uint8Array.of(0x81, 0, 5, 0x84, 9));
      cluster.children!.splice(3, 0, empty, laced);
    });
    expect((await readFile(matroska)).packets[0]!.length).toBe(30);
  });
});

describe('kinds 19 and 21: errors are typed, and nothing is lost in silence', () => {
  it('fractional sampling rates of QuickTime are read as whole ones', async () => {
    const rates = [
      [47952.05, 47952],
      [44100.5, 44100],
      [Number.NaN, 44100],
      [-1, 44100],
    ] as const;
    for (const [stated, wanted] of rates) {
      const file = changedBoxes(await mp4Of([AUDIO]), (boxes) => {
        const entry = boxesOf(boxes, 'stsd')[0]!.children[0]!;
        const fields = new Uint8Array(64);
        const view = new DataView(fields.buffer);
        view.setUint16(6, 1);
        view.setUint16(8, 2);
        view.setUint32(28, 72);
        view.setFloat64(32, stated);
        view.setUint32(40, 1);
        view.setUint32(48, 16);
        view.setUint32(52, 4);
        Object.assign(entry, { type: 'lpcm', bytes: fields, children: [] });
      });
      const { streams, error } = await readFile(file);
      expect(error).toBeUndefined();
      expect(streams[0]).toMatchObject({ codec: 'pcm_s16le', sampleRate: wanted });
    }
  });

  it('a last frame of sound that straddles the start of its edit is read', async () => {
    const one = { ...AUDIO, packets: [{ ...AUDIO.packets[1]!, pts: 0, dts: 0, duration: 1024 }] };
    const file = changedBoxes(await mp4Of([one]), (boxes) => {
      const trak = boxesOf(boxes, 'trak')[0]!;
      const elst = leaf('elst', words(0, 1, 712, 312, 0x10000));
      trak.children = trak.children.filter(({ type }) => type !== 'edts');
      trak.children.push({ type: 'edts', bytes: new Uint8Array(0), children: [elst] });
    });
    const { packets } = await readFile(file);
    expect(packets[0]!.map(({ pts }) => pts)).toEqual([-312]);
    expect((await readCopy(file, 'matroska')).packets[0]!.length).toBe(1);
  });

  it('a source and a destination that fail are an IoError with their own error as the cause', async () => {
    const bytes = await mp4Of([VIDEO]);
    const broken = new Error('cable pulled');
    const source: ByteSource = {
      size: bytes.length,
      read: async (position, length) => {
        if (position > 2000) throw broken;
        return bytes.subarray(position, Math.min(position + length, 3000));
      },
      close: async () => {},
    };
    await expect(Demuxer.open(source)).rejects.toMatchObject({
      name: 'IoError',
      cause: broken,
      message: 'demuxer.source: the source failed: cable pulled',
    });
    const sink = {
      seekable: false,
      write: () => Promise.reject(broken),
      writeAt: () => {},
      close: () => {},
      abort: () => {},
    };
    const copying = remux(bytes, sink, { format: 'matroska' });
    await expect(copying).rejects.toMatchObject({ name: 'IoError', cause: broken });
    await expect(copying).rejects.toBeInstanceOf(IoError);
  });

  it('a copy of nothing is refused', async () => {
    const file = changedBoxes(await mp4Of([VIDEO]), (boxes) => {
      boxesOf(boxes, 'stsz')[0]!.bytes = words(0, 0, 0);
    });
    await expect(readCopy(file, 'matroska')).rejects.toThrow(FormatError);
  });
});
