/** Reading: real files as ffprobe sees them, the forms that few writers use, damage, and hostile sizes. */
import { readFileSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FormatError, UnsupportedError } from '../../../src/base/errors.ts';
import { crc32 } from '../../../src/bits/crc32.ts';
import { EbmlWriter } from '../../../src/containers/matroska/ebml-writer.ts';
import { ID } from '../../../src/containers/matroska/element-table.ts';
import { openMatroska } from '../../../src/containers/matroska/index.ts';
import { hasMedia, mediaPath } from '../../support/media.ts';
import { hashOf, probePackets, readAll, sourceOf } from './files.ts';

const REAL_FILES = [
  'containers/h264_ac3_srt.mkv',
  'containers/vp9_bear.webm',
  'containers/opus_48k_mono.webm',
  'video/foreman_176x144_30fps.mkv',
  'video/street_1280x720_30fps.mkv',
  'video/webcam_two_people_320x192_12fps.mkv',
];

describe.skipIf(!hasMedia)('real files give the packets that ffprobe sees', () => {
  for (const name of REAL_FILES) {
    test(name, async () => {
      const path = mediaPath(name);
      const bytes = new Uint8Array(readFileSync(path));
      const { streams, packets, reader } = await readAll(bytes);
      expect(reader.problems).toEqual([]);
      const probed = probePackets(path);
      expect(packets).toHaveLength(probed.length);
      for (const streamIndex of streams.keys()) {
        const ours = packets.filter((p) => p.streamIndex === streamIndex).map((p) => p.packet);
        const theirs = probed.filter((p) => p.stream_index === streamIndex);
        expect(ours.map((p) => [p.pts, hashOf(p.data), p.isKey])).toEqual(
          theirs.map((p) => [p.pts, p.data_hash, p.flags.startsWith('K')]),
        );
        for (const [i, { dts }] of theirs.entries())
          if (dts !== undefined) expect(ours[i]!.dts).toBe(dts);
        for (const [i, packet] of ours.entries()) {
          expect(packet.dts).toBeLessThanOrEqual(packet.pts);
          if (i > 0) expect(packet.dts).toBeGreaterThanOrEqual(ours[i - 1]!.dts);
        }
      }
      // The same through a source that can only go forward.
      const lines = (all: typeof packets) =>
        all.map((p) =>
          JSON.stringify({ ...p, packet: { ...p.packet, data: hashOf(p.packet.data) } }),
        );
      expect(lines((await readAll(bytes, true)).packets)).toEqual(lines(packets));
    });
  }
});

/** Writes the elements of a file by hand. `sizes` false: Segment and Clusters of unknown size. */
function file(
  clusters: ((w: EbmlWriter) => void)[],
  track: (w: EbmlWriter) => void = () => {},
  isUnknown = false,
): Uint8Array {
  const w = new EbmlWriter();
  w.master('EBML', (header) => header.text('DocType', 'matroska'));
  const body = new EbmlWriter();
  body.master('Info', (info) => info.uint('TimestampScale', 1_000_000));
  body.master('Tracks', (tracks) =>
    tracks.master('TrackEntry', (entry) => {
      entry.uint('TrackNumber', 1);
      entry.uint('TrackUID', 1);
      entry.uint('TrackType', 2);
      entry.text('CodecID', 'A_MPEG/L3');
      entry.master('Audio', (audio) => {
        audio.float('SamplingFrequency', 48000);
        audio.uint('Channels', 2);
      });
      track(entry);
    }),
  );
  for (const cluster of clusters) {
    if (!isUnknown) body.master('Cluster', cluster);
    else {
      body.id(ID.Cluster);
      body.unknownSize();
      cluster(body);
    }
  }
  w.id(ID.Segment);
  if (isUnknown) w.unknownSize();
  else w.size(body.position);
  w.bytes.append(body.bytes.view());
  return w.bytes.toBytes();
}

/** A SimpleBlock of track 1 at `time` with `flags` and `data` behind the header. */
function simpleBlock(w: EbmlWriter, time: number, flags: number, data: readonly number[]): void {
  w.binary('SimpleBlock', Uint8Array.of(0x81, (time >> 8) & 255, time & 255, flags, ...data));
}

const payloads = (packets: Awaited<ReturnType<typeof readAll>>['packets']) =>
  packets.map((p) => [p.packet.pts, ...p.packet.data]);

describe('forms that few writers use', () => {
  test('Xiph, fixed-size and EBML lacing share out time by DefaultDuration', async () => {
    const bytes = file(
      [
        (w) => {
          w.uint('Timestamp', 100);
          simpleBlock(w, 0, 0x82, [2, 1, 2, 7, 8, 8, 9, 9, 9]); // Xiph: 3 frames of 1, 2, 3 bytes
          simpleBlock(w, 72, 0x84, [1, 5, 6]); // fixed: 2 frames of 1 byte
          simpleBlock(w, 120, 0x86, [2, 0x81, 0xc0, 4, 5, 5, 6]); // EBML: 1, then +1, then the rest
        },
      ],
      (w) => w.uint('DefaultDuration', 24_000_000),
    );
    const { packets } = await readAll(bytes);
    expect(payloads(packets)).toEqual([
      [100, 7],
      [124, 8, 8],
      [148, 9, 9, 9],
      [172, 5],
      [196, 6],
      [220, 4],
      [244, 5, 5],
      [268, 6],
    ]);
    expect(packets.every((p) => p.packet.duration === 24)).toBe(true);
  });

  test('unknown sizes, Void between blocks, PrevSize, and elements that nobody knows', async () => {
    const cluster = (start: number) => (w: EbmlWriter) => {
      w.uint('Timestamp', start);
      w.void(20);
      simpleBlock(w, 0, 0x80, [start & 255]);
      w.uint('PrevSize', 3);
      w.bytes.append(Uint8Array.of(0x4f, 0xf1, 0x82, 1, 2));
      simpleBlock(w, 24, 0x80, [1]);
    };
    const expected = [
      [0, 0],
      [24, 1],
      [1000, 232],
      [1024, 1],
    ];
    for (const isUnknown of [false, true]) {
      const { packets, reader } = await readAll(
        file([cluster(0), cluster(1000)], () => {}, isUnknown),
      );
      expect(payloads(packets)).toEqual(expected);
      expect(reader.problems).toEqual([]);
    }
  });

  test('BlockGroup: BlockDuration, DiscardPadding, ReferenceBlock', async () => {
    const bytes = file([
      (w) => {
        w.uint('Timestamp', 0);
        w.master('BlockGroup', (group) => {
          group.binary('Block', Uint8Array.of(0x81, 0, 0, 0, 42));
          group.uint('BlockDuration', 21);
          group.int('DiscardPadding', 10_000_000);
        });
      },
    ]);
    const { packets } = await readAll(bytes);
    expect(packets[0]!.packet).toEqual({
      data: Uint8Array.of(42),
      pts: 0,
      dts: 0,
      duration: 21,
      isKey: true,
      discardPadding: 480,
    });
  });

  test('header stripping and zlib are undone', async () => {
    const encoded = (algo: number, settings: readonly number[]) => (entry: EbmlWriter) =>
      entry.master('ContentEncodings', (encodings) =>
        encodings.master('ContentEncoding', (encoding) =>
          encoding.master('ContentCompression', (compression) => {
            compression.uint('ContentCompAlgo', algo);
            if (settings.length > 0) {
              compression.binary('ContentCompSettings', Uint8Array.from(settings));
            }
          }),
        ),
      );
    const block = (data: readonly number[]) => (w: EbmlWriter) => {
      w.uint('Timestamp', 0);
      simpleBlock(w, 0, 0x80, data);
    };
    const stripped = await readAll(file([block([3, 4])], encoded(3, [1, 2])));
    expect(payloads(stripped.packets)).toEqual([[0, 1, 2, 3, 4]]);
    const deflated = [...deflateSync(Uint8Array.of(9, 8, 7, 7, 7))];
    const inflated = await readAll(file([block(deflated)], encoded(0, [])));
    expect(payloads(inflated.packets)).toEqual([[0, 9, 8, 7, 7, 7]]);
    const damaged = await readAll(file([block([1, 2, 3])], encoded(0, [])));
    expect(damaged.packets).toEqual([]);
    expect(damaged.reader.problems[0]!.message).toContain('zlib');
    await expect(readAll(file([block([1])], encoded(2, [])))).rejects.toThrow(UnsupportedError);
  });

  test('a wrong CRC-32 is reported and the packets are kept; a right one is silent', async () => {
    const content = new EbmlWriter();
    content.uint('Timestamp', 5);
    simpleBlock(content, 0, 0x80, [1, 2, 3]);
    for (const isRight of [true, false]) {
      const sum = crc32(content.bytes.view()) ^ (isRight ? 0 : 1);
      const bytes = file([
        (w) => {
          const little = Uint8Array.of(sum, sum >> 8, sum >> 16, sum >> 24);
          w.binary('CRC-32', little);
          w.bytes.append(content.bytes.view());
        },
      ]);
      const { packets, reader } = await readAll(bytes);
      expect(payloads(packets)).toEqual([[5, 1, 2, 3]]);
      expect(reader.problems.map((p) => p.message)).toEqual(
        isRight ? [] : ['CRC-32 of the Cluster does not match'],
      );
    }
  });

  test('H.264 with NAL lengths of two bytes becomes canonical', async () => {
    const avcC = Uint8Array.of(1, 66, 0, 10, 0xfd, 0xe0, 0);
    const track = (entry: EbmlWriter) => {
      entry.binary('CodecPrivate', avcC);
      entry.master('Video', (video) => {
        video.uint('PixelWidth', 16);
        video.uint('PixelHeight', 16);
      });
    };
    const bytes = file(
      [
        (w) => {
          w.uint('Timestamp', 0);
          simpleBlock(w, 0, 0x80, [0, 2, 0x65, 1, 0, 1, 0x06]);
        },
      ],
      track,
    );
    // Turn the sound track of `file` into a video track of H.264: same lengths.
    const text = Buffer.from(bytes);
    text[text.indexOf(Buffer.from([0x83, 0x81, 2])) + 2] = 1;
    const id = text.indexOf('A_MPEG/L3') - 2;
    const replaced = Buffer.concat([
      text.subarray(0, id),
      Buffer.from([0x86, 0x80 + 15]),
      Buffer.from('V_MPEG4/ISO/AVC'),
      text.subarray(id + 11),
    ]);
    growBy(replaced, 6);
    const { streams, packets } = await readAll(new Uint8Array(replaced));
    expect([...packets[0]!.packet.data]).toEqual([0, 0, 0, 2, 0x65, 1, 0, 0, 0, 1, 0x06]);
    expect(streams[0]!.config[4]! & 3).toBe(3);
  });
});

/** Adds `bytes` to the one-byte sizes of Tracks and TrackEntry, and to that of Segment. */
function growBy(text: Buffer, bytes: number): void {
  const segment = text.indexOf(Buffer.from([0x18, 0x53, 0x80, 0x67])) + 4;
  const isShort = text[segment]! >= 0x80;
  if (isShort) text[segment] = text[segment]! + bytes;
  else text.writeUInt16BE(text.readUInt16BE(segment) + bytes, segment);
  const tracks = text.indexOf(Buffer.from([0x16, 0x54, 0xae, 0x6b])) + 4;
  text[tracks] = text[tracks]! + bytes;
  text[tracks + 2] = text[tracks + 2]! + bytes;
}

const CLUSTER_ID = Buffer.from([0x1f, 0x43, 0xb6, 0x75]);

describe('damage', () => {
  const cluster = (start: number) => (w: EbmlWriter) => {
    w.uint('Timestamp', start);
    for (let i = 0; i < 5; i++) simpleBlock(w, 24 * i, 0x80, [i, i, i, i]);
  };

  test('a file cut anywhere gives the packets before the cut', async () => {
    const bytes = file([cluster(0), cluster(120), cluster(240)]);
    const whole = payloads((await readAll(bytes)).packets);
    expect(whole).toHaveLength(15);
    const header = Buffer.from(bytes).indexOf(CLUSTER_ID);
    for (let end = header; end < bytes.length; end++) {
      const { packets } = await readAll(bytes.subarray(0, end));
      expect(payloads(packets)).toEqual(whole.slice(0, packets.length));
    }
  });

  test('after broken bytes reading goes on at the next cluster', async () => {
    const bytes = file([cluster(0), cluster(120), cluster(240)]);
    const firstOne = Buffer.from(bytes).indexOf(CLUSTER_ID);
    const second = Buffer.from(bytes).indexOf(CLUSTER_ID, firstOne + 1);
    for (let i = 8; i < 30; i++) bytes[second + i] = 0;
    const { packets, reader } = await readAll(bytes);
    const starts = packets.map((p) => p.packet.pts);
    expect(starts.filter((pts) => pts < 120)).toHaveLength(5);
    expect(starts.filter((pts) => pts >= 240)).toHaveLength(5);
    expect(reader.problems.length).toBeGreaterThan(0);
  });

  test('sizes beyond the file are refused before anything is allocated', async () => {
    const w = new EbmlWriter();
    w.master('EBML', (header) => header.text('DocType', 'matroska'));
    w.id(ID.Segment);
    w.unknownSize();
    w.id(ID.Tracks);
    w.size(2 ** 50);
    const error = await openMatroska(sourceOf(w.bytes.toBytes())).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(FormatError);
    const huge = file(
      [
        (cluster) => {
          cluster.uint('Timestamp', 0);
          cluster.id(ID.SimpleBlock);
          cluster.size(2 ** 45);
          cluster.bytes.zeros(100);
        },
      ],
      () => {},
      true,
    );
    for (const isStream of [false, true]) {
      const { packets, reader } = await readAll(huge, isStream);
      expect(packets).toEqual([]);
      expect(reader.problems).toHaveLength(1);
    }
  });

  test('what is no Matroska file says so, with an offset', async () => {
    for (const bytes of [
      new Uint8Array(0),
      new Uint8Array(100),
      new TextEncoder().encode('RIFF1234WAVE'),
    ]) {
      await expect(readAll(bytes)).rejects.toThrow(FormatError);
    }
    const w = new EbmlWriter();
    w.master('EBML', (header) => header.text('DocType', 'mytype'));
    await expect(readAll(w.bytes.toBytes())).rejects.toThrow(/mytype.*matroska, webm/);
  });

  test('deep nesting of chapters ends', async () => {
    let inner = Buffer.alloc(0);
    for (let i = 0; i < 2000; i++) {
      const w = new EbmlWriter();
      w.id(ID.ChapterAtom);
      w.size(inner.length);
      inner = Buffer.concat([w.bytes.view(), inner]);
    }
    const chapters = new EbmlWriter();
    chapters.master('Chapters', (all) =>
      all.master('EditionEntry', (edition) => edition.bytes.append(inner)),
    );
    const bytes = file([cluster(0)]);
    const at = Buffer.from(bytes).indexOf(CLUSTER_ID);
    const nested = new Uint8Array([
      ...bytes.subarray(0, at),
      ...chapters.bytes.view(),
      ...bytes.subarray(at),
    ]);
    const { reader } = await readAll(nested);
    expect(reader.description.chapters.length).toBeLessThan(50);
  });
});

/** 500 damaged files here; tools/fuzz.ts makes as many as one likes. */
test('damaged files give packets or a FormatError, and end', async () => {
  const cluster = (start: number) => (w: EbmlWriter) => {
    w.uint('Timestamp', start);
    simpleBlock(w, 0, 0x86, [2, 0x81, 0xc0, 4, 5, 5, 6]);
    w.master('BlockGroup', (group) => {
      group.binary('Block', Uint8Array.of(0x81, 0, 9, 0, 42));
      group.uint('BlockDuration', 21);
    });
    simpleBlock(w, 24, 0x82, [1, 1, 7, 8, 8]);
  };
  const bytes = file([cluster(0), cluster(100)]);
  const change = fc.record({ at: fc.nat(bytes.length - 1), value: fc.nat(255) });
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 8 }), async (changes) => {
      const broken = bytes.slice();
      for (const { at, value } of changes) broken[at] = value;
      try {
        const { packets } = await readAll(broken, changes.length % 2 === 0);
        expect(packets.length).toBeLessThan(200);
      } catch (error) {
        if (!(error instanceof FormatError) && !(error instanceof UnsupportedError)) throw error;
      }
    }),
    { numRuns: 500 },
  );
});
