import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { expect, test } from '@jest/globals'
import { fetchOn } from '../../support/http.ts'
import { startServer, startUpstreams } from '../../support/upstreams.ts'

const URL = 'http://acme.localhost/'

/** How many connections three requests take, one after the other, where each answer has these headers. */
async function connectionsFor(headers: string): Promise<number> {
  let connections = 0
  const target = createServer((socket) => {
    connections++
    socket.on('error', () => {})
    socket.on('data', () =>
      socket.write(`HTTP/1.1 200 OK\r\n${headers}Content-Length: 2\r\n\r\nok`),
    )
  })
  await using own = await startUpstreams([await startServer(target)])
  for (let i = 0; i < 3; i++) {
    const response = await fetchOn(own.port, URL)
    expect([response.status, await response.text()]).toEqual([200, 'ok'])
  }
  return connections
}

test.each([
  ['no word of it', '', 1],
  ['for 60 s', 'Keep-Alive: timeout=60, max=100\r\n', 1],
  // What is sent within the last second could meet its end.
  ['for 1 s', 'Keep-Alive: timeout=1\r\n', 3],
  ['not at all', 'Connection: close\r\n', 3],
])('a connection is kept as the target says: %s', async (_what, headers, connections) => {
  expect(await connectionsFor(headers)).toBe(connections)
})

test('a kept connection that the target closes, or speaks on unasked, is not used again', async () => {
  const sockets: Socket[] = []
  const target = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => {})
    socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'))
  })
  await using own = await startUpstreams([await startServer(target)])
  const ask = async (): Promise<unknown> => {
    const response = await fetchOn(own.port, URL)
    return [response.status, await response.text()]
  }
  expect(await ask()).toEqual([200, 'ok'])
  const [first] = sockets
  first?.end()
  await once(first as Socket, 'close')
  expect(await ask()).toEqual([200, 'ok'])
  const [, second] = sockets
  second?.write('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison')
  await once(second as Socket, 'close')
  expect(await ask()).toEqual([200, 'ok'])
  expect(sockets).toHaveLength(3)
})
