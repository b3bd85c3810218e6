import type { Check } from './check.ts'
import type { Visit } from './visit.ts'

const kind = 'pages'
const LOCALES = ['en', 'de'] as const

/** Pages Router with i18n, behind a `middleware.ts` on the edge runtime. */
export const PAGES_CHECKS: readonly Check[] = [
  {
    name: 'pages-dynamic',
    kind,
    async run(visit) {
      const { n, twin } = visit
      for (const locale of LOCALES) {
        const page = await visit.ask(`${prefix(locale)}/about?n=${n}`)
        page.is(200).hasHeader('x-config', twin.built).says('about', { n, locale })
        page.saysOnly('client', { public: twin.built })
      }
      const data = await visit.ask(`/_next/data/twins/de/about.json?n=${n}`)
      data.is(200).says('about', { n, locale: 'de' })
    },
  },
  {
    name: 'pages-lazy',
    kind,
    async run(visit) {
      const page = await visit.ask(`/de/lazy?n=${visit.n}`)
      page.is(200).says('lazy')
    },
  },
  {
    name: 'pages-isr',
    kind,
    prepare: async (visit) => {
      for (const locale of LOCALES) await regenerate(visit, `${prefix(locale)}/news`, 'news')
    },
    async run(visit) {
      for (const locale of LOCALES) {
        const page = await visit.ask(`${prefix(locale)}/news`)
        page.is(200).says('news', { locale })
      }
      const data = await visit.ask('/_next/data/twins/en/news.json')
      data.is(200).says('news', { locale: 'en' })
      const id = `i${Number(visit.n.slice(1)) % 10}`
      const item = await visit.ask(`/de/items/${id}`)
      item.is(200).says('item', { id, locale: 'de' })
      const built = await visit.ask('/items/one')
      built.is(200).saysBuilt('item', { id: 'one', locale: 'en' })
      const auto = await visit.ask('/de/auto')
      auto.is(200).saysOnly('auto', { public: visit.twin.built })
    },
  },
  {
    name: 'pages-revalidate',
    kind,
    inTurn: true,
    prepare: (visit) => regenerate(visit, '/kept', 'kept'),
    async run(visit) {
      if (visit.twin.isReviser) await revalidate(visit, '/kept')
      const page = await visit.ask('/kept')
      const { stamp } = page.is(200).says('kept', { locale: 'en', preview: false })
      if (visit.twin.isReviser) visit.changes('stamp', stamp, page)
      else visit.stays('stamp', stamp, page)
    },
  },
  {
    name: 'pages-errors',
    kind,
    async run(visit) {
      const { n } = visit
      const missing = await visit.ask(`/de/missing/${n}`)
      missing.is(404).saysBuilt('not-found')
      const broken = await visit.ask(`/broken?n=${n}`)
      broken.is(500).saysBuilt('failed')
    },
  },
  {
    name: 'pages-api',
    kind,
    async run(visit) {
      const { n, host } = visit
      const answer = await visit.ask(`/api/plain?n=${n}`)
      answer.is(200).says('api', { n, host })
      const edge = await visit.ask(`/api/edge?n=${n}`)
      edge.is(200).says('edge-api', { n })
    },
  },
  {
    name: 'pages-draft',
    kind,
    async run(visit) {
      const enabled = await visit.ask('/api/preview')
      enabled.is(200).says('previewing')
      const cookie = enabled.headers.getSetCookie().map((each) => each.split(';')[0])
      const draft = await visit.ask('/de/kept', { headers: { cookie: cookie.join('; ') } })
      draft.is(200).says('kept', { preview: true, locale: 'de' })
    },
  },
  {
    name: 'edge-proxy',
    kind,
    async run(visit) {
      const { mark } = visit.twin
      const answer = await visit.ask('/de/edge')
      answer.is(200).hasHeader('x-proxy', mark)
      answer.saysOnly('edge', { mark, secret: `secret-${mark}`, locale: 'de' })
      const page = await visit.ask('/rewritten')
      page.is(200).hasHeader('x-proxy', mark).says('about', { by: mark, locale: 'en' })
      const sent = await visit.ask('/sent-on')
      sent.is(307)
      const { pathname } = new URL(sent.headers.get('location') ?? '', `http://${visit.host}`)
      if (pathname !== `/for-${mark}`) sent.fail(`it sends on to ${pathname}`)
    },
  },
  {
    name: 'pages-config',
    kind,
    async run(visit) {
      const { built } = visit.twin
      const old = await visit.ask('/old')
      old.is(307).hasHeader('location', `/for-${built}`)
      const alias = await visit.ask('/alias')
      alias.is(200).says('about', { by: built })
    },
  },
]

function prefix(locale: string): string {
  return locale === 'en' ? '' : `/${locale}`
}

async function revalidate(visit: Visit, path: string): Promise<void> {
  const answer = await visit.ask(`/api/revalidate?path=${path}`)
  answer.is(200).says('revalidated', { path })
}

async function regenerate(visit: Visit, path: string, name: string): Promise<void> {
  await revalidate(visit, path)
  const page = await visit.ask(path)
  page.is(200).says(name)
}
