import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { REPO } from '../support/project.ts'
import { SharedApps } from '../support/twins/apps.ts'

// What compartments were not proven for does not start, its log line says what to do, and the others go on.
let apps: SharedApps

beforeAll(async () => {
  apps = await SharedApps.start({ one: 'tiny/p' })
})

afterAll(() => apps[Symbol.asyncDispose]())

test('an app with another version of Next.js', async () => {
  const said = await refusalOf('older', async (dir) => {
    await placeNext(dir, { name: 'next', version: '16.4.5' })
  })
  expect(said).toMatch(/proven for Next\.js [\d.]+, and this app has 16\.4\.5: .*runtime: process/)
})

test('an app with a second copy of Next.js', async () => {
  const manifest = createRequire(join(REPO, 'gateway/package.json')).resolve('next/package.json')
  const said = await refusalOf('second', async (dir) => {
    await placeNext(dir, JSON.parse(await readFile(manifest, 'utf8')) as object)
  })
  expect(said).toMatch(/one copy of Next\.js, and this app has another .*runtime: process/)
})

test('an app that links to the one copy is not refused', async () => {
  await apps.add('linked', 'tiny/p')
  const modules = join(apps.folder, 'linked/node_modules')
  await mkdir(modules, { recursive: true })
  await symlink(
    dirname(createRequire(join(REPO, 'package.json')).resolve('next/package.json')),
    join(modules, 'next'),
  )
  await apps.reload()
  await apps.event('app.ready', 'linked')
  expect(await apps.text('linked', '/')).toContain('[tiny given=linked]')
})

test('an app that takes the listeners of the process away', async () => {
  const said = await refusalOf('listeners', async (dir) => {
    const file = join(dir, '.tenantry/current/.next/required-server-files.json')
    const manifest = JSON.parse(await readFile(file, 'utf8')) as {
      config: { experimental: object }
    }
    Object.assign(manifest.config.experimental, { removeUncaughtErrorAndRejectionListeners: true })
    await writeFile(file, JSON.stringify(manifest))
  })
  expect(said).toMatch(/removeUncaughtErrorAndRejectionListeners .*runtime: process/)
})

/** @returns what the log says of an app that is changed before it starts */
async function refusalOf(id: string, change: (dir: string) => Promise<void>): Promise<string> {
  await apps.add(id, 'tiny/p')
  await change(join(apps.folder, id))
  await apps.reload()
  const { err } = await apps.event('app.failed', id)
  expect((await apps.get(id, '/')).status).toBe(503)
  expect(await apps.text('one', '/')).toContain('[tiny given=one]')
  return (err as { message: string }).message
}

async function placeNext(dir: string, manifest: object): Promise<void> {
  const folder = join(dir, 'node_modules/next')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest))
}
