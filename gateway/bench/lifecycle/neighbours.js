// What a tenant feels of one that runs wild, under `process`.
import { get } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { percentile } from '../report.js'
import { Project } from './project.js'
import { Requests } from './visitors.js'

const RATE = 100

const FAULTS = {
  'an endless loop': '/api/loop',
  'a memory bomb': '/api/grow',
  'process.exit': '/api/exit',
  'a throw in a timer': '/api/throw?late',
}

/**
 * @param seconds of each part
 * @returns `{ name, p99, failed }` of the calm tenant: alone, then beside each fault
 */
export async function measureNeighbours(seconds) {
  const project = await Project.create(
    { instances: { unresponsiveAfter: '5s', restartDelay: '50ms' } },
    { calm: { build: 'probe' }, wild: { build: 'probe', memory: { maxHeap: 256 } } },
  )
  try {
    await project.start()
    while ((await project.app('wild')).state !== 'ready') await delay(50)
    await watch(project, 'warm-up', 2)
    const alone = await watch(project, 'alone', seconds)
    const rows = [alone]
    for (const [name, path] of Object.entries(FAULTS)) {
      const again = repeat(() => ask(project.port, path))
      rows.push(await watch(project, name, seconds))
      again.stop()
      while ((await project.app('wild')).state !== 'ready') await delay(200)
      await delay(1000)
    }
    return rows
  } finally {
    await project.close()
  }
}

async function watch({ port }, name, seconds) {
  const host = 'calm.localhost'
  const requests = new Requests(port, { host, path: '/api/url', rate: RATE, fits: () => true })
  await delay(seconds * 1000)
  const done = await requests.stop()
  const failed = done.filter(({ outcome }) => outcome !== 'ok').length
  const latencies = done.map(({ ms }) => ms)
  return {
    name,
    requests: done.length,
    failed,
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
  }
}

/** Asks for the fault again and again, as each time ends the instance or does not. */
function repeat(work) {
  work()
  const timer = setInterval(() => work(), 1000)
  return { stop: () => clearInterval(timer) }
}

function ask(port, path) {
  const asked = get({
    host: '127.0.0.1',
    port,
    path,
    headers: { host: 'wild.localhost' },
    agent: false,
  })
  asked.on('error', () => {}).once('response', (answer) => answer.on('error', () => {}).resume())
  setTimeout(() => asked.destroy(), 10_000).unref()
}
