import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { answering, requests, until } from '../support/cache.ts'
import { sendRaw } from '../support/http.ts'
import { smallRelease } from '../support/small-release.ts'
import { startStubbed } from '../support/stub-app.ts'

// Heads of answers from memory are serialized before. Where the connection closes, or config has something to put in, Node.js
// writes them: both must say the same.

const HEADERS = { etag: '"one"', 'x-odd': 'ü \t "quoted"', 'content-type': 'text/plain' }

/** The head of the last answer of a connection, line by line in lower case and in order, without what differs each time. */
function lastHead(answers: string): string[] {
  const head = answers.slice(answers.lastIndexOf('HTTP/1.1')).split('\r\n\r\n')[0] ?? ''
  return head
    .replaceAll(/^(age|date|x-request-id|cache-status): .*$/gim, '$1')
    .replaceAll(/^(connection|keep-alive): .*\r?\n?/gim, '')
    .toLowerCase()
    .split('\r\n')
    .filter((line) => line !== '')
    .toSorted()
}

const ask = (path: string, more = '', method = 'GET', host = 'acme'): string =>
  `${method} ${path} HTTP/1.1\r\nHost: ${host}.localhost\r\n${more}\r\n`
const CLOSE = 'Connection: close\r\n'

test.each(['/page', '/file.txt'])('%s: the same head either way', async (path) => {
  await using stub = await startStubbed(answering('s-maxage=60', HEADERS), {
    files: {
      'config/tenants/set.json': {
        app: 'acme',
        hosts: ['set.localhost'],
        headers: { 'X-Set': '1' },
      },
    },
  })
  await smallRelease(join(stub.project.root, 'apps/acme'), { 'public/file.txt': 'of a file\n' })
  await stub.gateway.reload()
  await sendRaw(stub.port, ask(path, CLOSE))
  const byNode = await sendRaw(stub.port, ask(path, CLOSE))
  const kept = await sendRaw(stub.port, ask(path) + ask('/other', CLOSE))
  const ready = kept.slice(0, kept.lastIndexOf('HTTP/1.1'))
  expect(ready).toContain('\r\nConnection: keep-alive\r\nKeep-Alive: timeout=65\r\n\r\n')
  expect(ready).toMatch(/\r\ndate: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT\r\n/i)
  expect(lastHead(ready)).toEqual(lastHead(byNode))
  expect(ready.split('\r\n\r\n')[1]).toBe(byNode.split('\r\n\r\n')[1])
  await sendRaw(stub.port, ask(path, CLOSE, 'GET', 'set'))
  const set = await sendRaw(stub.port, ask(path, '', 'GET', 'set') + ask(path, CLOSE, 'GET', 'set'))
  expect(set.match(/^x-set: 1\r$/gim)).toHaveLength(2)
})

test('HEAD has the head alone, and many on one connection keep their order', async () => {
  await using stub = await startStubbed(answering('s-maxage=60', HEADERS))
  for (const path of ['/a', '/b']) await sendRaw(stub.port, ask(path, CLOSE))
  const answers = await sendRaw(
    stub.port,
    ask('/a', '', 'HEAD') + ask('/b') + ask('/a') + ask('/b', '', 'HEAD') + ask('/a', CLOSE),
  )
  const bodies = answers.split('HTTP/1.1 200 OK\r\n').slice(1)
  expect(bodies.map((text) => text.split('\r\n\r\n')[1])).toEqual([
    '',
    'answer 2 to /b',
    'answer 1 to /a',
    '',
    'answer 1 to /a',
  ])
})

test('the line of the log tells bytes and times as of any other', async () => {
  await using stub = await startStubbed(answering('s-maxage=60', HEADERS))
  await sendRaw(stub.port, ask('/page', CLOSE))
  const before = requests(stub).length
  const answer = await sendRaw(stub.port, ask('/page') + ask('/page', CLOSE))
  await until(() => requests(stub).length === before + 2)
  const [ready, last] = requests(stub).slice(before)
  expect(Number(ready?.['bytes']) + Number(last?.['bytes'])).toBe(
    Buffer.byteLength(answer, 'latin1'),
  )
  expect(ready).toMatchObject({
    status: 200,
    cache: 'hit',
    served: 'cache',
    ttfb: expect.any(Number),
  })
})
