/** What the streams of an input say of themselves, for the encoder and the output. */
import type { StreamInfo, VideoStreamInfo } from '../base/packet.ts';
import { colorName } from '../frames/index.ts';
import type { VideoEncodeOptions } from '../pipeline/encode-config.ts';
import type { StreamDescription } from '../pipeline/muxer-options.ts';

/** What the input says of its colors, and nothing where it says nothing. */
export function colorOptions({ color }: VideoStreamInfo): Partial<VideoEncodeOptions> {
  if (color === undefined) return {};
  return {
    colorRange: color.video_full_range_flag === 1 ? 'pc' : 'tv',
    colorPrimaries: colorName('primaries', color.colour_primaries),
    colorTrc: colorName('transfer', color.transfer_characteristics),
    colorspace: colorName('matrix', color.matrix_coefficients),
  };
}

/** What the input says of a stream that no codec knows. */
export function descriptionOf(stream: StreamInfo): StreamDescription {
  const { language, title, isDefault } = stream;
  const shared = {
    ...(language === undefined ? {} : { language }),
    ...(title === undefined ? {} : { title }),
    ...(isDefault === undefined ? {} : { isDefault }),
  };
  if (stream.kind !== 'video') return shared;
  const { rotation, masteringDisplay, contentLight } = stream;
  return {
    ...shared,
    ...(rotation === undefined ? {} : { rotation }),
    ...(masteringDisplay === undefined ? {} : { masteringDisplay }),
    ...(contentLight === undefined ? {} : { contentLight }),
  };
}
