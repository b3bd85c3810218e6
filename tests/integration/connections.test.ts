import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { expect, test } from '@jest/globals'
import { connectRaw } from '../support/http.ts'
import { startStubbed } from '../support/stub-app.ts'

const HOST = 'Host: acme.localhost\r\n'
const GET = `GET /first HTTP/1.1\r\n${HOST}\r\n`
/** Milliseconds that an idle connection is kept here: what its client is told, and a second. */
const IDLE = 2000

test.each([
  ['GET', `GET /slow HTTP/1.1\r\n${HOST}\r\n`],
  ['a body', `POST /slow HTTP/1.1\r\n${HOST}Content-Length: 2\r\n\r\nhi`],
])(
  'an answer may take longer than a connection may be idle: %s behind another request',
  async (_what, bytes) => {
    await using stub = await startStubbed(
      (req, res) => {
        if (req.url === '/first') res.end('first')
        else setTimeout(() => res.end('slow'), IDLE + 500)
      },
      { gateway: { listen: { keepAliveTimeout: '1s' } } },
    )
    const socket = (await connectRaw(stub.port)).setEncoding('latin1')
    socket.write(GET)
    expect(String(await once(socket, 'data'))).toContain('first')
    let text = ''
    socket.on('data', (more: string) => (text += more))
    socket.write(bytes)
    await once(socket, 'close')
    expect(text).toContain('slow')
  },
)

test('whatever is sent ahead waits for its turn, and is answered in order', async () => {
  const held: ServerResponse[] = []
  await using stub = await startStubbed((req, res) => {
    if (req.url === '/held') held.push(res)
    else req.pipe(res.writeHead(200, { 'x-method': req.method }))
  })
  const socket = (await connectRaw(stub.port)).setEncoding('latin1')
  const ahead = [
    `POST /a HTTP/1.1\r\n${HOST}Content-Length: 5\r\n\r\nbody!`,
    `GET /b HTTP/1.1\r\n${HOST}\r\n`,
    `PUT /c HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n3\r\nput\r\n0\r\n\r\n`,
    `HEAD /d HTTP/1.1\r\n${HOST}\r\n`,
    `GET /e HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`,
  ]
  socket.write(`GET /held HTTP/1.1\r\n${HOST}\r\n${ahead.join('')}`)
  await once(stub.app, 'request')
  let text = ''
  socket.on('data', (more: string) => (text += more))
  expect(stub.seen).toEqual(['GET /held'])
  held[0]?.end('held')
  await once(socket, 'close')
  expect(stub.seen).toEqual(['GET /held', 'POST /a', 'GET /b', 'PUT /c', 'HEAD /d', 'GET /e'])
  const said = text.match(/HTTP\/1\.1 \d+|x-method: \w+|held|body!|put/g)?.join(' ')
  expect(said?.replaceAll('HTTP/1.1 200 ', '')).toBe(
    'held x-method: POST body! x-method: GET x-method: PUT put x-method: HEAD x-method: GET',
  )
})
