// Deploys, rollbacks, reloads, crashes and failed deploys under load: who felt them.
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { percentile } from '../report.js'
import { Project } from './project.js'
import { Requests, Stream, WebSocketVisit, startUpstream } from './visitors.js'

/** Milliseconds that a child lives at least: what dies sooner counts as a loop of crashes. */
const APART = 10_500
/** Milliseconds after the last event in which requests go on. */
const SETTLE = 1500
const MARK = /mark=(plum|quince)/

/** Requests a second to each app. */
const RATES = { calm: 60, quiet: 50, site: 60, frail: 30 }

/**
 * @param counts how often each of it is done
 * @param share how much of 200 requests a second there is
 * @returns what each app's visitors saw, and the times of the commands in milliseconds
 */
export async function runUnderLoad(counts, runtime = 'process', share = 1) {
  const upstream = await startUpstream()
  const app = (build, name = 'process') => ({
    build,
    runtime: name,
    env: { UPSTREAM: upstream.origin },
  })
  const project = await Project.create(
    { instances: { restartDelay: '50ms' }, releases: { keep: 3 } },
    { calm: app('p'), quiet: app('q', runtime), site: app('p', runtime), frail: app('q') },
  )
  try {
    await project.start()
    await ready(project)
    const watch = openVisits(project.port, share)
    const [times, kills] = await Promise.all([
      disturb(project, counts),
      kill(project, counts.kills),
    ])
    await delay(SETTLE)
    return { ...(await watch.end(kills)), times, events: countEvents(project) }
  } finally {
    await project.close()
    upstream.close()
  }
}

async function ready(project) {
  for (const app of ['calm', 'quiet', 'site', 'frail']) {
    while ((await project.app(app)).state !== 'ready') await delay(50)
  }
}

/** Requests at a steady rate to four apps, and streams and WebSockets of the two that nobody touches. */
function openVisits(port, share) {
  const visits = {}
  for (const app of Object.keys(RATES)) {
    const rate = RATES[app] * share
    const host = `${app}.localhost`
    visits[app] = new Requests(port, { host, path: '/api/plain', rate, fits: fitsOf(app) })
  }
  const open = ['calm', 'quiet'].flatMap((app) => {
    const host = `${app}.localhost`
    return Array.from({ length: 10 }, (_, n) =>
      n % 2 === 0
        ? new Stream(port, host, `/api/stream?ticks=1000000&n=${n}`)
        : new WebSocketVisit(port, host, '/ws'),
    )
  })
  return {
    visits,
    /** @param kills when the child of `frail` was killed, and when the gateway knew */
    async end(kills) {
      const alive = await Promise.all(open.map((one) => one.isAlive()))
      for (const one of open) one.close()
      const apps = {}
      for (const [app, requests] of Object.entries(visits)) {
        apps[app] = sum(await requests.stop(), app === 'frail' ? kills : [])
      }
      return { apps, opened: open.length, broken: alive.filter((isAlive) => !isAlive).length }
    },
  }
}

/** The mark of the app that nobody redeploys is its own; the other has one of two. */
function fitsOf(app) {
  const own = { calm: 'plum', quiet: 'quince', frail: 'quince' }[app]
  return (body) => {
    const mark = MARK.exec(body)?.[1]
    return own === undefined ? mark !== undefined : mark === own
  }
}

async function disturb(project, counts) {
  const times = { reload: [], deploy: [], rollback: [], failed: [] }
  for (let n = 0; n < counts.reloads; n++) {
    await project.write('config/tenants/extra.json', {
      app: 'calm',
      hosts: [`extra-${n}.localhost`],
    })
    times.reload.push(await timed(() => project.control('POST', '/v1/reload')))
  }
  for (let n = 0; n < counts.deploys; n++) {
    await project.put('site', n % 2 === 0 ? 'q' : 'p')
    times.deploy.push(await timed(() => expectCode(project.run('publish', 'site'), 0)))
    if (n >= counts.rollbacks) continue
    times.rollback.push(await timed(() => expectCode(project.run('rollback', 'site'), 0)))
    times.deploy.push(await timed(() => expectCode(project.run('publish', 'site'), 0)))
  }
  for (let n = 0; n < counts.failures; n++) {
    await project.put('site', n % 2 === 0 ? 'q' : 'p')
    await rm(join(project.dir('site'), '.next/routes-manifest.json'))
    times.failed.push(await timed(() => expectCode(project.run('publish', 'site'), 1)))
  }
  return times
}

/** @returns when each child was killed, and when the gateway knew */
async function kill(project, count) {
  const kills = []
  for (let n = 0; n < count; n++) {
    while ((await project.app('frail')).state !== 'ready') await delay(50)
    await delay(APART)
    const { instances } = await project.app('frail')
    const at = performance.now()
    process.kill(instances[0].pid, 'SIGKILL')
    while (project.events('app.died').length <= n) await delay(1)
    kills.push({ at, noticed: performance.now() })
  }
  return kills
}

async function expectCode(running, expected) {
  const { code, output } = await running
  if (code !== expected) throw new Error(`the command ended with ${code}:\n${output}`)
}

async function timed(work) {
  const start = performance.now()
  await work()
  return performance.now() - start
}

/** Failures are of no surprise where the request was in flight at the end of its instance. */
function sum(done, kills) {
  const failed = {}
  let inFlight = 0
  for (const { outcome, at, ms } of done) {
    if (outcome === 'ok') continue
    if (kills.some((kill) => at < kill.noticed && at + ms > kill.at)) inFlight++
    else failed[outcome] = (failed[outcome] ?? 0) + 1
  }
  const latencies = done.map(({ ms }) => ms)
  return {
    requests: done.length,
    inFlight,
    failed,
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
  }
}

function countEvents(project) {
  const names = ['config.reloaded', 'app.replaced', 'app.failed', 'app.died']
  return Object.fromEntries(names.map((name) => [name, project.events(name).length]))
}
