import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { fetchOn, sendRaw } from '../support/http.ts'
import { createProject, REPO } from '../support/project.ts'
import { startTenantry } from '../support/tenantry.ts'
import { parseAnswer, sharedStub } from './support.ts'

// Paths that climb, hide a slash or end early reach an app as they were sent, or are refused: no other tenant or file is meant.

const PATHS = [
  '/../package.json',
  '/../../config/tenants/globex.yaml',
  '/..%2f..%2fpackage.json',
  '/..%5c..%5cpackage.json',
  '/..\\..\\package.json',
  '/%2e%2e/%2e%2e/package.json',
  '/.%2e/.%2e/package.json',
  '/%252e%252e/package.json',
  '/_next/static/../../BUILD_ID',
  '/_next/static/..%2f..%2fBUILD_ID',
  '/_next/static/%2e%2e/%2e%2e/BUILD_ID',
  '/_next/static/..%5c..%5cBUILD_ID',
  '/_next/static/..\\..\\BUILD_ID',
  '/_next/static/chunks/../../../server/app-paths-manifest.json',
  '/_next/static//../../BUILD_ID',
  '/_next/BUILD_ID',
  '/_next/../BUILD_ID',
  '/_next/server/app-paths-manifest.json',
  '/.next/BUILD_ID',
  '/.tenantry/current/.next/BUILD_ID',
  '/package.json',
  '/package.json%00.png',
  '/%00',
  '/a%00b',
  '/.env',
  '/%2e%65nv',
  '//etc/passwd',
  '/%2fetc/passwd',
  '///../../../../etc/passwd',
  '/file:///etc/passwd',
  '/;/../package.json',
  '/%c0%ae%c0%ae/package.json',
  '/%ff',
  '/%',
  '/%zz',
]

const stub = sharedStub((req, res) => res.end(`${String(req.headers['x-tenant-id'])} ${req.url}`))

test.each(PATHS)('%s arrives as it was sent', async (path) => {
  const bytes = `GET ${path} HTTP/1.1\r\nHost: acme.localhost\r\nConnection: close\r\n\r\n`
  const answer = parseAnswer(await sendRaw(stub.current.port, bytes))
  expect([answer.status, answer.body.includes(`acme ${path}`)]).toEqual([200, true])
})

test.each(['/a\0b', '/a b', '/a\x7fb', '/a\tb', '/é#x'])('%j is refused', async (path) => {
  const bytes = `GET ${path} HTTP/1.1\r\nHost: acme.localhost\r\nConnection: close\r\n\r\n`
  expect(parseAnswer(await sendRaw(stub.current.port, bytes)).status).toBe(400)
  expect(stub.current.seen).toEqual([])
})

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
      for (const path of PATHS) {
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
})
