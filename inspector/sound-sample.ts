/** The sound that is built in: a melody of plucked strings, a drum and a brush of noise, in stereo; computed, so that it takes no bytes. */
import type { SourceSound } from './protocol.ts';

const SAMPLE_RATE = 44_100;
const SECONDS = 4;
/** Seconds from note to note, and the notes in Hz. */
const BEAT = 0.25;
const NOTES = [220, 277.2, 329.6, 440, 329.6, 277.2, 246.9, 293.7, 370, 493.9, 370, 293.7];

/** Makes it. */
export function createSoundSample(): SourceSound {
  const length = SAMPLE_RATE * SECONDS;
  const [left, right] = [new Float32Array(length), new Float32Array(length)];
  let state = 7;
  const noise = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
  for (let n = 0; n < length; n++) {
    const t = n / SAMPLE_RATE;
    const beat = Math.floor(t / BEAT);
    const since = t - beat * BEAT;
    const pitch = NOTES[beat % NOTES.length];
    let string = 0;
    for (let harmonic = 1; harmonic <= 9; harmonic++) {
      const fade = Math.exp(-since * (2 + 1.6 * harmonic));
      string += (fade / harmonic) * Math.sin(2 * Math.PI * pitch * harmonic * t);
    }
    // A drum on every fourth beat, a brush on the others.
    const isDrum = beat % 4 === 0;
    const drum = isDrum
      ? Math.exp(-since * 22) * Math.sin(2 * Math.PI * (50 + 90 * Math.exp(-since * 30)) * since)
      : 0;
    const brush = noise() * Math.exp(-since * (isDrum ? 60 : 18)) * (isDrum ? 0.5 : 0.16);
    const pan = 0.5 + 0.35 * Math.sin(beat);
    left[n] = 0.32 * string * (1 - pan) + 0.55 * drum + brush;
    right[n] = 0.32 * string * pan + 0.55 * drum + brush * 0.7 + 0.02 * noise();
  }
  return { title: 'Built-in sound', sampleRate: SAMPLE_RATE, channels: [left, right] };
}
