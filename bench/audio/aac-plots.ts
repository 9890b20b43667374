/** Charts of the AAC benchmark. */
import { COLORS, drawChart, type Panel } from '../plot.ts';
import { mean } from '../table.ts';
import { BARS, type GradePair } from './aac-results.ts';

/** Mean grade over rate, one panel for stereo and one for mono, each encoder and the best known one a line. */
export function drawMeanGrades(pairs: readonly GradePair[]): string {
  const panels = [2, 1].flatMap((numChannels) => {
    const chosen = pairs.filter((p) => p.numChannels === numChannels);
    return chosen.length > 0 ? [gradePanel(numChannels === 2 ? 'stereo' : 'mono', chosen)] : [];
  });
  return drawChart('AAC-LC: objective difference grade (BS.1387) over bit rate', panels, 2);
}

/** The same for each clip. */
export function drawClipGrades(pairs: readonly GradePair[]): string {
  const clips = [...new Set(pairs.map((p) => p.clip))];
  const panels = clips.map((clip) =>
    gradePanel(
      clip,
      pairs.filter((p) => p.clip === clip),
      false,
    ),
  );
  return drawChart('AAC-LC: objective difference grade (BS.1387) by clip', panels, 3);
}

function gradePanel(title: string, pairs: readonly GradePair[], withBest = true): Panel {
  const rates = [...new Set(pairs.map((p) => p.asked))].sort((a, b) => a - b);
  const at = (rate: number): readonly GradePair[] => pairs.filter((p) => p.asked === rate);
  const ours = rates.map((rate) => ({
    x: mean(at(rate).map((p) => p.ours.kbps)),
    y: mean(at(rate).map((p) => p.ours.odg)),
  }));
  const peers = rates.flatMap((rate) => {
    const graded = at(rate).flatMap((p) => (p.ffmpeg === null ? [] : [p.ffmpeg]));
    if (graded.length === 0) return [];
    return [{ x: mean(graded.map((g) => g.kbps)), y: mean(graded.map((g) => g.odg)) }];
  });
  const numChannels = pairs[0]!.numChannels;
  const best = BARS.filter((b) => b.numChannels === numChannels && rates.includes(b.asked));
  return {
    title,
    xLabel: 'kbit/s',
    yLabel: 'objective difference grade',
    xScale: 'linear',
    series: [
      { name: 'vitrine', color: COLORS.blue, marker: 'circle', points: ours },
      ...(peers.length > 0
        ? [
            {
              name: 'FFmpeg native',
              color: COLORS.orange,
              marker: 'square',
              points: peers,
            } as const,
          ]
        : []),
      ...(withBest
        ? [
            {
              name: 'FDK AAC 2 (measured before)',
              color: COLORS.gray,
              marker: 'diamond',
              dash: '4 3',
              points: best.map((b) => ({ x: b.asked, y: b.best })),
            } as const,
          ]
        : []),
    ],
  };
}
