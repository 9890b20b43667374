/**
 * Line charts as SVG, drawn from data: axes with round ticks, a grid, a legend, and panels side by side. No script, no
 * style sheet: the files show the same in a README and in an editor.
 */

/** One line of a chart. */
export interface Series {
  readonly name: string;
  /** Drawn in order, joined by lines. */
  readonly points: readonly { readonly x: number; readonly y: number; readonly label?: string }[];
  /** CSS color. */
  readonly color: string;
  /** Dash pattern in pixels, such as `4 3`; solid if not given. */
  readonly dash?: string;
  readonly marker?: 'circle' | 'square' | 'diamond' | 'triangle';
}

/** One chart. */
export interface Panel {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly xScale: 'linear' | 'log';
  readonly series: readonly Series[];
}

/** Colors that stay apart in print and for color-blind readers (Okabe and Ito, 2008). */
export const COLORS = {
  blue: '#0072b2',
  orange: '#d55e00',
  green: '#009e73',
  purple: '#cc79a7',
  amber: '#e69f00',
  gray: '#7a7a7a',
} as const;

/** Size of one panel and the space around its plot area, in pixels. */
export interface PanelSize {
  readonly width: number;
  readonly height: number;
}

const MARGIN = { left: 56, right: 16, top: 34, bottom: 46 };
const FONT = 'font-family="Helvetica, Arial, sans-serif"';

/** An SVG file with `panels` in rows of `columns`, one legend below the title for all. */
export function drawChart(
  title: string,
  panels: readonly Panel[],
  columns = 1,
  size: PanelSize = { width: 360, height: 270 },
): string {
  const rows = Math.ceil(panels.length / columns);
  const width = Math.max(columns * size.width, 420);
  const legend = drawLegend(panels, width, 48);
  const top = 48 + legend.height;
  const height = top + rows * size.height + 8;
  const parts = panels.map((panel, i) => {
    const x = (i % columns) * size.width;
    const y = top + Math.floor(i / columns) * size.height;
    return `<g transform="translate(${x} ${y})">\n${drawPanel(panel, size)}\n</g>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ${FONT}>`,
    `<title>${escapeText(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    text(16, 28, title, 'font-size="16" font-weight="bold" fill="#222222"'),
    legend.svg,
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

/** The names of all series, each once, in lines that fit `width`. */
function drawLegend(panels: readonly Panel[], width: number, top: number) {
  const named = new Map(
    panels.flatMap((panel) => panel.series).map((series) => [series.name, series]),
  );
  const parts: string[] = [];
  let x = 16;
  let y = top;
  for (const series of named.values()) {
    const itemWidth = 44 + series.name.length * 6.6;
    if (x > 16 && x + itemWidth > width) {
      x = 16;
      y += 18;
    }
    parts.push(strokeLine(x, y - 4, x + 24, y - 4, series.color, 2, series.dash));
    parts.push(drawMarker(x + 12, y - 4, series));
    parts.push(text(x + 30, y, series.name, 'font-size="12" fill="#333333"'));
    x += itemWidth;
  }
  return { svg: parts.join('\n'), height: y - top + 14 };
}

function drawPanel(panel: Panel, size: PanelSize): string {
  const left = MARGIN.left;
  const right = size.width - MARGIN.right;
  const top = MARGIN.top;
  const bottom = size.height - MARGIN.bottom;
  const points = panel.series.flatMap((series) => series.points);
  const xAxis = makeAxis(
    points.map((p) => p.x),
    panel.xScale,
    left,
    right,
  );
  const yAxis = makeAxis(
    points.map((p) => p.y),
    'linear',
    bottom,
    top,
  );
  const parts: string[] = [
    text(
      (left + right) / 2,
      20,
      panel.title,
      'font-size="13" font-weight="bold" text-anchor="middle" fill="#222222"',
    ),
  ];
  for (const tick of xAxis.ticks) {
    const x = xAxis.place(tick);
    parts.push(strokeLine(x, top, x, bottom, '#e4e4e4', 1));
    parts.push(
      text(x, bottom + 15, formatTick(tick), 'font-size="10" text-anchor="middle" fill="#555555"'),
    );
  }
  for (const tick of yAxis.ticks) {
    const y = yAxis.place(tick);
    parts.push(strokeLine(left, y, right, y, tick === 0 ? '#b0b0b0' : '#e4e4e4', 1));
    parts.push(
      text(left - 6, y + 3.5, formatTick(tick), 'font-size="10" text-anchor="end" fill="#555555"'),
    );
  }
  parts.push(
    `<rect x="${left}" y="${top}" width="${right - left}" height="${bottom - top}" fill="none" stroke="#888888"/>`,
    text(
      (left + right) / 2,
      size.height - 12,
      panel.xLabel,
      'font-size="11" text-anchor="middle" fill="#333333"',
    ),
    `<g transform="translate(14 ${(top + bottom) / 2}) rotate(-90)">${text(0, 0, panel.yLabel, 'font-size="11" text-anchor="middle" fill="#333333"')}</g>`,
  );
  for (const series of panel.series) {
    const placed = series.points.map((p) => ({ ...p, px: xAxis.place(p.x), py: yAxis.place(p.y) }));
    const path = placed.map((p) => `${round(p.px)},${round(p.py)}`).join(' ');
    const dash = series.dash === undefined ? '' : ` stroke-dasharray="${series.dash}"`;
    parts.push(
      `<polyline points="${path}" fill="none" stroke="${series.color}" stroke-width="1.8" stroke-linejoin="round"${dash}/>`,
    );
    for (const p of placed) {
      parts.push(drawMarker(p.px, p.py, series));
      if (p.label !== undefined) {
        const atEdge = p.px + 8 + 6 * p.label.length > right;
        const style = `font-size="10" fill="${series.color}" text-anchor="${atEdge ? 'end' : 'start'}"`;
        parts.push(text(p.px + (atEdge ? -6 : 6), p.py - 6, p.label, style));
      }
    }
  }
  return parts.join('\n');
}

/** Where values of one axis lie, and which are marked. */
interface Axis {
  readonly ticks: readonly number[];
  readonly place: (value: number) => number;
}

/** An axis that spans `values` with a little room, from pixel `from` (its low end) to pixel `to`. */
function makeAxis(
  values: readonly number[],
  scale: 'linear' | 'log',
  from: number,
  to: number,
): Axis {
  const forward = scale === 'log' ? Math.log10 : (value: number) => value;
  const finite = values.map(forward).filter(Number.isFinite);
  let low = Math.min(...finite);
  let high = Math.max(...finite);
  if (!(high > low)) {
    low = (Number.isFinite(low) ? low : 0) - 0.5;
    high = low + 1;
  }
  const room = (high - low) * 0.07;
  low -= room;
  high += room;
  const ticks = scale === 'log' ? logTicks(10 ** low, 10 ** high) : linearTicks(low, high);
  const place = (value: number) => from + ((forward(value) - low) / (high - low)) * (to - from);
  return { ticks, place };
}

/** Multiples of 1, 2 or 5 times a power of ten within `low..high`, about six of them. */
export function linearTicks(low: number, high: number): number[] {
  const rough = (high - low) / 6;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step =
    power * (rough / power < 1.5 ? 1 : rough / power < 3 ? 2 : rough / power < 7 ? 5 : 10);
  const ticks: number[] = [];
  for (let n = Math.ceil(low / step); n * step <= high; n++)
    ticks.push(Number((n * step).toPrecision(12)));
  return ticks;
}

/** 1, 2 and 5 times powers of ten within `low..high`; only the powers if that would be many. */
export function logTicks(low: number, high: number): number[] {
  const mantissas = Math.log10(high / low) > 3 ? [1] : [1, 2, 5];
  const ticks: number[] = [];
  for (let exponent = Math.floor(Math.log10(low)); 10 ** exponent <= high; exponent++) {
    for (const mantissa of mantissas) {
      const tick = Number((mantissa * 10 ** exponent).toPrecision(12));
      if (tick >= low && tick <= high) ticks.push(tick);
    }
  }
  return ticks;
}

function formatTick(value: number): string {
  if (Math.abs(value) >= 1e6) return `${value / 1e6}M`;
  if (Math.abs(value) >= 1e4) return `${value / 1e3}k`;
  return String(value);
}

function drawMarker(x: number, y: number, series: Series): string {
  const at = (dx: number, dy: number) => `${round(x + dx)},${round(y + dy)}`;
  const style = `fill="${series.color}" stroke="#ffffff" stroke-width="0.8"`;
  switch (series.marker) {
    case 'square':
      return `<polygon points="${at(-3.5, -3.5)} ${at(3.5, -3.5)} ${at(3.5, 3.5)} ${at(-3.5, 3.5)}" ${style}/>`;
    case 'diamond':
      return `<polygon points="${at(0, -4.8)} ${at(4.8, 0)} ${at(0, 4.8)} ${at(-4.8, 0)}" ${style}/>`;
    case 'triangle':
      return `<polygon points="${at(0, -4.5)} ${at(4.5, 3.8)} ${at(-4.5, 3.8)}" ${style}/>`;
    default:
      return `<circle cx="${round(x)}" cy="${round(y)}" r="3.8" ${style}/>`;
  }
}

function strokeLine(
  x1: number,
  y1: number,
  x2: number,
  y2: number,
  color: string,
  width: number,
  dash?: string,
): string {
  const pattern = dash === undefined ? '' : ` stroke-dasharray="${dash}"`;
  return `<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" stroke="${color}" stroke-width="${width}"${pattern}/>`;
}

function text(x: number, y: number, content: string, style: string): string {
  return `<text x="${round(x)}" y="${round(y)}" ${style}>${escapeText(content)}</text>`;
}

function escapeText(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
