/** What views are given: state, recording, and the ways to change them. */
import type { EncoderClient } from './client.ts';
import type { FileNode } from './file-tree.ts';
import type { FilterLink } from './link-record.ts';
import type { Media } from './media.ts';
import type { Settings, SourcePictures } from './protocol.ts';
import type { Recording } from './recording.ts';
import type { State, Store } from './state.ts';

/** A trace of a file's parts or of filters. */
export interface Traced {
  readonly name: string;
  /** Parts of a file, which itself is not there. */
  readonly nodes: readonly FileNode[];
  readonly links: readonly FilterLink[];
}

/** The page, as its views see it. */
export interface App {
  readonly store: Store;
  readonly client: EncoderClient;
  /** Null before the first encode, and where a file without pictures is open. */
  readonly recording: Recording | null;
  readonly source: SourcePictures | null;
  /** A file that was opened to be looked into; null: the one that was made. */
  readonly opened: { readonly name: string; readonly bytes: Uint8Array } | null;
  /** What a trace says of a file and of filters. */
  readonly traced: Traced | null;
  /** The name of what was opened, where it may lack what views show; null for the sample, and before all. */
  readonly closed: string | null;
  /** Sound, and pictures as files. */
  readonly media: Media;
  /** A worker beside the first, for encodes that need not be waited for; made when it is first asked for. */
  secondClient(): EncoderClient;
  /** Says a sentence to the reader, on the screen and to a screen reader. */
  say(sentence: string): void;
}

/** One view. */
export interface View {
  readonly element: HTMLElement;
  /** Draws itself anew; called only while it is shown. */
  update(): void;
}

/** Settings of the encoder as the state has them. */
export function settingsOf(state: State): Settings {
  const { preset, qp, profile, bframes, coding } = state;
  return { preset, qp, profile, bframes, coding } as Settings;
}
