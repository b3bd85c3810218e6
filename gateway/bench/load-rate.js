// The load generator at a fixed rate, a process of its own: asks for one path as often as it is told, however slow the
// answers are, and prints JSON. A request that finds no free connection waits, and its latency counts from when it was
// due: a server that stalls cannot hide the requests that would have come meanwhile (coordinated omission).
// Nothing waits on timers, whose grain is a millisecond: the loop turns without pause, and each turn sends all that is due.
import { connect } from 'node:net'
import { parseArgs } from 'node:util'
import { AnswerReader } from './answer-reader.js'
import { percentile } from './report.js'
import { requestHead } from './request-head.js'

/** Part of the time that goes by before anything is counted. */
const LEAD = 0.2
/** Milliseconds for what is under way to be answered at the end. */
const PATIENCE = 5000
const READ_BYTES = 262_144

const { values: flags } = parseArgs({
  options: {
    port: { type: 'string' },
    host: { type: 'string' },
    path: { type: 'string' },
    encoding: { type: 'string', default: '' },
    seconds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '16' },
    /** Requests a second. */
    rate: { type: 'string' },
  },
})
const { port, path } = flags
const head = Buffer.from(requestHead(flags))
const every = 1000 / Number(flags.rate)
const lead = Math.ceil((Number(flags.seconds) * 1000 * LEAD) / every)
const count = lead + Math.floor((Number(flags.seconds) * 1000) / every)
const latencies = []
/** How late requests went out that had become due since the last turn: the fault of this generator, not of the server. */
const lateness = []
const shared = Buffer.allocUnsafeSlow(READ_BYTES)
const connections = new Set()
const idle = []
let sent = 0
let lastTurn = 0

await Promise.all(Array.from({ length: Number(flags.connections) }, open))
const start = performance.now()
await new Promise((resolve) => turn(resolve))
const answered = latencies.length
const perSecond = (answered * 1000) / (performance.now() - start)
addUnanswered(performance.now())
const counted = latencies.slice(lead)
console.log(
  JSON.stringify({
    asked: count,
    answered,
    perSecond,
    p50: percentile(counted, 0.5),
    p99: percentile(counted, 0.99),
    late: percentile(lateness, 0.99),
  }),
)
process.exit()

/** Sends what is due on free connections, until all is answered or the time is up. */
function turn(done) {
  const now = performance.now()
  const due = Math.min(count, Math.floor((now - start) / every) + 1)
  for (let free = idle.length; sent < due && free > 0; free--) {
    const connection = idle.shift()
    connection.dueAt = start + sent * every
    if (sent >= lead && connection.dueAt > lastTurn) lateness.push(now - connection.dueAt)
    sent++
    connection.socket.write(head)
  }
  lastTurn = now
  if (latencies.length === count || now > start + count * every + PATIENCE) done()
  else setImmediate(turn, done)
}

/** What was never answered has waited at least until now. */
function addUnanswered(now) {
  for (const { dueAt } of connections) if (dueAt > 0) latencies.push(now - dueAt)
  for (; sent < count; sent++) latencies.push(now - (start + sent * every))
}

/** Opens a connection; resolves when it is there. */
function open() {
  return new Promise((resolve, reject) => {
    const reader = new AnswerReader()
    const connection = { socket: undefined, dueAt: 0 }
    const onBytes = (size, buffer) => {
      const done = reader.push(buffer.subarray(0, size))
      if (done === undefined) return true
      if (done.status !== 200) fail(`was answered with ${done.status}`)
      latencies.push(performance.now() - connection.dueAt)
      connection.dueAt = 0
      if (done.close) replace(connection)
      else idle.push(connection)
      return true
    }
    connection.socket = connect({
      host: '127.0.0.1',
      port: Number(port),
      noDelay: true,
      onread: { buffer: shared, callback: onBytes },
    })
    connections.add(connection)
    connection.socket.once('connect', () => {
      idle.push(connection)
      resolve()
    })
    connection.socket.once('error', reject)
    connection.socket.once('close', () => fail('closed before the answer'))
  })
}

function replace(connection) {
  connections.delete(connection)
  connection.socket.removeAllListeners('close').destroy()
  void open()
}

function fail(what) {
  console.error(`${path} ${what}`)
  process.exit(1)
}
