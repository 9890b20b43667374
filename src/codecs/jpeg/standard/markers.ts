/** The marker codes of JPEG (T.81 Table B.1) that this codec writes or reads. The second byte of each; the first is 0xFF. */

/** Start of frame: baseline DCT. */
export const SOF0 = 0xc0;
/** Start of frame: extended sequential DCT. */
export const SOF1 = 0xc1;
/** Start of frame: progressive DCT. */
export const SOF2 = 0xc2;
/** The last of the start-of-frame markers. */
export const SOF15 = 0xcf;
/** Define Huffman tables. */
export const DHT = 0xc4;
/** Reserved, among the start-of-frame markers. */
export const JPG = 0xc8;
/** Define arithmetic coding conditioning. */
export const DAC = 0xcc;
/** Restart, modulo 8 count 0. */
export const RST0 = 0xd0;
/** Restart, modulo 8 count 7. */
export const RST7 = 0xd7;
/** Start of image. */
export const SOI = 0xd8;
/** End of image. */
export const EOI = 0xd9;
/** Start of scan. */
export const SOS = 0xda;
/** Define quantization tables. */
export const DQT = 0xdb;
/** Define number of lines. */
export const DNL = 0xdc;
/** Define restart interval. */
export const DRI = 0xdd;
/** Application segment: JFIF. */
export const APP0 = 0xe0;
/** Application segment: Exif, XMP. */
export const APP1 = 0xe1;
/** Application segment: ICC profile. */
export const APP2 = 0xe2;
/** Application segment: Adobe. */
export const APP14 = 0xee;
/** The last of the application segments. */
export const APP15 = 0xef;
/** Comment. */
export const COM = 0xfe;
/** Temporary, for arithmetic coding. */
export const TEM = 0x01;

/** RSTm, SOI, EOI and TEM stand alone; every other marker is followed by a segment with its length (T.81 clause B.1.1.3). */
export function standsAlone(marker: number): boolean {
  return (marker >= RST0 && marker <= EOI) || marker === TEM;
}
