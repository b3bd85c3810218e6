import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { isUntrusted } from '../../gateway/dist/http/request-headers.js'
import { fetchOn } from '../support/http.ts'
import { createProject, probeApp, REPO, type Project } from '../support/project.ts'
import { startTenantry, type RunningTenantry } from '../support/tenantry.ts'

// Each header that the installed Next.js reads of a request is either taken out of what strangers send, or known to be theirs to
// send. A new version that reads another one turns this red, so that somebody looks.

/** Sent by browsers, by Next's own client, or by other clients; nothing inside of Next.js trusts them. */
const FOR_CLIENTS = new Set([
  'accept',
  'accept-language',
  'cache-control',
  'content-encoding',
  'content-length',
  'content-type',
  'cookie',
  'host',
  'next-action',
  'next-hmr-refresh',
  'next-router-prefetch',
  'next-router-segment-prefetch',
  'next-router-state-tree',
  'next-url',
  'origin',
  'purpose',
  'referer',
  'rsc',
  'sec-fetch-dest',
  'sec-fetch-mode',
  'sec-fetch-site',
  'traceparent',
  'tracestate',
  'transfer-encoding',
  'user-agent',
  'x-deployment-id',
  // Taken out where the path is not one of `/_next/data/` (pipeline/forwarding.ts).
  'x-nextjs-data',
  'x-nextjs-html-request-id',
  'x-nextjs-request-id',
])

/** Only set on answers, or on requests that Next.js makes itself. */
const OF_ANSWERS = new Set([
  'access-control-request-headers',
  'etag',
  'location',
  'set-cookie',
  'vary',
  'x-action-redirect',
  'x-action-revalidated',
  'x-nextjs-action-not-found',
  'x-nextjs-cache',
  'x-nextjs-deployment-id',
  'x-nextjs-matched-path',
  'x-nextjs-postponed',
  'x-nextjs-prerender',
  'x-nextjs-redirect',
  'x-nextjs-rewrite',
  'x-nextjs-rewritten-path',
  'x-nextjs-rewritten-query',
  'x-nextjs-stale-time',
  'x-vercel-cache',
])

/** A client of the test cannot send these beside others. */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'te', 'trailer', 'upgrade'])

const NEXT = dirname(createRequire(join(REPO, 'gateway/package.json')).resolve('next/package.json'))
const PLACES = ['server', 'build/templates', 'client/components', 'lib', 'shared/lib']

/** `headers['x']`, `headers.get('x')`, `headers.x`, and constants such as `RSC_HEADER = 'rsc'`. */
const READS = /\bheaders(?:\.get\(|\.has\(|\[)\s*['"]([a-z][a-z\d-]*)['"]/gi
const PROPERTIES = /\bheaders\.(?!length\b|[jt]s\b)([a-z]+)\b(?!\s*\()/g
const CONSTANTS = /\b[A-Z\d_]*HEADER[A-Z\d_]*\s*=\s*['"]([a-z][a-z\d-]*)['"]/gi
const LISTS = /\b[A-Z_]*HEADERS\s*=\s*\[([^\]]*)\]/g
/** `headers[x.NEXT_URL]`: constants that do not say what they are, and what they stand for. */
const NAMED = /\bheaders(?:\.get\(|\.has\(|\[)\s*(?:\w+\.)?([A-Z][A-Z\d_]+)\b/g
const ANY_CONSTANT = /\bconst ([A-Z][A-Z\d_]+) = ['"]([a-z][a-z\d-]*)['"]/g

function headersOfNext(): Set<string> {
  const names = new Set<string>()
  const named = new Set<string>()
  const constants: [constant: string, name: string][] = []
  for (const file of PLACES.flatMap((place) => scripts(join(NEXT, 'dist', place)))) {
    const text = readFileSync(file, 'utf8')
    const lists = [...text.matchAll(LISTS)].flatMap(([, list = '']) => [
      ...list.matchAll(/['"]([a-z][a-z\d-]*)['"]/gi),
    ])
    const found = [READS, PROPERTIES, CONSTANTS].flatMap((each) => [...text.matchAll(each)])
    for (const [, name = ''] of [...found, ...lists]) names.add(name.toLowerCase())
    for (const [, constant = ''] of text.matchAll(NAMED)) named.add(constant)
    for (const [, constant = '', name = ''] of text.matchAll(ANY_CONSTANT)) {
      constants.push([constant, name])
    }
  }
  for (const [constant, name] of constants) if (named.has(constant)) names.add(name)
  return names
}

function scripts(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.js'))
    .map((entry) => join(entry.parentPath, entry.name))
}

test('every header that Next.js reads is taken out, or known', () => {
  const unknown = [...headersOfNext()].filter(
    (name) => !isUntrusted(name) && !FOR_CLIENTS.has(name) && !OF_ANSWERS.has(name),
  )
  expect(unknown.toSorted()).toEqual([])
})

test('the scan sees what Next.js calls internal itself', () => {
  const file = readFileSync(join(NEXT, 'dist/server/lib/server-ipc/utils.js'), 'utf8')
  const internal = [...file.matchAll(/^ {4}'((?:x|next)-[a-z-]+)',?$/gm)].map(
    ([, name = '']) => name,
  )
  expect(internal.length).toBeGreaterThan(8)
  const found = headersOfNext()
  expect(internal.filter((name) => !found.has(name))).toEqual([])
})

test('the scan sees headers that are read as properties, or by constants of any name', () => {
  expect([...headersOfNext()]).toEqual(expect.arrayContaining(['purpose', 'next-url']))
})

describe.each(['process', 'shared'])('in a real app, runtime %s', (runtime) => {
  let project: Project
  let gateway: RunningTenantry

  beforeAll(async () => {
    project = await createProject({
      'config/apps/probe.json': probeApp({ runtime }),
      'config/tenants/probe.json': { hosts: ['probe.localhost'] },
    })
    gateway = await startTenantry('start', project.configDir)
  })

  afterAll(async () => {
    await gateway?.[Symbol.asyncDispose]()
    await project?.[Symbol.asyncDispose]()
  })

  /** Headers that the app saw with the value that all of these were sent with. */
  async function arrived(names: readonly string[]): Promise<string[]> {
    const headers = Object.fromEntries(names.map((name) => [name, 'spoofed']))
    const answer = await fetchOn(gateway.port, 'http://probe.localhost/api/headers', { headers })
    expect(answer.status).toBe(200)
    const seen = (await answer.json()) as { headers: Record<string, string> }
    return Object.entries(seen.headers)
      .filter(([, value]) => value.includes('spoofed'))
      .map(([name]) => name)
      .toSorted()
  }

  test('none of what is taken out arrives, in no spelling', async () => {
    const names = [...headersOfNext()].filter(
      (name) => isUntrusted(name) && !HOP_BY_HOP.has(name) && name !== 'expect',
    )
    expect(names.length).toBeGreaterThan(15)
    for (const name of names) {
      const spellings = [name, name.replaceAll('-', '_'), name.replace('-', '_')]
      expect([name, await arrived([...new Set(spellings)])]).toEqual([name, []])
    }
  })

  test('what is for clients arrives', async () => {
    const names = ['purpose', 'x-custom', 'x-deployment-id', 'x-nextjs-request-id']
    expect(await arrived(names)).toEqual(names)
  })
})
