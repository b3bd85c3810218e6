import { once } from 'node:events'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { connectRaw, open, sendRaw } from '../support/http.ts'
import type { LogLine } from '../support/tenantry.ts'
import { SharedApps } from '../support/twins/apps.ts'
import { handshake } from '../support/twins/web-socket.ts'
import { readUntil } from './support.ts'

// Shared apps come, fail, leave and come back changed; the gateway and their neighbours do not feel it.

test('60 apps: no warning of too many listeners, and none is left after their end', async () => {
  await using apps = await SharedApps.start({ first: 'tiny/p' })
  const before = await apps.state()
  const ids = Array.from({ length: 59 }, (_, i) => `more-${i}`)
  for (const id of ids) await apps.add(id, 'tiny/p')
  await apps.reload()
  for (const id of ids) expect(await apps.text(id, '/')).toContain(`[tiny given=${id}]`)
  for (const id of ids) await apps.remove(id)
  await apps.reload()
  await Promise.all(ids.map((id) => apps.event('app.closed', id)))
  const { listeners, warnings } = await apps.state()
  expect(warnings).toEqual([])
  expect(listeners).toEqual(before.listeners)
  expect(await apps.text('first', '/')).toContain('[tiny given=first]')
}, 120_000)

test.each([
  ['timer', 200, 'thrown in a timer'],
  ['rejection', 200, 'rejected and not caught'],
  ['exit', 500, 'process.exit(3) was called by app code'],
  ['late-exit', 200, 'process.exit(4) was called by app code'],
  ['chdir', 500, 'process.chdir(/) was called by app code'],
])(
  'a fault of the kind %s is logged with the name of the app, and ends nothing',
  async (...row) => {
    const [kind, status, message] = row
    await using apps = await SharedApps.start({ frail: 'main/p', other: 'tiny/p' })
    const { folder } = await apps.state()
    const answer = await apps.get('frail', `/api/fault?kind=${kind}`)
    expect(answer.status).toBe(status)
    const said = (line: LogLine): boolean => JSON.stringify(line).includes(message)
    const logged = await apps.gateway.line((line) => line['app'] === 'frail' && said(line), message)
    expect(logged['level']).toBe('error')
    expect(await apps.text('frail', '/api/plain')).toContain('[plain mark=plum')
    expect(await apps.text('other', '/')).toContain('[tiny given=other]')
    expect((await apps.state()).folder).toBe(folder)
  },
)

test('listeners on the process run in their own app, which can remove no others', async () => {
  await using apps = await SharedApps.start({ p: 'main/p', q: 'main/q' })
  const { listeners } = await apps.state()
  const heard = (what: string, by: string): number =>
    apps.gateway.log.filter(
      (line) => line['app'] === by && String(line['msg']).includes(`[heard ${what} given=${by}]`),
    ).length
  for (const id of ['p', 'q']) await apps.get(id, '/api/fault?kind=listen')
  await apps.get('p', '/api/fault?kind=listen-once')
  await apps.get('q', '/api/fault?kind=shout')
  await apps.gateway.line(() => heard('shout', 'p') === 1 && heard('shout', 'q') === 1)
  expect((await apps.get('q', '/api/fault?kind=mute')).status).toBe(200)
  expect((await apps.state()).listeners).toMatchObject({ ...listeners, shout: 1 })
  await apps.get('q', '/api/fault?kind=shout')
  await apps.gateway.line(() => heard('shout', 'p') === 2)
  expect([heard('once', 'p'), heard('shout', 'q')]).toEqual([1, 1])
  await apps.get('q', '/api/fault?kind=rejection')
  await apps.event('app.uncaught', 'q')
  expect(apps.gateway.log.some(({ msg }) => String(msg).includes('[heard unhandled'))).toBe(false)
  await apps.remove('p')
  await apps.reload()
  await apps.event('app.closed', 'p')
  expect((await apps.state()).listeners).not.toHaveProperty('shout')
})

test('200 refused upgrades leave no socket behind', async () => {
  await using apps = await SharedApps.start({ one: 'main/p' })
  const paths = ['/api/plain', '/nothing']
  const answers = await Promise.all(
    Array.from({ length: 200 }, (_, i) =>
      sendRaw(apps.gateway.port, handshake('one.localhost', paths[i % 2] ?? '/')),
    ),
  )
  expect(new Set(answers.map((answer) => answer.slice(0, 12)))).toEqual(new Set(['HTTP/1.1 404']))
  // The last ones close a moment after their clients have left.
  for (let turn = 0; turn < 5000 && (await apps.state()).sockets > 0; turn++);
  expect((await apps.state()).sockets).toBe(0)
})

test('responses that stream while their app is unloaded end right, and after() runs', async () => {
  const builds = { leaving: 'main/p', staying: 'main/q' }
  await using apps = await SharedApps.start(builds, [], '30s')
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, n) =>
      open(apps.gateway.port, `http://leaving.localhost/api/stream?ticks=20&n=${n}`),
    ),
  )
  await Promise.all(answers.map((answer) => once(answer, 'readable')))
  await apps.remove('leaving')
  await apps.reload()
  expect((await apps.get('leaving', '/api/plain')).status).toBe(404)
  for (const [n, answer] of answers.entries()) {
    const body = Buffer.concat((await answer.toArray()) as Buffer[]).toString()
    const ticks = [...body.matchAll(/\[tick mark=plum [^\]]* n=(\d+) tick=\d+\]/g)]
    expect(ticks.map(([, of]) => of)).toEqual(Array.from({ length: 20 }, () => String(n)))
    expect(answer.complete).toBe(true)
    expect(await apps.upstream.after(String(n))).toBe('plum')
  }
  await apps.event('app.closed', 'leaving')
  expect(await apps.text('staying', '/dynamic')).toContain('[dynamic mark=quince')
})

test('a WebSocket is closed with its app', async () => {
  await using apps = await SharedApps.start({ leaving: 'main/p' })
  const opened = apps.gateway.line((line) => line['status'] === 101)
  const socket = await connectRaw(apps.gateway.port)
  socket.on('error', () => {}).write(handshake('leaving.localhost', '/ws'))
  expect(await readUntil(socket, '\r\n\r\n')).toContain('x-asked: /ws/plum')
  const closed = new Promise((resolve) => socket.resume().once('close', resolve))
  await apps.remove('leaving')
  await apps.reload()
  await apps.event('app.closed', 'leaving')
  await closed
  expect((await opened)['app']).toBe('leaving')
})

test('an interval that an app started ends with it', async () => {
  await using apps = await SharedApps.start({ leaving: 'main/p', staying: 'main/q' })
  const ticks = (text: string): number =>
    apps.gateway.log.filter(({ msg }) => String(msg).includes(text)).length
  for (const id of ['leaving', 'staying']) {
    await apps.get(id, '/api/fault?kind=interval')
    await apps.gateway.line(() => ticks(`[tick given=${id}]`) > 2)
  }
  await apps.remove('leaving')
  await apps.reload()
  await apps.event('app.closed', 'leaving')
  const [left, stayed] = [ticks('[tick'), ticks('[tick given=staying]')]
  await apps.gateway.line(() => ticks('[tick given=staying]') > stayed + 10)
  expect(ticks('[tick') - left).toBe(ticks('[tick given=staying]') - stayed)
})

test('an app that is loaded, asked and unloaded leaves less than 0.05 MB of heap each time', async () => {
  await using apps = await SharedApps.start({ passing: 'tiny/p', staying: 'tiny/q' })
  const cycles = async (count: number): Promise<number> => {
    for (let n = 0; n < count; n++) {
      expect(await apps.text('passing', '/')).toContain('[tiny given=passing]')
      await apps.restart('passing')
    }
    return apps.heap()
  }
  const [before, after] = [await cycles(30), await cycles(100)]
  expect((after - before) / 100 / 1e6).toBeLessThan(0.05)
}, 240_000)

test.each([
  ['main/p', 'with an edge route', ['/dynamic', '/static', '/api/edge', '/proxied']],
  ['pages/p', 'with middleware', ['/api/plain', '/about']],
  ['tiny/p', 'that was the last to be loaded', []],
])('of the app %s, %s, nothing is in memory after its end', async (build, _, paths) => {
  await using apps = await SharedApps.start({ leaving: build })
  for (const path of paths) expect((await apps.get('leaving', path)).status).toBe(200)
  expect(await apps.held()).toEqual({ instances: 1, servers: 1 })
  await apps.remove('leaving')
  await apps.reload()
  await apps.event('app.closed', 'leaving')
  expect(await apps.held()).toEqual({ instances: 0, servers: 0 })
})

/** Static, dynamic, kept by ISR, made at the first request, and edge. */
const PAGES = {
  site: ['/static', '/dynamic', '/isr', '/posts/new', '/suspense', '/api/edge', '/proxied'],
  edge: ['/de/edge', '/news', '/about', '/api/edge', '/rewritten'],
}

test('an app that comes back from a changed folder serves the new build alone', async () => {
  await using apps = await SharedApps.start({ site: 'main/p', edge: 'pages/p' })
  await expectMark(apps, 'plum', 'quince')
  await apps.redeploy('site', 'main/q')
  await apps.redeploy('edge', 'pages/q')
  await expectMark(apps, 'quince', 'plum')
}, 90_000)

test('two apps cannot run from one folder', async () => {
  await using apps = await SharedApps.start({ one: 'tiny/p' })
  const dir = join(apps.folder, 'one')
  await apps.project.write('config/apps/two.json', { dir, runtime: 'shared' })
  await apps.project.write('config/tenants/two.json', { hosts: ['two.localhost'] })
  await apps.reload()
  const { err } = await apps.event('app.failed', 'two')
  expect(JSON.stringify(err)).toContain('runs from the same folder')
  expect((await apps.get('two', '/')).status).toBe(503)
  expect(await apps.text('one', '/')).toContain('[tiny given=one]')
})

test('an app whose environment changed restarts in its folder with the new one alone', async () => {
  await using apps = await SharedApps.start({ one: 'main/p' })
  expect(await apps.text('one', '/api/environment')).toContain('given=one')
  await apps.change('one', { GIVEN: 'anew' })
  await apps.event('app.closed', 'one')
  expect(await apps.text('one', '/api/environment')).toContain('given=anew')
  expect(await apps.text('one', '/suspense')).toContain('[badge public=plum given=plum]')
  expect(await apps.text('one', '/api/edge')).toContain('[edge mark=plum')
})

async function expectMark(apps: SharedApps, mark: string, gone: string): Promise<void> {
  for (const [id, paths] of Object.entries(PAGES)) {
    for (const path of paths) {
      const body = await apps.text(id, path)
      expect(body).toContain(`mark=${mark}`)
      expect(body).not.toContain(gone)
    }
  }
}
