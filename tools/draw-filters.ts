/**
 * Draws docs/filters: a page of all filters with their options, and a picture of what each picture filter makes of the built-in test source:
 * `npm run docs:filters`. Everything comes from the registry; the graphs of the pictures stand here.
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crc32, deflateSync } from 'node:zlib';
import { FILTERS, FilterGraph } from '../src/filters/index.ts';
import { toArray, type VideoFrames } from '../src/frames/index.ts';

const FOLDER = fileURLToPath(new URL('../docs/filters', import.meta.url));
const [WIDTH, HEIGHT] = [240, 136];
const SOURCE = `testsrc2=s=${WIDTH}x${HEIGHT}`;
const OTHER = `testsrc=s=${WIDTH}x${HEIGHT}`;

/** Table: filter => a graph that shows it; what is not here is shown with its defaults. */
// biome-ignore format: a table
const GRAPHS: Readonly<Record<string, string>> = {
  blend: `${SOURCE}[a];${OTHER}[b];[a][b]blend=all_mode=difference`,
  boxblur: `${SOURCE},boxblur=4:2`,
  color: `color=c=steelblue:s=${WIDTH}x${HEIGHT}`,
  colorchannelmixer: `${SOURCE},colorchannelmixer=.393:.769:.189:0:.349:.686:.168:0:.272:.534:.131`,
  colorspace: `${SOURCE},format=yuv420p,colorspace=all=bt2020:iall=bt709`,
  concat: `${SOURCE}:d=0.2[a];${OTHER}:d=0.2[b];[a][b]concat,tile=2x2`,
  crop: `${SOURCE},crop=120:80:60:20`,
  drawbox: `${SOURCE},drawbox=30:20:120:80:white@0.6:t=6`,
  drawgrid: `${SOURCE},drawgrid=w=24:h=24:c=white@0.6`,
  drawtext: `${SOURCE},drawtext=text='drawtext %{n}':x=(w-tw)/2:y=(h-th)/2:fontsize=24:fontcolor=white:box=1:boxcolor=black@0.6:boxborderw=6`,
  eq: `${SOURCE},eq=contrast=1.6:brightness=-0.1:saturation=0.5`,
  fade: `${SOURCE},fade=in:0:20,select=eq(n\\,8)`,
  format: `${SOURCE},format=gray`,
  fps: `${SOURCE}:r=5,fps=10,tile=3x2`,
  gblur: `${SOURCE},gblur=4`,
  geq: `${SOURCE},geq=lum='lum(X+8*sin(Y/6),Y)':cb='cb(X+4*sin(Y/3),Y)':cr='cr(X+4*sin(Y/3),Y)'`,
  gradients: `gradients=s=${WIDTH}x${HEIGHT}:c0=orange:c1=navy:x0=0:y0=0:x1=239:y1=135`,
  hstack: `${SOURCE}[a];${OTHER}[b];[a][b]hstack`,
  hue: `${SOURCE},hue=h=90:s=0.8`,
  loop: `${SOURCE},loop=2:2,tile=3x2`,
  lut: `${SOURCE},lut=c0=bitand(val\\,192)`,
  lutrgb: `${SOURCE},lutrgb=r=negval:b=val/2`,
  lutyuv: `${SOURCE},lutyuv=y=gammaval(0.4)`,
  mergeplanes: `${SOURCE},format=yuv444p,split=3[a][b][c];[a][b][c]mergeplanes=0x002010:yuv444p`,
  noformat: `${SOURCE},noformat=yuv420p`,
  nullsrc: `nullsrc=s=${WIDTH}x${HEIGHT}`,
  overlay: `${SOURCE}[a];${OTHER},scale=80:46[b];[a][b]overlay=W-w-8:H-h-8`,
  pad: `${SOURCE},pad=iw+40:ih+24:20:12:violet`,
  reverse: `${SOURCE}:d=0.24,reverse,tile=3x2`,
  rotate: `${SOURCE},rotate=PI/8`,
  scale: `${SOURCE},scale=80:-2`,
  select: `${SOURCE},select=not(mod(n\\,5)),tile=3x2`,
  setdar: `${SOURCE},setdar=4/3`,
  setpts: `${SOURCE},setpts=2*PTS`,
  setsar: `${SOURCE},setsar=2`,
  settb: `${SOURCE},settb=1/1000`,
  split: `${SOURCE},split[a][b];[b]hflip[c];[a][c]vstack`,
  thumbnail: `${SOURCE},thumbnail=10`,
  tile: `${SOURCE},scale=80:46,tile=3x3:padding=4:margin=4`,
  tpad: `${SOURCE}:d=0.08,tpad=start=2:stop=2:stop_mode=clone,tile=3x2`,
  transpose: `${SOURCE},transpose=clock`,
  trim: `${SOURCE},trim=start_frame=10`,
  unsharp: `${SOURCE},unsharp=7:7:2`,
  vstack: `${SOURCE}[a];${OTHER}[b];[a][b]vstack`,
  xfade: `${SOURCE}:d=2[a];${OTHER}:d=2[b];[a][b]xfade=radial:1:0.5,select=eq(n\\,22)`,
  xstack: `${SOURCE}[a];${OTHER}[b];[a][b]xstack=layout=0_0|60_40`,
  zoompan: `${SOURCE},zoompan=z=2:x=60:y=20:d=1:s=${WIDTH}x${HEIGHT}`,
};

/** Sound of two seconds that swells and rises, and how sound is drawn. */
const SOUND = 'aevalsrc=0.6*sin(2*PI*(50+400*t)*t)*(1-0.6*cos(2*PI*t)):d=2';
const STEREO = `${SOUND},pan=stereo|c0=c0|c1=0.5*c0`;
const WAVES = 'showwavespic=s=240x136:split_channels=1:filter=peak';
const SPECTRUM = 'showspectrum=s=240x136:slide=fullframe:overlap=0.7:color=magma:scale=log';

/** Table: filter of sound => a graph that shows it as a picture. */
// biome-ignore format: a table
const SOUND_GRAPHS: Readonly<Record<string, string>> = {
  acrossfade: `${SOUND}[a];sine=d=2[b];[a][b]acrossfade=d=1,${WAVES}`,
  adelay: `${STEREO},adelay=0|500,${WAVES}`,
  aecho: `${SOUND},aecho=0.8:0.9:700:0.5,${WAVES}`,
  aevalsrc: `${SOUND},${WAVES}`,
  afade: `${SOUND},afade=d=1:curve=hsin,${WAVES}`,
  aformat: `${SOUND},aformat=channel_layouts=stereo,${WAVES}`,
  amerge: `${SOUND}[a];sine=d=2[b];[a][b]amerge,${WAVES}`,
  amix: `${SOUND}[a];sine=d=2[b];[a][b]amix,${WAVES}`,
  anoisesrc: `anoisesrc=c=pink:d=2,${SPECTRUM}`,
  anull: `${SOUND},anull,${WAVES}`,
  apad: `${SOUND},apad=pad_dur=1,${WAVES}`,
  aresample: `${SOUND},aresample=8000,${SPECTRUM}`,
  atempo: `${SOUND},atempo=2,${SPECTRUM}`,
  atrim: `${SOUND},atrim=0.5:1.5,${WAVES}`,
  bandpass: `anoisesrc=d=2,bandpass=f=8000:w=3,${SPECTRUM}`,
  bass: `anoisesrc=d=2,bass=f=4000:g=-30,${SPECTRUM}`,
  channelmap: `${STEREO},channelmap=FR|FL:stereo,${WAVES}`,
  channelsplit: `${STEREO},channelsplit[a][b];[b][a]amerge,${WAVES}`,
  dynaudnorm: `${SOUND},volume=0.3,dynaudnorm=f=100:g=5,${WAVES}`,
  equalizer: `anoisesrc=d=2,equalizer=f=8000:w=3:g=-30,${SPECTRUM}`,
  highpass: `anoisesrc=d=2,highpass=f=8000,${SPECTRUM}`,
  join: `${SOUND}[a];sine=d=2[b];[a][b]join,${WAVES}`,
  loudnorm: `${SOUND},volume=0.1,loudnorm=I=-12:TP=-1,${WAVES}`,
  lowpass: `anoisesrc=d=2,lowpass=f=8000,${SPECTRUM}`,
  pan: `${STEREO},pan=stereo|c0=0.2*c0|c1=c0+c1,${WAVES}`,
  sine: `sine=d=2:b=4,${SPECTRUM}`,
  treble: `anoisesrc=d=2,treble=f=8000:g=-30,${SPECTRUM}`,
  volume: `${SOUND},volume=0.4,${WAVES}`,
  showwaves: 'sine=f=300:d=1,showwaves=s=240x136',
  showwavespic: 'sine=f=300:d=1,showwavespic=s=240x136',
  showspectrum: `${SOUND},${SPECTRUM}`,
  showfreqs: 'sine=f=3000:d=1,showfreqs=s=240x136',
  avectorscope: 'sine=f=300:d=1,aformat=channel_layouts=stereo,avectorscope=s=240x240',
};

/** A PNG file (RFC 2083) of RGB samples, rows without prediction. */
function png(rgb: Uint8Array, width: number, height: number): Uint8Array {
  const chunk = (type: string, data: Uint8Array): Buffer => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const head = Buffer.alloc(4);
    head.writeUInt32BE(data.length);
    const tail = Buffer.alloc(4);
    tail.writeUInt32BE(crc32(body));
    return Buffer.concat([head, body, tail]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const rows = Buffer.alloc(height * (width * 3 + 1));
  for (let y = 0; y < height; y++) {
    rows.set(rgb.subarray(y * width * 3, (y + 1) * width * 3), y * (width * 3 + 1) + 1);
  }
  const signature = Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10);
  const end = new Uint8Array(0);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', end),
  ]);
}

/** The first picture that a graph gives, as a PNG file. */
function drawing(graph: string): Uint8Array {
  const session = new FilterGraph(`${graph},format=rgb24,buffersink`);
  const frames = session.getFrames({ limit: 1 }) as VideoFrames;
  const { width, height } = frames;
  return png(toArray(frames).data as Uint8Array, width, height);
}

const cell = (text: string): string => text.replaceAll('|', '\\|');

function pageOf(drawn: ReadonlyMap<string, string>): string {
  const lines = [
    '# Filters',
    '',
    'Written by `npm run docs:filters` from the registry; docs/filters.md explains the language.',
    '',
  ];
  for (const filter of [...FILTERS].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    lines.push(
      `## ${filter.name}`,
      '',
      `${filter.description[0]!.toUpperCase()}${filter.description.slice(1)}.`,
      '',
    );
    const graph = drawn.get(filter.name);
    if (graph !== undefined)
      lines.push(`![${filter.name}](${filter.name}.png)`, '', '```', graph, '```', '');
    if (filter.options.length === 0) continue;
    lines.push('| option | kind | default | |', '| --- | --- | --- | --- |');
    for (const {
      name,
      aliases = [],
      kind,
      default: value = '',
      description,
      choices,
      min,
      max,
    } of filter.options) {
      const names = [name, ...aliases].map((text) => `\`${text}\``).join(', ');
      const range =
        min !== undefined && max !== undefined && kind !== 'duration' ? ` ${min}..${max}` : '';
      const allowed =
        choices === undefined
          ? range
          : `: ${Object.keys(choices).slice(0, 12).join(', ')}${Object.keys(choices).length > 12 ? ', …' : ''}`;
      lines.push(
        `| ${names} | ${kind}${cell(allowed)} | ${value === '' ? '' : `\`${cell(value)}\``} | ${cell(description)} |`,
      );
    }
    lines.push('');
  }
  return `${lines.join('\n').trimEnd()}\n`;
}

mkdirSync(FOLDER, { recursive: true });
for (const name of readdirSync(FOLDER)) if (name.endsWith('.png')) rmSync(join(FOLDER, name));
const drawn = new Map<string, string>();
for (const { name, inputs, outputs } of FILTERS) {
  const isPicture = Array.isArray(inputs)
    ? inputs.every(({ kind }) => kind === 'video')
    : name in GRAPHS;
  const gives = Array.isArray(outputs) ? outputs[0]?.kind === 'video' : name in GRAPHS;
  const simple =
    Array.isArray(inputs) && inputs.length === 0
      ? `${name}=s=${WIDTH}x${HEIGHT}`
      : `${SOURCE},${name}`;
  const graph =
    GRAPHS[name] ??
    SOUND_GRAPHS[name] ??
    (isPicture && gives && name !== 'buffer' ? simple : undefined);
  if (graph === undefined) continue;
  writeFileSync(join(FOLDER, `${name}.png`), drawing(graph));
  drawn.set(name, graph);
}
writeFileSync(join(FOLDER, 'README.md'), pageOf(drawn));
console.log(`${FILTERS.length} filters, ${drawn.size} pictures`);
