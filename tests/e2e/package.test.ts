import { execFile } from 'node:child_process'
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from '@jest/globals'
import { fetchOn } from '../support/http.ts'
import { REPO } from '../support/project.ts'
import { runTenantry, startTenantry } from '../support/tenantry.ts'

const run = promisify(execFile)

test('the packed package works in an empty project: add, build, start', async () => {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'tenantry-pack-')))
  try {
    const packed = await run('npm', ['pack', '--json', '--pack-destination', root], {
      cwd: join(REPO, 'gateway'),
    })
    const [{ filename, files }] = JSON.parse(packed.stdout) as [
      { filename: string; files: { path: string }[] },
    ]
    const paths = files.map((file) => file.path)
    expect(paths).toContain('dist/instances/child/main.js')
    expect(paths).toContain('dist/self-test/q/.next/BUILD_ID')
    expect(files.filter((file) => /^(src|bench|scripts)\//.test(file.path))).toEqual([])
    const manifest = { name: 'empty', private: true, workspaces: ['apps/*'] }
    await writeFile(join(root, 'package.json'), JSON.stringify(manifest))
    const quiet = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error']
    await run('npm', ['install', `./${filename}`, ...quiet], { cwd: root })
    const bin = join(root, 'node_modules/tenantry/bin/tenantry.js')
    const added = await runTenantry(['add', 'demo', '--template', 'app'], { cwd: root, bin })
    expect([added.code, added.stderr]).toEqual([0, ''])
    await run('npm', ['install', ...quiet], { cwd: root })
    const built = await runTenantry(['build'], { cwd: root, bin })
    expect([built.code, built.stderr]).toEqual([0, expect.not.stringContaining('rror')])
    await using gateway = await startTenantry('start', join(root, 'config'), { bin })
    const page = await fetchOn(gateway.port, 'http://demo.localhost/')
    expect([page.status, await page.text()]).toEqual([
      200,
      expect.stringContaining('demo.localhost'),
    ])
  } finally {
    await rm(root, { recursive: true, force: true })
  }
}, 300_000)
