import { request, type IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'
import { once } from 'node:events'
import { fetchOn } from '../../gateway/dist/testing/fetch.js'

export { fetchOn }

/** Opens a request and resolves with its answer as it streams in; the body is not read. @param init `path`: sent as it is written */
export async function open(
  port: number,
  url: string,
  init: { method?: string; headers?: Record<string, string>; path?: string } = {},
): Promise<IncomingMessage> {
  const { host, pathname, search } = new URL(url)
  const sent = request({
    host: '127.0.0.1',
    port,
    agent: false,
    method: init.method ?? 'GET',
    path: init.path ?? pathname + search,
    headers: { host, ...init.headers },
  })
  sent.end()
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  // Whoever waits for the error of a broken answer gets it from the answer.
  answer.on('error', () => {})
  sent.on('error', () => {})
  return answer
}

/** Connects a plain socket to the gateway. */
export async function connectRaw(port: number): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port })
  await once(socket, 'connect')
  return socket
}

/**
 * Writes the bytes as they are and reads until the server closes.
 * @param end also close our side behind the bytes, for servers that would keep the connection
 */
export async function sendRaw(port: number, bytes: string | Buffer, end = false): Promise<string> {
  const socket = await connectRaw(port)
  let answer = ''
  socket.setEncoding('latin1').on('data', (text) => (answer += String(text)))
  socket.on('error', () => {})
  if (end) socket.end(bytes, 'latin1' as never)
  else socket.write(bytes, 'latin1' as never)
  await new Promise((resolve) => socket.once('close', resolve))
  return answer
}
