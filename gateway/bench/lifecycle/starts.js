// The first byte of an app that sleeps, and what a second instance adds.
import { get } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { percentile } from '../report.js'
import { Project } from './project.js'

/** @returns milliseconds from the request to the first byte, for each start */
export async function measureStarts(runtime, starts) {
  const project = await Project.create({}, { small: { build: 'small', runtime, start: 'lazy' } })
  try {
    await project.start()
    const times = []
    // The first one loads Next.js, and under `shared` runs the self-test as well.
    await firstByte(project.port, 'small.localhost', '/')
    for (let n = 0; n < starts; n++) {
      await project.control('POST', '/v1/apps/small/stop')
      await delay(200)
      times.push(await firstByte(project.port, 'small.localhost', '/'))
    }
    return times
  } finally {
    await project.close()
  }
}

/** @returns answers a second of a page that takes 5 ms of processor time */
export async function measureInstances(instances, seconds) {
  const project = await Project.create({}, { probe: { build: 'probe', instances } })
  try {
    await project.start()
    while ((await project.app('probe')).instances.length < instances) await delay(50)
    const end = performance.now() + seconds * 1000
    let answered = 0
    const ask = async () => {
      while (performance.now() < end) {
        await firstByte(project.port, 'probe.localhost', '/api/spin?ms=5')
        answered++
      }
    }
    await Promise.all(Array.from({ length: 8 }, ask))
    return answered / seconds
  } finally {
    await project.close()
  }
}

function firstByte(port, host, path) {
  const start = performance.now()
  return new Promise((resolve, reject) => {
    const asked = get({ host: '127.0.0.1', port, path, headers: { host }, agent: false })
    asked.once('error', reject).once('response', (answer) => {
      answer.resume()
      if (answer.statusCode !== 200)
        reject(new Error(`${path} was answered with ${answer.statusCode}`))
      else resolve(performance.now() - start)
    })
  })
}

export function describeTimes(times) {
  return [percentile(times, 0.5), percentile(times, 0.9), Math.max(...times)].map(
    (ms) => `${ms.toFixed(0)} ms`,
  )
}
