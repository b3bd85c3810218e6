import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { fetchOn, open, sendRaw } from '../support/http.ts'
import { createProject, probeApp, REPO, type Project } from '../support/project.ts'
import { startTenantry, type RunningTenantry } from '../support/tenantry.ts'

// Every option of next(), seen from outside.
const tenant = (id: string): Record<string, object> => ({
  [`config/tenants/${id}.json`]: { hosts: [`${id}.localhost`] },
})

describe('in production', () => {
  let project: Project
  let gateway: RunningTenantry

  beforeAll(async () => {
    const apps = {
      plain: {},
      conf: { conf: { poweredByHeader: false, generateEtags: false, compress: false } },
      quiet: { quiet: true },
      fixed: { hostname: 'fixed.example', port: 8443 },
    }
    const files: Record<string, object> = {
      'config/gateway.json': { appsRoot: REPO, removePoweredBy: false },
    }
    for (const [id, next] of Object.entries(apps)) {
      files[`config/apps/${id}.json`] = probeApp({ next })
      Object.assign(files, tenant(id))
    }
    project = await createProject(files)
    gateway = await startTenantry('start', project.configDir)
  })

  afterAll(async () => {
    await gateway[Symbol.asyncDispose]()
    await project[Symbol.asyncDispose]()
  })

  test('conf changes the running app, and only this app', async () => {
    const ask = async (app: string): Promise<(string | null)[]> => {
      const { headers } = await fetchOn(gateway.port, `http://${app}.localhost/static`, {
        headers: { 'accept-encoding': 'gzip' },
      })
      return ['x-powered-by', 'etag', 'content-encoding'].map((name) => headers.get(name))
    }
    expect(await ask('plain')).toEqual(['Next.js', expect.any(String), 'gzip'])
    expect(await ask('conf')).toEqual([null, null, null])
  })

  test("quiet drops Next's own error lines from the log", async () => {
    for (const app of ['quiet', 'plain']) {
      const answer = await fetchOn(gateway.port, `http://${app}.localhost/api/throw`)
      expect(answer.status).toBe(500)
    }
    const thrown = await gateway.line(
      (line) => line['app'] === 'plain' && String(line['msg']).includes('thrown by the probe'),
      'the error of the app plain',
    )
    expect(thrown['level']).toBe('error')
    const lines = gateway.log.filter((line) => String(line['msg']).includes('thrown by the probe'))
    expect(lines.map((line) => line['app'])).toEqual(['plain'])
  })

  test('hostname and port show up in request.url', async () => {
    const answer = await fetchOn(gateway.port, 'http://fixed.localhost:3000/api/url')
    expect(await answer.json()).toEqual({
      url: 'http://fixed.example:8443/api/url',
      origin: 'http://fixed.example:8443',
    })
  })

  test('httpServer: each app has its own, so that an upgrade is seen by its app alone and closed', async () => {
    const answer = await sendRaw(
      gateway.port,
      'GET /nothing HTTP/1.1\r\nHost: plain.localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    )
    expect(answer).toMatch(/^HTTP\/1.1 404 /)
    await gateway.line((line) => line['path'] === '/nothing' && line['status'] === 404, 'the 404')
    expect(gateway.log.filter((line) => line['path'] === '/nothing')).toHaveLength(1)
  })
})

describe('in development', () => {
  test.each([
    [true, /static\/chunks\/%5Bturbopack%5D/, /static\/chunks\/webpack\.js/],
    [false, /static\/chunks\/webpack\.js/, /turbopack/],
  ])('dev: true under `start` with turbopack: %s', async (turbopack, used, unused) => {
    await using project = await createProject({
      'config/apps/probe.json': probeApp({ next: { dev: true, turbopack } }),
      ...tenant('probe'),
    })
    await using gateway = await startTenantry('start', project.configDir)
    const page = await (await fetchOn(gateway.port, 'http://probe.localhost/static')).text()
    expect(page).toMatch(used)
    expect(page).not.toMatch(unused)
    const hmr = await open(gateway.port, 'http://probe.localhost/_next/hmr', {
      headers: { origin: 'http://evil.example' },
    })
    expect(hmr.statusCode).toBe(403)
    hmr.destroy()
  })
})
