// Many requests at once for what nobody has asked for before: how often is it rendered?
import { connect } from 'node:net'
import { once } from 'node:events'
import { AnswerReader } from './answer-reader.js'
import { OURS, RAW, ask } from './fast-servers.js'
import { printRows } from './report.js'

const REQUESTS = 200
/** Both take 200 ms to render and may be kept; Next.js itself joins the renders of pages, but not of route handlers. */
const KINDS = [
  { what: 'an ISR page', path: (id) => `/rendered/${id}` },
  { what: 'a route handler with s-maxage', path: (id) => `/api/kept?id=${id}` },
]

/** @returns `[{ what, name, renders, ms }]`, `ms`: until the last was answered */
export async function measureStampede(servers) {
  const found = []
  for (const { what, path } of KINDS) {
    for (const server of servers) {
      if (server.name === RAW) continue
      // Next.js keeps pages in the build's folder, so that those of an earlier run are not cold.
      const id = `stampede-${Date.now()}-${found.length}`
      const ms = await stampede(server, path(id))
      const { body } = await ask(server, `/api/renders?id=${id}`)
      found.push({ what, name: server.name, renders: Number(body.toString()), ms })
    }
  }
  printRows(`${REQUESTS} requests at once for what is in no cache`, [
    ['', 'server', 'renders', 'ms', ''],
    ...found.map(({ what, name, renders, ms }) => [
      what,
      name,
      renders,
      ms.toFixed(0),
      judge(name, renders),
    ]),
  ])
  return found
}

function judge(name, renders) {
  if (!OURS.includes(name)) return ''
  return renders === 1 ? 'PASS' : 'MISS'
}

/** All are connected before the first is sent. */
async function stampede({ host, port }, path) {
  const sockets = Array.from({ length: REQUESTS }, () => connect(port, '127.0.0.1'))
  await Promise.all(sockets.map((socket) => once(socket, 'connect')))
  const start = performance.now()
  await Promise.all(sockets.map((socket) => exchange(socket, host, path)))
  const took = performance.now() - start
  for (const socket of sockets) socket.destroy()
  return took
}

function exchange(socket, host, path) {
  return new Promise((resolve, reject) => {
    const reader = new AnswerReader()
    socket.on('data', (bytes) => {
      const done = reader.push(bytes)
      if (done === undefined) return
      if (done.status === 200) resolve()
      else reject(new Error(`${path} was answered with ${done.status}`))
    })
    socket.once('error', reject)
    socket.once('close', () => reject(new Error(`${path}: closed before the answer`)))
    socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nAccept: */*\r\n\r\n`)
  })
}
