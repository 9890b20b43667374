/** What the demo shows and plays, made in code: three discs of light that circle in a room, and a bell for each turn. */

/** Size, rate and length of the demo. */
export const DEMO = {
  width: 640,
  height: 360,
  frameRate: [30, 1],
  seconds: 6,
  sampleRate: 48000,
} as const;

/** The discs: color, radius of the circle that they run on (part of the height), turns per second, phase. */
const DISCS = [
  { color: [255, 120, 60], orbit: 0.28, speed: 1 / 3, phase: 0 },
  { color: [60, 190, 255], orbit: 0.36, speed: -1 / 2, phase: 2 },
  { color: [170, 255, 90], orbit: 0.2, speed: 2 / 3, phase: 4 },
] as const;

/** Notes of the bells in Hz, one for each second: a pentatonic scale. */
const NOTES = [523.25, 659.26, 783.99, 880, 1046.5, 783.99];

/**
 * Frames `start..start + count - 1` as rgb24, shape (count, height, width, 3).
 * @param start number of the first frame
 */
export function drawFrames(start: number, count: number): Uint8Array {
  const { width, height, frameRate } = DEMO;
  const pixels = new Uint8Array(count * height * width * 3);
  for (let n = 0, at = 0; n < count; n++) {
    const time = ((start + n) * frameRate[1]) / frameRate[0];
    const centers = DISCS.map(({ orbit, speed, phase }) => {
      const angle = 2 * Math.PI * speed * time + phase;
      return [
        width / 2 + 1.4 * orbit * height * Math.cos(angle),
        height / 2 + orbit * height * Math.sin(angle),
      ] as const;
    });
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++, at += 3) {
        const floor = 18 + 26 * (y / height) + (((x >> 5) + (y >> 5)) & 1) * 10;
        let red = floor;
        let green = floor;
        let blue = floor + 14;
        for (let i = 0; i < DISCS.length; i++) {
          const dx = x - centers[i]![0];
          const dy = y - centers[i]![1];
          const light = Math.min(1, 700 / (dx * dx + dy * dy + 100));
          red += light * DISCS[i]!.color[0];
          green += light * DISCS[i]!.color[1];
          blue += light * DISCS[i]!.color[2];
        }
        pixels[at] = Math.min(255, red);
        pixels[at + 1] = Math.min(255, green);
        pixels[at + 2] = Math.min(255, blue);
      }
    }
  }
  return pixels;
}

/** All the sound as 16-bit samples, interleaved, shape (samples, 2): a bell a second, from left to right and back. */
export function playBells(): Int16Array {
  const { sampleRate, seconds } = DEMO;
  const samples = new Int16Array(sampleRate * seconds * 2);
  for (let i = 0; i < sampleRate * seconds; i++) {
    const second = Math.floor(i / sampleRate);
    let left = 0;
    let right = 0;
    for (const strike of [second - 1, second]) {
      if (strike < 0) continue;
      const age = i / sampleRate - strike;
      const frequency = NOTES[strike % NOTES.length]!;
      const attack = Math.min(1, age * 200);
      const bell =
        attack *
        (Math.exp(-3 * age) * Math.sin(2 * Math.PI * frequency * age) +
          0.4 * Math.exp(-6 * age) * Math.sin(2 * Math.PI * 2.76 * frequency * age));
      const pan = 0.5 + 0.4 * Math.sin(strike);
      left += bell * (1 - pan);
      right += bell * pan;
    }
    samples[2 * i] = 14000 * left;
    samples[2 * i + 1] = 14000 * right;
  }
  return samples;
}
