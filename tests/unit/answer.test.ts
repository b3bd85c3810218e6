import { createServer, type ServerResponse } from 'node:http'
import { expect, test } from '@jest/globals'
import { Answer } from '../../gateway/src/http/answer.ts'
import { Received } from '../../gateway/src/http/received.ts'
import { startServer } from '../support/upstreams.ts'
import { fetchOn } from '../support/http.ts'

// What Node's own responses do, with those of the gateway.

test('an app that has its lengths checked gets its answer out', async () => {
  const server = createServer(
    { IncomingMessage: Received, ServerResponse: Answer },
    (_req, res: ServerResponse) => {
      res.strictContentLength = true
      res.writeHead(200, { 'content-length': 5 })
      res.end(Buffer.from('hello'))
    },
  )
  await using own = await startServer(server)
  expect(await (await fetchOn(Number(new URL(own.url).port), 'http://a/')).text()).toBe('hello')
})
