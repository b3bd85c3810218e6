import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { copyTree } from '../support/copy-tree.ts'
import { fetchOn } from '../support/http.ts'
import { createProject } from '../support/project.ts'
import { release } from '../support/release.ts'
import { startTenantry } from '../support/tenantry.ts'
import { TWINS } from '../support/twins.ts'

// The self-test runs in a process of its own; as long as it has not come to a good end there, no shared app runs.

const MANIFESTS = `Object.defineProperty(globalThis, Symbol.for('next.server.manifests'), { value: 1 })`
/** The self-test's own checks find out, as each app gets the environment of the process. */
const ENVIRONMENT = `const { env } = process
  Object.defineProperty(process, 'env', { get: () => env, set() {} })`

test.each([
  ['ends early', 'process.exit(7)', 'did not come to its end: exit code 7'],
  ['cannot keep apps apart', MANIFESTS, 'failed, so that its apps could see each other: TypeError'],
  ['finds that apps are mixed up', ENVIRONMENT, 'could see each other: /api/env of p; '],
])('where it %s the app does not start, until a later one succeeds', async (_, fault, said) => {
  const folder = await mkdtemp(join(TWINS, 'dist/run-'))
  await copyTree(join(TWINS, 'dist/tiny/p'), join(folder, 'one'))
  await release(join(folder, 'one'))
  await using project = await createProject({
    'config/gateway.json': { appsRoot: folder, log: { level: 'debug' } },
    'config/apps/one.json': { runtime: 'shared', env: { GIVEN: 'one' } },
    'config/tenants/one.json': { hosts: ['one.localhost'] },
    'fault.cjs': `const { existsSync, writeFileSync } = require('node:fs')
        const seen = __filename + '.seen'
        if (process.argv[1]?.endsWith('self-test-process.js') && !existsSync(seen)) {
          writeFileSync(seen, '')
          ${fault}
        }`,
  })
  await using gateway = await startTenantry('start', project.configDir, {
    env: { NODE_OPTIONS: `--require ${join(project.root, 'fault.cjs')}` },
  })
  const failed = await gateway.line(({ event }) => event === 'app.failed')
  expect(failed['err']).toMatchObject({ message: expect.stringContaining(said) })
  await gateway.line(({ event }) => event === 'shared.proven')
  await gateway.line(({ event }) => event === 'app.ready')
  const page = await fetchOn(gateway.port, 'http://one.localhost/')
  expect(await page.text()).toContain('[tiny given=one]')
  await gateway.stop()
  await rm(folder, { recursive: true })
})
