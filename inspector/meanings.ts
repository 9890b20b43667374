/** What common parts of files are for, in a few words. */
const MEANINGS: Readonly<Record<string, string>> = {
  ftyp: 'which readers the file is for',
  moov: 'all about the tracks',
  mvhd: 'time scale and duration of the whole',
  trak: 'a track',
  tkhd: 'size and place of a track',
  mdhd: 'time scale and language of a track',
  hdlr: 'what kind of track it is',
  elst: 'which part of a track is played, and when',
  stsd: 'codec and its configuration',
  avcC: 'parameter sets of H.264',
  stts: 'how long each packet lasts',
  ctts: 'how much later than decoded each is shown',
  stss: 'packets that decoding can start at',
  stsc: 'packets of each chunk',
  stsz: 'bytes of each packet',
  stco: 'where each chunk begins',
  co64: 'where each chunk begins',
  mdat: 'the packets themselves',
  moof: 'a fragment: what its packets are',
  sidx: 'where fragments begin',
  udta: 'title and the like',
  EBML: 'which readers the file is for',
  SeekHead: 'where parts of the file are',
  Info: 'title, time scale, duration',
  Tracks: 'the tracks and their codecs',
  Cues: 'where decoding can start',
  Cluster: 'packets of some seconds',
  SimpleBlock: 'a packet',
  IHDR: 'size and color type',
  PLTE: 'the palette',
  IDAT: 'the pixels, compressed',
  acTL: 'it is an animation',
  fcTL: 'place and time of a picture',
  fdAT: 'pixels of a later picture, compressed',
  DQT: 'quantization steps',
  DHT: 'Huffman codes',
  SOS: 'a scan',
  DRI: 'how often decoding can start anew',
};

/** The name of a part with what it is for, where that is known. */
export function withMeaning(name: string): string {
  const start = name.startsWith('SOF') ? 'size and components' : MEANINGS[name];
  return start === undefined ? name : `${name}: ${start}`;
}
