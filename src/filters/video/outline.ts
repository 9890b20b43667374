/**
 * Outlines to coverage: contours of lines and quadratic curves, inside by the nonzero winding rule. The exact signed area that each edge
 * covers to its right is gathered pixel by pixel, then summed along each row (the method of Levien, "Inside the fastest font renderer in the
 * world", 2016; without overlaps of contours it is exact).
 */
import type { Glyph } from './typeface.ts';

/** A point of a contour, y downwards when it is drawn; two points off the curve have one on it half way. */
export interface Point {
  readonly x: number;
  readonly y: number;
  readonly onCurve: boolean;
}

/** Draws contours in pixels about the pen; `maxSide` bounds the size. */
export function fillOutline(contours: readonly Point[][], advance: number, maxSide: number): Glyph {
  const points = contours.flat();
  if (points.length === 0)
    return { width: 0, height: 0, left: 0, top: 0, advance, coverage: new Uint8Array(0) };
  const left = Math.floor(Math.min(...points.map(({ x }) => x)));
  const top = Math.floor(Math.min(...points.map(({ y }) => y)));
  const width = Math.min(Math.ceil(Math.max(...points.map(({ x }) => x))) - left + 1, maxSide);
  const height = Math.min(Math.ceil(Math.max(...points.map(({ y }) => y))) - top + 1, maxSide);
  const areas = new Float32Array((width + 2) * (height + 1));
  const raster: Raster = { areas, width, height, left, top };
  for (const contour of contours) drawContour(raster, contour);
  const coverage = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    let sum = 0;
    for (let x = 0; x < width; x++) {
      sum += areas[y * (width + 2) + x]!;
      coverage[y * width + x] = Math.round(Math.min(Math.abs(sum), 1) * 255);
    }
  }
  return { width, height, left, top: -top, advance, coverage };
}

interface Raster {
  readonly areas: Float32Array;
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly top: number;
}

function middle(a: Point, b: Point): Point {
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, onCurve: true };
}

function drawContour(raster: Raster, contour: readonly Point[]): void {
  if (contour.length < 2) return;
  const [first, last] = [contour[0]!, contour.at(-1)!];
  const start = first.onCurve ? first : last.onCurve ? last : middle(first, last);
  let from = start;
  let control: Point | undefined;
  const draw = (to: Point): void => {
    if (control === undefined) line(raster, from.x, from.y, to.x, to.y);
    else curve(raster, from, control, to);
    control = undefined;
    from = to;
  };
  for (const point of contour) {
    if (point === start) continue;
    if (point.onCurve) draw(point);
    else {
      if (control !== undefined) draw(middle(control, point));
      control = point;
    }
  }
  draw(start);
}

/** A quadratic curve as lines; their number grows with how far the control point is from the chord. */
function curve(raster: Raster, from: Point, control: Point, to: Point): void {
  const bend = Math.hypot(from.x - 2 * control.x + to.x, from.y - 2 * control.y + to.y);
  const steps = Math.min(64, 1 + Math.ceil(Math.sqrt(bend * 2)));
  let [x, y] = [from.x, from.y];
  for (let i = 1; i <= steps; i++) {
    const t = i / steps;
    const [a, b, c] = [(1 - t) * (1 - t), 2 * t * (1 - t), t * t];
    const nextX = a * from.x + b * control.x + c * to.x;
    const nextY = a * from.y + b * control.y + c * to.y;
    line(raster, x, y, nextX, nextY);
    [x, y] = [nextX, nextY];
  }
}

/** Adds the signed area to the right of an edge, row by row. */
function line(raster: Raster, fromX: number, fromY: number, toX: number, toY: number): void {
  if (fromY === toY) return;
  const { left, top, height } = raster;
  const sign = fromY < toY ? 1 : -1;
  const [x0, y0, x1, y1] = sign > 0 ? [fromX, fromY, toX, toY] : [toX, toY, fromX, fromY];
  const slope = (x1 - x0) / (y1 - y0);
  const begin = Math.max(y0 - top, 0);
  const end = Math.min(y1 - top, height);
  for (let row = Math.floor(begin); row < end; row++) {
    const upper = Math.max(begin, row);
    const lower = Math.min(end, row + 1);
    const xa = x0 + (upper + top - y0) * slope - left;
    const xb = x0 + (lower + top - y0) * slope - left;
    spread(raster, row, Math.min(xa, xb), Math.max(xa, xb), sign * (lower - upper));
  }
}

/** Shares the height that an edge has in a row among the columns it crosses. */
function spread(raster: Raster, row: number, from: number, to: number, amount: number): void {
  const { areas, width } = raster;
  const start = row * (width + 2);
  const first = Math.min(Math.max(Math.floor(from), 0), width);
  const last = Math.min(Math.max(Math.floor(to), 0), width);
  if (first === last) {
    const covered = 1 - ((from + to) / 2 - first);
    areas[start + first]! += amount * covered;
    areas[start + first + 1]! += amount * (1 - covered);
    return;
  }
  const perColumn = amount / (to - from);
  for (let column = first; column <= last; column++) {
    const a = Math.max(from, column);
    const b = Math.min(to, column + 1);
    const part = perColumn * (b - a);
    const covered = 1 - ((a + b) / 2 - column);
    areas[start + column]! += part * covered;
    areas[start + column + 1]! += part * (1 - covered);
  }
}
