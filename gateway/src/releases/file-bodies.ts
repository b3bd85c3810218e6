import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { LRUCache } from 'lru-cache'
import type { Encoding } from '../http/accept-encoding.ts'
import { compress, type Compression } from '../http/compress.ts'
import type { Validators } from '../http/conditional.ts'
import { serializeHead } from '../http/ready-head.ts'
import { notModifiedHead, wholeHead } from './file-heads.ts'
import type { StaticFile } from './files.ts'

export interface FileBodiesOptions {
  /** Bytes that bodies of all apps take together. */
  readonly maxBytes: number
  /** Bytes of the largest file that is kept. */
  readonly maxFileBytes: number
}

/** A file in one coding, and the heads of its answers; each ends with the place of the request's id. */
export interface FileBody extends Validators {
  readonly body: Buffer
  readonly etag: string | undefined
  readonly head: string[]
  /** What of `head` is the same for each answer, serialized. */
  readonly lines: string
  readonly notModified: string[]
}

type Codings = Partial<Record<Encoding, FileBody>>

/** What heads and records take beside a body, in bytes. */
const OVERHEAD = 2048
/** Compressed bodies must be this much smaller to be worth their decompression. */
const PAYS = 0.95

/** The bodies of small files, in memory: each app keeps what it used last, and who has most makes room first. */
export class FileBodies {
  readonly #options: FileBodiesOptions
  readonly #shelves = new Map<string, LRUCache<StaticFile, Codings>>()
  readonly #loading = new Map<string, Promise<FileBody>>()

  constructor(options: FileBodiesOptions) {
    this.#options = options
  }

  /** Bytes that are kept. */
  get bytes(): number {
    return [...this.#shelves.values()].reduce((sum, shelf) => sum + shelf.calculatedSize, 0)
  }

  /** Whether a file is ever kept. */
  fits(file: StaticFile): boolean {
    return file.size <= this.#options.maxFileBytes
  }

  /** What is kept of a file in this coding. */
  get(app: string, file: StaticFile, encoding: Encoding): FileBody | undefined {
    return this.#shelves.get(app)?.get(file)?.[encoding]
  }

  /**
   * Reads a file, compresses it where the release has nothing compressed, and keeps it.
   * @throws where it is not on the disk as it was when the release was read
   */
  load(app: string, file: StaticFile, encoding: Encoding, etags: boolean): Promise<FileBody> {
    const key = `${app} ${encoding} ${file.file}`
    let loading = this.#loading.get(key)
    if (loading === undefined) {
      loading = read(file, encoding, etags)
        .then((body) => {
          this.#keep(app, file, encoding, body)
          return body
        })
        .finally(() => this.#loading.delete(key))
      this.#loading.set(key, loading)
    }
    return loading
  }

  /** Forgets all but these apps. */
  retain(apps: { has(app: string): boolean }): void {
    for (const app of this.#shelves.keys()) if (!apps.has(app)) this.#shelves.delete(app)
  }

  #keep(app: string, file: StaticFile, encoding: Encoding, body: FileBody): void {
    const { maxBytes } = this.#options
    let shelf = this.#shelves.get(app)
    if (shelf === undefined) {
      shelf = new LRUCache({ maxSize: Math.max(1, maxBytes), sizeCalculation: sizeOf })
      this.#shelves.set(app, shelf)
    }
    shelf.set(file, { ...shelf.peek(file), [encoding]: body })
    let excess = this.bytes - maxBytes
    while (excess > 0) {
      const largest = [...this.#shelves.values()].reduce((a, b) =>
        b.calculatedSize > a.calculatedSize ? b : a,
      )
      const before = largest.calculatedSize
      if (largest.pop() === undefined) return
      excess -= before - largest.calculatedSize
    }
  }
}

function sizeOf(codings: Codings): number {
  const bodies = new Set(Object.values(codings))
  return [...bodies].reduce((sum, { body }) => sum + body.length + OVERHEAD, 0)
}

async function read(file: StaticFile, encoding: Encoding, etags: boolean): Promise<FileBody> {
  const plain = await readFile(file.file)
  if (plain.length !== file.size) throw new Error(`${file.file} was changed`)
  const hash = createHash('sha256').update(plain).digest('base64url').slice(0, 22)
  const body = encoding === 'identity' ? undefined : await compressed(file, plain, encoding)
  const coding = body === undefined ? 'identity' : encoding
  const etag = etags ? `"${hash}${coding === 'identity' ? '' : `-${coding}`}"` : undefined
  const meta = { ...file, etag, encoding: coding, length: (body ?? plain).length }
  const head = wholeHead(meta)
  return {
    body: body ?? plain,
    etag,
    lastModified: file.modified,
    head,
    lines: serializeHead(head.slice(0, -2), 'OK'),
    notModified: notModifiedHead(meta),
  }
}

/** @returns undefined where it does not pay */
async function compressed(
  { compressed: made, isCompressible }: StaticFile,
  plain: Buffer,
  encoding: Compression,
): Promise<Buffer | undefined> {
  const published = made[encoding]
  if (published !== undefined) return readFile(published.file)
  if (!isCompressible) return undefined
  const body = await compress(plain, encoding, 'once')
  return body.length <= plain.length * PAYS ? body : undefined
}
