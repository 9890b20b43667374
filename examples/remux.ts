/** A stream from one file into another without coding it again: the specification's "Remuxing (Copying Streams)". */
import { Demuxer, Muxer } from 'vitrine';

const input = process.argv[2] ?? 'input.mp4';
const output = process.argv[3] ?? 'output.mp4';

// Open the source.
await using demuxer = await Demuxer.open(input);

// Create the output.
const muxer = new Muxer(output);
muxer.addRemuxStream(demuxer.videoCodec);

// Copy packets.
await using file = await muxer.open();
for await (const packets of demuxer.streamingDemux({ duration: 1 })) {
  await file.write(0, packets);
}
