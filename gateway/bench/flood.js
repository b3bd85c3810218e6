// A flood, a process of its own: asks for one path at a steady rate on many connections, whatever the answers say, and
// prints JSON.
import { connect } from 'node:net'
import { parseArgs } from 'node:util'
import { AnswerReader } from './answer-reader.js'
import { requestHead } from './request-head.js'

/** Milliseconds between two bursts. */
const INTERVAL = 5

const { values: flags } = parseArgs({
  options: {
    port: { type: 'string' },
    host: { type: 'string' },
    path: { type: 'string' },
    seconds: { type: 'string' },
    perSecond: { type: 'string' },
    connections: { type: 'string' },
  },
})
const head = requestHead(flags)
const start = performance.now()
const answers = {}
const free = []
let asked = 0
let isOver = false

for (let i = 0; i < Number(flags.connections); i++) open()
const timer = setInterval(() => {
  const due = ((performance.now() - start) * Number(flags.perSecond)) / 1000
  while (asked < due && free.length > 0) {
    asked++
    free.pop().write(head)
  }
  // What all connections were busy for is not made up for.
  asked = Math.max(asked, Math.floor(due))
}, INTERVAL)
setTimeout(
  () => {
    isOver = true
    clearInterval(timer)
    for (const socket of free) socket.destroy()
    console.log(JSON.stringify({ answers }))
    process.exit()
  },
  Number(flags.seconds) * 1000,
)

function open() {
  const socket = connect({ host: '127.0.0.1', port: Number(flags.port), noDelay: true })
  const answer = new AnswerReader()
  socket.on('error', () => {})
  socket.once('connect', () => free.push(socket))
  socket.on('data', (bytes) => {
    const done = answer.push(bytes)
    if (done === undefined) return
    answers[done.status] = (answers[done.status] ?? 0) + 1
    if (!done.close) free.push(socket)
  })
  socket.once('close', () => {
    const at = free.indexOf(socket)
    if (at !== -1) free.splice(at, 1)
    if (!isOver) open()
  })
}
