/** Pixel formats, by ffmpeg's names. */

export type PixFmt =
  | 'rgb24'
  | 'bgr24'
  | 'rgba'
  | 'bgra'
  | 'gray'
  | 'gray16le'
  | 'gray16be'
  | 'gray10le'
  | 'yuv420p'
  | 'yuvj420p'
  | 'yuv422p'
  | 'yuv444p'
  | 'yuvj444p'
  | 'nv12';
