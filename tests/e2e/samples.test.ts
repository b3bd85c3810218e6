import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { createGunzip, gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { fetchOn, open } from '../support/http.ts'
import { REPO } from '../support/project.ts'
import { startTenantry, type RunningTenantry } from '../support/tenantry.ts'
import { postForm, readForm } from './forms.ts'

// What the sample apps do, through the gateway: each kind of page, handler, action and file of Next.js.
jest.setTimeout(120_000)

const ACME = 'http://acme.localhost'
const GLOBEX = 'http://globex.localhost'
const INITECH = 'http://initech.localhost'
const YEAR = 's-maxage=31536000'
const PRIVATE = 'private, no-cache, no-store, max-age=0, must-revalidate'
const VARY =
  'rsc, next-router-state-tree, next-router-prefetch, next-router-segment-prefetch, Accept-Encoding'

let gateway: RunningTenantry

beforeAll(async () => {
  gateway = await startTenantry('start', `${REPO}/config`)
})

afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
})

describe('acme, App Router', () => {
  test.each([
    ['/', 'Made for'],
    ['/about', 'A loft above a harbour'],
    ['/products', 'Everything we make'],
    ['/products/tarn-tent', 'Tarn Two-Person Tent'],
    ['/dispatch', 'The packing bench'],
  ])('prerendered page %s', async (path, text) => {
    const page = await get(ACME + path)
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining(text)])
    expect(headersOf(page)).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'x-nextjs-cache': 'HIT',
      'cache-control': YEAR,
      vary: VARY,
      etag: expect.stringMatching(/^"\w+"$/),
    })
  })

  test('a page that was not changed is 304, without a body', async () => {
    const etag = await etagOf(`${ACME}/about`)
    const page = await get(`${ACME}/about`, { 'if-none-match': etag })
    expect([page.status, page.headers.get('etag'), await page.text()]).toEqual([304, etag, ''])
    expect((await get(`${ACME}/about`, { 'if-none-match': '"other"' })).status).toBe(200)
  })

  test('HEAD has the headers of GET and no body', async () => {
    const page = await get(`${ACME}/about`)
    const bytes = (await page.arrayBuffer()).byteLength
    const head = await fetchOn(gateway.port, `${ACME}/about`, { method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([200, ''])
    expect(head.headers.get('content-length')).toBe(String(bytes))
    expect(head.headers.get('etag')).toBe(page.headers.get('etag'))
  })

  test('gzip where it is asked for, of the same page under the weak form of its ETag', async () => {
    await get(`${ACME}/about`)
    const [plain, zipped] = await Promise.all([
      get(`${ACME}/about`),
      get(`${ACME}/about`, { 'accept-encoding': 'gzip' }),
    ])
    expect([plain, zipped].map((page) => page.headers.get('content-encoding'))).toEqual([
      null,
      'gzip',
    ])
    expect(gunzipSync(await zipped.arrayBuffer()).toString()).toBe(await plain.text())
    expect(zipped.headers.get('etag')).toBe(`W/${plain.headers.get('etag')}`)
  })

  test('the ISR page /stock is rendered anew', async () => {
    const page = await get(`${ACME}/stock`)
    expect(['HIT', 'STALE']).toContain(page.headers.get('x-nextjs-cache'))
    expect(page.headers.get('cache-control')).toMatch(/^s-maxage=10, stale-while-revalidate=\d+$/)
    await expectRenderedAnew(`${ACME}/stock`)
  })

  test.each([
    ['/cart', 'There is nothing in it yet.'],
    ['/checkout/thanks', 'No order yet'],
  ])('dynamic page %s is private', async (path, text) => {
    const page = await get(ACME + path)
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining(text)])
    expect(headersOf(page)).toMatchObject({ 'cache-control': PRIVATE, vary: VARY })
    expect(page.headers.has('x-nextjs-cache')).toBe(false)
  })

  test('a dynamic page shows what the cookie says', async () => {
    const page = await get(`${ACME}/cart`, { cookie: 'cart=camp-mug:3' })
    expect(await page.text()).toMatch(/data-testid="quantity"[^>]*>3</)
  })

  test.each(['identity', 'gzip'])('/recommendations streams in two parts: %s', async (encoding) => {
    const [first, whole] = await readStreamed(`${ACME}/recommendations`, encoding)
    expect(first).toContain('Looking along the shelves')
    expect(first).not.toContain('Where most people start')
    expect(whole).toContain('Where most people start')
    expect(whole).toContain('</html>')
  })

  test('a navigation asks for RSC under the right _rsc; a wrong one is sent there', async () => {
    const wrong = await get(`${ACME}/about?_rsc=wrong`, { rsc: '1' })
    expect(wrong.status).toBe(307)
    const right = new URL(wrong.headers.get('location') ?? '', ACME)
    expect([right.origin, right.pathname]).toEqual([ACME, '/about'])
    const page = await get(right.href, { rsc: '1' })
    expect([page.status, await page.text()]).toEqual([
      200,
      expect.stringContaining('A loft above a harbour'),
    ])
    expect(headersOf(page)).toMatchObject({
      'content-type': 'text/x-component',
      'cache-control': YEAR,
      vary: VARY,
    })
  })

  test('build assets may be kept for ever', async () => {
    const html = await (await get(ACME)).text()
    for (const type of ['js', 'css']) {
      const [path = ''] = new RegExp(`/_next/static/[^"]*\\.${type}(?=")`).exec(html) ?? []
      const asset = await get(ACME + path)
      expect(asset.status).toBe(200)
      expect((await asset.arrayBuffer()).byteLength).toBeGreaterThan(100)
      expect(headersOf(asset)).toMatchObject({
        'cache-control': 'public, max-age=31536000, immutable',
        'content-type': expect.stringContaining(type === 'js' ? 'javascript' : 'text/css'),
      })
      const etag = asset.headers.get('etag') ?? ''
      expect((await get(ACME + path, { 'if-none-match': etag })).status).toBe(304)
    }
  })

  test('images are made smaller, in the format that is accepted', async () => {
    const url = `${ACME}/_next/image?url=%2Fimages%2Fhero.webp&w=640&q=75`
    const image = await get(url, { accept: 'image/webp,*/*' })
    expect(image.status).toBe(200)
    expect(headersOf(image)).toMatchObject({
      'content-type': 'image/webp',
      'cache-control': 'public, max-age=14400, must-revalidate',
      vary: 'Accept',
    })
    const original = await get(`${ACME}/images/hero.webp`)
    expect(original.status).toBe(200)
    const sizes = await Promise.all([image.arrayBuffer(), original.arrayBuffer()])
    expect(sizes[0].byteLength).toBeLessThan(sizes[1].byteLength)
    expect((await get(url, { accept: 'image/jpeg' })).headers.get('content-type')).toBe(
      'image/jpeg',
    )
    const foreign = await get(`${ACME}/_next/image?url=http%3A%2F%2F127.0.0.1%2Fx.png&w=640&q=75`)
    expect(foreign.status).toBe(400)
  })

  test('a public file comes whole or in part', async () => {
    const url = `${ACME}/images/hero.webp`
    const whole = await get(url)
    const bytes = Buffer.from(await whole.arrayBuffer())
    expect(headersOf(whole)).toMatchObject({
      'content-type': 'image/webp',
      'cache-control': 'public, max-age=0',
      'accept-ranges': 'bytes',
      etag: expect.stringMatching(/^"/),
    })
    const part = await get(url, { range: 'bytes=100-199' })
    expect([part.status, part.headers.get('content-range')]).toEqual([
      206,
      `bytes 100-199/${bytes.length}`,
    ])
    expect(Buffer.from(await part.arrayBuffer())).toEqual(bytes.subarray(100, 200))
    const etag = whole.headers.get('etag') ?? ''
    expect((await get(url, { 'if-none-match': etag })).status).toBe(304)
  })

  test('route handlers, static and dynamic', async () => {
    const products = await get(`${ACME}/api/products`)
    expect(headersOf(products)).toMatchObject({ 'cache-control': YEAR, 'x-nextjs-cache': 'HIT' })
    expect(await products.json()).toMatchObject({ currency: 'GBP', products: { length: 8 } })
    const hello = await get(`${ACME}/api/hello?a=1&b=%2F`)
    expect(hello.headers.has('cache-control')).toBe(false)
    expect(await hello.json()).toEqual({
      ok: true,
      url: `${ACME}/api/hello?a=1&b=%2F`,
      tenant: 'acme',
    })
    const cart = await get(`${ACME}/api/cart`, { cookie: 'cart=camp-mug:2,tarn-tent:1' })
    expect([cart.headers.get('cache-control'), await cart.json()]).toEqual([
      'no-store',
      { count: 3 },
    ])
    const posted = await fetchOn(gateway.port, `${ACME}/api/cart`, { method: 'POST', body: '{}' })
    expect(posted.status).toBe(405)
  })

  test('server-sent events arrive as they happen', async () => {
    const events = await open(gateway.port, `${ACME}/api/events`)
    expect(events.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
    })
    let text = ''
    events.setEncoding('utf8').on('data', (part: string) => (text += part))
    while (!text.includes('"tick":2')) await once(events, 'data')
    expect(text).toMatch(/^event: tick\ndata: \{"tick":1,.*\}\n\nevent: tick\ndata: \{"tick":2,/)
    expect(events.complete).toBe(false)
    events.destroy()
  })

  test('proxy.ts adds its header where it matches, and redirects /shop', async () => {
    const paths = ['/products/camp-mug', '/cart', '/api/hello', '/about', '/images/hero.webp']
    const answers = await Promise.all(paths.map((path) => get(ACME + path)))
    const marks = answers.map((answer) => answer.headers.get('x-acme-proxy'))
    expect(marks).toEqual(['outfitters', 'outfitters', 'outfitters', null, null])
    const shop = await get(`${ACME}/shop`)
    expect(shop.status).toBe(307)
    expect(new URL(shop.headers.get('location') ?? '', ACME).href).toBe(`${ACME}/products`)
  })

  test('an alias leads to the canonical host, path and query kept', async () => {
    const alias = await get('http://www.acme.localhost:8080/products/camp-mug?size=2&x=%2F')
    expect([alias.status, alias.headers.get('location')]).toEqual([
      308,
      'http://acme.localhost:8080/products/camp-mug?size=2&x=%2F',
    ])
  })

  test('without JavaScript: add to the cart, change the quantity, check out', async () => {
    const product = `${ACME}/products/camp-mug`
    const add = readForm(await (await get(product)).text(), 'add-to-cart')
    const added = await postForm(gateway.port, product, add)
    expect([added.status, cookiesOf(added)]).toEqual([200, { cart: 'camp-mug%3A1' }])

    const cookie = 'cart=camp-mug%3A1'
    const cart = await (await get(`${ACME}/cart`, { cookie })).text()
    const more = { ...readForm(cart, 'data-testid="quantity"'), quantity: '2' }
    const changed = await postForm(gateway.port, `${ACME}/cart`, more, { cookie })
    expect(cookiesOf(changed)).toEqual({ cart: 'camp-mug%3A2' })
    expect(await changed.text()).toMatch(/data-testid="quantity"[^>]*>2</)

    const checkout = readForm(cart, 'data-testid="checkout"')
    const ordered = await postForm(gateway.port, `${ACME}/cart`, checkout, { cookie })
    expect([ordered.status, ordered.headers.get('location')]).toEqual([303, '/checkout/thanks'])
    const { order, ...rest } = cookiesOf(ordered)
    expect(rest).toEqual({ cart: '' })
    const thanks = await get(`${ACME}/checkout/thanks`, { cookie: `order=${order}` })
    expect(await thanks.text()).toContain(`data-testid="order-number">${order}<`)
  })

  test.each(['/nowhere', '/products/nothing', '/api/nothing'])(
    '%s is its own 404',
    async (path) => {
      const page = await get(ACME + path)
      expect([page.status, page.headers.get('cache-control')]).toEqual([404, PRIVATE])
      expect(await page.text()).toContain('Off the map')
    },
  )
})

describe('globex, Pages Router', () => {
  test.each([
    ['/', 'en', 'The last night ferry'],
    ['/de', 'de', 'Die letzte Nachtfähre'],
    ['/articles/bread-at-four', 'en', 'Bread at four'],
    ['/de/articles/bread-at-four', 'de', 'Brot um vier'],
  ])('page %s is prerendered in its language', async (path, language, text) => {
    const page = await get(GLOBEX + path, { 'accept-language': 'de' })
    const html = await page.text()
    expect(page.status).toBe(200)
    expect(html).toContain(`<html lang="${language}">`)
    expect(html).toContain(text)
    expect(headersOf(page)).toMatchObject({
      'x-nextjs-cache': 'HIT',
      'cache-control': YEAR,
      vary: 'Accept-Encoding',
    })
    const etag = page.headers.get('etag') ?? ''
    expect((await get(GLOBEX + path, { 'if-none-match': etag })).status).toBe(304)
  })

  test('the automatically static page /about says nothing of caching', async () => {
    const page = await get(`${GLOBEX}/about`)
    expect([page.status, page.headers.has('cache-control')]).toEqual([200, false])
    expect(await page.text()).toContain('A magazine with a harbour view')
  })

  test('the ISR page /arrivals is rendered anew', async () => {
    const page = await get(`${GLOBEX}/arrivals`)
    expect(page.headers.get('cache-control')).toMatch(/^s-maxage=10, stale-while-revalidate=\d+$/)
    await expectRenderedAnew(`${GLOBEX}/arrivals`)
  })

  test('a search is rendered for each request', async () => {
    const page = await get(`${GLOBEX}/search?q=second+hands`)
    expect([page.status, page.headers.get('cache-control')]).toEqual([200, PRIVATE])
    const html = await page.text()
    expect(html).toContain('The man who stops the clocks')
    expect(html).not.toContain('Bread at four')
  })

  test.each([
    ['/visitor', 'en'],
    ['/de/visitor', 'de'],
  ])('%s knows tenant, host and language', async (path, language) => {
    const html = await (await get(GLOBEX + path, { 'user-agent': 'Test/1.0' })).text()
    const facts = ['tenant', 'host', 'locale', 'browser'].map((name) => testId(html, name))
    expect(facts).toEqual(['globex', 'globex.localhost', language, 'Test/1.0'])
  })

  test('the data of a page is JSON under the id of the build', async () => {
    const build = /"buildId":"([^"]+)"/.exec(await (await get(GLOBEX)).text())?.[1] ?? ''
    const story = await get(`${GLOBEX}/_next/data/${build}/de/articles/bread-at-four.json`)
    expect(headersOf(story)).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'cache-control': YEAR,
      'x-nextjs-cache': 'HIT',
    })
    expect(await story.json()).toMatchObject({ pageProps: { story: { title: 'Brot um vier' } } })
    const visitor = await get(`${GLOBEX}/_next/data/${build}/en/visitor.json`)
    expect(visitor.headers.get('cache-control')).toBe(PRIVATE)
    expect(await visitor.json()).toMatchObject({ pageProps: { tenant: 'globex' } })
    expect((await get(`${GLOBEX}/_next/data/other/en/visitor.json`)).status).toBe(404)
  })

  test('API routes', async () => {
    const articles = await get(`${GLOBEX}/api/articles?locale=de`)
    expect(await articles.json()).toMatchObject({ locale: 'de', articles: { length: 6 } })
    const whoami = await get(`${GLOBEX}/api/whoami`)
    expect([whoami.headers.get('cache-control'), await whoami.json()]).toEqual([
      'no-store',
      { tenant: 'globex', host: 'globex.localhost' },
    ])
  })

  test.each([
    ['/nowhere', 'This page was never bound in'],
    ['/articles/nothing', 'This page was never bound in'],
    ['/de/nirgends', 'Diese Seite wurde nie eingebunden'],
  ])('%s is its own 404, in its language', async (path, text) => {
    const page = await get(GLOBEX + path)
    expect([page.status, page.headers.get('cache-control')]).toEqual([404, PRIVATE])
    expect(await page.text()).toContain(text)
  })
})

describe('storefront, one app for many tenants', () => {
  test.each([
    ['initech', 'Initech Supply'],
    ['umbrella', 'Umbrella &amp; Sons'],
    ['old-mill.shops', 'Old Mill'],
  ])('%s has its own name on every page', async (label, name) => {
    for (const path of ['/', '/about', '/welcome', await firstProduct(label)]) {
      const page = await get(`http://${label}.localhost${path}`)
      const html = await page.text()
      expect([page.status, testId(html, 'shop-name')]).toEqual([200, name])
      expect(headersOf(page)).toMatchObject({ 'cache-control': PRIVATE, vary: VARY })
      expect(page.headers.get('x-storefront-tenant')).toBe(label.split('.').at(-1))
    }
  })

  test('a route handler answers with an icon in the colour of the tenant', async () => {
    const mark = await get(`${INITECH}/mark.svg`)
    expect(mark.headers.get('content-type')).toBe('image/svg+xml')
    expect(await mark.text()).toMatch(/fill="#1d4ed8".*>I</)
  })

  test('a wildcard matches one label, and only below its domain', async () => {
    const hosts = ['a.b.shops.localhost', 'shops.localhost', 'other.localhost']
    const answers = await Promise.all(hosts.map((host) => get(`http://${host}/`)))
    expect(answers.map((answer) => answer.status)).toEqual([404, 404, 404])
  })

  test('without JavaScript: subscribe, and be welcomed on the same host', async () => {
    const form = readForm(await (await get(INITECH)).text(), 'data-testid="subscribe"')
    const refused = await postForm(gateway.port, `${INITECH}/`, { ...form, email: 'nonsense' })
    expect([refused.status, cookiesOf(refused)]).toEqual([200, {}])
    expect(await refused.text()).toContain('That does not look like an e-mail address.')

    const done = await postForm(gateway.port, `${INITECH}/`, { ...form, email: 'jo@example.com' })
    expect([done.status, done.headers.get('location')]).toEqual([303, '/welcome'])
    expect(cookiesOf(done)).toEqual({ subscriber: 'jo%40example.com' })
    const welcome = await get(`${INITECH}/welcome`, { cookie: 'subscriber=jo%40example.com' })
    expect(await welcome.text()).toContain('from Initech Supply goes to jo@example.com')
  })

  test('without JavaScript: save an item, and take it off again', async () => {
    const url = INITECH + (await firstProduct('initech'))
    const id = url.split('/').at(-1) ?? ''
    const form = readForm(await (await get(url)).text(), 'data-testid="save"')
    const saved = await postForm(gateway.port, url, form)
    expect(cookiesOf(saved)).toEqual({ saved: id })
    expect(await saved.text()).toContain('Saved, take it off')
    const off = await postForm(gateway.port, url, form, { cookie: `saved=${id}` })
    expect(cookiesOf(off)).toEqual({ saved: '' })
  })

  test.each([
    ['initech', 'Initech Supply'],
    ['umbrella', 'Umbrella &amp; Sons'],
  ])('the 404 page of %s has its name', async (label, name) => {
    const page = await get(`http://${label}.localhost/nowhere`)
    expect([page.status, page.headers.get('cache-control')]).toEqual([404, PRIVATE])
    const html = await page.text()
    expect(html).toContain('Not on our shelf')
    expect(testId(html, 'shop-name')).toBe(name)
    expect((await get(`http://${label}.localhost/products/nothing`)).status).toBe(404)
  })
})

function get(url: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetchOn(gateway.port, url, { headers })
}

function headersOf(answer: Response): Record<string, string> {
  return Object.fromEntries(answer.headers)
}

async function etagOf(url: string): Promise<string> {
  return (await get(url)).headers.get('etag') ?? ''
}

function testId(html: string, id: string): string | undefined {
  return new RegExp(`data-testid="${id}"[^>]*>([^<]*)<`).exec(html)?.[1]
}

/** What an answer sets; values as they are on the wire. */
function cookiesOf(answer: Response): Record<string, string> {
  return Object.fromEntries(
    answer.headers.getSetCookie().map((cookie) => {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      return [name, value]
    }),
  )
}

async function firstProduct(label: string): Promise<string> {
  const html = await (await get(`http://${label}.localhost/`)).text()
  return /\/products\/\w+/.exec(html)?.[0] ?? ''
}

/** Asks until the time of rendering changes: after the page's ten seconds one request renders it, the next ones see it. */
async function expectRenderedAnew(url: string): Promise<void> {
  const renderedAt = async (): Promise<string | undefined> => {
    const html = await (await get(url)).text()
    return /dateTime="([^"]+)" data-testid="rendered-at"/.exec(html)?.[1]
  }
  const before = await renderedAt()
  expect(before).toMatch(/^\d{4}-.*Z$/)
  let after = before
  for (let tries = 0; after === before && tries < 200; tries++) {
    await delay(200)
    after = await renderedAt()
  }
  expect(Date.parse(after ?? '')).toBeGreaterThan(Date.parse(before ?? ''))
}

/** What came before the slow part of a page, and all of it. A stalled reader sees both at once, so it reads again. */
async function readStreamed(url: string, encoding: string): Promise<[string, string]> {
  let early = ''
  let whole = ''
  for (let tries = 0; early === whole && tries < 5; tries++) {
    const answer = await open(gateway.port, url, { headers: { 'accept-encoding': encoding } })
    expect(answer.headers['content-encoding'] ?? 'identity').toBe(encoding)
    const body = encoding === 'gzip' ? answer.pipe(createGunzip()) : answer
    const ended = once(body, 'end')
    whole = ''
    body.setEncoding('utf8').on('data', (part: string) => (whole += part))
    while (!whole.includes('Looking along the shelves')) await once(body, 'data')
    // A round trip: whatever was sent together is here after it.
    await get(`${GLOBEX}/api/whoami`)
    early = whole
    await ended
  }
  return [early, whole]
}
