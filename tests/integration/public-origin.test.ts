import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { fetchOn } from '../support/http.ts'
import { createProject, probeApp, type Project } from '../support/project.ts'
import { startTenantry, type RunningTenantry } from '../support/tenantry.ts'

// One app, several tenants, each host sees its own public origin.
let project: Project
let gateway: RunningTenantry

beforeAll(async () => {
  project = await createProject({
    'config/apps/probe.json': probeApp(),
    'config/tenants/one.json': { app: 'probe', hosts: ['one.localhost', 'www.one.test'] },
    'config/tenants/two.json': { app: 'probe', hosts: ['two.localhost', '**.two.test'] },
  })
  gateway = await startTenantry('start', project.configDir)
})

afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await project[Symbol.asyncDispose]()
})

const ORIGINS = [
  'http://one.localhost:3000',
  'http://www.one.test',
  'http://two.localhost:8080',
  'http://a.b.two.test',
]

describe.each(ORIGINS)('%s', (origin) => {
  test.each([
    ['route handler', '/api/url'],
    ['edge route', '/api/edge'],
    ['proxy.ts', '/proxy/any'],
    ['rewrite by proxy.ts', '/proxy/rewrite'],
  ])('request.url and nextUrl.origin in a %s', async (_what, path) => {
    const answer = await fetchOn(gateway.port, origin + path)
    expect(await answer.json()).toEqual({ url: origin + path, origin })
  })

  test('NextResponse.redirect(new URL(path, request.url)) stays on the host', async () => {
    const handler = await fetchOn(gateway.port, `${origin}/api/url?redirect`)
    expect([handler.status, handler.headers.get('location')]).toEqual([307, `${origin}/target`])
    const proxied = await fetchOn(gateway.port, `${origin}/proxy/redirect`)
    expect(proxied.status).toBe(307)
    expect(new URL(proxied.headers.get('location') ?? '', origin).href).toBe(`${origin}/target`)
  })

  test('a server action that redirects answers with the target page of this host', async () => {
    const answer = await postAction(origin, origin)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('x-action-redirect')).toBe('/target;push')
    expect(answer.headers.get('content-type')).toBe('text/x-component')
    expect(await answer.text()).toContain(new URL(origin).host)
  })

  test('a server action from another origin is refused', async () => {
    const answer = await postAction(origin, 'http://evil.example')
    expect(answer.status).toBe(500)
    expect(answer.headers.get('x-action-redirect')).toBeNull()
  })
})

async function postAction(origin: string, from: string): Promise<Response> {
  const page = await (await fetchOn(gateway.port, `${origin}/act`)).text()
  const [, id = ''] = /ACTION_ID_([0-9a-f]+)/.exec(page) ?? []
  return fetchOn(gateway.port, `${origin}/act`, {
    method: 'POST',
    headers: { 'next-action': id, 'content-type': 'text/plain;charset=UTF-8', origin: from },
    body: '[]',
  })
}
