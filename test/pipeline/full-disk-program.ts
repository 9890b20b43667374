/** Run by full-disk.test.ts under a limit on file sizes: writes sound until that fails, and says how it failed. */
import { readdirSync } from 'node:fs';
import { audioEncodeConfig, MemorySink, Muxer } from 'vitrine';
import { pcmFrames, tones } from './clips.ts';

const [path] = process.argv.slice(2);
const sound = tones(100_000, 2, 48000);
const openFiles = () => readdirSync('/proc/self/fd').length;

// The first muxer loads what is loaded lazily, so that the counts of open files compare.
const config = audioEncodeConfig({ numChannels: 2, sampleRate: 48000, sampleFmt: 's16' });
const trial = new Muxer(new MemorySink(), { format: 'wav' });
trial.addEncodeStream({ config });
await trial.open();
await trial.close();
const before = openFiles();

const muxer = new Muxer(path!);
const encoder = muxer.addEncodeStream({ config });
const report = { error: '', name: '', written: 0, leaked: 0 };
try {
  await using file = await muxer.open();
  for (let start = 0; ; start += 100_000) {
    await file.write(0, await encoder.encode(pcmFrames(sound, start)));
    report.written = start;
  }
} catch (error) {
  report.error = String(error);
  report.name = (error as Error).name;
}
report.leaked = openFiles() - before;
console.log(JSON.stringify(report));
