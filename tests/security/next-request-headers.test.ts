import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { removeUntrusted } from '../../gateway/dist/http/request-headers.js'
import { fetchOn } from '../support/http.ts'
import { createProject, probeApp, type Project } from '../support/project.ts'
import { startTenantry, type RunningTenantry } from '../support/tenantry.ts'

// Next.js trusts request headers that it means to come from itself. All that the installed version reads are found in its
// source: each is taken out of strangers' requests, or known to be for clients. An upgrade that reads another one fails here.

const DIST = dirname(createRequire(import.meta.url).resolve('next/package.json')) + '/dist'
const FOLDERS = ['server', 'lib', 'shared', 'build/templates', 'client/components']

/** What browsers and Next's own client say, and only of themselves. */
const OF_CLIENTS = new Set([
  'accept',
  'accept-language',
  'access-control-request-headers',
  'authorization',
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
  'x-nextjs-html-request-id',
  'x-nextjs-request-id',
])

/** What is read of answers, or is no header at all. */
const OTHERS = new Set([
  'location',
  'set-cookie',
  'vary',
  'next-agentic-upgrade-retries',
  'next-error',
  'next-error-h1',
  'next-font-manifest',
  'next-image-loader',
  'next-instant-navigation-testing',
  'next-patch',
  'next-render-worker-',
  'next-route-announcer',
  'next-rspack',
  'next-size-adjust',
  'next-swc',
  'x-action-redirect',
  'x-action-revalidated',
  'x-edge-runtime',
  'x-gzip',
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
  // A secret of the client's, which `res.revalidate()` hands on.
  'x-vercel-protection-bypass',
])

const NAMED = String.raw`(?:['"]([\w-]+)['"]|(?:\w+\.)?([A-Z][A-Z_]+))`
const READS = [
  new RegExp(String.raw`[hH]eaders\??\.?\[\s*${NAMED}\s*\](?!\s*=[^=])`, 'g'),
  new RegExp(String.raw`[hH]eaders(?:\(\))?\??\.(?:get|has)\(\s*${NAMED}\s*\)`, 'g'),
]
const DOTTED = /\breq(?:uest)?\.headers\??\.(?!(?:get|has|entries)\b)([a-z]\w*)/g
const LITERAL = /['"`]((?:x|next)-[a-z\d-]+)['"`]/g
const CONSTANT = /^const ([A-Z_]+) = '([^']+)'/gm
const COMMENT = /^\s*(?:\/\/|\*|\/\*).*$/gm

/** Every name of a header that Next's server reads, and whatever is spelt like one of its own; and where. */
function headersOfNext(): Map<string, string> {
  const files = FOLDERS.flatMap((folder) =>
    readdirSync(join(DIST, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.js'))
      .map((file) => join(folder, file)),
  )
  const texts = files.map((file) => readFileSync(join(DIST, file), 'utf8').replace(COMMENT, ''))
  const constants = new Map(
    texts.flatMap((text) => [...text.matchAll(CONSTANT)].map((all) => [all[1], all[2]] as const)),
  )
  const found = new Map<string, string>()
  for (const [i, text] of texts.entries()) {
    for (const all of READS.flatMap((read) => [...text.matchAll(read)])) {
      const name = all[1] ?? constants.get(all[2]) ?? all[0]
      found.set(name.toLowerCase(), files[i] ?? '')
    }
    for (const all of [...text.matchAll(DOTTED), ...text.matchAll(LITERAL)]) {
      found.set((all[1] ?? '').toLowerCase(), files[i] ?? '')
    }
  }
  return found
}

function isTakenOut(name: string): boolean {
  const headers = { [name]: 'spoofed' }
  removeUntrusted(headers, '/')
  return !(name in headers)
}

const OF_NEXT = headersOfNext()
const TAKEN_OUT = [...OF_NEXT.keys()].filter(isTakenOut).toSorted()

test('every header that Next.js reads is taken out, or known to be for clients', () => {
  const unknown = [...OF_NEXT].filter(
    ([name]) => !isTakenOut(name) && !OF_CLIENTS.has(name) && !OTHERS.has(name),
  )
  expect(unknown).toEqual([])
})

test('the lists hold nothing that Next.js does not know any more', () => {
  const stale = [...OF_CLIENTS, ...OTHERS].filter((name) => !OF_NEXT.has(name))
  expect(stale).toEqual([])
})

test('what Next.js takes out of requests by itself is among them', () => {
  const source = readFileSync(join(DIST, 'server/lib/server-ipc/utils.js'), 'utf8')
  const [, list = ''] = /INTERNAL_HEADERS = \[([^\]]+)\]/.exec(source) ?? []
  const own = [...list.matchAll(/'([^']+)'/g)].map((all) => all[1] ?? '')
  expect(own).toContain('x-middleware-rewrite')
  expect(TAKEN_OUT).toEqual(expect.arrayContaining(own))
})

test('the ones that the project knows of are found', () => {
  expect(TAKEN_OUT).toEqual(
    expect.arrayContaining([
      'content-security-policy',
      'content-security-policy-report-only',
      'next-resume',
      'x-action-forwarded',
      'x-forwarded-for',
      'x-forwarded-host',
      'x-forwarded-proto',
      'x-invocation-id',
      'x-matched-path',
      'x-middleware-prefetch',
      'x-next-resume-state-length',
      'x-next-revalidate-tag-token',
      'x-nextjs-data',
      'x-now-route-matches',
      'x-prerender-revalidate',
      'x-prerender-revalidate-if-generated',
    ]),
  )
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
    await gateway[Symbol.asyncDispose]()
    await project[Symbol.asyncDispose]()
  })

  async function arrived(names: string[]): Promise<[name: string, value: string][]> {
    const headers = Object.fromEntries(names.map((name) => [name, 'spoofed']))
    const answer = await fetchOn(gateway.port, 'http://probe.localhost/api/headers', { headers })
    expect(answer.status).toBe(200)
    const body = (await answer.json()) as { headers: Record<string, string> }
    return Object.entries(body.headers)
  }

  test('none of those taken out arrives, in no spelling', async () => {
    for (const name of TAKEN_OUT) {
      const spellings = [name, name.replaceAll('-', '_'), name.replace('-', '_')]
      const got = await arrived([...new Set(spellings)])
      expect([name, got.filter(([, value]) => value.includes('spoofed'))]).toEqual([name, []])
    }
  })

  test('what is for clients arrives', async () => {
    const names = ['purpose', 'x-deployment-id', 'x-nextjs-request-id', 'x-custom']
    const got = await arrived(names)
    expect(got).toEqual(expect.arrayContaining(names.map((name) => [name, 'spoofed'])))
  })
})
