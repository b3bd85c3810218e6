import type { Socket } from 'node:net'
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
  readonly #byClient = new Map<string, number>()
  #open = 0

  /** @param isProxy whether many clients come from this address: it is not counted for itself */
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
    const { connections, connectionsPerClient } = this.#limits()
    if (this.#open >= connections) return 'connections'
    const { remoteAddress } = socket
    const client = this.#isProxy(remoteAddress) ? undefined : clientKey(remoteAddress)
    if (client !== undefined) {
      const count = this.#byClient.get(client) ?? 0
      if (count >= connectionsPerClient) return 'connectionsPerClient'
      this.#byClient.set(client, count + 1)
    }
    this.#open++
    socket.once('close', () => {
      this.#open--
      if (client !== undefined) this.#leave(client)
    })
    return undefined
  }

  #leave(client: string): void {
    const count = this.#byClient.get(client) ?? 0
    if (count > 1) this.#byClient.set(client, count - 1)
    else this.#byClient.delete(client)
  }
}
