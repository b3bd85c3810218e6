import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { fetchOn, sendRaw } from '../support/http.ts'
import { createProject, probeApp, REPO } from '../support/project.ts'
import { startTenantry } from '../support/tenantry.ts'
import { ODD_PATHS, parseAnswer, type RawAnswer } from './support.ts'

// However a path is written, it never says which tenant or file is meant: that is for the host, and for what the app serves.

/** A route of the app gets these as they are. */
const UNCHANGED = [
  '/proxy/a%2fb',
  '/proxy/a%2Fb',
  '/proxy/a%5cb',
  '/proxy/%2e%2e%2fb',
  '/proxy/a%00b',
  '/proxy/a%0d%0ab',
  '/proxy/a;b',
  '/proxy/a:b@c',
  '/proxy/%252e%252e%252f',
]

/** These name other hosts, or climb. */
const ELSEWHERE = [
  '/proxy/../proxy/a',
  '/./proxy/a',
  '/proxy/%2e%2e/proxy/a',
  '/proxy/%2E./proxy/a',
  '/../two.localhost/proxy/a',
  '/proxy/../../../../two.localhost/proxy/a',
  '//two.localhost/proxy/a',
  '///two.localhost/proxy/a',
  '/\\two.localhost/proxy/a',
  '/\\/two.localhost/proxy/a',
  '/proxy//a',
  '/proxy\\a',
  '//evil.example/%2e%2e',
  '/\\evil.example',
  '/proxy/..//evil.example/',
  '/proxy/@two.localhost/',
]

describe.each(['process', 'shared'] as const)('in the %s runtime', (runtime) => {
  test('no file outside of what the app publishes is served, and nothing breaks', async () => {
    const app = (name: string): object => ({ dir: `${REPO}/apps/${name}`, runtime })
    await using project = await createProject({
      'config/apps/acme.json': app('acme'),
      'config/apps/globex.json': app('globex'),
      'config/tenants/acme.json': { hosts: ['acme.localhost'] },
      'config/tenants/globex.json': { hosts: ['globex.localhost'] },
    })
    await using gateway = await startTenantry('start', project.configDir)
    const buildIds = await Promise.all(
      ['acme', 'globex'].map((name) =>
        readFile(join(REPO, 'apps', name, '.next/BUILD_ID'), 'utf8'),
      ),
    )
    for (const host of ['acme.localhost', 'globex.localhost']) {
      for (const path of ODD_PATHS) {
        const bytes = `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`
        const { status, body, headers } = parseAnswer(await sendRaw(gateway.port, bytes))
        expect([path, status >= 300 && status < 500]).toEqual([path, true])
        expect(headers.get('location') ?? '').not.toMatch(/^(?:[a-z]+:)?[/\\]{2}(?!acme|globex)/i)
        expect(body).not.toMatch(/root:x:|"private": true|"dependencies"|app-paths|\/page\.js"/)
        for (const id of buildIds) expect(body.trim()).not.toBe(id.trim())
      }
      expect((await fetchOn(gateway.port, `http://${host}/`)).status).toBe(200)
    }
  })

  test('a path never leaves the host that was asked', async () => {
    await using project = await createProject({
      'config/apps/probe.json': probeApp({ runtime }),
      'config/tenants/one.json': { app: 'probe', hosts: ['one.localhost'] },
      'config/tenants/two.json': { app: 'probe', hosts: ['two.localhost'] },
    })
    await using gateway = await startTenantry('start', project.configDir)
    const get = async (target: string): Promise<RawAnswer> => {
      // HTTP/1.0 has no chunks.
      const bytes = `GET ${target} HTTP/1.0\r\nHost: one.localhost\r\n\r\n`
      return parseAnswer(await sendRaw(gateway.port, bytes))
    }
    const origin = 'http://one.localhost'
    for (const path of UNCHANGED) {
      const { status, body } = await get(path)
      expect([path, status, JSON.parse(body)]).toEqual([path, 200, { url: origin + path, origin }])
    }
    for (const path of ELSEWHERE) {
      const { status, headers, body } = await get(path)
      expect([path, [200, 308, 400, 404].includes(status)]).toEqual([path, true])
      expect(new URL(headers.get('location') ?? '/', origin).host).toBe('one.localhost')
      if (status === 200) expect(JSON.parse(body)).toMatchObject({ origin })
    }
  })
})
