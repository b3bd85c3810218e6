import { expect, test } from '@jest/globals'
import type { RequestListener } from 'node:http'
import { fetchOn, sendRaw } from '../../support/http.ts'
import { startUpstreams } from '../../support/upstreams.ts'

// What an upstream is told of the visitor, and what visitors hear of the upstream.

const URL = 'http://acme.localhost:8080/'

/** Answers with the headers that the query asks for, as JSON. */
const say: RequestListener = (req, res) => {
  const query = decodeURIComponent(req.url?.split('?')[1] ?? '')
  const asked = query.startsWith('{') ? query : '{}'
  const headers = JSON.parse(asked) as Record<string, string | string[]>
  for (const name in headers) res.setHeader(name, headers[name] as string)
  res.end(JSON.stringify({ url: req.url, headers: req.headers }))
}

async function heard(port: number, headers: object, path = ''): Promise<Headers> {
  const query = encodeURIComponent(JSON.stringify(headers))
  return (await fetchOn(port, `${URL}${path}?${query}`)).headers
}

test("host: keep hands the visitor's host on, rewrite the target's; the other headers are the same", async () => {
  const tenant = {
    'x-forwarded-host': 'acme.localhost:8080',
    'x-forwarded-proto': 'http',
    'x-forwarded-for': '127.0.0.1',
    'x-tenant-id': 'acme',
    'x-tenant-host': 'acme.localhost',
    'x-tenant-props': '{}',
    'x-request-id': expect.stringMatching(/^[\da-f-]{36}$/),
  }
  for (const host of ['keep', 'rewrite']) {
    await using own = await startUpstreams([say], { app: { host } })
    // Names that every object has are names of headers, too.
    const sent = { 'x-tenant-id': 'globex', constructor: 'a', tostring: 'b' }
    const answer = await fetchOn(own.port, URL, { headers: sent })
    const { headers } = (await answer.json()) as { headers: Record<string, string> }
    const expected = host === 'keep' ? 'acme.localhost:8080' : own.servers[0]?.url.slice(7)
    expect(headers).toMatchObject({ ...tenant, host: expected, tostring: 'b' })
    expect(Object.hasOwn(headers, 'constructor') && headers['constructor']).toBe('a')
  }
})

test('where the upstream names its own origin, visitors read theirs', async () => {
  await using own = await startUpstreams([say, say])
  for (const { url } of own.servers) {
    const headers = await heard(own.port, {
      location: `${url}/a?b=${url}#c`,
      'content-location': `${url.toUpperCase().replace('HTTP', 'http')}/d`,
      refresh: `5; url=${url}/e`,
    })
    expect(headers.get('location')).toBe(`${URL}a?b=${url}#c`)
    expect(headers.get('content-location')).toBe(`${URL}d`)
    expect(headers.get('refresh')).toBe(`5; url=${URL}e`)
  }
  const bare = own.servers[0]?.url.slice(5) ?? ''
  expect((await heard(own.port, { location: `${bare}/f` })).get('location')).toBe(`${URL}f`)
  expect((await heard(own.port, { location: `http:${bare}` })).get('location')).toBe(URL)
})

test.each([
  'https://elsewhere.test/x',
  '//elsewhere.test/x',
  '/x',
  'x',
  '?x',
  'http://acme.localhost:8080/x',
  'http://127.0.0.1:1/x',
  'http://127.0.0.1/x',
  'mailto:a@b',
])('what is not its own origin stays: %s', async (location) => {
  await using own = await startUpstreams([say])
  expect((await heard(own.port, { location })).get('location')).toBe(location)
})

test('an origin that only begins like its own stays', async () => {
  await using own = await startUpstreams([say])
  const url = own.servers[0]?.url ?? ''
  for (const location of [
    `${url}0/x`,
    `${url}.elsewhere.test/x`,
    url.replace('//', '//a@'),
    `${url}\\x`,
  ]) {
    const answer = (await heard(own.port, { location })).get('location')
    if (location.endsWith('\\x')) expect(answer).toBe(`${URL}\\x`)
    else expect(answer).toBe(location)
  }
})

test("cookie domains that are the upstream's alone go; others and all else of a cookie stay", async () => {
  await using own = await startUpstreams([say], {
    app: ([url]) => ({ targets: [String(url).replace('127.0.0.1', 'localhost')] }),
    files: { 'config/tenants/acme.json': { app: 'api', hosts: ['acme.test'] } },
  })
  const query = encodeURIComponent(
    JSON.stringify({
      'set-cookie': [
        'a=1; Domain=localhost; Path=/; HttpOnly',
        'b=2; domain=.LOCALHOST',
        'c=3; Domain=acme.test; Secure',
        'd=4; Domain=test',
        'e=Domain=localhost',
        'f=6',
      ],
    }),
  )
  const { headers } = await fetchOn(own.port, `http://acme.test/?${query}`)
  expect(headers.getSetCookie()).toEqual([
    'a=1; Path=/; HttpOnly',
    'b=2',
    'c=3; Domain=acme.test; Secure',
    'd=4; Domain=test',
    'e=Domain=localhost',
    'f=6',
  ])
})

test('a path is stripped and put in front, byte for byte besides; answers are mapped back', async () => {
  await using own = await startUpstreams([say], {
    app: { path: { strip: '/api', add: '/v2/inner' } },
  })
  const paths = async (path: string): Promise<unknown> =>
    ((await (await fetchOn(own.port, URL + path)).json()) as { url: string }).url
  expect(await paths('api/x//y?z=/api')).toBe('/v2/inner/x//y?z=/api')
  expect(await paths('api')).toBe('/v2/inner/')
  expect(await paths('api?x')).toBe('/v2/inner/?x')
  expect(await paths('apix')).toBe('/v2/inner/apix')
  expect(await paths('%61pi/%2F')).toBe('/v2/inner/%61pi/%2F')
  const [server] = own.servers
  const told = await heard(
    own.port,
    {
      location: '/v2/inner/login?next=/v2/inner/',
      'content-location': `${server?.url}/v2/inner`,
      refresh: '0;url=/v2/inner/e',
      'set-cookie': 'a=1; Path=/v2/inner/x; Secure',
    },
    'api',
  )
  expect(told.get('location')).toBe(`${URL}api/login?next=/v2/inner/`)
  expect(told.get('content-location')).toBe(`${URL}api`)
  expect(told.get('refresh')).toBe(`0;url=${URL}api/e`)
  expect(told.getSetCookie()).toEqual(['a=1; Path=/api/x; Secure'])
  expect((await heard(own.port, { location: '/outside' }, 'api')).get('location')).toBe(
    `${URL}outside`,
  )
})

test('what is left of a path is never read as a host', async () => {
  await using own = await startUpstreams([say], { app: { path: { add: '/v2' } } })
  for (const rest of ['//evil.test/x', '/\\evil.test', '/\t/evil.test']) {
    const location = (await heard(own.port, { location: `/v2${rest}` })).get('location') ?? ''
    expect(new globalThis.URL(location, URL).host).toBe('acme.localhost:8080')
  }
})

test.each([
  '/..',
  '/../x',
  '/a/../../x',
  '/%2e%2e/x',
  '/.%2E/x',
  '/a\\..\\x',
  '/a%2f..%2fx',
  '/a%5C..%5Cx',
  '/..;/x',
  '/..;a=b/x',
  '/%2e%2e%3b/x',
])('%s cannot lead out of what is put in front: 400, and nothing arrives', async (path) => {
  await using own = await startUpstreams([say], { app: { path: { add: '/tenants/acme' } } })
  const answer = await sendRaw(
    own.port,
    `GET ${path} HTTP/1.1\r\nHost: acme.localhost\r\nConnection: close\r\n\r\n`,
  )
  expect(answer).toMatch(/^HTTP\/1.1 400 /)
  expect(own.servers[0]?.seen).toEqual([])
})

test('dots that lead nowhere arrive as they are', async () => {
  await using own = await startUpstreams([say], { app: { path: { add: '/t' } } })
  for (const path of ['...', 'a..b', '..a', 'a..', './x', 'x?../..', '%2e', '....//']) {
    const answer = await fetchOn(own.port, URL)
    expect(answer.status).toBe(200)
    await sendRaw(
      own.port,
      `GET /${path} HTTP/1.1\r\nHost: acme.localhost\r\nConnection: close\r\n\r\n`,
    )
    expect(own.servers[0]?.seen.at(-1)).toBe(`GET /t/${path}`)
  }
})
