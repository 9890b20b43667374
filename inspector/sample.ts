/**
 * The built-in sample, made by code: a landscape that pans, with what encoders find easy and hard side by side: a smooth sky, a
 * textured hill, a ball that flies, the sails of a mill that turn, water that glitters, sharp letters.
 */
import type { SourcePictures } from './protocol.ts';

const WIDTH = 320;
const HEIGHT = 192;
const PICTURES = 10;
const FRAME_RATE = 25;

type Color = readonly [number, number, number];

const SKY_TOP: Color = [38, 60, 112];
const SKY_LOW: Color = [246, 176, 120];
const SUN: Color = [255, 236, 190];
const FAR: Color = [104, 96, 140];
const NEAR: Color = [58, 96, 62];
const WATER: Color = [40, 74, 110];

function mix(a: Color, b: Color, t: number): Color {
  const k = Math.max(0, Math.min(1, t));
  return [a[0] + (b[0] - a[0]) * k, a[1] + (b[1] - a[1]) * k, a[2] + (b[2] - a[2]) * k];
}

/** A number from 0 to 1 that looks random, the same for the same place. */
function hash(x: number, y: number): number {
  let h = Math.imul(x | 0, 374761393) ^ Math.imul(y | 0, 668265263);
  h = Math.imul(h ^ (h >>> 13), 1274126177);
  return ((h ^ (h >>> 16)) >>> 0) / 4294967296;
}

/** Smooth noise: hashes of whole places, and between them what lies between. */
function noise(x: number, y: number): number {
  const x0 = Math.floor(x);
  const y0 = Math.floor(y);
  const u = x - x0;
  const v = y - y0;
  const su = u * u * (3 - 2 * u);
  const sv = v * v * (3 - 2 * v);
  const above = hash(x0, y0) * (1 - su) + hash(x0 + 1, y0) * su;
  const below = hash(x0, y0 + 1) * (1 - su) + hash(x0 + 1, y0 + 1) * su;
  return above * (1 - sv) + below * sv;
}

function texture(x: number, y: number): number {
  return 0.5 * noise(x / 9, y / 9) + 0.3 * noise(x / 4, y / 4) + 0.2 * noise(x / 1.7, y / 1.7);
}

/** Letters of 5 by 7, a row in each number. */
const LETTERS: Readonly<Record<string, readonly number[]>> = {
  V: [17, 17, 17, 17, 10, 10, 4],
  I: [14, 4, 4, 4, 4, 4, 14],
  T: [31, 4, 4, 4, 4, 4, 4],
  R: [30, 17, 17, 30, 20, 18, 17],
  N: [17, 25, 21, 19, 17, 17, 17],
  E: [31, 16, 16, 30, 16, 16, 31],
};

/** Whether the word covers a sample; it stands at (12, 12), each dot 2 by 2. */
function isLetter(x: number, y: number): boolean {
  const column = (x - 12) >> 1;
  const row = (y - 12) >> 1;
  if (column < 0 || row < 0 || row > 6) return false;
  const letter = 'VITRINE'[Math.floor(column / 6)];
  if (letter === undefined || column % 6 === 5) return false;
  return ((LETTERS[letter][row] >> (4 - (column % 6))) & 1) !== 0;
}

/** Whether the mill covers a place: a tower, and four sails at the angle of time `t`. */
function isMill(x: number, y: number, t: number): boolean {
  const dx = x - 266;
  const dy = y - 84;
  if (dy > 0 && dy < 52 && Math.abs(dx) < 5 + dy / 9) return true;
  const radius = Math.hypot(dx, dy);
  if (radius > 38) return false;
  if (radius < 4) return true;
  const angle = Math.atan2(dy, dx) + t * 0.09;
  const quarter = angle - (Math.PI / 2) * Math.round(angle / (Math.PI / 2));
  return Math.abs(quarter * radius) < 2 || (quarter > 0 && quarter * radius < 7 && radius > 12);
}

function skyAt(x: number, y: number): Color {
  const sky = mix(SKY_TOP, SKY_LOW, y / 125);
  const sun = Math.hypot(x - 92, y - 82);
  if (sun < 19) return SUN;
  return mix(SUN, sky, 0.45 + sun / 130);
}

/** The color of a place at picture `t`. */
function colorAt(x: number, y: number, t: number): Color {
  if (isLetter(x, y)) return [250, 250, 250];
  const ballX = 40 + 21 * t;
  const ballY = 150 - 92 * Math.sin((Math.PI * (t + 1)) / (PICTURES + 1));
  const ball = Math.hypot(x - ballX, y - ballY);
  if (ball < 13) {
    const light = Math.max(0, 1 - Math.hypot(x - ballX + 4, y - ballY + 5) / 17);
    const stripe = Math.floor((x - ballX + y - ballY + 200) / 7) % 2 === 0;
    return mix(stripe ? [170, 26, 34] : [216, 206, 190], [255, 244, 232], light);
  }
  if (y > 166) {
    const wave = noise(x / 17 + t * 0.3, y / 2.4 - t * 0.25) * noise(x / 8 - t * 0.2, y / 2);
    const glint = 60 * wave + (wave > 0.6 && Math.abs(x - 92) < y - 150 ? 90 : 0);
    const base = mix(WATER, SKY_LOW, 0.5 - (y - 166) / 80);
    return [base[0] + glint, base[1] + glint * 0.9, base[2] + glint * 0.8];
  }
  const ground = x + 2.25 * t;
  const near = 136 + 12 * Math.sin(ground / 41) + 6 * Math.sin(ground / 17);
  if (isMill(x, y, t) && y < near + 4) return [74, 46, 40];
  if (y > near) {
    const grain = texture(ground, y);
    return mix(mix(NEAR, [20, 44, 34], (y - near) / 44), [176, 190, 96], 1.5 * (grain - 0.42));
  }
  const distant = x + 0.75 * t;
  const far = 108 + 15 * Math.sin(distant / 57 + 1) + 5 * noise(distant / 12, 3);
  return y > far ? mix(FAR, SKY_LOW, (y - far) / 60) : skyAt(x, y);
}

/** One picture as planes of 4:2:0, by the matrix of ITU-R BT.601, limited range. */
function drawPicture(t: number): Uint8Array {
  const out = new Uint8Array((WIDTH * HEIGHT * 3) / 2);
  const [cbAt, crAt] = [WIDTH * HEIGHT, (WIDTH * HEIGHT * 5) / 4];
  for (let y = 0; y < HEIGHT; y += 2) {
    for (let x = 0; x < WIDTH; x += 2) {
      let [cb, cr] = [0, 0];
      for (let k = 0; k < 4; k++) {
        const [px, py] = [x + (k & 1), y + (k >> 1)];
        const [r, g, b] = colorAt(px, py, t).map((value) => Math.min(255, value)) as number[];
        out[py * WIDTH + px] = 16.5 + 0.2568 * r + 0.5041 * g + 0.0979 * b;
        cb += 128 - 0.1482 * r - 0.291 * g + 0.4392 * b;
        cr += 128 + 0.4392 * r - 0.3678 * g - 0.0714 * b;
      }
      const at = (y / 2) * (WIDTH / 2) + x / 2;
      out[cbAt + at] = cb / 4 + 0.5;
      out[crAt + at] = cr / 4 + 0.5;
    }
  }
  return out;
}

/** The sample, the same every time. */
export function createSample(): SourcePictures {
  const pictures = Array.from({ length: PICTURES }, (_, t) => drawPicture(t));
  const facts = { width: WIDTH, height: HEIGHT, frameRate: FRAME_RATE } as const;
  return { title: 'Built-in sample', ...facts, pictures };
}
