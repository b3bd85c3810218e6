// Many apps of which few may run at once, under random traffic: memory, and requests that failed.
import { setTimeout as delay } from 'node:timers/promises'
import { get } from 'node:http'
import { readTree } from '../memory.js'
import { Project } from './project.js'

/** @returns a sample a minute, or each sixth of a shorter run: `{ seconds, mb, running, answered, failed }` */
export async function measureCrowd({ apps, maxRunning, minutes, runtime }) {
  const ids = Array.from({ length: apps }, (_, n) => `app-${n}`)
  const each = { build: 'small', runtime, start: 'lazy' }
  const config = { instances: { maxRunning } }
  const project = await Project.create(config, Object.fromEntries(ids.map((id) => [id, each])))
  try {
    await project.start()
    return await watch(project, ids, minutes * 60)
  } finally {
    await project.close()
  }
}

async function watch(project, ids, seconds) {
  const start = performance.now()
  const end = start + seconds * 1000
  const counts = { answered: 0, failed: 0 }
  const visit = async () => {
    while (performance.now() < end) {
      const status = await statusOf(project.port, ids[Math.floor(Math.random() * ids.length)])
      counts[status === 200 ? 'answered' : 'failed']++
    }
  }
  const visitors = Promise.all([visit(), visit(), visit(), visit()])
  const samples = []
  const every = Math.min(60, seconds / 6)
  for (let at = every; at <= seconds; at += every) {
    await delay(start + at * 1000 - performance.now())
    const tree = await readTree(project.pid)
    const { apps } = await project.control('GET', '/v1/status')
    const bytes = tree.reduce((sum, { privateBytes }) => sum + privateBytes, 0)
    const running = apps.filter(({ state }) => state === 'ready').length
    samples.push({ seconds: Math.round(at), mb: bytes / 1e6, running, ...counts })
  }
  await visitors
  return samples
}

function statusOf(port, id) {
  return new Promise((resolve) => {
    const headers = { host: `${id}.localhost` }
    const asked = get({ host: '127.0.0.1', port, path: '/', headers, agent: false }, (answer) => {
      answer.on('error', () => resolve(0)).once('end', () => resolve(answer.statusCode))
      answer.resume()
    })
    asked.once('error', () => resolve(0))
  })
}
