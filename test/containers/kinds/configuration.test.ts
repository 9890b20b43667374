/**
 * Kinds "configuration only in band" and "configuration that changes in mid-track": it is taken from the first pictures, put
 * before the first picture that needs another one, or refused; never given on empty or wrong.
 */
import { describe, expect, it } from 'vitest';
import { UnsupportedError } from '../../../src/base/errors.ts';
import { ID } from '../../../src/containers/matroska/element-table.ts';
import {
  audioFormatOf,
  PLAIN_AUDIO_CONFIG,
  readAudioSpecificConfig,
  writeAudioSpecificConfig,
} from '../../../src/syntax/aac/audio-specific-config.ts';
import { accessUnitToAnnexB } from '../../../src/syntax/h264/byte-stream.ts';
import { readAvcRecord } from '../../../src/syntax/h264/configuration-record.ts';
import { boxesOf, cloneBox, concat, setWord, words } from '../../fuzz/box-tree.ts';
import { cloneElement, elementsOf } from '../../fuzz/element-tree.ts';
import { adtsStream } from '../../support/adts.ts';
import { probeFile, runFfmpeg } from '../../support/ffmpeg.ts';
import { codedAudio, temporaryFile } from '../isobmff/coded-streams.ts';
import {
  AUDIO,
  changedBoxes,
  changedElements,
  matroskaOf,
  mp4Of,
  OTHER_VIDEO,
  readCopy,
  readFile,
  VIDEO,
} from './files.ts';

const EMPTY_RECORD = Uint8Array.of(1, 66, 0, 10, 0xff, 0xe0, 0);

/** The stream with its parameter sets before every key picture. */
function withSetsInBand(coded: typeof VIDEO): typeof VIDEO {
  const { sps, pps } = readAvcRecord(coded.stream.config);
  const sets = concat([...sps, ...pps].flatMap((set) => [words(set.length), Uint8Array.from(set)]));
  const packets = coded.packets.map((packet) =>
    packet.isKey ? { ...packet, data: concat([sets, packet.data]) } : packet,
  );
  return { ...coded, packets };
}

describe('kind 3: configuration only in band', () => {
  it('an empty avcC takes the sets of the first pictures, plain and in fragments', async () => {
    for (const isFragmented of [false, true]) {
      const file = changedBoxes(await mp4Of([withSetsInBand(VIDEO)], isFragmented), (boxes) => {
        boxesOf(boxes, 'avcC')[0]!.bytes = EMPTY_RECORD;
      });
      const { streams, packets, problems } = await readFile(file);
      expect(readAvcRecord(streams[0]!.config)).toMatchObject(
        expect.objectContaining({
          sps: readAvcRecord(VIDEO.stream.config).sps,
          pps: readAvcRecord(VIDEO.stream.config).pps,
        }),
      );
      expect(packets[0]!.length).toBe(30);
      expect(problems).toEqual([]);
    }
  });

  it('H.264 in Matroska without CodecPrivate, with start codes as browsers write it and with lengths', async () => {
    const inBand = withSetsInBand(VIDEO);
    const annexB = inBand.packets.map((packet) => ({
      ...packet,
      data: accessUnitToAnnexB('test', packet.data, []),
    }));
    for (const packets of [inBand.packets, annexB]) {
      const file = changedElements(await matroskaOf([{ ...inBand, packets }]), (elements) => {
        const entry = elementsOf(elements, 'TrackEntry')[0]!;
        entry.children = entry.children!.filter(({ id }) => id !== ID.CodecPrivate);
      });
      const copy = await readCopy(file, 'mp4');
      expect(readAvcRecord(copy.streams[0]!.config).sps).toEqual(
        readAvcRecord(VIDEO.stream.config).sps,
      );
      expect(copy.packets[0]!.map(({ data }) => data)).toEqual(
        inBand.packets.map(({ data }) => data),
      );
    }
  });

  it('nothing in band: the track is left out, and said', async () => {
    const file = changedElements(await matroskaOf(), (elements) => {
      const entry = elementsOf(elements, 'TrackEntry')[0]!;
      entry.children = entry.children!.filter(({ id }) => id !== ID.CodecPrivate);
    });
    const { streams, problems } = await readFile(file);
    expect(streams.map(({ codec }) => codec)).toEqual(['aac']);
    expect(problems[0]).toMatch(/neither CodecPrivate nor its first frames configure h264/);
  });

  it("AV1's record is made of its sequence header, as ffmpeg makes it", async () => {
    let bytes: Uint8Array;
    try {
      bytes = runFfmpeg([
        ...['-f', 'lavfi', '-i', 'testsrc=size=64x48:rate=10', '-frames:v', '3'],
        ...['-c:v', 'libaom-av1', '-cpu-used', '8', '-f', 'matroska', '-'],
      ]);
    } catch {
      return; // this ffmpeg has no encoder of AV1
    }
    let written = new Uint8Array(0);
    const file = changedElements(bytes, (elements) => {
      const entry = elementsOf(elements, 'TrackEntry')[0]!;
      written = entry.children!.find(({ id }) => id === ID.CodecPrivate)!.data.slice();
      entry.children = entry.children!.filter(({ id }) => id !== ID.CodecPrivate);
    });
    const { streams } = await readFile(file);
    expect(streams[0]!.config).toEqual(written);
  });
});

describe('kind 5: configuration that changes in mid-track', () => {
  it('samples of a second description get its parameter sets, and those of the first theirs again', async () => {
    const { sps } = readAvcRecord(OTHER_VIDEO.stream.config);
    expect(sps).not.toEqual(readAvcRecord(VIDEO.stream.config).sps);
    const file = changedBoxes(await mp4Of([VIDEO], false), (boxes) => {
      const stsd = boxesOf(boxes, 'stsd')[0]!;
      const second = cloneBox(stsd.children[0]!);
      boxesOf([second], 'avcC')[0]!.bytes = OTHER_VIDEO.stream.config.slice();
      stsd.children.push(second);
      setWord(stsd, 4, 2);
      // Ten samples of each chunk: descriptions 1, 2 and 1.
      const [stsc, stco, stsz] = ['stsc', 'stco', 'stsz'].map((type) => boxesOf(boxes, type)[0]!);
      const sizes = new DataView(stsz!.bytes.buffer, stsz!.bytes.byteOffset);
      const start = new DataView(stco!.bytes.buffer, stco!.bytes.byteOffset).getUint32(8);
      const starts = [start];
      for (let i = 0; i < 20; i++) {
        const at = (starts.at(-1) ?? 0) + 0;
        if (i % 10 === 0 && i > 0) starts.push(at);
        starts[starts.length - 1] = at + sizes.getUint32(12 + 4 * i);
      }
      const offsets = [start, starts[0]!, starts[1]!];
      stsc!.bytes = words(0, 3, 1, 10, 1, 2, 10, 2, 3, 10, 1);
      stco!.bytes = words(0, 3, ...offsets);
    });
    const { packets, error } = await readFile(file);
    expect(error).toBeUndefined();
    expect(packets[0]!.length).toBe(30);
    const beginsWithSps = packets[0]!.map(({ data }) => (data[4]! & 31) === 7);
    expect(beginsWithSps.map((begins, i) => (begins ? i : -1)).filter((i) => i >= 0)).toEqual([
      10, 20,
    ]);
    expect(packets[0]![10]!.data.subarray(4, 4 + sps[0]!.length)).toEqual(sps[0]);
  });

  it('sound that changes its format is refused where it does', async () => {
    const file = changedBoxes(await mp4Of([AUDIO], true), (boxes) => {
      const stsd = boxesOf(boxes, 'stsd')[0]!;
      const second = cloneBox(stsd.children[0]!);
      const esds = boxesOf([second], 'esds')[0]!;
      const at = esds.bytes.findIndex((byte, i) => byte === 0x12 && esds.bytes[i + 1] === 0x10);
      esds.bytes.set([0x11, 0x88], at); // 48 kHz, mono
      stsd.children.push(second);
      setWord(stsd, 4, 2);
      const trex = boxesOf(boxes, 'trex')[0]!;
      setWord(trex, 8, 2);
    });
    const { error } = await readFile(file);
    expect(error).toBeInstanceOf(UnsupportedError);
    expect(error!.message).toMatch(/changes from .*44100 Hz.* to .*48000 Hz, 1 channels/);
  });

  it('ADTS headers that change are refused where they do, not left out', async () => {
    const mono = adtsStream(AUDIO.packets, Uint8Array.of(0x12, 0x08));
    const stereo = adtsStream(AUDIO.packets, AUDIO.stream.config);
    const { packets, error } = await readFile(concat([mono, stereo, mono]));
    expect(packets[0]!.length).toBe(AUDIO.packets.length);
    expect(error).toBeInstanceOf(UnsupportedError);
    expect(error!.message).toContain(`byte offset ${mono.length}`);
    const both = await readFile(concat([stereo, stereo]));
    expect(both.packets[0]!.length).toBe(2 * AUDIO.packets.length);
  });

  it('joined Matroska documents are read on, with sets in band where they differ', async () => {
    const [first, second] = [await matroskaOf(), await matroskaOf([OTHER_VIDEO, AUDIO])];
    const { packets, problems, error } = await readFile(concat([first, second]));
    expect(error).toBeUndefined();
    expect(packets.map((each) => each.length)).toEqual([60, 2 * AUDIO.packets.length]);
    expect(packets[0]!.every(({ dts }, i, all) => i === 0 || dts > all[i - 1]!.dts)).toBe(true);
    expect(problems[0]).toMatch(/another document begins here/);
    expect(packets[0]![30]!.data[4]! & 31).toBe(7);
    const copy = temporaryFile(concat([first, second]), 'joined.mkv');
    expect(probeFile(copy).streams.length).toBe(2);
  });

  it('a joined document of another kind ends reading, and says so', async () => {
    const mono = codedAudio(10_000, 22_050);
    const { packets, problems } = await readFile(
      concat([await matroskaOf([AUDIO]), await matroskaOf([mono])]),
    );
    expect(packets[0]!.length).toBe(AUDIO.packets.length);
    expect(problems.join()).toMatch(/is none of the first document; it is left out/);
  });

  it('what is no document behind a Segment is said', async () => {
    const sized = changedElements(await matroskaOf([VIDEO]), (elements) => {
      expect(cloneElement(elements[1]!).isOpen).toBeFalsy();
    });
    const { problems } = await readFile(concat([sized, new Uint8Array(100).fill(1)]));
    expect(problems.join()).toMatch(/what follows the Segment is no other document/);
  });
});

describe("kind 13: HE-AAC's rate", () => {
  const sbr = {
    ...PLAIN_AUDIO_CONFIG,
    samplingFrequency: 24000,
    sbr: {
      extensionAudioObjectType: 5,
      isBackwardCompatible: false,
      extensionSamplingFrequency: 48000,
    },
  };

  it('is that of SBR by both ways of signaling, with and without parametric stereo', () => {
    for (const extensionAudioObjectType of [5, 29]) {
      for (const isBackwardCompatible of [false, true]) {
        const config = {
          ...sbr,
          sbr: { ...sbr.sbr, extensionAudioObjectType, isBackwardCompatible },
        };
        const read = readAudioSpecificConfig(writeAudioSpecificConfig(config));
        expect(read).toEqual(config);
        expect(audioFormatOf(read)).toMatchObject({ sampleRate: 48000, frameSize: 2048 });
      }
    }
  });

  it('sbrPresentFlag 0 and short configurations are plain', () => {
    for (const bytes of [
      [0x13, 0x10],
      [0x13, 0x10, 0x56, 0xe5, 0x00],
      [0x13, 0x10, 0x56],
    ]) {
      const format = audioFormatOf(readAudioSpecificConfig(Uint8Array.from(bytes)));
      expect(format).toMatchObject({ sampleRate: 24000, frameSize: 1024 });
    }
  });

  it('reaches the streams of MP4 and Matroska', async () => {
    const config = writeAudioSpecificConfig({
      ...sbr,
      sbr: { ...sbr.sbr, isBackwardCompatible: true },
    });
    const stream = { ...AUDIO.stream, config, sampleRate: 24000, timeBase: [1, 24000] as const };
    const coded = { stream, packets: AUDIO.packets };
    for (const file of [await mp4Of([coded]), await matroskaOf([coded])]) {
      const { streams } = await readFile(file);
      expect(streams[0]).toMatchObject({ sampleRate: 48000, frameSize: 2048 });
    }
  });
});
