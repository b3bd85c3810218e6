import { readForm } from '../../e2e/forms.ts'
import { type Check, revalidate } from './check.ts'
import type { Answer, Visit } from './visit.ts'
import { askWebSocket } from './web-socket.ts'

const kind = 'main'

/** App Router, a `proxy.ts` on Node, and everything around them. */
export const MAIN_CHECKS: readonly Check[] = [
  {
    name: 'static',
    kind,
    async run(visit) {
      const page = await visit.ask('/static')
      page.is(200).saysBuilt('static')
      if (!page.headers.has('x-nextjs-prerender')) page.fail('it was not prerendered')
      const flight = await visit.ask('/static', { headers: { rsc: '1' } })
      if (flight.status === 307) {
        flight.hasHeader('location', flight.headers.get('location') ?? '')
        const path = flight.headers.get('location') ?? ''
        const followed = await visit.ask(path, { headers: { rsc: '1' } })
        followed.is(200).saysBuilt('static')
      } else flight.is(200).saysBuilt('static')
    },
  },
  {
    name: 'isr',
    kind,
    prepare: (visit) => regenerate(visit, '/isr', 'isr'),
    async run(visit) {
      const page = await visit.ask('/isr')
      page.is(200).says('isr')
      const slug = `s${Number(visit.n.replace(/\D/g, '')) % 10}`
      const post = await visit.ask(`/posts/${slug}`)
      post.is(200).says('post', { slug })
    },
  },
  {
    name: 'dynamic',
    kind,
    async run(visit) {
      const { n, twin } = visit
      const page = await visit.ask(`/dynamic?n=${n}`)
      page.is(200).says('dynamic', { n, tenant: twin.id, proxied: twin.mark })
    },
  },
  {
    name: 'suspense',
    kind,
    async run(visit) {
      const { n, twin } = visit
      const page = await visit.ask(`/suspense?n=${n}`)
      page.is(200).says('late', { n })
      page.says('fallback')
      page.saysOnly('badge', { public: twin.built, given: twin.mark })
    },
  },
  {
    name: 'chunks',
    kind,
    async run(visit) {
      const page = await visit.ask('/suspense')
      page.is(200).says('late')
      const paths = page.text.match(/static\/chunks\/[\w~.-]+\.js/g) ?? []
      const marked: string[] = []
      for (const path of new Set(paths)) {
        const chunk = await visit.ask(`/_next/${path}`)
        if (chunk.is(200).text.includes(visit.twin.built)) marked.push(path)
      }
      if (marked.length === 0) page.fail('no chunk of its holds its mark')
    },
  },
  {
    name: 'dynamic-import',
    kind,
    // Only the first load of a chunk can go wrong.
    async prepare(visit) {
      readImported(await visit.askHeld('/dynamic-import', '/dynamic'))
    },
    async run(visit) {
      readImported(await visit.ask('/dynamic-import'))
    },
  },
  {
    name: 'not-found',
    kind,
    async run(visit) {
      const page = await visit.ask(`/missing/${visit.n}`)
      page.is(404).saysBuilt('not-found')
    },
  },
  {
    name: 'error-page',
    kind,
    async run(visit) {
      const page = await visit.ask(`/broken?n=${visit.n}`)
      page.is(500).holds('__next_error__').says('not-found')
      const path = /errorScripts.{1,60}(\/_next\/static\/chunks\/[\w~.-]+\.js)/.exec(page.text)?.[1]
      const chunk = await visit.ask(path ?? '/none')
      chunk.is(200).saysOnly('error', { public: visit.twin.built })
    },
  },
  {
    name: 'params',
    kind,
    async run(visit) {
      const { built } = visit.twin
      const page = await visit.ask('/items/one')
      page.is(200).saysBuilt('item', { id: 'one' })
      const own = await visit.ask(`/items/only-${built}`)
      own.is(200).saysBuilt('item', { id: `only-${built}` })
      const foreign = built === 'plum' ? 'quince' : 'plum'
      const others = await visit.ask(`/items/only-${foreign}`, { mayHold: `only-${foreign}` })
      others.is(404).saysBuilt('not-found')
    },
  },
  {
    name: 'cached-fetch',
    kind,
    async run(visit) {
      const page = await visit.ask('/data')
      const { count } = page.is(200).says('data', { fetched: visit.twin.mark })
      visit.stays('count', count, page)
    },
  },
  {
    name: 'unstable-cache',
    kind,
    async run(visit) {
      const page = await visit.ask('/unstable')
      const { stamp } = page.is(200).says('unstable', { kept: visit.twin.mark })
      visit.stays('stamp', stamp, page)
    },
  },
  {
    name: 'revalidate-tag',
    kind,
    inTurn: true,
    async prepare(visit) {
      await revalidate(visit, 'tag=shared')
      await readStamp(visit, '/tagged', 'tagged')
    },
    async run(visit) {
      if (visit.twin.isReviser) await revalidate(visit, 'tag=shared')
      await readStamp(visit, '/tagged', 'tagged')
    },
  },
  {
    name: 'revalidate-path',
    kind,
    inTurn: true,
    async prepare(visit) {
      await revalidate(visit, 'path=/pathed')
      await readStamp(visit, '/pathed', 'pathed')
    },
    async run(visit) {
      if (visit.twin.isReviser) await revalidate(visit, 'path=/pathed')
      await readStamp(visit, '/pathed', 'pathed')
    },
  },
  {
    name: 'cache-control',
    kind,
    inTurn: true,
    // Those that do not revalidate show the page, and its life, as it was built.
    async run(visit) {
      const { builtLife: life, isReviser } = visit.twin
      if (isReviser) await revalidate(visit, 'path=/lives')
      const page = await visit.ask('/lives')
      page.is(200).saysBuilt('lives', { life })
      page.isKept(life)
    },
  },
  {
    name: 'action',
    kind,
    async run(visit) {
      await submit(visit, 'plain')
    },
  },
  {
    name: 'action-bound',
    kind,
    async run(visit) {
      await submit(visit, 'bound')
      await submit(visit, 'inline')
    },
  },
  {
    name: 'action-call',
    kind,
    async run(visit) {
      const { n } = visit
      const headers = {
        'content-type': 'text/plain;charset=UTF-8',
        accept: 'text/x-component',
        origin: `http://${visit.host}`,
        'next-action': await visit.actionId('told'),
      }
      const asked = { method: 'POST', headers, body: JSON.stringify([n]) }
      const answer = await visit.askSlowly('/action', asked, '/action')
      answer.is(200).says('told', { n })
    },
  },
  {
    name: 'route-handler',
    kind,
    async run(visit) {
      const { n, host } = visit
      const answer = await visit.ask(`/api/plain?n=${n}`)
      answer.is(200).says('plain', { n, host })
      const fixed = await visit.ask('/api/fixed')
      fixed.is(200).saysBuilt('fixed')
    },
  },
  {
    name: 'proxy',
    kind,
    async run(visit) {
      const { mark } = visit.twin
      const page = await visit.ask('/proxied')
      page.is(200).hasHeader('x-proxy', mark).says('dynamic', { by: mark, proxied: mark })
      const sent = await visit.ask('/sent-on')
      sent.is(307)
      const { pathname } = new URL(sent.headers.get('location') ?? '', `http://${visit.host}`)
      if (pathname !== `/for-${mark}`) sent.fail(`it sends on to ${pathname}`)
    },
  },
  {
    name: 'edge-route',
    kind,
    async run(visit) {
      const { n } = visit
      const answer = await visit.ask(`/api/edge?n=${n}`)
      answer.is(200).says('edge', { n })
    },
  },
  {
    name: 'instrumentation',
    kind,
    inTurn: true,
    async run(visit) {
      const { n, twin } = visit
      const broken = await visit.ask(`/broken?reported=${n}`)
      broken.is(500)
      const answer = await visit.ask(`/api/instrumentation?n=${n}`)
      const said = answer.is(200).says('instrumentation', { n, registered: twin.mark })
      if (!said['errored']?.startsWith(`${twin.mark}:/broken`)) answer.fail('no error was reported')
    },
  },
  {
    name: 'after',
    kind,
    async run(visit) {
      const { n, twin } = visit
      const answer = await visit.ask(`/api/after?n=${n}`)
      answer.is(200).says('after', { n })
      const mark = await visit.upstream.after(n)
      if (mark !== twin.mark) answer.fail(`after() ran as ${mark}`)
    },
  },
  {
    name: 'draft',
    kind,
    async run(visit) {
      const enabled = await visit.ask('/api/draft')
      enabled.is(200).says('drafting')
      const cookie = enabled.headers.getSetCookie()[0]?.split(';')[0] ?? ''
      const draft = await visit.ask('/draft', { headers: { cookie } })
      draft.is(200).says('draft', { draft: true })
      const normal = await visit.ask('/draft')
      normal.is(200).saysBuilt('draft', { draft: false })
    },
  },
  {
    name: 'image',
    kind,
    inTurn: true,
    async run(visit) {
      const height = visit.twin.built === 'plum' ? 1 : 0.5
      // `plum` was told to keep no image on disk.
      const cached = visit.twin.built === 'plum' || visit.memory.size === 0 ? 'MISS' : 'HIT'
      visit.memory.set('asked', 'before')
      for (const width of [32, 48]) {
        const image = await visit.ask(`/_next/image?url=%2Fmark.png&w=${width}&q=75`, {
          headers: { accept: 'image/png' },
        })
        image.is(200).hasHeader('content-type', 'image/png').hasHeader('x-nextjs-cache', cached)
        const found = image.bytes.readUInt32BE(20)
        if (found !== width * height) image.fail(`its height is ${found}, not ${width * height}`)
      }
      const file = await visit.ask('/mark.txt')
      file.is(200).saysOnly('file', { mark: visit.twin.built })
    },
  },
  {
    name: 'environment',
    kind,
    async run(visit) {
      const { mark } = visit.twin
      const answer = await visit.ask('/api/environment')
      answer.is(200).says('environment', {
        own: mark,
        given: visit.twin.id,
        held: true,
        shown: true,
        handed: 'true,true,true',
      })
    },
  },
  {
    name: 'deployment-id',
    kind,
    async run(visit) {
      const page = await visit.ask(`/dynamic?n=${visit.n}`)
      const ids = new Set([...page.text.matchAll(/dpl=([\w-]+)/g)].map(([, id]) => id))
      page.is(200).says('dynamic')
      if ([...ids].join() !== `build-${visit.twin.built}`) page.fail(`dpl is ${[...ids].join()}`)
    },
  },
  {
    name: 'config',
    kind,
    async run(visit) {
      const { built } = visit.twin
      const old = await visit.ask('/old')
      old.is(307).hasHeader('location', `/for-${built}`)
      const alias = await visit.ask('/alias')
      alias.is(200).hasHeader('x-config', built).says('dynamic', { by: built })
    },
  },
  {
    name: 'spans',
    kind,
    async run(visit) {
      const { n } = visit
      const page = await visit.ask(`/dynamic?span=${n}-`)
      page.is(200).says('dynamic')
      const answer = await visit.ask(`/api/spans?of=${n}-`)
      answer.is(200).says('spans', { n: `${n}-` })
    },
  },
  {
    name: 'web-socket',
    kind,
    async run(visit) {
      const { mark } = visit.twin
      await askWebSocket(visit, `/ws/${mark}`)
    },
  },
]

/** Makes a prerendered page anew, so that it carries the mark of the run. */
async function regenerate(visit: Visit, path: string, name: string): Promise<void> {
  await revalidate(visit, `path=${path}`)
  const page = await visit.ask(path)
  page.is(200).says(name)
}

function readImported(page: Answer): void {
  const { built } = page.twin
  page.is(200).says('dynamic-import')
  page.saysOnly('lazy', { public: built })
  page.saysOnly('part', { public: built })
}

/** The reviser's stamp is new each time; those of the others stay. */
async function readStamp(visit: Visit, path: string, name: string): Promise<void> {
  const page = await visit.ask(path)
  const { stamp } = page.is(200).says(name)
  if (visit.twin.isReviser) visit.changes('stamp', stamp, page)
  else visit.stays('stamp', stamp, page)
}

/** Posts a form as a browser without JavaScript does, and follows the redirect. */
async function submit(visit: Visit, form: string): Promise<void> {
  const { n, twin } = visit
  const page = await visit.ask('/action')
  page.is(200).says('forms')
  const answer = await visit.post('/action', { ...readForm(page.text, `form-${form}`), n })
  const value = form === 'plain' ? {} : { value: twin.mark }
  const location = answer.is(303).headers.get('location') ?? ''
  const done = await visit.ask(location.replace(`http://${visit.host}`, ''))
  done.is(200).says('done', { action: form, by: twin.mark, n, ...value })
}
