/** `reverse` and `areverse`: everything backwards. All frames are held until the input ends. */
import type { AudioFrame, SampleArray, VideoFrame } from '../../frames/frame.ts';
import { AUDIO_PAD, type FilterDefinition, VIDEO_PAD } from '../definition/filter.ts';

/** Pictures backwards: the last one at the time of the first. */
export const REVERSE: FilterDefinition = {
  name: 'reverse',
  description: 'shows pictures backwards; holds all of them',
  options: [],
  inputs: VIDEO_PAD,
  outputs: VIDEO_PAD,
  open(setup) {
    const held: VideoFrame[] = [];
    return {
      push: (_, frame) => void held.push(frame as VideoFrame),
      end(_, pts) {
        const times = held.map((frame) => frame.pts);
        for (const time of times) setup.emit(0, { ...held.pop()!, pts: time });
        setup.finish(0, pts);
      },
    };
  },
};

/** Sound backwards. */
export const AREVERSE: FilterDefinition = {
  name: 'areverse',
  description: 'plays sound backwards; holds all of it',
  options: [],
  inputs: AUDIO_PAD,
  outputs: AUDIO_PAD,
  open(setup) {
    const held: AudioFrame[] = [];
    return {
      push: (_, frame) => void held.push(frame as AudioFrame),
      end(_, pts) {
        const { timeBase } = setup.inputs[0]!;
        let time = held[0]?.pts ?? 0;
        for (let frame = held.pop(); frame !== undefined; frame = held.pop()) {
          setup.emit(0, backwards(frame, time));
          time += Math.round((frame.numSamples * timeBase[1]) / (frame.sampleRate * timeBase[0]));
        }
        setup.finish(0, pts);
      },
    };
  },
};

/** A run of sound with its samples in the other order. */
function backwards(frame: AudioFrame, pts: number): AudioFrame {
  const width = frame.planes.length === 1 ? frame.numChannels : 1;
  const planes = frame.planes.map(({ data, offset, stride }) => {
    const out = data.slice(0, 0).constructor as new (length: number) => SampleArray;
    const reversed = new out(frame.numSamples * width);
    for (let i = 0; i < frame.numSamples; i++) {
      const from = offset + (frame.numSamples - 1 - i) * stride;
      for (let c = 0; c < width; c++) reversed[i * width + c] = data[from + c] as never;
    }
    return { data: reversed, offset: 0, stride: width };
  });
  return { ...frame, planes, pts };
}
