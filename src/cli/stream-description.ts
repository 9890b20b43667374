/** The properties of input streams that go to the encoder and the output. */
import type { StreamInfo, VideoStreamInfo } from '../base/packet.ts';
import { colorName } from '../frames/index.ts';
import type { VideoEncodeOptions } from '../pipeline/encode-config.ts';
import type { StreamDescription } from '../pipeline/muxer-options.ts';

/** The colors of the input; empty where it does not state them. */
export function colorOptions({ color }: VideoStreamInfo): Partial<VideoEncodeOptions> {
  if (color === undefined) return {};
  return {
    colorRange: color.video_full_range_flag === 1 ? 'pc' : 'tv',
    colorPrimaries: colorName('primaries', color.colour_primaries),
    colorTrc: colorName('transfer', color.transfer_characteristics),
    colorspace: colorName('matrix', color.matrix_coefficients),
  };
}

/** Facts of a stream that containers store and codecs do not know. */
export function descriptionOf(stream: StreamInfo): StreamDescription {
  const { language, title, isDefault, tags } = stream;
  const shared = {
    ...(language === undefined ? {} : { language }),
    ...(title === undefined ? {} : { title }),
    ...(isDefault === undefined ? {} : { isDefault }),
    ...(tags === undefined ? {} : { tags }),
  };
  if (stream.kind !== 'video') return shared;
  const { rotation, masteringDisplay, contentLight, timecode } = stream;
  return {
    ...shared,
    ...(rotation === undefined ? {} : { rotation }),
    ...(masteringDisplay === undefined ? {} : { masteringDisplay }),
    ...(contentLight === undefined ? {} : { contentLight }),
    ...(timecode === undefined ? {} : { timecode }),
  };
}
