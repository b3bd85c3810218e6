import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sendRaw } from '../support/http.ts'
import { createProject, probeApp, type Project } from '../support/project.ts'
import { startTenantry, type RunningTenantry } from '../support/tenantry.ts'
import { parseAnswer, type RawAnswer } from './support.ts'

// However a path is written, it never says which tenant or file is meant: that is for the host, and for what the app serves.

let project: Project
let gateway: RunningTenantry

beforeAll(async () => {
  const files: Record<string, object> = {}
  for (const runtime of ['process', 'shared']) {
    files[`config/apps/${runtime}.json`] = probeApp({ runtime })
    for (const tenant of ['one', 'two']) {
      files[`config/tenants/${tenant}-${runtime}.json`] = {
        app: runtime,
        hosts: [`${tenant}.${runtime}.localhost`],
      }
    }
  }
  project = await createProject(files)
  gateway = await startTenantry('start', project.configDir)
})

afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await project[Symbol.asyncDispose]()
})

async function get(host: string, target: string): Promise<RawAnswer> {
  // HTTP/1.0 has no chunks.
  const bytes = `GET ${target} HTTP/1.0\r\nHost: ${host}\r\n\r\n`
  return parseAnswer(await sendRaw(gateway.port, bytes))
}

describe.each(['process', 'shared'])('runtime %s', (runtime) => {
  const host = `one.${runtime}.localhost`
  const other = `two.${runtime}.localhost`

  test.each([
    '/proxy/a%2fb',
    '/proxy/a%2Fb',
    '/proxy/a%5cb',
    '/proxy/%2e%2e%2fb',
    '/proxy/a%00b',
    '/proxy/a%0d%0ab',
    '/proxy/a;b',
    '/proxy/a:b@c',
    '/proxy/%252e%252e%252f',
  ])('%s reaches the app unchanged', async (target) => {
    const { status, body } = await get(host, target)
    const origin = `http://${host}`
    expect([status, JSON.parse(body)]).toEqual([200, { url: origin + target, origin }])
  })

  test.each([
    '/proxy/../proxy/a',
    '/./proxy/a',
    '/proxy/%2e%2e/proxy/a',
    '/proxy/%2E./proxy/a',
    `/../${other}/proxy/a`,
    `/proxy/../../../../${other}/proxy/a`,
    `/proxy/@${other}/`,
  ])('%s means a path of the same tenant', async (target) => {
    const { status, body } = await get(host, target)
    expect([200, 308, 404]).toContain(status)
    if (status === 200) expect(JSON.parse(body)).toMatchObject({ origin: `http://${host}` })
  })

  test.each([
    `//${other}/proxy/a`,
    `///${other}/proxy/a`,
    `/\\${other}/proxy/a`,
    `/\\/${other}/proxy/a`,
    `/proxy//a`,
    `/proxy\\a`,
    '//evil.example/%2e%2e',
    '/\\evil.example',
    '/proxy/..//evil.example/',
  ])('%s stays on the host', async (target) => {
    const { status, headers, body } = await get(host, target)
    expect([200, 308, 400, 404]).toContain(status)
    const to = headers.get('location') ?? '/'
    expect(new URL(to, `http://${host}`).host).toBe(host)
    if (status === 200) expect(body).toContain(`http://${host}`)
  })

  test.each(['/proxy/a\0b', '/proxy/\u0001', '/proxy/a b', '/proxy/a\tb', '/\0'])(
    '%j gets 400',
    async (target) => {
      expect((await get(host, target)).status).toBe(400)
    },
  )

  const OUTSIDE = ['package.json', '.env', 'proxy.ts', '.next/BUILD_ID', 'release.json']
  const WAYS = [
    '../',
    '%2e%2e/',
    '..%2f',
    '%2e%2e%2f',
    '..\\',
    '..%5c',
    '.%2e%5C',
    '..%252f',
    '..\0/',
  ]
  const FOLDERS = [
    '/',
    '/_next/static/',
    '/_next/static/chunks/',
    '/_next/',
    '/public/',
    '/%5fnext/static/',
  ]

  test.each(WAYS)('by %j no file is reached that is not served', async (way) => {
    const targets = FOLDERS.flatMap((folder) =>
      OUTSIDE.flatMap((file) => [0, 1, 2, 4].map((times) => folder + way.repeat(times) + file)),
    )
    const answers = await Promise.all(targets.map((target) => get(host, target)))
    for (const [i, { status, body }] of answers.entries()) {
      expect([targets[i], [308, 400, 404].includes(status)]).toEqual([targets[i], true])
      expect(body).not.toMatch(/FROM_DOTENV|"dependencies"|NextResponse|"digest":/)
    }
  })

  test.each([
    [`http://${other}/proxy/a`, 400],
    [`http://${host}\\@${other}/`, 400],
    [`http://${host}%2f@${other}/`, 400],
    [`http://${host}/proxy/%2e%2e%2f${other}`, 200],
  ])('%s as a whole URL: %s', async (target, status) => {
    const answer = await get(host, target)
    expect(answer.status).toBe(status)
    if (status === 200) expect(answer.body).toContain(`"origin":"http://${host}"`)
  })
})
