/**
 * Scale factor bands, AAC clause 4.5.4: the spectrum is cut into bands about as wide as the ear's critical bands, each
 * with one scale factor. `swb_offset` gives the first line of each band and, at its end, the number of lines. Tables of
 * rates whose bands are the same are shared; 7350 Hz uses those of 8000 Hz (clause 4.5.1.1).
 */

/** swb_offset_long_window at 96000 and 88200 Hz. */
// biome-ignore format: laid out as in the standard
const LONG_96: Uint16Array = /* @__PURE__ */ Uint16Array.of(
     0,    4,    8,   12,   16,   20,   24,   28,   32,   36,   40,   44,   48,   52,   56,   64,   72,
    80,   88,   96,  108,  120,  132,  144,  156,  172,  188,  212,  240,  276,  320,  384,  448,  512,
   576,  640,  704,  768,  832,  896,  960, 1024,
);

/** swb_offset_long_window at 64000 Hz. */
// biome-ignore format: laid out as in the standard
const LONG_64: Uint16Array = /* @__PURE__ */ Uint16Array.of(
     0,    4,    8,   12,   16,   20,   24,   28,   32,   36,   40,   44,   48,   52,   56,   64,   72,
    80,   88,  100,  112,  124,  140,  156,  172,  192,  216,  240,  268,  304,  344,  384,  424,  464,
   504,  544,  584,  624,  664,  704,  744,  784,  824,  864,  904,  944,  984, 1024,
);

/** swb_offset_long_window at 48000 and 44100 Hz. */
// biome-ignore format: laid out as in the standard
const LONG_48: Uint16Array = /* @__PURE__ */ Uint16Array.of(
     0,    4,    8,   12,   16,   20,   24,   28,   32,   36,   40,   48,   56,   64,   72,   80,   88,
    96,  108,  120,  132,  144,  160,  176,  196,  216,  240,  264,  292,  320,  352,  384,  416,  448,
   480,  512,  544,  576,  608,  640,  672,  704,  736,  768,  800,  832,  864,  896,  928, 1024,
);

/** swb_offset_long_window at 32000 Hz. */
// biome-ignore format: laid out as in the standard
const LONG_32: Uint16Array = /* @__PURE__ */ Uint16Array.of(
     0,    4,    8,   12,   16,   20,   24,   28,   32,   36,   40,   48,   56,   64,   72,   80,   88,
    96,  108,  120,  132,  144,  160,  176,  196,  216,  240,  264,  292,  320,  352,  384,  416,  448,
   480,  512,  544,  576,  608,  640,  672,  704,  736,  768,  800,  832,  864,  896,  928,  960,  992,
  1024,
);

/** swb_offset_long_window at 24000 and 22050 Hz. */
// biome-ignore format: laid out as in the standard
const LONG_24: Uint16Array = /* @__PURE__ */ Uint16Array.of(
     0,    4,    8,   12,   16,   20,   24,   28,   32,   36,   40,   44,   52,   60,   68,   76,   84,
    92,  100,  108,  116,  124,  136,  148,  160,  172,  188,  204,  220,  240,  260,  284,  308,  336,
   364,  396,  432,  468,  508,  552,  600,  652,  704,  768,  832,  896,  960, 1024,
);

/** swb_offset_long_window at 16000, 12000 and 11025 Hz. */
// biome-ignore format: laid out as in the standard
const LONG_16: Uint16Array = /* @__PURE__ */ Uint16Array.of(
     0,    8,   16,   24,   32,   40,   48,   56,   64,   72,   80,   88,  100,  112,  124,  136,  148,
   160,  172,  184,  196,  212,  228,  244,  260,  280,  300,  320,  344,  368,  396,  424,  456,  492,
   532,  572,  616,  664,  716,  772,  832,  896,  960, 1024,
);

/** swb_offset_long_window at 8000 and 7350 Hz. */
// biome-ignore format: laid out as in the standard
const LONG_8: Uint16Array = /* @__PURE__ */ Uint16Array.of(
     0,   12,   24,   36,   48,   60,   72,   84,   96,  108,  120,  132,  144,  156,  172,  188,  204,
   220,  236,  252,  268,  288,  308,  328,  348,  372,  396,  420,  448,  476,  508,  544,  580,  620,
   664,  712,  764,  820,  880,  944, 1024,
);

/** swb_offset_short_window at 96000, 88200 and 64000 Hz. */
// biome-ignore format: laid out as in the standard
const SHORT_96: Uint16Array = /* @__PURE__ */ Uint16Array.of(
     0,    4,    8,   12,   16,   20,   24,   32,   40,   48,   64,   92,  128,
);

/** swb_offset_short_window at 48000, 44100 and 32000 Hz. */
// biome-ignore format: laid out as in the standard
const SHORT_48: Uint16Array = /* @__PURE__ */ Uint16Array.of(
     0,    4,    8,   12,   16,   20,   28,   36,   44,   56,   68,   80,   96,  112,  128,
);

/** swb_offset_short_window at 24000 and 22050 Hz. */
// biome-ignore format: laid out as in the standard
const SHORT_24: Uint16Array = /* @__PURE__ */ Uint16Array.of(
     0,    4,    8,   12,   16,   20,   24,   28,   36,   44,   52,   64,   76,   92,  108,  128,
);

/** swb_offset_short_window at 16000, 12000 and 11025 Hz. */
// biome-ignore format: laid out as in the standard
const SHORT_16: Uint16Array = /* @__PURE__ */ Uint16Array.of(
     0,    4,    8,   12,   16,   20,   24,   28,   32,   40,   48,   60,   72,   88,  108,  128,
);

/** swb_offset_short_window at 8000 and 7350 Hz. */
// biome-ignore format: laid out as in the standard
const SHORT_8: Uint16Array = /* @__PURE__ */ Uint16Array.of(
     0,    4,    8,   12,   16,   20,   24,   28,   36,   44,   52,   60,   72,   88,  108,  128,
);

/** swb_offset_long_window by samplingFrequencyIndex, 0..12. */
export const SWB_OFFSET_LONG_WINDOW: readonly Uint16Array[] = [
  LONG_96,
  LONG_96,
  LONG_64,
  LONG_48,
  LONG_48,
  LONG_32,
  LONG_24,
  LONG_24,
  LONG_16,
  LONG_16,
  LONG_16,
  LONG_8,
  LONG_8,
];

/** swb_offset_short_window by samplingFrequencyIndex, 0..12. */
export const SWB_OFFSET_SHORT_WINDOW: readonly Uint16Array[] = [
  SHORT_96,
  SHORT_96,
  SHORT_96,
  SHORT_48,
  SHORT_48,
  SHORT_48,
  SHORT_24,
  SHORT_24,
  SHORT_16,
  SHORT_16,
  SHORT_16,
  SHORT_8,
  SHORT_8,
];
