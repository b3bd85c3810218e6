import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { HeaderRules } from '../http/header-rules.ts'
import type { Probe } from './probe.ts'

/** One running copy of an app. Nothing above this folder knows how it runs. */
export interface Instance {
  /** Name in logs, such as `acme#1`. */
  readonly name: string
  /** Answers the request; calls `fail` where it could not, which is at most once. */
  handle(req: IncomingMessage, res: ServerResponse, context: HandleContext): void
  /** Takes the socket over, or answers on it and closes it. */
  upgrade(req: IncomingMessage, socket: Socket, head: Buffer, context: HandleContext): void
  /** Settles when the instance has ended, however that came. Never rejects. */
  readonly ended: Promise<InstanceEnd>
  /** Settles when it has taken more memory than it may: it should be replaced. */
  readonly outgrown?: Promise<void>
  /** Asks the app itself. @returns the status @throws {InstanceError} where it does not answer in time */
  probe(request: Probe): Promise<number>
  /** Id of its process, where it has one. */
  readonly pid?: number | undefined
  /** Resident memory in bytes, when last heard; none where it has no process of its own. */
  readonly rss?: number | undefined
  /** Ends what is in flight, then the instance; after `timeout` milliseconds, by force. */
  close(timeout: number): Promise<void>
}

export interface HandleContext {
  /** Id of the request. */
  readonly id: string
  readonly fail: (error: unknown) => void
  /** Told the status with which the app answered an upgrade: 101 for a tunnel. */
  readonly upgraded?: (status: number) => void
  /** For an upgrade that the app refuses: the answer is written without a response object. */
  readonly headerRules?: HeaderRules | undefined
}

/** How an instance ended. */
export interface InstanceEnd {
  /** The gateway asked for it. */
  readonly expected: boolean
  /** For people: `exit code 1`, `signal SIGKILL`. */
  readonly reason: string
}
