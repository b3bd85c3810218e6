import type { Duplex } from 'node:stream'

/** Characters of the longest message; a longer one ends the channel. */
const MAX_MESSAGE = 4_194_304

/**
 * Messages between the gateway and a child, each a line of JSON. The channel of `child_process.fork` is none for app code that may write to any file
 * descriptor: Node.js parses what comes there, and throws where nobody can catch it.
 */
export class Channel<Received, Sent> {
  readonly #socket: Duplex | undefined

  /**
   * @param socket undefined for a child that could not be started
   * @param receive told whatever is an object; what it holds is the sender's word alone
   */
  constructor(socket: Duplex | undefined, receive: (message: Received) => void) {
    let rest = ''
    this.#socket = socket
    socket?.setEncoding('utf8').on('error', () => {})
    socket?.on('data', (text: string) => {
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      if (rest.length > MAX_MESSAGE) socket.destroy()
      for (const line of lines) {
        const message = parse(line)
        if (typeof message === 'object' && message !== null) receive(message as Received)
      }
    })
  }

  send(message: Sent): void {
    if (this.#socket?.writable === true) this.#socket.write(`${JSON.stringify(message)}\n`)
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
