import { AsyncResource } from 'node:async_hooks'
import type { OnReadOpts, Socket } from 'node:net'
import { AnswerParser, type AnswerEvents, type AnswerHead } from './answer-parser.ts'
import type { Inbox, Inboxes } from './inbox.ts'
import { isClosed } from './is-closed.ts'
import { readBeforeDestroy } from './last-read.ts'

/** Who has asked something over a connection. */
export interface Asker extends Omit<AnswerEvents, 'awaited' | 'body'> {
  /** Whether the request is HEAD. */
  readonly isHead: boolean
  /** The connection stands, TLS included. */
  connected(): void
  /** @param done to be called when the chunk is not needed any more: then its memory is used again */
  body(chunk: Buffer, done: (() => void) | undefined): void
  /** Bytes of the answer are read in this turn, and were read: what is made of them may leave together. */
  gather(): void
  release(): void
  /** The target takes more of the request. */
  drain(): void
  /** Nothing more comes, though the answer is not complete. */
  broken(error: Error): void
  /** Request and answer have gone their way: the connection is not its own any more. */
  done(): void
}

/** Makes a socket that hands what it reads to this, as the option `onread` of `net.connect` does. */
export type Connect = (onread: OnReadOpts) => Socket

/**
 * Where whatever comes over a connection is taken in: the request that has opened it, perhaps from inside of an app's compartment, has
 * nothing to do with the later ones.
 */
const OUTSIDE = new AsyncResource('TenantryConnection')

/** Milliseconds without a byte for the end of a request that is answered already. */
const LAST_TIMEOUT = 60_000

/** Bytes of a body that are copied: to lend them out would take more. */
const SMALL = 4096

/** What a connection tells the pool that made it. */
export interface Owner {
  readonly inboxes: Inboxes
  /** It may carry another request. @param head of the last answer */
  free(connection: Connection, head: AnswerHead): void
  /** @param isStale the target has closed it just as it was used again */
  closed(connection: Connection, isStale: boolean): void
}

/** One connection to a target; it carries one request at a time. */
export class Connection implements AnswerEvents {
  readonly socket: Socket
  isConnected = false
  /** It has carried a request before this one. */
  reusedSocket = false
  /** `performance.now()` until which it is kept where nobody asks anything. */
  keptUntil = 0
  readonly #owner: Owner
  readonly #parser: AnswerParser
  #inbox: Inbox
  #asker: Asker | undefined
  #head: AnswerHead | undefined
  #isSent = false
  #isAnswered = false
  #isEnded = false
  #isLastRead = false
  #error: Error | undefined

  /** @param maxHeaderSize bytes of the head of an answer; 0 for what Node.js takes */
  constructor(connect: Connect, isSecure: boolean, maxHeaderSize: number, owner: Owner) {
    this.#owner = owner
    this.#inbox = owner.inboxes.take()
    this.#parser = new AnswerParser(maxHeaderSize, this)
    const onread: OnReadOpts = {
      buffer: () => this.#nextInbox(),
      callback: (size) => {
        this.#onData(this.#inbox.bytes.subarray(0, size))
        return true
      },
    }
    this.socket = OUTSIDE.runInAsyncScope(connect, undefined, onread)
    readBeforeDestroy(this.socket, (error) => this.#mayBeAnswered(error))
    this.socket
      .once(isSecure ? 'secureConnect' : 'connect', () => this.#onConnected())
      .on('drain', () => this.#asker?.drain())
      .on('error', (error) => (this.#error ??= error))
      .once('end', () => this.#onEnd())
      .once('close', () => this.#onClose())
  }

  /** Sends the head of a request; what becomes of it is told to the asker from now on. */
  begin(head: string, asker: Asker): void {
    this.#asker = asker
    this.#head = undefined
    this.#isSent = false
    this.#isAnswered = false
    OUTSIDE.runInAsyncScope(() => this.#parser.begin())
    this.socket.write(head, 'latin1')
  }

  /** All of the request has gone out. */
  sent(): void {
    this.#isSent = true
    this.#finish()
  }

  /** It carries nothing after this request, and a target that takes nothing of it for too long does not get the rest. */
  endAfterThis(): void {
    if (this.#isLastRead) {
      this.destroy()
      return
    }
    this.#isEnded = true
    this.socket.setTimeout(LAST_TIMEOUT, () => this.destroy())
  }

  destroy(): void {
    this.socket.destroy()
  }

  get awaited(): AnswerEvents['awaited'] {
    if (this.#asker === undefined || this.#isAnswered) return 'nothing'
    return this.#asker.isHead ? 'head' : 'answer'
  }

  information(head: AnswerHead): void {
    this.#asker?.information(head)
  }

  head(head: AnswerHead): void {
    this.#head = head
    this.#asker?.head(head)
  }

  body(chunk: Buffer, isLent: boolean): void {
    if (!isLent) this.#asker?.body(chunk, undefined)
    else if (chunk.length <= SMALL) this.#asker?.body(Buffer.from(chunk), undefined)
    else this.#asker?.body(chunk, this.#inbox.lend())
  }

  complete(trailers: readonly string[]): void {
    this.#isAnswered = true
    this.#asker?.complete(trailers)
  }

  #nextInbox(): Uint8Array {
    if (this.#inbox.isLent) {
      this.#inbox.leave()
      this.#inbox = this.#owner.inboxes.take()
    }
    return this.#inbox.bytes
  }

  /** A write has failed. @returns whether an answer may have come before, to a body that was under way */
  #mayBeAnswered(error: Error): boolean {
    if (this.#isLastRead || this.#isSent || this.awaited === 'nothing') return false
    this.#isLastRead = true
    this.#error ??= error
    return true
  }

  #onConnected(): void {
    this.isConnected = true
    this.#asker?.connected()
  }

  #onData(chunk: Buffer): void {
    const asker = this.#asker
    // Whatever comes unasked could be taken for the answer to the next request.
    if (asker === undefined || this.#isAnswered) {
      this.destroy()
      return
    }
    const error = this.#tell(asker, () => this.#parser.execute(chunk))
    if (error !== undefined) this.#error ??= error
    if (error !== undefined || this.#parser.isUnasked) this.destroy()
    this.#finish()
  }

  /** The end of the connection is that of some answers. */
  #onEnd(): void {
    this.#isEnded = true
    const asker = this.#asker
    if (asker !== undefined && !this.#isAnswered) {
      this.#tell(asker, () => this.#parser.finish())
    }
    if (this.#isAnswered) this.#finish()
    else this.destroy()
  }

  /** Where the asker throws, nothing more is read: the rest of what has come would be lost. */
  #tell<T>(asker: Asker, read: () => T): T {
    asker.gather()
    try {
      return read()
    } catch (error) {
      this.destroy()
      throw error
    } finally {
      asker.release()
    }
  }

  #onClose(): void {
    const asker = this.#asker
    this.#asker = undefined
    this.#parser.close()
    this.#inbox.leave()
    // A target that closes in the middle of an upload may not want it, and an answer that cannot be read was sent.
    const isGone = this.#isEnded || isClosed(this.#error)
    const isUnused = this.reusedSocket && this.#isSent && this.#head === undefined
    const isStale = asker !== undefined && isGone && isUnused
    this.#owner.closed(this, isStale)
    if (!this.#isAnswered) asker?.broken(this.#error ?? hangUp())
  }

  #finish(): void {
    const asker = this.#asker
    if (asker === undefined || !this.#isSent || !this.#isAnswered) return
    this.#asker = undefined
    asker.done()
    if (this.socket.isPaused()) this.socket.resume()
    if (this.#head?.isKept === true && !this.#isEnded) this.#owner.free(this, this.#head)
    else this.destroy()
  }
}

/** As Node.js tells of it. */
function hangUp(): Error {
  return Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })
}
