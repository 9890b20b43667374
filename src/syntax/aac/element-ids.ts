/** id_syn_ele, AAC table 4.85 (clause 4.5.2.1): which element of a raw_data_block( ) follows. */

/** single_channel_element(). */
export const ID_SCE = 0;
/** channel_pair_element(). */
export const ID_CPE = 1;
/** lfe_channel_element(). */
export const ID_LFE = 3;
/** data_stream_element(). */
export const ID_DSE = 4;
/** program_config_element(). */
export const ID_PCE = 5;
/** fill_element(). */
export const ID_FIL = 6;
/** The end of a frame. */
export const ID_END = 7;
