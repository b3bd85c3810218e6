import { createServer } from 'node:http'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { createTestGateway } from '../../../gateway/dist/testing.js'
import { fetchOn } from '../../support/http.ts'
import { createProject, type Project } from '../../support/project.ts'
import { runTenantry, startTenantry } from '../../support/tenantry.ts'
import { appFile, deadUrl, startServer, type TestServer } from '../../support/upstreams.ts'

// The commands know apps that have neither a folder nor a release.

let project: Project
let server: TestServer
let dead: string

beforeAll(async () => {
  server = await startServer(
    createServer((req, res) => res.end(String(req.headers['x-tenant-id']))),
  )
  dead = await deadUrl()
  // There is no folder of apps at all.
  project = await createProject({
    'config/gateway.json': { appsRoot: 'apps', log: { format: 'json' } },
    'config/apps/api.json': appFile([server.url, dead], {
      health: { path: '/', interval: '1h', timeout: '30s' },
    }),
    'config/tenants/acme.json': { app: 'api', hosts: ['acme.localhost'] },
  })
})

afterAll(async () => {
  await server.close()
  await project[Symbol.asyncDispose]()
})

function run(...args: string[]): ReturnType<typeof runTenantry> {
  return runTenantry([...args, '--config', project.configDir])
}

test('check, routes and resolve', async () => {
  expect(await run('check')).toMatchObject({ code: 0, stdout: 'ok: 1 tenants, 1 hosts, 1 apps\n' })
  const routes = await run('routes')
  expect(routes.stdout).toContain(`acme.localhost  acme    api  ${server.url}, ${dead}`)
  const resolved = await run('resolve', 'http://acme.localhost/x')
  expect(resolved.stdout).toContain(`api (${server.url}, ${dead})`)
  expect(resolved.code).toBe(0)
})

test.each(['build', 'publish'])(
  '%s skips it with a word, and refuses it by name',
  async (command) => {
    const all = await run(command)
    expect(all).toMatchObject({ code: 0, stdout: 'api is served by an upstream: nothing to do\n' })
    const named = await run(command, 'api')
    expect(named.code).toBe(2)
    expect(named.stderr).toContain(
      "The app 'api' is served by an upstream: it has no builds or releases",
    )
  },
)

test.each(['releases', 'rollback'])('%s refuses it', async (command) => {
  const named = await run(command, 'api')
  expect([named.code, named.stderr.includes('served by an upstream')]).toEqual([2, true])
})

test.each(['start', 'dev'] as const)(
  '%s serves it; status tells how its targets do',
  async (command) => {
    await using gateway = await startTenantry(command, project.configDir)
    expect(await (await fetchOn(gateway.port, 'http://acme.localhost/')).text()).toBe('acme')
    await gateway.line((line) => line['event'] === 'target.unhealthy')
    const status = await run('status')
    expect(status.stdout).toMatch(/acme\s+api\s+upstream\s+ready\s+0\s+0\s+\d+s\s+/)
    expect(status.stdout).toContain(`${dead} unhealthy`)
    expect(status.stdout).not.toContain(`${server.url} up`)
    const json = JSON.parse((await run('status', '--json')).stdout) as {
      apps: { instances: { targets: unknown }[] }[]
    }
    expect(json.apps[0]?.instances[0]?.targets).toEqual([
      { name: server.url, state: 'up', inFlight: 0, failures: 0 },
      { name: dead, state: 'unhealthy', inFlight: 0, failures: expect.any(Number) },
    ])
    expect(await run('restart', 'api')).toMatchObject({ code: 0 })
    expect(await run('stop', 'api')).toMatchObject({ code: 0 })
    expect(await (await fetchOn(gateway.port, 'http://acme.localhost/')).text()).toBe('acme')
  },
)

test('tenantry/testing: its routes are tested without its servers', async () => {
  await using gateway = await createTestGateway({ configDir: project.configDir })
  const before = server.seen.length
  const answer = await gateway.fetch('http://acme.localhost/x')
  expect(await answer.json()).toMatchObject({ app: 'api', tenant: 'acme', path: '/x' })
  expect(server.seen).toHaveLength(before)
})

test('upstreams take none of the places that instances.maxRunning has', async () => {
  await using crowded = await createProject({
    'config/gateway.json': { instances: { maxRunning: 1 }, log: { format: 'json' } },
    ...Object.fromEntries(
      ['a', 'b', 'c'].flatMap((id) => [
        [`config/apps/${id}.json`, appFile([server.url], {})],
        [`config/tenants/${id}.json`, { hosts: [`${id}.localhost`] }],
      ]),
    ),
  })
  await using gateway = await startTenantry('start', crowded.configDir)
  for (const id of ['a', 'b', 'c', 'a']) {
    expect(await (await fetchOn(gateway.port, `http://${id}.localhost/`)).text()).toBe(id)
  }
  // The log is written in bulk: what comes last says that the rest is there.
  const count = (name: string): number => gateway.log.filter(({ event }) => event === name).length
  await gateway.line(() => count('request') === 4)
  expect(count('app.ready')).toBe(3)
})
