/** Wraps AAC packets in ADTS headers (AAC clause 1.A.2.2), so that ffmpeg can read them without any container of ours. */

/** One frame: seven bytes of header without CRC, then `data`. */
export function adtsFrame(
  data: Uint8Array,
  samplingFrequencyIndex: number,
  channelConfiguration: number,
): Uint8Array {
  const length = data.length + 7;
  const bytes = new Uint8Array(length);
  bytes[0] = 0xff; // syncword
  bytes[1] = 0xf1; // syncword, ID MPEG-4, layer 0, protection_absent
  bytes[2] = (1 << 6) | (samplingFrequencyIndex << 2) | (channelConfiguration >> 2); // profile LC
  bytes[3] = ((channelConfiguration & 3) << 6) | (length >> 11);
  bytes[4] = (length >> 3) & 0xff;
  bytes[5] = ((length & 7) << 5) | 0x1f; // adts_buffer_fullness 0x7ff: variable rate
  bytes[6] = 0xfc;
  bytes.set(data, 7);
  return bytes;
}

/** A whole stream of packets whose AudioSpecificConfig is `config`. */
export function adtsStream(
  packets: readonly { data: Uint8Array }[],
  config: Uint8Array,
): Uint8Array {
  const samplingFrequencyIndex = ((config[0] & 7) << 1) | (config[1] >> 7);
  const channelConfiguration = (config[1] >> 3) & 15;
  const frames = packets.map((packet) =>
    adtsFrame(packet.data, samplingFrequencyIndex, channelConfiguration),
  );
  const bytes = new Uint8Array(frames.reduce((sum, frame) => sum + frame.length, 0));
  let at = 0;
  for (const frame of frames) {
    bytes.set(frame, at);
    at += frame.length;
  }
  return bytes;
}
