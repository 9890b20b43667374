/** Sample formats, by ffmpeg's names: the twelve of SPDL. The `p` at the end means planar. */

export type SampleFmt =
  | 'u8'
  | 's16'
  | 's32'
  | 's64'
  | 'flt'
  | 'dbl'
  | 'u8p'
  | 's16p'
  | 's32p'
  | 's64p'
  | 'fltp'
  | 'dblp';
