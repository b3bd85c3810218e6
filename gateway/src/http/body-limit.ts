import type { IncomingMessage } from 'node:http'

/** Size of the body that the request declares, in bytes; 0 where it declares none. */
export function declaredLength({ headers }: IncomingMessage): number {
  const length = headers['content-length']
  return length === undefined ? 0 : Number(length)
}

/**
 * Counts a body whose size is not declared as it arrives. The chunk that exceeds the limit, what follows it and the end
 * reach nobody, so that a cut body never looks complete; whoever waits for it is told when the connection closes.
 * The parser hands chunks to `push`: a listener would make the body flow before it is wanted.
 * @param onExceeded called once; should answer and close
 */
export function limitBody(req: IncomingMessage, limit: number, onExceeded: () => void): void {
  const push = req.push.bind(req)
  let size = req.readableLength
  req.push = (chunk: Buffer | null, ...rest) => {
    if (size > limit) return true
    size += chunk?.length ?? 0
    if (size <= limit) return push(chunk, ...rest)
    req.socket.once('close', () => req.destroy())
    onExceeded()
    return true
  }
}
