"""Prints the motion vectors that libavcodec exports of an H.264 byte stream on stdin (AVMotionVector of libavutil/motion_vector.h).

A line for each picture in display order: JSON, a list of [list, width, height, x, y, mv_x, mv_y], where x and y are the center of the
block in samples, and vectors are in quarter samples.
"""

import ctypes
import json
import struct
import sys
from ctypes import c_char_p, c_int, c_int64, c_void_p

avcodec = ctypes.CDLL("libavcodec.so.59")
avutil = ctypes.CDLL("libavutil.so.57")
MOTION_VECTORS = 8  # AV_FRAME_DATA_MOTION_VECTORS
VECTOR = struct.Struct("<iBBhhhhxxQiiHxxxxxx")  # 40 bytes
NO_TIME = -(1 << 63)

for name in ("avcodec_find_decoder_by_name", "avcodec_alloc_context3", "av_parser_init", "av_packet_alloc"):
    getattr(avcodec, name).restype = c_void_p
avcodec.avcodec_find_decoder_by_name.argtypes = [c_char_p]
avcodec.avcodec_alloc_context3.argtypes = [c_void_p]
avcodec.avcodec_open2.argtypes = [c_void_p, c_void_p, c_void_p]
avcodec.av_parser_parse2.argtypes = [c_void_p, c_void_p, c_void_p, c_void_p, c_void_p, c_int, c_int64, c_int64, c_int64]
avcodec.avcodec_send_packet.argtypes = [c_void_p, c_void_p]
avcodec.avcodec_receive_frame.argtypes = [c_void_p, c_void_p]
avutil.av_frame_alloc.restype = c_void_p
avutil.av_frame_get_side_data.restype = c_void_p
avutil.av_frame_get_side_data.argtypes = [c_void_p, c_int]
avutil.av_opt_set.argtypes = [c_void_p, c_char_p, c_char_p, c_int]

decoder = avcodec.avcodec_find_decoder_by_name(b"h264")
context = avcodec.avcodec_alloc_context3(decoder)
avutil.av_opt_set(context, b"flags2", b"+export_mvs", 0)
avutil.av_opt_set(context, b"threads", b"1", 0)
if avcodec.avcodec_open2(context, decoder, None) < 0:
    sys.exit("the decoder does not open")
parser = avcodec.av_parser_init(27)  # AV_CODEC_ID_H264
packet = avcodec.av_packet_alloc()
frame = avutil.av_frame_alloc()


def print_frames():
    while avcodec.avcodec_receive_frame(context, frame) >= 0:
        side = avutil.av_frame_get_side_data(frame, MOTION_VECTORS)
        vectors = []
        if side:
            data = ctypes.cast(side + 8, ctypes.POINTER(c_void_p))[0]
            size = ctypes.cast(side + 16, ctypes.POINTER(ctypes.c_size_t))[0]
            for at in range(0, size, VECTOR.size):
                source, w, h, _, _, x, y, _, mv_x, mv_y, scale = VECTOR.unpack(ctypes.string_at(data + at, VECTOR.size))
                vectors.append([0 if source < 0 else 1, w, h, x, y, mv_x, mv_y])
                assert scale == 4
        print(json.dumps(vectors))


def send(data, size):
    # AVPacket: buf, pts, dts, data, size.
    ctypes.cast(packet + 24, ctypes.POINTER(c_void_p))[0] = data
    ctypes.cast(packet + 32, ctypes.POINTER(c_int))[0] = size
    avcodec.avcodec_send_packet(context, packet)
    print_frames()


stream = sys.stdin.buffer.read()
memory = ctypes.create_string_buffer(stream + bytes(64))
at = 0
while True:
    is_last = at >= len(stream)
    out, size = c_void_p(), c_int()
    used = avcodec.av_parser_parse2(parser, context, ctypes.byref(out), ctypes.byref(size), ctypes.addressof(memory) + at, len(stream) - at, NO_TIME, NO_TIME, 0)
    at += used
    if size.value:
        send(out, size.value)
    elif is_last:
        break
avcodec.avcodec_send_packet(context, None)
print_frames()
