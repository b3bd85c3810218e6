// The load generator, a process of its own: asks for one path in a closed loop, for some seconds or until some
// requests are answered, and prints JSON.
// Raw sockets, since an HTTP client costs as much as what is measured.
import { connect } from 'node:net'
import { parseArgs } from 'node:util'
import { AnswerReader } from './answer-reader.js'
import { percentile } from './report.js'
import { requestHead } from './request-head.js'

/** Part of the time that goes by before anything is counted. */
const LEAD = 0.2

const { values: flags } = parseArgs({
  options: {
    port: { type: 'string' },
    host: { type: 'string' },
    /** `{n}` in it is another number in each request. */
    path: { type: 'string' },
    encoding: { type: 'string', default: '' },
    seconds: { type: 'string', default: '60' },
    requests: { type: 'string', default: 'Infinity' },
    connections: { type: 'string', default: '1' },
  },
})
const head = requestHead(flags)
const isNumbered = flags.path.includes('{n}')
const from = performance.now() + Number(flags.seconds) * 1000 * LEAD
const to = from + Number(flags.seconds) * 1000
const enough = Number(flags.requests)
const latencies = []
let answered = 0
let asked = 0

await Promise.all(Array.from({ length: Number(flags.connections) }, work))
console.log(
  JSON.stringify({
    answered,
    perSecond: (latencies.length * 1000) / (to - from),
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
  }),
)

/** One connection: the next request goes out when the answer is complete. */
async function work() {
  while (performance.now() < to && asked < enough) await useConnection()
}

function useConnection() {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port: Number(flags.port), noDelay: true })
    const answer = new AnswerReader()
    let sentAt = 0
    const ask = () => {
      sentAt = performance.now()
      socket.write(isNumbered ? head.replace('{n}', String(asked)) : head)
      asked++
    }
    socket.once('connect', ask)
    socket.once('error', reject)
    socket.once('close', () => reject(new Error(`${flags.path}: closed before the answer`)))
    socket.on('data', (bytes) => {
      const done = answer.push(bytes)
      if (done === undefined) return
      const now = performance.now()
      if (done.status !== 200) reject(new Error(`${flags.path} was answered with ${done.status}`))
      if (sentAt >= from && now < to) latencies.push(now - sentAt)
      answered++
      if (!done.close && now < to && asked < enough) return ask()
      resolve()
      socket.destroy()
    })
  })
}
