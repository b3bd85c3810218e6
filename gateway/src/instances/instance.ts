import type { Socket } from 'node:net'
import type { HeaderPolicy } from '../http/answer-headers.ts'
import type { Answer } from '../http/answer.ts'
import type { Received } from '../http/received.ts'
import type { Probe } from './probe.ts'
import type { TargetStatus } from './upstream/target.ts'

/** One running copy of an app. Nothing above this folder knows how it runs. */
export interface Instance {
  /** Name in logs, such as `acme#1`. */
  readonly name: string
  /** Answers the request; calls `fail` where it could not, which is at most once. */
  handle(req: Received, res: Answer, context: HandleContext): void
  /** Whether it tunnels an upgrade to this protocol; only WebSockets where it does not say. */
  takes?(protocol: string): boolean
  /** Takes the socket over, or answers on it and closes it. */
  upgrade(req: Received, socket: Socket, head: Buffer, context: HandleContext): void
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
  /** The servers behind it, where it is reached over others. */
  readonly targets?: readonly TargetStatus[]
  /** Ends what is in flight, then the instance; after `timeout` milliseconds, by force. */
  close(timeout: number): Promise<void>
}

export interface HandleContext {
  /** Id of the request. */
  readonly id: string
  readonly fail: (error: unknown) => void
  /** Asked at the end: whether the gateway has waited for an answer for as long as it may. */
  readonly isTooLate?: () => boolean
  /** Told the status with which the app answered an upgrade: 101 for a tunnel. */
  readonly upgraded?: (status: number) => void
  /** What config puts into the answer to an upgrade that is refused; `handle` need not care for its own. */
  readonly policy?: HeaderPolicy | undefined
  /** Told the name of the server that the request is sent to, where there are several. */
  readonly reached?: (target: string) => void
  /** What the client wants to change to, in lower case; a WebSocket where nothing is said. */
  readonly protocol?: string
}

/** How an instance ended. */
export interface InstanceEnd {
  /** The gateway asked for it. */
  readonly expected: boolean
  /** For people: `exit code 1`, `signal SIGKILL`. */
  readonly reason: string
}
