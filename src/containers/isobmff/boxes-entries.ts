/**
 * Sample entries and the boxes inside them: the facts that a decoder needs before the first sample. ISOBMFF clause 12, MP4
 * clause 6.7, NALFF clause 5.4. Those of codecs other than H.264 and AAC: boxes-other-entries.ts.
 */
import { describeBox, describeContainer, type FieldSyntax, fullBox, NO_BYTES } from './syntax.ts';

/** SampleEntry, ISOBMFF clause 8.5.2.2. */
export function sampleEntry(s: FieldSyntax, b: { data_reference_index: number }): void {
  for (let i = 0; i < 6; i++) s.u('reserved', 8, 0);
  b.data_reference_index = s.u('data_reference_index', 16, b.data_reference_index);
}

/** VisualSampleEntry; resolutions are 16.16 fixed point. `compressorname` is at most 31 bytes of ASCII. */
export const visualSampleEntry = /* @__PURE__ */ describeContainer(
  'avc1',
  'ISOBMFF 12.1.3',
  {
    data_reference_index: 1,
    width: 0,
    height: 0,
    horizresolution: 0x00480000,
    vertresolution: 0x00480000,
    frame_count: 1,
    compressorname: '',
    depth: 0x0018,
  },
  (s, b) => {
    sampleEntry(s, b);
    s.u('pre_defined', 16, 0);
    s.u('reserved', 16, 0);
    for (let i = 0; i < 3; i++) s.u('pre_defined', 32, 0);
    b.width = s.u('width', 16, b.width);
    b.height = s.u('height', 16, b.height);
    b.horizresolution = s.u('horizresolution', 32, b.horizresolution);
    b.vertresolution = s.u('vertresolution', 32, b.vertresolution);
    s.u('reserved', 32, 0);
    b.frame_count = s.u('frame_count', 16, b.frame_count);
    const length = s.u('compressorname_length', 8, b.compressorname.length);
    const name = s.text('compressorname', 31, b.compressorname.padEnd(31, '\0'));
    b.compressorname = name.slice(0, Math.min(length, 31));
    b.depth = s.u('depth', 16, b.depth);
    s.i('pre_defined', 16, -1);
  },
);

/**
 * AudioSampleEntry, ISOBMFF clause 12.2.3, and QuickTime's sound description, whose version 1 and 2 put more fields
 * behind it (QuickTime File Format, "Sound Sample Descriptions"). `samplerate` is 16.16 fixed point.
 */
export const audioSampleEntry = /* @__PURE__ */ describeContainer(
  'mp4a',
  'ISOBMFF 12.2.3',
  {
    data_reference_index: 1,
    version: 0,
    channelcount: 2,
    samplesize: 16,
    compression_id: 0,
    samplerate: 0,
    samplesPerPacket: 0,
    bytesPerPacket: 0,
    bytesPerFrame: 0,
    bytesPerSample: 0,
    audioSampleRate: 0,
    numAudioChannels: 0,
    constBitsPerChannel: 0,
    formatSpecificFlags: 0,
    constBytesPerAudioPacket: 0,
    constLPCMFramesPerAudioPacket: 0,
  },
  (s, b) => {
    sampleEntry(s, b);
    b.version = s.u('version', 16, b.version);
    s.u('revision_level', 16, 0);
    s.u('vendor', 32, 0);
    b.channelcount = s.u('channelcount', 16, b.channelcount);
    b.samplesize = s.u('samplesize', 16, b.samplesize);
    b.compression_id = s.i('compression_id', 16, b.compression_id);
    s.u('packet_size', 16, 0);
    b.samplerate = s.u('samplerate', 32, b.samplerate);
    if (b.version === 1) soundDescription1(s, b);
    else if (b.version === 2) soundDescription2(s, b);
  },
);

function soundDescription1(
  s: FieldSyntax,
  b: {
    samplesPerPacket: number;
    bytesPerPacket: number;
    bytesPerFrame: number;
    bytesPerSample: number;
  },
): void {
  // A box may call itself version 1 in ISOBMFF's sense (samplerate box, clause 12.2.3) and lack these; boxes follow then.
  if (s.isReading && s.remaining < 16) return;
  b.samplesPerPacket = s.u('samplesPerPacket', 32, b.samplesPerPacket);
  b.bytesPerPacket = s.u('bytesPerPacket', 32, b.bytesPerPacket);
  b.bytesPerFrame = s.u('bytesPerFrame', 32, b.bytesPerFrame);
  b.bytesPerSample = s.u('bytesPerSample', 32, b.bytesPerSample);
}

function soundDescription2(
  s: FieldSyntax,
  b: {
    audioSampleRate: number;
    numAudioChannels: number;
    constBitsPerChannel: number;
    formatSpecificFlags: number;
    constBytesPerAudioPacket: number;
    constLPCMFramesPerAudioPacket: number;
  },
): void {
  s.u('sizeOfStructOnly', 32, 72);
  b.audioSampleRate = s.f64('audioSampleRate', b.audioSampleRate);
  b.numAudioChannels = s.u('numAudioChannels', 32, b.numAudioChannels);
  s.u('always7F000000', 32, 0x7f000000);
  b.constBitsPerChannel = s.u('constBitsPerChannel', 32, b.constBitsPerChannel);
  b.formatSpecificFlags = s.u('formatSpecificFlags', 32, b.formatSpecificFlags);
  b.constBytesPerAudioPacket = s.u('constBytesPerAudioPacket', 32, b.constBytesPerAudioPacket);
  b.constLPCMFramesPerAudioPacket = s.u(
    'constLPCMFramesPerAudioPacket',
    32,
    b.constLPCMFramesPerAudioPacket,
  );
}

/** PixelAspectRatioBox: width to height of one sample. */
export const pasp = /* @__PURE__ */ describeBox(
  'pasp',
  'ISOBMFF 12.1.4',
  { hSpacing: 1, vSpacing: 1 },
  (s, b) => {
    b.hSpacing = s.u('hSpacing', 32, b.hSpacing);
    b.vSpacing = s.u('vSpacing', 32, b.vSpacing);
  },
);

/** ColourInformationBox. QuickTime's `nclc` lacks the byte with the range flag. */
export const colr = /* @__PURE__ */ describeBox(
  'colr',
  'ISOBMFF 12.1.5',
  {
    colour_type: 'nclx',
    colour_primaries: 2,
    transfer_characteristics: 2,
    matrix_coefficients: 2,
    full_range_flag: 0,
    ICC_profile: NO_BYTES,
  },
  (s, b) => {
    b.colour_type = s.fourcc('colour_type', b.colour_type);
    if (b.colour_type === 'nclx' || b.colour_type === 'nclc') {
      b.colour_primaries = s.u('colour_primaries', 16, b.colour_primaries);
      b.transfer_characteristics = s.u('transfer_characteristics', 16, b.transfer_characteristics);
      b.matrix_coefficients = s.u('matrix_coefficients', 16, b.matrix_coefficients);
      if (b.colour_type === 'nclx') {
        b.full_range_flag = s.u('full_range_flag', 1, b.full_range_flag);
        s.u('reserved', 7, 0);
      }
    } else {
      b.ICC_profile = s.bytes('ICC_profile', s.remaining, b.ICC_profile);
    }
  },
);

/** BitRateBox: decoding buffer in bytes, and bits per second over any second and over the whole. */
export const btrt = /* @__PURE__ */ describeBox(
  'btrt',
  'ISOBMFF 8.5.2.2',
  { bufferSizeDB: 0, maxBitrate: 0, avgBitrate: 0 },
  (s, b) => {
    b.bufferSizeDB = s.u('bufferSizeDB', 32, b.bufferSizeDB);
    b.maxBitrate = s.u('maxBitrate', 32, b.maxBitrate);
    b.avgBitrate = s.u('avgBitrate', 32, b.avgBitrate);
  },
);

/** A record of a codec's own specification that is carried untouched: `avcC`, `hvcC`, `av1C`, `dac3`, `dOps` … */
export const codecRecord = /* @__PURE__ */ describeBox(
  'avcC',
  'of the codec',
  { record: NO_BYTES },
  (s, b) => {
    b.record = s.bytes('record', s.remaining, b.record);
  },
);

// Tags of descriptors, ESDS clause 7.2.2.1.
const ES_DescrTag = 0x03;
const DecoderConfigDescrTag = 0x04;
const DecSpecificInfoTag = 0x05;
const SLConfigDescrTag = 0x06;

/** Number of bytes that `sizeOfInstance` takes for us: always four, as most writers do. ESDS clause 8.3.3. */
const SIZE_BYTES = 4;
const HEADER_BYTES = 1 + SIZE_BYTES;

/** Tag and expandable size of a descriptor, ESDS clauses 7.2.2.2 and 8.3.3: seven bits a byte while the top bit is set. */
function descriptorHeader(
  s: FieldSyntax,
  tag: number,
  size: number,
): { tag: number; size: number } {
  const readTag = s.u('tag', 8, tag);
  let sizeOfInstance = 0;
  for (let i = SIZE_BYTES - 1; i >= 0; i--) {
    const nextByte = s.u('nextByte', 1, i > 0 ? 1 : 0);
    sizeOfInstance = (sizeOfInstance << 7) | s.u('sizeOfInstance', 7, (size >> (7 * i)) & 127);
    if (nextByte === 0) break;
  }
  return { tag: readTag, size: sizeOfInstance };
}

/**
 * ESDBox, MP4 clause 6.7.2, with the descriptors of ESDS clauses 7.2.6.5 to 7.2.6.8. `decSpecificInfo` is the codec's own
 * configuration (AudioSpecificConfig for AAC).
 */
export const esds = /* @__PURE__ */ describeBox(
  'esds',
  'MP4 6.7.2',
  {
    version: 0,
    flags: 0,
    ES_ID: 0,
    objectTypeIndication: 0x40,
    streamType: 5,
    bufferSizeDB: 0,
    maxBitrate: 0,
    avgBitrate: 0,
    decSpecificInfo: NO_BYTES,
  },
  (s, b) => {
    fullBox(s, b);
    const info = b.decSpecificInfo.length;
    const decoderConfig = 13 + (info > 0 ? HEADER_BYTES + info : 0);
    const outer = descriptorHeader(
      s,
      ES_DescrTag,
      3 + HEADER_BYTES + decoderConfig + HEADER_BYTES + 1,
    );
    // QuickTime files may begin with the decoder configuration itself.
    if (outer.tag === ES_DescrTag) {
      b.ES_ID = s.u('ES_ID', 16, b.ES_ID);
      const streamDependenceFlag = s.u('streamDependenceFlag', 1, 0);
      const URL_Flag = s.u('URL_Flag', 1, 0);
      const OCRstreamFlag = s.u('OCRstreamFlag', 1, 0);
      s.u('streamPriority', 5, 0);
      if (streamDependenceFlag) s.u('dependsOn_ES_ID', 16, 0);
      if (URL_Flag) s.text('URLstring', s.u('URLlength', 8, 0), '');
      if (OCRstreamFlag) s.u('OCR_ES_Id', 16, 0);
      if (s.isReading && s.remaining < 2) return;
      if (descriptorHeader(s, DecoderConfigDescrTag, decoderConfig).tag !== DecoderConfigDescrTag) {
        return;
      }
    }
    b.objectTypeIndication = s.u('objectTypeIndication', 8, b.objectTypeIndication);
    b.streamType = s.u('streamType', 6, b.streamType);
    s.u('upStream', 1, 0);
    s.u('reserved', 1, 1);
    b.bufferSizeDB = s.u('bufferSizeDB', 24, b.bufferSizeDB);
    b.maxBitrate = s.u('maxBitrate', 32, b.maxBitrate);
    b.avgBitrate = s.u('avgBitrate', 32, b.avgBitrate);
    if (s.isReading) {
      if (s.remaining < 2) return;
      const inner = descriptorHeader(s, DecSpecificInfoTag, 0);
      if (inner.tag !== DecSpecificInfoTag) return;
      b.decSpecificInfo = s.bytes(
        'decSpecificInfo',
        Math.min(inner.size, s.remaining),
        b.decSpecificInfo,
      );
      if (s.remaining < 3) return;
    } else if (info > 0) {
      descriptorHeader(s, DecSpecificInfoTag, info);
      s.bytes('decSpecificInfo', info, b.decSpecificInfo);
    }
    descriptorHeader(s, SLConfigDescrTag, 1);
    s.u('predefined', 8, 2);
  },
);
