/** `amerge`: the channels of all inputs, one after another. */
import type { AudioFrame } from '../../frames/frame.ts';
import { SAMPLE_FMTS, sampleFmtInfo } from '../../frames/sample-format.ts';
import {
  CHANNEL_NAMES,
  type ChannelLayout,
  defaultChannelLayout,
  layoutOfChannels,
} from '../definition/channel-layout.ts';
import { AUDIO_PAD, type FilterDefinition } from '../definition/filter.ts';
import { integer } from './option-kinds.ts';
import { copySound, formatOfLink, newSound, soundInput, soundOutput } from './sound.ts';
import { sideBySide, soundQueues } from './sound-inputs.ts';

const PACKED_FMTS = /* @__PURE__ */ SAMPLE_FMTS.filter((name) => !sampleFmtInfo(name).planar);

/** The channels of the output in the order of the inputs; null if some channel comes twice, or has no name. */
function distinctChannels(layouts: readonly ChannelLayout[]): string[] | null {
  const names = layouts.flatMap(({ channels }) => channels);
  const hasAll = layouts.every(({ channels }) => channels.length > 0);
  return hasAll && new Set(names).size === names.length ? names : null;
}

/** Merges channels. Where all are different they come in the order that layouts have, else in the order of the inputs. */
export const AMERGE: FilterDefinition = {
  name: 'amerge',
  description: 'puts the channels of several inputs side by side',
  options: [integer('inputs', 1, 64, 'how many inputs there are', { default: '2' })],
  inputs: (options) =>
    Array.from({ length: options.number('inputs') }, (_, i) => ({
      name: `in${i}`,
      kind: 'audio' as const,
    })),
  outputs: AUDIO_PAD,
  formats(options) {
    const sampleFmts = { allowed: PACKED_FMTS };
    const sampleRates = { allowed: null };
    const pad = () =>
      ({ kind: 'audio', sampleFmts, sampleRates, layouts: { allowed: null } }) as const;
    return {
      inputs: Array.from({ length: options.number('inputs') }, pad),
      outputs: [pad()],
    };
  },
  open(setup) {
    const layouts = setup.inputs.map((_, input) => soundInput(setup, input).layout);
    const total = layouts.reduce((sum, { numChannels }) => sum + numChannels, 0);
    const names = distinctChannels(layouts);
    const sorted = names?.toSorted((a, b) => CHANNEL_NAMES.indexOf(a) - CHANNEL_NAMES.indexOf(b));
    const layout = sorted === undefined ? defaultChannelLayout(total) : layoutOfChannels(sorted);
    const places = names?.map((name) => sorted!.indexOf(name)) ?? [...Array(total).keys()];
    const link = { ...soundOutput(setup), layout, timeBase: soundInput(setup).timeBase };
    const queues = soundQueues(setup);
    return {
      outputs: [link],
      ...sideBySide(setup, queues, (count) => {
        const pts = queues[0].pts;
        const out = newSound(formatOfLink(link), count, pts);
        let channel = 0;
        for (const queue of queues) {
          const frame = queue.take(count);
          for (let c = 0; c < frame.numChannels; c++) {
            copySound(channelOf(frame, c), 0, count, channelOf(out, places[channel++]), 0);
          }
        }
        setup.emit(0, out);
      }),
    };
  },
};

/** One channel of a packed run, as a run of one channel whose samples lie apart. */
function channelOf(frame: AudioFrame, channel: number): AudioFrame {
  const [plane] = frame.planes;
  return { ...frame, numChannels: 1, planes: [{ ...plane, offset: plane.offset + channel }] };
}
