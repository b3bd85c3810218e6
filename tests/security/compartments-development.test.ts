import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { expect, test } from '@jest/globals'
import { fetchOn } from '../support/http.ts'
import { createProject } from '../support/project.ts'
import { startTenantry } from '../support/tenantry.ts'
import { TWINS } from '../support/twins.ts'
import { startUpstream } from '../support/twins/upstream.ts'

// The twins again, as `tenantry dev` runs them in one process from their sources.
const MARKS = { p: 'plum', q: 'quince' }
const PATHS = [
  '/static',
  '/dynamic',
  '/suspense',
  '/posts/one',
  '/isr',
  '/proxied',
  '/nothing',
  '/api/plain',
  '/api/environment',
  '/api/edge',
]
const ROUNDS = 3
const JSON_LOG = { format: 'json' }

test('`tenantry dev`, runtime shared: each response is its own twin’s, and no app fails', async () => {
  const folder = await mkdtemp(join(TWINS, 'dist/run-'))
  try {
    await using upstream = await startUpstream()
    const files: Record<string, object> = {
      'config/gateway.json': { appsRoot: folder, log: JSON_LOG },
    }
    for (const id of Object.keys(MARKS)) {
      const dir = join(folder, id)
      const filter = (path: string): boolean => basename(path) !== '.next'
      await cp(join(TWINS, 'dist/main', id), dir, { recursive: true, filter })
      const env = { UPSTREAM: upstream.origin, GIVEN: id, FOLDER: folder }
      files[`config/apps/${id}.json`] = { dir, runtime: 'shared', env }
      files[`config/tenants/${id}.json`] = { hosts: [`${id}.localhost`] }
    }
    await using project = await createProject(files)
    await using gateway = await startTenantry('dev', project.configDir)
    for (const path of Array.from({ length: ROUNDS }, () => PATHS).flat()) {
      await Promise.all(
        Object.entries(MARKS).map(async ([id, mark]) => {
          const answer = await fetchOn(gateway.port, `http://${id}.localhost${path}`)
          const text = await answer.text()
          expect([path, answer.status]).toEqual([path, path === '/nothing' ? 404 : 200])
          const found = [...text.matchAll(/plum|quince/g)].map(([each]) => each)
          expect([path, ...new Set(found)]).toEqual([path, mark])
        }),
      )
    }
    expect(gateway.log.filter((line) => line['event'] === 'app.uncaught')).toEqual([])
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

test('`tenantry dev`: an app that takes the listeners of the process away does not start', async () => {
  const folder = await mkdtemp(join(TWINS, 'dist/run-'))
  try {
    const filter = (path: string): boolean => basename(path) !== '.next'
    await cp(join(TWINS, 'dist/tiny/p'), join(folder, 'one'), { recursive: true, filter })
    const config = { experimental: { removeUncaughtErrorAndRejectionListeners: true } }
    const text = `export default ${JSON.stringify(config)}\n`
    await writeFile(join(folder, 'one/next.config.mjs'), text)
    await using project = await createProject({
      'config/gateway.json': { appsRoot: folder, log: JSON_LOG },
      'config/apps/one.json': { runtime: 'shared', env: { GIVEN: 'one' } },
      'config/tenants/one.json': { hosts: ['one.localhost'] },
    })
    await using gateway = await startTenantry('dev', project.configDir)
    const asked = fetchOn(gateway.port, 'http://one.localhost/')
    const { err } = await gateway.line(({ event }) => event === 'app.failed')
    const message = expect.stringMatching(
      /removeUncaughtErrorAndRejectionListeners .*runtime: process/,
    )
    expect(err).toMatchObject({ message })
    expect((await asked).status).toBe(503)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
