import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { fetchOn } from '../support/http.ts'
import { REPO } from '../support/project.ts'
import { startTenantry, type RunningTenantry } from '../support/tenantry.ts'
import { postForm, readForm } from './forms.ts'
import { childOf } from './processes.ts'
import { misplaced, SITES, type Site } from './sites.ts'

// No tenant sees another one's pages, data, cookies or processes, however many ask at once.
jest.setTimeout(240_000)

const INITECH = 'http://initech.localhost'
const UMBRELLA = 'http://umbrella.localhost'

let gateway: RunningTenantry

beforeAll(async () => {
  gateway = await startTenantry('start', `${REPO}/config`)
})

afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
})

interface Question {
  readonly site: Site
  readonly path: string
  readonly status: number
}

test('300 requests, 24 at once: each answer is its own tenant’s, pages, data and 404s', async () => {
  const bySite = SITES.map((site): Question[] => [
    ...site.pages.map((path) => ({ site, path, status: 200 })),
    ...site.missing.map((path) => ({ site, path, status: 404 })),
  ])
  const questions = Array.from({ length: 300 }, (_, i): Question => {
    const own = bySite[i % bySite.length] ?? []
    return own[Math.floor(i / bySite.length) % own.length] as Question
  })
  const wrong: string[] = []
  const kinds = new Map<string, number>()
  await atOnce(24, questions, async ({ site, path, status }) => {
    const answer = await get(`http://${site.host}${path}`)
    const text = await answer.text()
    const problem =
      answer.status === status ? misplaced(site, text) : `${answer.status}: ${text.slice(0, 200)}`
    if (problem !== undefined) wrong.push(`${site.host}${path}: ${problem}`)
    const { headers } = answer
    const named = headers.get('x-storefront-tenant') ?? headers.get('x-acme-proxy')
    kinds.set(`${site.tenant} ${named}`, (kinds.get(`${site.tenant} ${named}`) ?? 0) + 1)
  })
  expect(wrong).toEqual([])
  expect([...kinds.keys()].toSorted()).toEqual([
    'acme null',
    'acme outfitters',
    'globex null',
    'initech initech',
    'shops shops',
    'umbrella umbrella',
  ])
})

test('navigations of tenants that share an app carry their own content', async () => {
  const sites = SITES.filter(({ app }) => app === 'storefront')
  const questions = Array.from({ length: 60 }, (_, i) => sites[i % sites.length] as Site)
  const wrong: string[] = []
  await atOnce(24, questions, async (site) => {
    const answer = await get(`http://${site.host}/about?_rsc`, { rsc: '1' })
    const problem =
      answer.headers.get('content-type') === 'text/x-component'
        ? misplaced(site, await answer.text())
        : `${answer.status} ${answer.headers.get('content-type')}`
    if (problem !== undefined) wrong.push(`${site.host}: ${problem}`)
  })
  expect(wrong).toEqual([])
})

test('tenants of one app have their own host, props and origin', async () => {
  const labels = ['initech', 'umbrella', 'quillwick.shops', 'old-zephyr.shops']
  const answers = await Promise.all(
    labels.map((label) => get(`http://${label}.localhost:8080/api/tenant`)),
  )
  const tenants = await Promise.all(answers.map((answer) => answer.json()))
  expect(tenants).toEqual([
    {
      id: 'initech',
      host: 'initech.localhost',
      subdomain: [],
      props: expect.objectContaining({ name: 'Initech Supply', currency: 'USD' }),
      url: 'http://initech.localhost:8080/api/tenant',
    },
    {
      id: 'umbrella',
      host: 'umbrella.localhost',
      subdomain: [],
      props: expect.objectContaining({ name: 'Umbrella & Sons', currency: 'EUR' }),
      url: 'http://umbrella.localhost:8080/api/tenant',
    },
    {
      id: 'shops',
      host: 'quillwick.shops.localhost',
      subdomain: ['quillwick'],
      props: expect.objectContaining({ name: 'Market Street Shops' }),
      url: 'http://quillwick.shops.localhost:8080/api/tenant',
    },
    {
      id: 'shops',
      host: 'old-zephyr.shops.localhost',
      subdomain: ['old-zephyr'],
      props: expect.objectContaining({ name: 'Market Street Shops' }),
      url: 'http://old-zephyr.shops.localhost:8080/api/tenant',
    },
  ])
})

test('a client cannot name another tenant in headers', async () => {
  const answer = await get(`${INITECH}/api/tenant`, {
    'x-tenant-id': 'umbrella',
    'x-tenant-host': 'umbrella.localhost',
    'x-tenant-props': '{"name":"Umbrella & Sons"}',
    'x-tenant-subdomain': 'umbrella',
    'x-forwarded-host': 'umbrella.localhost',
    forwarded: 'host=umbrella.localhost',
  })
  const text = await answer.text()
  expect(JSON.parse(text)).toMatchObject({
    id: 'initech',
    host: 'initech.localhost',
    subdomain: [],
  })
  expect(text).not.toMatch(/umbrella/i)
})

test('files and page data of one app are not there on the hosts of another', async () => {
  const [acme, globex] = await Promise.all(
    ['acme', 'globex'].map(async (label) => (await get(`http://${label}.localhost/`)).text()),
  )
  const styles = /\/_next\/static\/[^"]*\.css(?=")/.exec(acme ?? '')?.[0]
  const build = /"buildId":"([^"]+)"/.exec(globex ?? '')?.[1]
  const data = `/_next/data/${build}/en/visitor.json`
  const paths = [styles, '/images/hero.webp', '/images/shopfront.jpg', data]
  const hosts = ['acme', 'globex', 'umbrella']
  const found = await Promise.all(
    hosts.map((host) =>
      Promise.all(paths.map(async (path) => (await get(`http://${host}.localhost${path}`)).status)),
    ),
  )
  expect(found).toEqual([
    [200, 200, 404, 404],
    [404, 404, 404, 200],
    [404, 404, 200, 404],
  ])
})

test('cookies belong to the host that set them', async () => {
  const product = 'http://acme.localhost/products/camp-mug'
  const [add, subscribe] = await Promise.all([formOn(product, 'add-to-cart'), subscribeForm()])
  const answers = await Promise.all([
    postForm(gateway.port, product, add),
    postForm(gateway.port, `${UMBRELLA}/`, { ...subscribe, email: 'jo@example.com' }),
  ])
  const cookies = answers.flatMap((answer) => answer.headers.getSetCookie())
  expect(cookies).toEqual([
    expect.stringMatching(/^cart=.*; Path=\/;.*; HttpOnly; SameSite=lax$/),
    expect.stringMatching(/^subscriber=.*; Path=\/;.*; HttpOnly; SameSite=lax$/),
  ])
  expect(cookies.filter((cookie) => /domain=/i.test(cookie))).toEqual([])
})

test('visitors of tenants that share an app see what their own cookie says', async () => {
  const questions = Array.from({ length: 60 }, (_, i) => i)
  const wrong: string[] = []
  await atOnce(24, questions, async (i) => {
    const site = i % 2 === 0 ? INITECH : UMBRELLA
    const address = `visitor-${i}@example.com`
    const page = await get(`${site}/welcome`, { cookie: `subscriber=${address}` })
    const seen = (await page.text()).match(/visitor-\d+@example\.com/g) ?? ['nobody']
    if (seen.some((other) => other !== address)) wrong.push(`${address} sees ${String(seen)}`)
  })
  expect(wrong).toEqual([])
})

test('actions at once on tenants that share an app answer their own visitors', async () => {
  const form = await subscribeForm()
  const questions = Array.from({ length: 40 }, (_, i) => i)
  const wrong: string[] = []
  await atOnce(24, questions, async (i) => {
    const answer = await postForm(gateway.port, `${i % 2 === 0 ? INITECH : UMBRELLA}/`, {
      ...form,
      email: `visitor-${i}@example.com`,
    })
    const [cookie = ''] = answer.headers.getSetCookie()
    const isOwn = cookie.startsWith(`subscriber=visitor-${i}%40example.com;`)
    if (answer.status !== 303 || !isOwn) wrong.push(`${i}: ${answer.status} ${cookie}`)
  })
  expect(wrong).toEqual([])
})

test('an action of one tenant does nothing for another', async () => {
  const [add, subscribe, item, sold] = await Promise.all([
    formOn('http://acme.localhost/products/camp-mug', 'add-to-cart'),
    subscribeForm(),
    itemOnlyAt('initech', 'umbrella'),
    itemOnlyAt('umbrella', 'initech'),
  ])
  const save = await formOn(`${INITECH}/products/${item}`, 'data-testid="save"')
  const email = { email: 'jo@example.com' }
  const answers = await Promise.all([
    postForm(gateway.port, `${INITECH}/`, add),
    postForm(gateway.port, 'http://globex.localhost/visitor', add),
    postForm(gateway.port, 'http://acme.localhost/cart', { ...subscribe, ...email }),
    postForm(gateway.port, `${UMBRELLA}/`, { ...subscribe, ...email }, { origin: INITECH }),
    postForm(gateway.port, `${UMBRELLA}/products/${sold}`, { ...save, id: item }),
  ])
  expect(answers.flatMap((answer) => answer.headers.getSetCookie())).toEqual([])
  expect(answers.map((answer) => answer.status)).toEqual([303, 200, 303, 500, 200])
})

test('each app runs in a process of its own', () => {
  const apps = ['acme', 'globex', 'storefront']
  const pids = apps.map((app) => childOf(gateway.process.pid, `${REPO}/apps/${app}`))
  expect(new Set([...pids, gateway.process.pid]).size).toBe(4)
})

function get(url: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetchOn(gateway.port, url, { headers })
}

async function formOn(url: string, holds: string): Promise<Record<string, string>> {
  return readForm(await (await get(url)).text(), holds)
}

function subscribeForm(): Promise<Record<string, string>> {
  return formOn(`${INITECH}/`, 'data-testid="subscribe"')
}

/** The id of something that the first shop sells and the second does not. */
async function itemOnlyAt(one: string, other: string): Promise<string> {
  const [sold, elsewhere] = await Promise.all(
    [one, other].map(async (label) => {
      const html = await (await get(`http://${label}.localhost/`)).text()
      return new Set([...html.matchAll(/href="\/products\/(\w+)"/g)].map(([, id = '']) => id))
    }),
  )
  return [...(sold ?? [])].find((id) => !elsewhere?.has(id)) ?? ''
}

async function atOnce<T>(
  count: number,
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = [...items]
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: count }, worker))
}
