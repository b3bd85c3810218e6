import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import {
  createTestGateway,
  loadConfig,
  routingMatchers,
  type Echo,
  type TestGateway,
} from 'tenantry/testing'

// The routes of config/, as tables. Nothing here needs a build or a running app.

expect.extend(routingMatchers)

const configDir = fileURLToPath(new URL('../../config', import.meta.url))

describe('by the config alone', () => {
  test.each([
    ['http://acme.localhost/', 'acme'],
    ['http://acme.localhost/products/tarn-tent?colour=green', 'acme'],
    ['http://ACME.localhost./', 'acme'],
    ['http://acme.localhost:3000/', 'acme'],
    ['https://acme.localhost/', 'acme'],
    ['acme.localhost', 'acme'],
    ['http://globex.localhost/de/articles', 'globex'],
    ['http://initech.localhost/', 'initech'],
    ['http://umbrella.localhost/', 'umbrella'],
    ['http://fern.shops.localhost/', 'shops'],
    ['http://oak-and-ash.shops.localhost:3000/products/1', 'shops'],
    ['http://www.shops.localhost/', 'shops'],
    ['http://acme.shops.localhost/', 'shops'],
  ])('%s goes to %s', async (url, tenant) => {
    expect(await load()).toRoute(url, tenant)
  })

  test.each([
    ['http://www.acme.localhost/', 'http://acme.localhost/'],
    ['http://www.acme.localhost/products?page=2', 'http://acme.localhost/products?page=2'],
    ['http://WWW.acme.localhost:3000/cart', 'http://acme.localhost:3000/cart'],
    ['https://www.acme.localhost/', 'https://acme.localhost/'],
    ['http://www.acme.localhost//evil.example', 'http://acme.localhost//evil.example'],
  ])('%s is redirected for good to %s', async (url, location) => {
    expect(await load()).toRedirect(url, location, 308)
  })

  test.each([
    ['http://localhost/', 404],
    ['http://127.0.0.1/', 404],
    ['http://[::1]/', 404],
    ['http://nobody.localhost/', 404],
    ['http://shops.localhost/', 404],
    ['http://a.fern.shops.localhost/', 404],
    ['http://www.globex.localhost/', 404],
    ['http://www.www.acme.localhost/', 404],
    ['http://acme.localhost.evil.example/', 404],
    ['http://evil-acme.localhost/', 404],
    ['http://.shops.localhost/', 400],
    ['http://acme..localhost/', 400],
    ['http://acme.localhost:99999/', 400],
    ['http://user@acme.localhost/', 400],
  ])('%s is refused with %i', async (url, status) => {
    expect(await load()).toRefuse(url, status)
  })

  test('every tenant has a host of its own, and its app is configured', async () => {
    const { tenants, apps } = await load()
    expect(tenants.map(({ id, app }) => [id, app])).toEqual([
      ['acme', 'acme'],
      ['globex', 'globex'],
      ['initech', 'storefront'],
      ['shops', 'storefront'],
      ['umbrella', 'storefront'],
    ])
    expect([...apps.keys()].toSorted()).toEqual(['acme', 'globex', 'storefront'])
  })
})

describe('through a gateway', () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await createTestGateway({ configDir })
  })
  afterAll(() => gateway.close())

  const ask = async (url: string, headers: Record<string, string> = {}): Promise<Echo> => {
    const answer = await gateway.fetch(url, { headers })
    expect(answer.status).toBe(200)
    return (await answer.json()) as Echo
  }

  test.each([
    ['http://acme.localhost/a?b=c', 'acme', 'acme', '', undefined],
    ['http://globex.localhost/', 'globex', 'globex', '', undefined],
    ['http://initech.localhost/', 'storefront', 'initech', '', 'Initech Supply'],
    ['http://umbrella.localhost/', 'storefront', 'umbrella', '', 'Umbrella & Sons'],
    ['http://fern.shops.localhost/', 'storefront', 'shops', 'fern', 'Market Street Shops'],
  ])('%s asks the app %s for the tenant %s', async (url, app, tenant, subdomain, name) => {
    const { host, pathname, search } = new URL(url)
    const echo = await ask(url)
    expect(echo).toMatchObject({ app, tenant, host, subdomain, path: pathname + search })
    expect((echo.props as { name?: string }).name).toBe(name)
    expect(gateway).toRoute(url, tenant)
    expect(gateway.resolve(url)).toMatchObject({ app, tenant, status: 200 })
  })

  test('tenants of one app differ in what they are told', async () => {
    const urls = [
      'http://initech.localhost/',
      'http://umbrella.localhost/',
      'http://x.shops.localhost/',
    ]
    const accents = await Promise.all(
      urls.map(async (url) => ((await ask(url)).props as { accent: string }).accent),
    )
    expect(accents).toEqual(['#1d4ed8', '#b91c1c', '#0f766e'])
  })

  test('a visitor cannot choose another tenant', async () => {
    const echo = await ask('http://acme.localhost/', {
      'x-tenant-id': 'globex',
      'x-tenant-props': '{"admin":true}',
      'x-forwarded-host': 'globex.localhost',
    })
    expect(echo).toMatchObject({ app: 'acme', tenant: 'acme', host: 'acme.localhost', props: {} })
  })

  test('the alias redirects, the port and the query with it', async () => {
    const answer = await gateway.fetch('http://www.acme.localhost:3000/cart?x=1')
    expect(answer.status).toBe(308)
    expect(answer.headers.get('location')).toBe('http://acme.localhost:3000/cart?x=1')
    expect(gateway).toRedirect('http://www.acme.localhost/', 'http://acme.localhost/')
  })

  test('a post arrives as a post', async () => {
    const answer = await gateway.fetch('http://acme.localhost/cart', { method: 'POST', body: 'x' })
    expect(await answer.json()).toMatchObject({ method: 'POST', path: '/cart' })
  })

  test.each([
    ['http://nobody.localhost/', 404],
    ['http://shops.localhost/', 404],
  ])('%s is refused with %i', async (url, status) => {
    expect((await gateway.fetch(url)).status).toBe(status)
    expect(gateway).toRefuse(url, status)
  })
})

describe('a matcher that does not hold says why', () => {
  test.each([
    ['http://acme.localhost/', "rule 'acme.localhost' gives it to tenant 'acme' with status 200"],
    ['http://www.acme.localhost/', 'it is redirected with 308 to http://acme.localhost/'],
    ['http://nobody.localhost/', 'the gateway answers 404'],
  ])('%s', async (url, why) => {
    const config = await load()
    expect(() => expect(config).toRoute(url, 'globex')).toThrow(why)
    expect(() => expect(config).toRefuse(url, 503)).toThrow(why)
    expect(() => expect(config).toRedirect(url, 'http://x/')).toThrow(why)
  })

  test('text that is no URL, and something that is no config', async () => {
    const config = await load()
    expect(() => expect(config).toRoute('/products', 'acme')).toThrow("'/products' is not a URL")
    expect(() => expect({}).toRoute('http://acme.localhost/', 'acme')).toThrow('takes a config')
  })
})

function load(): ReturnType<typeof loadConfig> {
  return loadConfig(configDir, { mode: 'production', requireReleases: false })
}
