import type { EventEmitter } from 'node:events'
import { IncomingMessage } from 'node:http'
import { hasBody } from './body.ts'

declare module 'http' {
  interface IncomingMessage {
    /** Node's own: called when the answer has gone out, to read what nobody has read. */
    _dump(): void
    /** Node's own: somebody reads it, or has begun to. */
    readonly _consumed: boolean
  }
}

/** Runs the listeners of one event where they belong. */
export type Around = (emit: () => boolean) => boolean

/** A request as the gateway's own servers make it. */
export class Received extends IncomingMessage {
  /** Node.js took it for an upgrade, to whatever protocol: it reads no body, and nothing more of the connection. */
  declare readonly upgrade: boolean
  /** Set where an app must see the events of its requests inside of its own context. */
  around: Around | undefined
  isSkipped = false

  /**
   * Nobody will read it. Where it has no body, its stream is left as it is: to end it is nine turns of the queue of ticks, more than
   * the rest of an answer from memory.
   */
  skipBody(): void {
    this.isSkipped = !hasBody(this)
  }

  override push(...args: [chunk: unknown, encoding?: BufferEncoding]): boolean {
    return !this.isSkipped && super.push(...args)
  }

  override _dump(): void {
    if (!this.isSkipped) super._dump()
  }

  override emit(name: string | symbol, ...args: unknown[]): boolean {
    const { around } = this
    if (around === undefined || isUnheard(this, name)) return super.emit(name, ...args)
    return around(() => super.emit(name, ...args))
  }
}

/** Half of what streams emit is heard by nobody; an error that nobody hears is thrown where it belongs. */
export function isUnheard(emitter: EventEmitter, name: string | symbol): boolean {
  return name !== 'error' && emitter.listenerCount(name) === 0
}
