import type { Transform } from 'node:stream'
import * as zlib from 'node:zlib'

interface Coding {
  readonly decode: (body: Uint8Array) => Buffer
  readonly decoder: () => Transform
}

/** What the Node.js that runs the tests can decode; of zstd its types do not know. */
const { zstdDecompressSync, createZstdDecompress } = zlib as unknown as {
  readonly zstdDecompressSync?: Coding['decode']
  readonly createZstdDecompress?: Coding['decoder']
}

export const CODINGS: Readonly<Record<string, Coding>> = {
  br: { decode: zlib.brotliDecompressSync, decoder: zlib.createBrotliDecompress },
  gzip: { decode: zlib.gunzipSync, decoder: zlib.createGunzip },
  ...(zstdDecompressSync !== undefined &&
    createZstdDecompress !== undefined && {
      zstd: { decode: zstdDecompressSync, decoder: createZstdDecompress },
    }),
}
