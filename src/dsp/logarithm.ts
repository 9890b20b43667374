/**
 * Base-2 logarithm and exponential that give the same bits on every engine. `Math.log2` and `Math.pow` may differ in
 * their last bit between engines, and an encoder's decisions must not; these use only additions, multiplications and
 * the bits of a float, which IEEE 754 fixes exactly. They are also several times faster than the exact functions.
 */

const floatView = new Float32Array(1);
const bitsView = new Int32Array(floatView.buffer);

/** The bits of 1 as float32. */
const ONE = 0x3f800000;
/** The bits of the smallest float32 above sqrt(1/2). */
const SQRT1_2_BITS = 0x3f3504f4;

/**
 * log2(value), error below 1e-6 for every normal float32 value.
 * @param value at least 2^-126; smaller values (and 0) give about -127
 */
export function fastLog2(value: number): number {
  floatView[0] = value;
  // m in [sqrt(1/2), sqrt(2)): the series below converges fastest around 1. Counted from sqrt(1/2), mantissas above
  // sqrt(2) run over into the exponent, so that no branch has to be guessed.
  const bits = bitsView[0] + (ONE - SQRT1_2_BITS);
  const exponent = (bits >> 23) - 127;
  bitsView[0] = (bits & 0x007fffff) + SQRT1_2_BITS;
  const m = floatView[0];
  // ln(m) = 2·artanh(s), s = (m-1)/(m+1), |s| < 0.1716; 2/ln 2 = 2.8853900817779268.
  const s = (m - 1) / (m + 1);
  const s2 = s * s;
  return (
    exponent +
    s *
      (2.8853900817779268 +
        s2 * (0.961796693925976 + s2 * (0.5770780163555854 + s2 * 0.412198583111132)))
  );
}

/**
 * 2^value, relative error below 1e-7.
 * @param value clamped to -126..127
 */
export function fastExp2(value: number): number {
  if (value < -126) return 1.1754943508222875e-38;
  if (value > 127) value = 127;
  const whole = Math.floor(value + 0.5);
  // 2^r = e^(r ln 2), |r| <= 1/2: Taylor series to the sixth power.
  const r = (value - whole) * Math.LN2;
  const series =
    1 +
    r *
      (1 +
        r *
          (0.5 +
            r *
              (0.16666666666666666 +
                r *
                  (0.041666666666666664 + r * (0.008333333333333333 + r * 0.001388888888888889)))));
  bitsView[0] = (whole + 127) << 23;
  return floatView[0] * series;
}
