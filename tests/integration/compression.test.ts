import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { once } from 'node:events'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { CODINGS } from '../support/codings.ts'
import { open } from '../support/http.ts'
import { createProject, REPO, type Project } from '../support/project.ts'
import { release } from '../support/release.ts'
import { startTenantry, type RunningTenantry } from '../support/tenantry.ts'
import { TWINS } from '../support/twins.ts'

// Answers of apps are compressed by the gateway, in both runtimes, and not where somebody says no.

const FIXTURE = join(REPO, 'tests/fixtures/files')
let folder: string
let project: Project
let gateway: RunningTenantry

beforeAll(async () => {
  folder = await mkdtemp(join(TWINS, 'dist/run-'))
  const files: Record<string, object> = {}
  for (const id of ['process', 'shared', 'off', 'conf', 'built']) {
    // In one process each app has a folder of its own.
    const dir = join(folder, id)
    await cp(FIXTURE, dir, { recursive: true, verbatimSymlinks: true, filter: isNeeded })
    if (id === 'built') await saysNo(dir)
    await release(dir)
    files[`config/apps/${id}.json`] = {
      dir,
      ...(id === 'shared' && { runtime: 'shared' }),
      ...(id === 'off' && { compression: false }),
      ...(id === 'conf' && { next: { conf: { compress: false } } }),
    }
    files[`config/tenants/${id}.json`] = { hosts: [`${id}.localhost`] }
  }
  project = await createProject(files)
  gateway = await startTenantry('start', project.configDir)
}, 120_000)

afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]()
  await project?.[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

function isNeeded(path: string): boolean {
  return !/\/(?:\.tenantry|cache|node_modules)$/.test(path)
}

/** As a build whose next.config says `compress: false`. */
async function saysNo(dir: string): Promise<void> {
  const file = join(dir, '.next/required-server-files.json')
  const required = JSON.parse(await readFile(file, 'utf8')) as { config: object }
  Object.assign(required.config, { compress: false })
  await writeFile(file, JSON.stringify(required))
}

function get(
  app: string,
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<IncomingMessage> {
  return open(gateway.port, `http://${app}.localhost/docs${path}`, { method, headers })
}

const TEXT = 'a line of text\n'.repeat(1000)

test.each(['process', 'shared'])('%s: a dynamic answer', async (app) => {
  for (const [accepted, coding] of [
    ['gzip, deflate, br', 'gzip'],
    ['gzip;q=0.5, br', 'br'],
    ['br;q=0.1, gzip', 'gzip'],
    ...Object.keys(CODINGS).map((each) => [each, each] as const),
  ] as const) {
    const answer = await get(app, '/body', { 'accept-encoding': accepted })
    expect(answer.headers['content-encoding']).toBe(coding)
    expect(answer.headers['content-length']).toBe(undefined)
    expect(answer.headers.vary?.split(', ')).toContain('Accept-Encoding')
    expect(CODINGS[coding]?.decode(await buffer(answer)).toString()).toBe(TEXT)
  }
  for (const accepted of [undefined, 'identity', 'br;q=0', 'deflate']) {
    const answer = await get(
      app,
      '/body',
      accepted === undefined ? {} : { 'accept-encoding': accepted },
    )
    expect(answer.headers['content-encoding']).toBe(undefined)
    expect(answer.headers.vary?.split(', ')).toContain('Accept-Encoding')
    expect((await buffer(answer)).toString()).toBe(TEXT)
  }
})

test.each(['process', 'shared'])('%s: a prerendered page', async (app) => {
  const plain = await get(app, '')
  const answer = await get(app, '', { 'accept-encoding': 'gzip' })
  expect(answer.headers['content-encoding']).toBe('gzip')
  expect(answer.headers.etag).toBe(`W/${plain.headers.etag}`)
  expect(gunzipSync(await buffer(answer))).toEqual(await buffer(plain))
  const etag = String(answer.headers.etag)
  const again = await get(app, '', { 'accept-encoding': 'gzip', 'if-none-match': etag })
  expect(again.statusCode).toBe(304)
})

test.each(['process', 'shared'])('%s: what stays as it is', async (app) => {
  for (const { headers = {}, status = 200 } of [
    { headers: { 'content-type': 'image/png' } },
    { headers: { 'cache-control': 'no-transform' } },
    { status: 206, headers: { 'content-range': 'bytes 0-1/9' } },
    { status: 204 },
  ]) {
    const search = new URLSearchParams({ headers: JSON.stringify(headers), status: String(status) })
    const answer = await get(app, `/body?${search}`, { 'accept-encoding': 'gzip' })
    expect([headers, answer.headers['content-encoding']]).toEqual([headers, undefined])
    expect((await buffer(answer)).toString()).toBe(status === 204 ? '' : TEXT)
  }
  const head = await get(app, '/body', { 'accept-encoding': 'gzip' }, 'HEAD')
  expect(head.headers['content-encoding']).toBe(undefined)
  const asked = { 'accept-encoding': 'gzip', 'cache-control': 'No-Transform' }
  expect((await get(app, '/body', asked)).headers['content-encoding']).toBe(undefined)
})

test.each(['off', 'conf', 'built'])(
  '%s: nobody compresses for an app that says no',
  async (app) => {
    for (const path of ['/body', '', '/long.txt']) {
      const answer = await get(app, path, { 'accept-encoding': 'gzip, br' })
      expect([path, answer.headers['content-encoding']]).toEqual([path, undefined])
      answer.resume()
    }
  },
)

test.each([
  ['process', 'text/event-stream', 'gzip'],
  ['process', 'text/html', 'br'],
  ['shared', 'text/event-stream', 'br'],
  ['shared', 'text/html', 'gzip'],
  ...('zstd' in CODINGS ? [['shared', 'text/html', 'zstd']] : []),
])(
  '%s: each chunk of %s arrives in %s before the next is sent',
  async (app = '', type = '', coding = '') => {
    const answer = await get(app, `/lines?key=x&type=${type}`, { 'accept-encoding': coding })
    expect(answer.headers['content-encoding']).toBe(coding)
    const decoder = CODINGS[coding]?.decoder()
    if (decoder === undefined) throw new Error(`no decoder of ${coding}`)
    const lines = answer.pipe(decoder)
    lines.setEncoding('utf8')
    const [first] = await once(lines, 'data')
    expect(first).toBe('first\n')
    for (const text of ['second', 'third']) {
      const arrived = once(lines, 'data')
      await buffer(await get(app, `/lines?key=x&say=${text}`))
      expect(await arrived).toEqual([text])
    }
    const ended = once(lines, 'end')
    await buffer(await get(app, '/lines?key=x&say='))
    await ended
  },
)

test.each(['process', 'shared'])(
  '%s: a client that leaves ends the stream in the app',
  async (app) => {
    const answer = await get(app, '/lines?key=left', { 'accept-encoding': 'gzip' })
    await once(answer, 'data')
    answer.destroy()
    await gateway.line(
      (line) => line['path'] === '/docs/lines' && line['aborted'] === true && line['app'] === app,
      'an aborted stream',
    )
    let status: number | undefined
    for (let tries = 0; tries < 200 && status !== 410; tries++) {
      const told = await get(app, '/lines?key=left&say=anyone')
      status = told.statusCode
      told.resume()
    }
    expect(status).toBe(410)
  },
)
