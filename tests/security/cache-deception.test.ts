import type { RequestListener } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { get, text } from '../support/cache.ts'
import { ask, startGuarded } from '../support/guarded.ts'
import { sendRaw } from '../support/http.ts'
import { RUNTIMES, type Site } from '../support/revalidating.ts'
import { startStubbed, type StubbedGateway } from '../support/stub-app.ts'

// Web cache deception: a visitor is sent to a path of an own page that looks like a file's, and the attacker asks for the same path.

const TAILS = [
  '/x.css',
  '/x.CSS',
  '/x.js?y=1',
  '%2Fx.css',
  '%2fx.png',
  ';x.css',
  '%3Bx.woff2',
  '%00x.css',
  '%0Ax.css',
  '%23x.css',
  '%3Fx.css',
  '/..%2Fx.css',
  '/%2e%2e/x.css',
  '/.css',
  '/x.css/',
  '//x.css',
  '/x.css//',
  '/x.css%2F',
]
const USER = { cookie: 'user=anna' }

describe.each([
  'text/html; charset=utf-8',
  'application/json',
  'text/plain',
  'application/octet-stream',
  '',
])('an app that answers any path with %s, and has files cached', (type) => {
  let stub: StubbedGateway
  /** As a rule for `*.css` does it, whatever answers there. */
  const app: RequestListener = (req, res) => {
    const isFile = /\.\w+(?:$|[?/%])/.test(req.url ?? '')
    res.setHeader('cache-control', isFile ? 'public, max-age=3600' : 'private')
    if (req.url?.startsWith('/files/') === true) {
      res.writeHead(200, { 'content-type': 'text/css' }).end('a{}')
      return
    }
    res.writeHead(200, type === '' ? {} : { 'content-type': type })
    res.end(`<p>of ${req.headers.cookie}</p>`)
  }

  beforeAll(async () => {
    stub = await startStubbed(app)
  })

  afterAll(async () => {
    await stub[Symbol.asyncDispose]()
  })

  test.each(TAILS)('/account%s', async (tail) => {
    const url = `http://acme.localhost/account${tail}`
    expect(await text(stub, url, USER)).toContain('anna')
    expect(await text(stub, url)).not.toContain('anna')
    expect(await text(stub, url, { cookie: 'user=bert' })).not.toContain('anna')
  })

  test('a fragment in a target is none', async () => {
    const asked = 'Host: acme.localhost\r\nConnection: close\r\n'
    await sendRaw(stub.port, `GET /account#/x.css HTTP/1.1\r\n${asked}Cookie: user=anna\r\n\r\n`)
    for (const target of ['/account#/x.css', '/account']) {
      expect(await sendRaw(stub.port, `GET ${target} HTTP/1.1\r\n${asked}\r\n`)).not.toContain(
        'anna',
      )
    }
  })

  test('files are cached all the same', async () => {
    const url = 'http://acme.localhost/files/x.css'
    await text(stub, url, USER)
    expect((await get(stub, url)).headers.get('cache-status')).toContain('; hit')
  })
})

test.each([
  ['x.css', 'text/css; charset=utf-8'],
  ['x.js', 'text/javascript'],
  ['x.mjs', 'application/javascript; charset=UTF-8'],
  ['x.json', 'application/json'],
  ['x.webmanifest', 'application/manifest+json'],
  ['x.js.map', 'application/json'],
  ['robots.txt', 'text/plain'],
  ['x.svg', 'image/svg+xml'],
  ['favicon.ico', 'image/vnd.microsoft.icon'],
  ['x.PNG', 'image/webp'],
  ['x.mp4', 'video/mp4'],
  ['x.woff2', 'font/woff2'],
  ['x.woff', 'application/font-woff'],
  ['x.pdf', 'application/pdf'],
  ['x.zip', 'application/x-zip-compressed'],
  ['x.xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
  ['x.html', 'text/html'],
  ['sitemap.xml', 'application/xml'],
  ['next.page', 'text/html'],
])('the file %s as %s is cached', async (name, type) => {
  await using stub = await startStubbed((_, res) => {
    res.writeHead(200, { 'cache-control': 'public, max-age=3600', 'content-type': type }).end('x')
  })
  const url = `http://acme.localhost/files/${name}`
  await text(stub, url, USER)
  expect((await get(stub, url)).headers.get('cache-status')).toContain('; hit')
})

describe.each(RUNTIMES)('Next.js in the runtime %s', (runtime) => {
  let site: Site

  beforeAll(async () => {
    site = await startGuarded(runtime)
  }, 90_000)

  afterAll(async () => {
    await site[Symbol.asyncDispose]()
  })

  describe.each(['/account', '/profile'])('%s', (page) => {
    test.each(TAILS)('with %s behind it', async (tail) => {
      for (let round = 0; round < 2; round++) {
        const own = await ask(site, page + tail, USER)
        if (own.status === 200) expect(own.text).toContain('anna')
        for (const headers of [{}, { cookie: 'user=bert' }, { 'sec-fetch-dest': 'style' }]) {
          const other = await ask(site, page + tail, headers)
          expect(other.text + JSON.stringify(other.headers)).not.toContain('anna')
        }
      }
    })
  })

  test('the page of a user is there, and is cacheable by its headers', async () => {
    const { text: page, headers } = await ask(site, '/profile/x.css', USER)
    expect(page).toContain('[profile user=anna]')
    expect(headers['cache-control']).toBe('public, max-age=31536000')
  })
})
