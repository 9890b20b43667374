/** Facts of a file beside its streams, by names that all containers share: titles, cover, chapters, files within. */

/** Texts about the whole file, and the picture that stands for it. */
export interface FileMetadata {
  readonly title?: string;
  readonly artist?: string;
  readonly album?: string;
  readonly comment?: string;
  readonly description?: string;
  readonly genre?: string;
  readonly copyright?: string;
  /** A year or an ISO 8601 date. */
  readonly date?: string;
  /** Name of the program that wrote the file. */
  readonly encoder?: string;
  /** JPEG or PNG by its first bytes. */
  readonly coverArt?: Uint8Array;
}

/** The texts among them. */
export type TextTag = Exclude<keyof FileMetadata, 'coverArt'>;

/** A point in time that the viewer can jump to. */
export interface Chapter {
  /** Seconds from the start, not negative, not falling from one chapter to the next. */
  readonly start: number;
  /** Seconds; default: none, the chapter lasts until the next. MP4 has no place for it. */
  readonly end?: number;
  readonly title: string;
}

/** A file within the file: a font, a picture. */
export interface Attachment {
  readonly name: string;
  /** Media type such as `font/ttf`. */
  readonly mediaType: string;
  readonly data: Uint8Array;
  readonly description?: string;
}

/** All of it. */
export interface FileDescription {
  readonly metadata: FileMetadata;
  readonly chapters: readonly Chapter[];
  readonly attachments: readonly Attachment[];
  /** Texts under names of the container's own. */
  readonly otherTags: ReadonlyMap<string, string>;
  /** Parts of the file that are not read and so are in no copy, a phrase each: `track 3 (handler 'meta', mebx)`. */
  readonly unread?: readonly string[];
}
