/** `silencedetect`: reports where sound stays quieter than a level for some time. The sound passes as it is. */
import { AUDIO_PAD, type FilterDefinition, type FilterSetup } from '../definition/filter.ts';
import { duration, flag, number } from './option-kinds.ts';
import { newDoubles, readDoubles, soundInput, soundOf, ticksOfSamples } from './sound.ts';

const CHUNK = 4096;

/** Finds silence. */
export const SILENCEDETECT: FilterDefinition = {
  name: 'silencedetect',
  description: 'reports where there is silence',
  options: [
    number('noise', 0, Number.MAX_VALUE, 'what is not louder is silence: 0.001 or -60dB', {
      aliases: ['n'],
      default: '0.001',
    }),
    duration('duration', 'shorter silence is not reported', {
      aliases: ['d'],
      default: '2',
      min: 0,
    }),
    flag('mono', 'whether each channel is looked at alone', { aliases: ['m'], default: '0' }),
  ],
  inputs: AUDIO_PAD,
  outputs: AUDIO_PAD,
  open(setup) {
    const link = soundInput(setup);
    const channels = link.layout.numChannels;
    const noise = setup.options.number('noise');
    const isMono = setup.options.boolean('mono');
    const detectors = Array.from(
      { length: isMono ? channels : 1 },
      (_, c) => new Detector(setup, isMono ? c + 1 : 0),
    );
    const arrays = newDoubles(channels, CHUNK);
    let endPts = 0;
    return {
      push(_, given) {
        const frame = soundOf(given);
        for (let at = 0; at < frame.numSamples; at += CHUNK) {
          const count = Math.min(CHUNK, frame.numSamples - at);
          readDoubles(frame, at, count, arrays, 0);
          const pts = frame.pts + ticksOfSamples(at, link);
          detectors.forEach((detector, d) => {
            detector.look(isMono ? [arrays[d]] : arrays, count, noise, pts);
          });
        }
        endPts = frame.pts + ticksOfSamples(frame.numSamples, link);
        setup.emit(0, frame);
      },
      end(_, pts) {
        for (const detector of detectors) detector.end(endPts);
        setup.finish(0, pts);
      },
    };
  },
};

/** Silence of one channel, or of all at once. */
class Detector {
  private readonly setup: FilterSetup;
  /** Number of the channel from 1 on; 0 for all. */
  private readonly channel: number;
  private readonly least: number;
  private quiet = 0;
  /** Time in seconds where the silence began that was reported last; NaN while there is none. */
  private start = Number.NaN;

  constructor(setup: FilterSetup, channel: number) {
    this.setup = setup;
    this.channel = channel;
    const seconds = setup.options.number('duration') / 1e6;
    this.least = Math.max(1, Math.round(seconds * soundInput(setup).sampleRate));
  }

  look(arrays: readonly Float64Array[], count: number, noise: number, pts: number): void {
    const { sampleRate, timeBase } = soundInput(this.setup);
    const first = (pts * timeBase[0]) / timeBase[1];
    for (let i = 0; i < count; i++) {
      if (isQuiet(arrays, i, noise)) {
        this.quiet++;
        if (this.quiet === this.least) {
          this.start = first + (i + 1 - this.least) / sampleRate;
          this.report('silence_start', `${round(this.start)}`, { silence_start: this.start });
        }
      } else {
        if (!Number.isNaN(this.start)) this.reportEnd(first + i / sampleRate);
        this.quiet = 0;
      }
    }
  }

  end(pts: number): void {
    const { timeBase } = soundInput(this.setup);
    if (!Number.isNaN(this.start)) this.reportEnd((pts * timeBase[0]) / timeBase[1]);
  }

  private reportEnd(end: number): void {
    const length = end - this.start;
    this.report('silence_end', `${round(end)} | silence_duration: ${round(length)}`, {
      silence_end: end,
      silence_duration: length,
    });
    this.start = Number.NaN;
  }

  private report(what: string, text: string, values: Readonly<Record<string, number>>): void {
    const { channel } = this;
    const prefix = channel === 0 ? '' : `channel: ${channel - 1} | `;
    this.setup.report(
      `${prefix}${what}: ${text}`,
      channel === 0 ? values : { ...values, channel: channel - 1 },
    );
  }
}

function isQuiet(arrays: readonly Float64Array[], i: number, noise: number): boolean {
  for (const samples of arrays) {
    const value = samples[i];
    if (!(value <= noise && value >= -noise)) return false;
  }
  return true;
}

const round = (seconds: number): number => Math.round(seconds * 1e6) / 1e6;
