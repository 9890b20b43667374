/** H.264 byte streams (Annex B). Their NAL units are `syntax/h264`; read `reader.ts`. */
export { accessUnitToAnnexB } from '../../syntax/h264/byte-stream.ts';
export {
  type AnnexBReader,
  type AnnexBReaderOptions,
  hasAnnexBUnits,
  isAnnexB,
  openAnnexB,
} from './reader.ts';
export { type AnnexBOptions, createAnnexBWriter } from './writer.ts';
