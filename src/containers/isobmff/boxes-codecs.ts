/**
 * The codecs' own records, field by field. The writer and the reader carry them as bytes (boxes-entries.ts); these
 * descriptions are what the inspector shows. Loops over parameter sets name each set by what it is.
 */
import { hasRecordExtension } from '../../syntax/h264/profiles.ts';
import { describeBox, type FieldSyntax, fullBox, NO_BYTES } from './syntax.ts';

const READ_ONLY = {};

function parameterSet(s: FieldSyntax, name: string): void {
  const length = s.u(`${name}Length`, 16, 0);
  s.bytes(`${name}NALUnit`, length, NO_BYTES);
}

/** AVCDecoderConfigurationRecord, NALFF clause 5.3.3.1. */
export const avcC = /* @__PURE__ */ describeBox('avcC', 'NALFF 5.3.3.1', READ_ONLY, (s) => {
  s.u('configurationVersion', 8, 1);
  const AVCProfileIndication = s.u('AVCProfileIndication', 8, 0);
  s.u('profile_compatibility', 8, 0);
  s.u('AVCLevelIndication', 8, 0);
  s.u('reserved', 6, 0x3f);
  s.u('lengthSizeMinusOne', 2, 3);
  s.u('reserved', 3, 7);
  const numOfSequenceParameterSets = s.u('numOfSequenceParameterSets', 5, 0);
  for (let i = 0; i < numOfSequenceParameterSets; i++) parameterSet(s, 'sequenceParameterSet');
  const numOfPictureParameterSets = s.u('numOfPictureParameterSets', 8, 0);
  for (let i = 0; i < numOfPictureParameterSets; i++) parameterSet(s, 'pictureParameterSet');
  if (!hasRecordExtension(AVCProfileIndication) || s.remaining < 4) return;
  s.u('reserved', 6, 0x3f);
  s.u('chroma_format', 2, 1);
  s.u('reserved', 5, 0x1f);
  s.u('bit_depth_luma_minus8', 3, 0);
  s.u('reserved', 5, 0x1f);
  s.u('bit_depth_chroma_minus8', 3, 0);
  const numOfSequenceParameterSetExt = s.u('numOfSequenceParameterSetExt', 8, 0);
  for (let i = 0; i < numOfSequenceParameterSetExt; i++) parameterSet(s, 'sequenceParameterSetExt');
});

/** HEVCDecoderConfigurationRecord, NALFF clause 8.3.3.1. */
export const hvcC = /* @__PURE__ */ describeBox('hvcC', 'NALFF 8.3.3.1', READ_ONLY, (s) => {
  s.u('configurationVersion', 8, 1);
  s.u('general_profile_space', 2, 0);
  s.u('general_tier_flag', 1, 0);
  s.u('general_profile_idc', 5, 0);
  s.u('general_profile_compatibility_flags', 32, 0);
  s.u('general_constraint_indicator_flags', 48, 0);
  s.u('general_level_idc', 8, 0);
  s.u('reserved', 4, 15);
  s.u('min_spatial_segmentation_idc', 12, 0);
  s.u('reserved', 6, 0x3f);
  s.u('parallelismType', 2, 0);
  s.u('reserved', 6, 0x3f);
  s.u('chroma_format_idc', 2, 1);
  s.u('reserved', 5, 0x1f);
  s.u('bit_depth_luma_minus8', 3, 0);
  s.u('reserved', 5, 0x1f);
  s.u('bit_depth_chroma_minus8', 3, 0);
  s.u('avgFrameRate', 16, 0);
  s.u('constantFrameRate', 2, 0);
  s.u('numTemporalLayers', 3, 1);
  s.u('temporalIdNested', 1, 0);
  s.u('lengthSizeMinusOne', 2, 3);
  const numOfArrays = s.u('numOfArrays', 8, 0);
  for (let j = 0; j < numOfArrays; j++) {
    s.u('array_completeness', 1, 1);
    s.u('reserved', 1, 0);
    s.u('NAL_unit_type', 6, 0);
    const numNalus = s.u('numNalus', 16, 0);
    for (let i = 0; i < numNalus; i++) s.bytes('nalUnit', s.u('nalUnitLength', 16, 0), NO_BYTES);
  }
});

/** AV1CodecConfigurationRecord, AV1 Codec ISO Media File Format Binding clause 2.3. */
export const av1C = /* @__PURE__ */ describeBox('av1C', 'AV1-ISOBMFF 2.3', READ_ONLY, (s) => {
  s.u('marker', 1, 1);
  s.u('version', 7, 1);
  s.u('seq_profile', 3, 0);
  s.u('seq_level_idx_0', 5, 0);
  s.u('seq_tier_0', 1, 0);
  s.u('high_bitdepth', 1, 0);
  s.u('twelve_bit', 1, 0);
  s.u('monochrome', 1, 0);
  s.u('chroma_subsampling_x', 1, 0);
  s.u('chroma_subsampling_y', 1, 0);
  s.u('chroma_sample_position', 2, 0);
  s.u('reserved', 3, 0);
  s.u('initial_presentation_delay_present', 1, 0);
  s.u('initial_presentation_delay_minus_one', 4, 0);
  s.bytes('configOBUs', s.remaining, NO_BYTES);
});

/** VPCodecConfigurationRecord, VP Codec ISO Media File Format Binding. */
export const vpcC = /* @__PURE__ */ describeBox(
  'vpcC',
  'VP-ISOBMFF',
  { version: 1, flags: 0 },
  (s, b) => {
    fullBox(s, b);
    s.u('profile', 8, 0);
    s.u('level', 8, 0);
    s.u('bitDepth', 4, 8);
    s.u('chromaSubsampling', 3, 1);
    s.u('videoFullRangeFlag', 1, 0);
    s.u('colourPrimaries', 8, 2);
    s.u('transferCharacteristics', 8, 2);
    s.u('matrixCoefficients', 8, 2);
    const codecInitializationDataSize = s.u('codecInitializationDataSize', 16, 0);
    s.bytes('codecInitializationData', codecInitializationDataSize, NO_BYTES);
  },
);

/** OpusSpecificBox, Encapsulation of Opus in ISO Base Media File Format clause 4.3.2. */
export const dOps = /* @__PURE__ */ describeBox('dOps', 'Opus-ISOBMFF 4.3.2', READ_ONLY, (s) => {
  s.u('Version', 8, 0);
  const OutputChannelCount = s.u('OutputChannelCount', 8, 2);
  s.u('PreSkip', 16, 0);
  s.u('InputSampleRate', 32, 48_000);
  s.i('OutputGain', 16, 0);
  const ChannelMappingFamily = s.u('ChannelMappingFamily', 8, 0);
  if (ChannelMappingFamily === 0) return;
  s.u('StreamCount', 8, 1);
  s.u('CoupledCount', 8, 1);
  s.bytes('ChannelMapping', OutputChannelCount, NO_BYTES);
});

/** AC3SpecificBox, ETSI TS 102 366 clause F.4. */
export const dac3 = /* @__PURE__ */ describeBox('dac3', 'ETSI TS 102 366 F.4', READ_ONLY, (s) => {
  s.u('fscod', 2, 0);
  s.u('bsid', 5, 8);
  s.u('bsmod', 3, 0);
  s.u('acmod', 3, 2);
  s.u('lfeon', 1, 0);
  s.u('bit_rate_code', 5, 0);
  s.u('reserved', 5, 0);
});
