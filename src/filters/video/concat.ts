/** `concat`: streams one after another. Each segment begins where the longest stream of those before it ended. */

import { type Rational, rescale } from '../../base/rational.ts';
import { newSampleArray } from '../../frames/element-type.ts';
import type { AudioFrame } from '../../frames/frame.ts';
import { sampleFmtInfo } from '../../frames/sample-format.ts';
import {
  type AudioLink,
  type FilterDefinition,
  type FilterFormats,
  type Frame,
  type Link,
  type PadDefinition,
  sameAudio,
  samePixFmt,
} from '../definition/filter.ts';
import type { OptionValues } from '../definition/options.ts';
import { rescaleTime } from '../graph/run.ts';

const TIME_BASE: Rational = [1, 1_000_000];

function kindsOf(options: OptionValues): ('video' | 'audio')[] {
  return [
    ...Array<'video'>(options.number('v')).fill('video'),
    ...Array<'audio'>(options.number('a')).fill('audio'),
  ];
}

function formatsOf(options: OptionValues): FilterFormats {
  const segments = options.number('n');
  const perStream = kindsOf(options).map((kind) =>
    kind === 'video' ? samePixFmt(null, segments, 1) : sameAudio({}, segments, 1),
  );
  const inputs = Array.from({ length: segments }, (_, s) =>
    perStream.map((f) => f.inputs[s]!),
  ).flat();
  return { inputs, outputs: perStream.map((f) => f.outputs[0]!) };
}

/** Joins streams in time. */
export const CONCAT: FilterDefinition = {
  name: 'concat',
  description: 'joins streams one after another',
  options: [
    {
      name: 'n',
      kind: 'integer',
      default: '2',
      min: 1,
      max: 1024,
      description: 'how many segments',
    },
    {
      name: 'v',
      kind: 'integer',
      default: '1',
      min: 0,
      max: 1024,
      description: 'picture streams of each',
    },
    {
      name: 'a',
      kind: 'integer',
      default: '0',
      min: 0,
      max: 1024,
      description: 'sound streams of each',
    },
    { name: 'unsafe', kind: 'boolean', default: '0', description: 'allow pictures of other sizes' },
  ],
  inputs: (options) => {
    const pads: PadDefinition[] = [];
    for (let s = 0; s < options.number('n'); s++) {
      let [v, a] = [0, 0];
      for (const kind of kindsOf(options)) {
        pads.push({ name: `in${s}:${kind === 'video' ? `v${v++}` : `a${a++}`}`, kind });
      }
    }
    return pads;
  },
  outputs: (options) => {
    let [v, a] = [0, 0];
    return kindsOf(options).map((kind) => ({
      name: `out:${kind === 'video' ? `v${v++}` : `a${a++}`}`,
      kind,
    }));
  },
  formats: formatsOf,
  open(setup) {
    const { options, inputs } = setup;
    const streams = kindsOf(options).length;
    const segments = options.number('n');
    if (streams === 0) throw options.filterError('it has no streams: v and a are both 0');
    const outputs = setup.outputs.map((_, i) =>
      outputLink(setup.inputs, i, streams, segments, options),
    );
    let segment = 0;
    let offset = 0;
    /** The end time of each stream of the segment so far, and the number of its frames. */
    let ends: number[] = Array(streams).fill(0);
    let counts: number[] = Array(streams).fill(0);
    const ended: boolean[] = Array(inputs.length).fill(false);
    const held: Frame[][] = inputs.map(() => []);
    const take = (input: number, frame: Frame): void => {
      const stream = input % streams;
      const { timeBase } = inputs[input]!;
      const known = rescaleTime(frame.pts, timeBase, TIME_BASE);
      const pts = Number.isNaN(known) ? ends[stream]! : known;
      counts[stream]!++;
      ends[stream] = endOf(frame, pts, counts[stream]!);
      setup.emit(stream, { ...frame, pts: pts + offset });
    };
    const isOver = (): boolean =>
      ended.slice(segment * streams, (segment + 1) * streams).every(Boolean);
    const advance = (): void => {
      while (segment < segments && isOver()) {
        const length = Math.max(...ends);
        if (segment + 1 < segments) {
          outputs.forEach((link, s) => {
            for (const f of silenceUpTo(length, ends[s]!, offset, link)) setup.emit(s, f);
          });
        }
        offset += length;
        ends = Array(streams).fill(0);
        counts = Array(streams).fill(0);
        segment++;
        if (segment === segments) {
          for (let s = 0; s < streams; s++) setup.finish(s, offset);
          return;
        }
        for (let input = segment * streams; input < (segment + 1) * streams; input++) {
          for (const frame of held[input]!.splice(0)) take(input, frame);
        }
      }
    };
    return {
      outputs,
      push(input, frame) {
        if (Math.floor(input / streams) === segment) take(input, frame);
        else held[input]!.push(frame);
      },
      end(input) {
        ended[input] = true;
        advance();
      },
      wants: () => Array.from({ length: streams }, (_, s) => segment * streams + s),
    };
  },
};

function outputLink(
  inputs: readonly Link[],
  stream: number,
  streams: number,
  segments: number,
  options: OptionValues,
): Link {
  const first = inputs[stream]!;
  if (first.kind === 'audio') return { ...first, timeBase: TIME_BASE };
  let { frameRate, sampleAspectRatio } = first;
  for (let s = 1; s < segments; s++) {
    const other = inputs[s * streams + stream]!;
    if (other.kind !== 'video') continue;
    if (other.frameRate.join() !== frameRate.join()) frameRate = [0, 1];
    if (sampleAspectRatio[0] === 0) sampleAspectRatio = other.sampleAspectRatio;
    const sarDiffers =
      other.sampleAspectRatio[0] !== 0 &&
      other.sampleAspectRatio.join() !== sampleAspectRatio.join();
    if (
      (other.width !== first.width || other.height !== first.height || sarDiffers) &&
      !options.boolean('unsafe')
    ) {
      throw options.filterError(
        `segment ${s} has pictures of ${other.width}x${other.height} (SAR ${other.sampleAspectRatio.join(':')}), segment 0 of ${first.width}x${first.height} (SAR ${sampleAspectRatio.join(':')})`,
        'scale them to one size before, and set their aspect with setsar',
      );
    }
  }
  return { ...first, frameRate, sampleAspectRatio, timeBase: TIME_BASE };
}

/** The end time of a frame that is number `count` of its segment. */
function endOf(frame: Frame, pts: number, count: number): number {
  if ('numSamples' in frame) {
    return pts + rescale(frame.numSamples, [1, frame.sampleRate], TIME_BASE);
  }
  // A picture lasts as long as those before it did on the average.
  return count < 2 ? pts : Math.round((pts * count) / (count - 1));
}

/** The silence that sound that ended before its segment lacks. */
function silenceUpTo(length: number, end: number, offset: number, link: Link): AudioFrame[] {
  if (link.kind !== 'audio' || end >= length) return [];
  const samples = rescale(length - end, TIME_BASE, [1, link.sampleRate]);
  return samples > 0 ? [silence(link, samples, end + offset)] : [];
}

/** A run of silence. */
function silence(link: AudioLink, numSamples: number, pts: number): AudioFrame {
  const { kind, planar } = sampleFmtInfo(link.sampleFmt);
  const numChannels = link.layout.numChannels;
  const width = planar ? 1 : numChannels;
  const planes = Array.from({ length: planar ? numChannels : 1 }, () => {
    const data = newSampleArray(kind, numSamples * width);
    if (kind === 'u8') (data as Uint8Array).fill(128);
    return { data, offset: 0, stride: width };
  });
  const { sampleFmt, sampleRate } = link;
  return { sampleFmt, sampleRate, numChannels, numSamples, planes, pts };
}
