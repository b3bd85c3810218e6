import type { IncomingHttpHeaders } from 'node:http'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { startSite, type Runtime, type Site } from './revalidating.ts'

/** An answer that has ended, decoded. */
export interface Got {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

/** Starts the app of the fixture `guarded`, which serves the tenants `site` and `other`. */
export function startGuarded(
  runtime: Runtime,
  front: 'gateway' | 'command' = 'gateway',
): Promise<Site> {
  return startSite(runtime, {
    front,
    build: 'guarded/p',
    tenants: ['site', 'other'],
  })
}

export async function ask(
  { send }: Pick<Site, 'send'>,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Got> {
  const answer = await send(path, { headers })
  const body = Buffer.concat((await answer.toArray()) as Buffer[])
  const text = decode(body, answer.headers['content-encoding']).toString()
  return { status: answer.statusCode ?? 0, headers: answer.headers, text }
}

function decode(body: Buffer, coding: string | undefined): Buffer {
  if (coding === undefined || body.length === 0) return body
  if (coding === 'gzip') return gunzipSync(body)
  if (coding === 'br') return brotliDecompressSync(body)
  throw new Error(`nobody asked for ${coding}`)
}

/** Whether it was answered from what is stored. */
export function isHit({ headers }: Got): boolean {
  return /; hit|; collapsed/.test(String(headers['cache-status']))
}

/** Somebody who asks for something, and what this one, and nobody else, must see. */
export interface Visitor {
  readonly who: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** @returns what is wrong with the answer; empty where nothing is */
  readonly check: (got: Got) => string
}

/** All who may be mixed up. */
export async function visitors(site: Site): Promise<Visitor[]> {
  const drafting = await ask(site, '/api/draft')
  const [bypass = ''] = String(drafting.headers['set-cookie']).split(';')
  const expected = await Promise.all(representations.map((each) => represent(site, each)))
  return [
    ...expected,
    ...['site', 'other'].flatMap((id) =>
      ['1', '2', '3'].map((n) =>
        sees(`tenant ${id}`, `/api/tenant?n=${n}`, `[tenant tenant=${id} n=${n}]`, {
          host: `${id}.localhost`,
        }),
      ),
    ),
    ...['anna', 'bert', 'cleo'].flatMap((user) => {
      const cookie = { cookie: `user=${user}` }
      return [
        sees(user, '/account', `[account user=${user}]`, cookie),
        sees(user, '/account/x.css', `[account user=${user}]`, cookie),
        sees(user, '/profile', `[profile user=${user}]`, cookie),
        sees(user, '/profile/x.css', `[profile user=${user}]`, cookie),
        sees(user, '/profile;x.css', undefined, cookie),
        sees(user, '/members', '[members ', cookie),
      ]
    }),
    sees('a stranger', '/account', '[login '),
    sees('a stranger', '/account/x.css', '[login '),
    sees('a stranger', '/profile', '[profile user=undefined]'),
    sees('a stranger', '/profile/x.css', '[profile user=undefined]'),
    sees('a stranger', '/profile;x.css', undefined),
    sees('a stranger', '/members', '[login '),
    ...['de', 'en', 'fr'].flatMap((language) => [
      sees(language, '/api/language', `[language language=${language}]`, {
        'accept-language': language,
      }),
      leads(language, '/', `/static?language=${language}`, { 'accept-language': language }),
    ]),
    sees('with beta', '/offer', '[offer-beta ', { cookie: 'beta=1' }),
    sees('without beta', '/offer', '[offer '),
    planned('gold', { cookie: 'plan=gold' }),
    planned('silver', { cookie: 'plan=silver' }),
    planned('none', {}),
    sees('an editor', '/draft', '[draft isEnabled=true ', { cookie: bypass }),
    sees('a reader', '/draft', '[draft isEnabled=false '),
    sees('a forger', '/draft', '[draft isEnabled=false ', { cookie: '__prerender_bypass=0' }),
    ...['a', 'b'].map((token) =>
      sees(token, '/api/session', `[session authorization=Bearer ${token}]`, {
        authorization: `Bearer ${token}`,
      }),
    ),
    sees('nobody known', '/api/session', '[session authorization=null]'),
    newSession(),
  ]
}

const MARK = /\[[a-z-]+(?: [^\]]*)?\]/g
const USERS = /\b(?:anna|bert|cleo)\b/

/** @param mark what the page says; undefined: it must name no other user */
function sees(
  who: string,
  path: string,
  mark: string | undefined,
  headers: Record<string, string> = {},
): Visitor {
  const own = USERS.exec(headers['cookie'] ?? '')?.[0]
  return {
    who,
    path,
    headers,
    check(got) {
      const named = USERS.exec(got.text + JSON.stringify(got.headers))?.[0]
      if (named !== undefined && named !== own) return `sees ${named}`
      if (mark === undefined || (got.status === 200 && got.text.includes(mark))) return ''
      return `${got.status} ${String(got.text.match(MARK))}`
    },
  }
}

function leads(
  who: string,
  path: string,
  to: string,
  headers: Record<string, string> = {},
): Visitor {
  const check = ({ headers: { location = '' } }: Got): string =>
    location.endsWith(to) ? '' : location
  return { who, path, headers, check }
}

function planned(plan: string, headers: Record<string, string>): Visitor {
  const check = (got: Got): string => {
    const said = String(got.headers['x-plan'])
    return said === plan && got.text.includes('[plan ') ? '' : said
  }
  return { who: plan, path: '/plan', headers, check }
}

/** Each has a session that no other has had. */
function newSession(): Visitor {
  const seen = new Set<string>()
  return {
    who: 'a new one',
    path: '/api/set-cookie',
    headers: {},
    check({ headers, text }) {
      const cookie = String(headers['set-cookie'])
      const isNew = !seen.has(cookie) && text === `[set-cookie session=${cookie.slice(8)}]`
      seen.add(cookie)
      return isNew ? '' : cookie
    },
  }
}

interface Representation {
  readonly path: string
  readonly type: string
  readonly headers: Readonly<Record<string, string>>
}

const PAGES = ['/static', '/items/one', '/members']
const RSC = { rsc: '1' }
const KINDS: readonly Omit<Representation, 'path'>[] = [
  { type: 'text/html', headers: {} },
  { type: 'text/html', headers: { 'accept-encoding': 'gzip' } },
  { type: 'text/html', headers: { 'accept-encoding': 'br' } },
  { type: 'text/html', headers: { 'accept-encoding': 'identity' } },
  { type: 'text/x-component', headers: RSC },
  { type: 'text/x-component', headers: { ...RSC, 'next-router-prefetch': '1' } },
  { type: 'text/x-component', headers: segment('/_tree') },
  { type: 'text/x-component', headers: segment('/_index') },
]

function segment(path: string): Record<string, string> {
  return { ...RSC, 'next-router-prefetch': '1', 'next-router-segment-prefetch': path }
}

const representations = PAGES.flatMap((path) => KINDS.map((kind) => ({ path, ...kind })))

/** What the app itself answers is what each must see. */
async function represent(site: Site, { path, type, headers }: Representation): Promise<Visitor> {
  const uncached = { ...headers, 'cache-control': 'no-store' }
  let at = path
  let right = await ask(site, at, uncached)
  if (right.status === 307) {
    at = String(right.headers.location)
    right = await ask(site, at, uncached)
  }
  const said = String(right.headers['content-type'])
  if (right.status === 200 && !said.startsWith(type)) throw new Error(`${path}: ${said}`)
  const accepted = headers['accept-encoding'] ?? 'identity'
  return {
    who: `one who takes ${JSON.stringify(headers)}`,
    path: at,
    headers,
    check(got) {
      const coding = got.headers['content-encoding'] ?? 'identity'
      const isTaken = coding === 'identity' || coding === accepted
      const isRight =
        got.status === right.status &&
        got.headers['content-type'] === right.headers['content-type'] &&
        got.text === right.text
      return isTaken && isRight ? '' : `${got.status} ${coding} ${got.text.slice(0, 200)}`
    },
  }
}
