import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { sendRaw } from '../support/http.ts'
import { smallRelease } from '../support/small-release.ts'
import { startStubbed, type StubbedGateway } from '../support/stub-app.ts'
import { parseAnswer, sharedStub } from './support.ts'

// `x-nextjs-data` turns what Next.js says to a page into what it says to its own client: it arrives at paths of data and nowhere else.

const NO_DATA = [
  '/',
  '/?x=/_next/data/build/page.json',
  '/a?b=/_next/data/',
  '/a/_next/data',
  '/_next/data/',
  '/_next/data/build',
  '/_next/data/build/',
  '/_next/data/build/page',
  '/_next/data/build/page.json/',
  '/_next/data/build/page.jsonx',
  '/_next/data/page.json',
  '/_next/data//page.json',
  '/_next/data/build/page?x=.json',
  '/_next/data?/build/page.json',
  '/_next%2fdata/build/page.json',
  '/_Next/data/build/page.json',
]
const DATA = ['/_next/data/build/page.json', '/_next/data/build/a/b.json?x=1']

const options = { gateway: { cache: false } }
const stub = sharedStub((req, res) => res.end(JSON.stringify(req.headers)), options)

/** The spellings of the header that arrive. */
async function arrived(target: string, to: StubbedGateway = stub.current): Promise<string[]> {
  const lines = ['x-nextjs-data', 'X_Nextjs_Data', 'x-nextjs_data'].map((name) => `${name}: 1\r\n`)
  const answer = parseAnswer(
    await sendRaw(
      to.port,
      `GET ${target} HTTP/1.1\r\nHost: acme.localhost\r\nConnection: close\r\n${lines.join('')}\r\n`,
    ),
  )
  expect(answer.status).toBe(200)
  return Object.keys(JSON.parse(answer.body) as object).filter((name) => name.includes('data'))
}

describe('where nothing is known of the build', () => {
  test.each(NO_DATA)('%s', async (target) => {
    expect(await arrived(target)).toEqual([])
  })

  test.each([...DATA, '/shop/_next/data/build/page.json'])(
    "%s of Next's client",
    async (target) => {
      expect(await arrived(target)).toEqual(['x-nextjs-data'])
    },
  )
})

test.each(['', '/shop'])("below the build's own base path '%s' alone", async (basePath) => {
  await using built = await startStubbed(
    (req, res) => res.end(JSON.stringify(req.headers)),
    options,
  )
  await smallRelease(join(built.project.root, 'apps/acme'), {
    '.next/required-server-files.json': JSON.stringify({ config: { basePath } }),
  })
  await built.gateway.reload()
  for (const target of DATA) {
    expect(await arrived(basePath + target, built)).toEqual(['x-nextjs-data'])
    expect(await arrived(`/other${target}`, built)).toEqual([])
    expect(await arrived(`${basePath}/shop${target}`, built)).toEqual([])
  }
  for (const target of NO_DATA) expect(await arrived(basePath + target, built)).toEqual([])
})
