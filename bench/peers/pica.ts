/** Pica in this process, with its WebAssembly but without workers. */

/** What pica is asked for: RGBA of one size as another. */
export interface PicaRequest {
  readonly src: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly toWidth: number;
  readonly toHeight: number;
  readonly filter: string;
}

const PACKAGE = 'pica';

/** Its function that scales samples; null where it is not installed. */
export async function openPica(): Promise<((request: PicaRequest) => Promise<unknown>) | null> {
  try {
    const { default: create } = await import(PACKAGE);
    const pica = create({ features: ['js', 'wasm'] });
    return (request) => pica.resizeBuffer(request);
  } catch {
    return null;
  }
}
