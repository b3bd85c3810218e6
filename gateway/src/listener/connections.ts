import type { Socket } from 'node:net'
import { peerAddress } from '../http/client-address.ts'
import { ClientCounts } from '../http/client-counts.ts'
import { clientKey } from '../http/client-key.ts'
import type { TrustCheck } from '../http/trust.ts'

/** How many connections there may be at once. */
export interface ConnectionLimits {
  readonly connections: number
  readonly connectionsPerClient: number
}

/** Counts the connections of clients, of all and of each; bounded by what is open. */
export class Connections {
  readonly #limits: () => ConnectionLimits
  readonly #isProxy: TrustCheck
  readonly #byClient = new ClientCounts()
  #open = 0

  /** @param isProxy whether many clients come from this address: it is not counted for itself; whom it conveys is */
  constructor(limits: () => ConnectionLimits, isProxy: TrustCheck) {
    this.#limits = limits
    this.#isProxy = isProxy
  }

  /** What is open now, and from how many clients. */
  get open(): { readonly connections: number; readonly clients: number } {
    return { connections: this.#open, clients: this.#byClient.size }
  }

  /** Counts the connection in until it closes. @returns the limit that it would exceed; then it is not counted */
  admit(socket: Socket): keyof ConnectionLimits | undefined {
    if (this.#open >= this.#limits().connections) return 'connections'
    this.#open++
    socket.once('close', () => this.#open--)
    return undefined
  }

  /** Counts it for its client, once it is known who that is. */
  admitClient(socket: Socket): keyof ConnectionLimits | undefined {
    const peer = peerAddress(socket)
    if (this.#isProxy(peer)) return undefined
    const client = clientKey(peer)
    if (this.#byClient.of(client) >= this.#limits().connectionsPerClient) {
      return 'connectionsPerClient'
    }
    this.#byClient.add(client)
    socket.once('close', () => this.#byClient.remove(client))
    return undefined
  }
}
