import type { RequestListener } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { askGateway } from '../../gateway/dist/admin/client.js'
import { get, settled, text } from '../support/cache.ts'
import { ask, isHit, startGuarded } from '../support/guarded.ts'
import { sendRaw } from '../support/http.ts'
import { RUNTIMES, type Site } from '../support/revalidating.ts'
import { startStubbed, stubUpstreams, type StubbedGateway } from '../support/stub-app.ts'

// A header that is in no key must not get into an answer that others are given (CVE-2024-46982, CVE-2025-49826, CVE-2025-29927 and their like).

const EVIL = 'evil.example'
const NAMES = `
  x-forwarded-host x_forwarded_host x-forwarded-proto x-forwarded-port x-forwarded-for
  x-forwarded-scheme x-forwarded-prefix x-forwarded-server forwarded x-real-ip x-host x-original-host
  x-http-host-override x-original-url x-rewrite-url x-http-destinationurl x-http-method
  x-http-method-override x-method-override x-middleware-prefetch x-middleware-subrequest
  x-middleware-rewrite x-middleware-next x-middleware-redirect x-middleware-invoke
  x-middleware-set-cookie x-middleware-override-headers x-middleware-request-host x-invoke-path
  x-invoke-query x-invoke-status x-invoke-output x-invoke-error x-matched-path x-now-route-matches
  x-nextjs-data x-prerender-revalidate x-prerender-revalidate-if-generated next-resume
  content-security-policy content-security-policy-report-only x-tenant-id x-tenant-props
  x-tenantry-fill x-tenantry-tags x-request-id x_original_url x_http-method_override
`
  .trim()
  .split(/\s+/)

/** The worst that an app can do: it says to all what one has asked. */
const reflect: RequestListener = (req, res) => {
  const life =
    req.url?.startsWith('/stale') === true ? 's-maxage=0, stale-while-revalidate' : 's-maxage'
  res.writeHead(200, { 'cache-control': `public, ${life}=60` })
  res.end(JSON.stringify([req.method, req.url, req.headers]))
}

describe.each(['child', 'upstream'])('an app that says what it was asked, as %s', (kind) => {
  let stub: StubbedGateway

  beforeAll(async () => {
    if (kind === 'upstream') stubUpstreams()
    stub = await startStubbed(reflect)
  })

  afterAll(async () => {
    await stub[Symbol.asyncDispose]()
  })

  test.each(NAMES)('%s', async (name) => {
    const url = `http://acme.localhost/?of=${name}`
    await text(stub, url, { [name]: EVIL })
    const clean = await get(stub, url)
    expect(await clean.text()).not.toContain(EVIL)
    expect((await get(stub, url)).headers.get('cache-status')).toContain('; hit')
  })

  test.each(NAMES)('%s, while a newer answer is fetched', async (name) => {
    const url = `http://acme.localhost/stale?of=${name}`
    await text(stub, url)
    await text(stub, url, { [name]: EVIL })
    await settled()
    for (let i = 0; i < 2; i++) expect(await text(stub, url)).not.toContain(EVIL)
  })

  test('a header that Connection takes away from the app', async () => {
    const url = 'http://acme.localhost/?of=connection'
    const said = await sendRaw(
      stub.port,
      `GET /?of=connection HTTP/1.1\r\nHost: acme.localhost\r\nCookie: a=b\r\nConnection: close, cookie\r\n\r\n`,
    )
    expect(said).toMatch(/^HTTP\/1\.1 200 /)
    expect((await get(stub, url)).headers.get('cache-status')).toBe(
      'Tenantry; fwd=uri-miss; stored',
    )
  })

  test('a HEAD, a range, a POST: no GET is answered with what they were', async () => {
    const url = 'http://acme.localhost/?of=method'
    for (const init of [
      { method: 'HEAD' },
      { method: 'POST' },
      { headers: { range: 'bytes=0-1' } },
    ]) {
      const headers = 'headers' in init ? init.headers : {}
      if (init.method === undefined) await text(stub, url, headers)
      else await fetchMethod(stub, init.method)
    }
    const answer = await get(stub, url)
    expect(answer.status).toBe(200)
    expect(JSON.parse(await answer.text())).toEqual(['GET', '/?of=method', expect.anything()])
  })

  test('a target in absolute form, and one of another host, are those of their host', async () => {
    for (const [target, host] of [
      ['http://globex.localhost/?of=absolute', 'acme.localhost'],
      ['http://acme.localhost/?of=absolute', 'globex.localhost'],
    ]) {
      await sendRaw(
        stub.port,
        `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
      )
    }
    for (const id of ['acme', 'globex']) {
      expect(await text(stub, `http://${id}.localhost/?of=absolute`)).toContain(
        `"x-tenant-id":"${id}"`,
      )
    }
  })
})

describe.each(RUNTIMES)('Next.js in the runtime %s', (runtime) => {
  let site: Site

  beforeAll(async () => {
    site = await startGuarded(runtime, 'command')
  }, 90_000)

  afterAll(async () => {
    await site[Symbol.asyncDispose]()
  })

  /** Nothing is stored: whoever says the worst asks first, and what that makes is what others would get. */
  async function purge(): Promise<void> {
    const socket = join(site.project.root, '.tenantry/gateway.sock')
    const report = await askGateway(socket, 'POST', '/v1/tenants/site/purge?all')
    expect(report).toEqual({ entries: expect.anything() })
  }

  test.each(NAMES)('%s', async (name) => {
    for (const [n, value] of [EVIL, '1', '404', '/account'].entries()) {
      await purge()
      for (const [path, mark] of [
        [`/api/reflect?of=${name}-${n}`, '[reflect '],
        [`/items/${name}-${n}`, `[item id=${name}-${n} `],
        ['/static', '[static '],
        ['/isr', '[isr '],
        ['/offer', '[offer '],
      ] as const) {
        const evil = await ask(site, path, { [name]: value })
        expect([path, value, isHit(evil)]).toEqual([path, value, false])
        const clean = await ask(site, path)
        expect([path, value, clean.status]).toEqual([path, value, 200])
        expect(clean.text).toContain(mark)
        expect(clean.text + JSON.stringify(clean.headers)).not.toContain(EVIL)
        expect(clean.text).not.toContain(`"${name}":"${value}"`)
        expect(clean.headers['set-cookie']).toBeUndefined()
      }
    }
  })

  test.each(
    [
      ['rsc', '1'],
      ['next-router-prefetch', '1'],
      ['next-router-segment-prefetch', '/_tree'],
      ['next-router-state-tree', '%5B%22%22%5D'],
      ['next-router-state-tree', 'no tree'],
      ['next-url', '/account'],
      ['next-action', 'x'],
      ['accept', 'text/x-component'],
      ['purpose', 'prefetch'],
      ['sec-fetch-dest', 'script'],
    ].map(([name = '', value = ''], n) => [name, value, n] as const),
  )('%s: %s is not in the page of those who do not say it', async (name, value, n) => {
    await purge()
    for (const [path, alike] of [
      ['/static', '/static'],
      ['/isr', '/isr'],
      // What Next.js itself has not rendered yet.
      [`/items/two-${n}`, `/items/right-${n}`],
      [`/nowhere-${n}`, `/nowhere-right-${n}`],
      [`/nowhere/${n}.js`, `/nowhere/right-${n}.js`],
    ] as const) {
      const right = await ask(site, alike, { 'cache-control': 'no-store' })
      const evil = await ask(site, path, { [name]: value })
      expect([path, isHit(evil)]).toEqual([path, false])
      // Next.js leads those away who name in a header what the query does not.
      const { location: led = path } = evil.headers
      await ask(site, led, { [name]: value })
      for (const at of new Set([path, led])) {
        const clean = await ask(site, at)
        expect([at, clean.status, clean.headers['content-type']]).toEqual([
          at,
          right.status,
          right.headers['content-type'],
        ])
        expect(clean.text.length).toBeGreaterThan(right.text.length / 2)
      }
    }
  })

  test.each(['?__nextDataReq=1', '?_rsc=1', '?__nextLocale=de', '?nxtPid=evil', '?x=evil'])(
    'the query %s is not in the page of those who do not say it',
    async (query) => {
      await purge()
      const own = query.replace(/\W+(\w+).*/, '$1')
      for (const path of ['/static', '/isr', `/items/three-${own}`]) {
        const evil = await ask(site, path + query, { 'x-now-route-matches': '1' })
        expect([path, isHit(evil)]).toEqual([path, false])
        await ask(site, path + query, { 'x-now-route-matches': '1' })
        const clean = await ask(site, path)
        expect([path, clean.status, clean.headers['content-type']]).toEqual([
          path,
          200,
          'text/html; charset=utf-8',
        ])
        expect(clean.text).not.toContain('evil')
      }
    },
  )

  test('a redirect keeps the query that the page it leads to ignores', async () => {
    const { status, headers } = await ask(site, '/static/?x=1&y=%2F')
    expect([status, headers.location]).toEqual([308, '/static?x=1&y=%2F'])
  })

  test('what is asked here is shared', async () => {
    for (const path of ['/static', '/items/one', '/offer-beta', '/api/reflect?shared']) {
      await ask(site, path)
      expect([path, isHit(await ask(site, path))]).toEqual([path, true])
    }
  })
})

async function fetchMethod({ port }: StubbedGateway, method: string): Promise<void> {
  await sendRaw(
    port,
    `${method} /?of=method HTTP/1.1\r\nHost: acme.localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
  )
}
