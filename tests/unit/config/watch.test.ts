import { readdirSync, readFileSync } from 'node:fs'
import { appendFile, readFile, rename, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import { watchConfig, type ConfigWatch } from '../../../gateway/src/config/watch.ts'
import { createFolder, type Folder } from './support.ts'

const FILES = {
  'config/gateway.yaml': 'log: {}\n',
  'config/tenants/acme.yaml': 'hosts: [acme.localhost]\n',
  'config/apps/acme.yaml': 'runtime: process\n',
}

interface Watched extends AsyncDisposable {
  readonly watch: ConfigWatch
  readonly calls: () => number
  /** Does something, and waits for the call that follows. @returns milliseconds */
  told(act: () => Promise<unknown>): Promise<number>
}

function startWatch(folder: Folder, onChange: () => Promise<void> = async () => {}): Watched {
  let calls = 0
  let notify: (() => void) | undefined
  const watch = watchConfig(folder.configDir, async () => {
    calls += 1
    notify?.()
    await onChange()
  })
  return {
    watch,
    calls: () => calls,
    async told(act) {
      const called = new Promise<void>((resolve) => {
        notify = resolve
      })
      const start = performance.now()
      await act()
      await called
      return performance.now() - start
    },
    [Symbol.asyncDispose]: () => watch.close(),
  }
}

describe('a change is told soon', () => {
  test.each<[string, (folder: Folder) => Promise<unknown>]>([
    ['a new tenant', (folder) => folder.write('config/tenants/b.yaml', 'hosts: [b]')],
    [
      'a changed tenant',
      (folder) => appendFile(join(folder.configDir, 'tenants/acme.yaml'), '# x'),
    ],
    ['a removed tenant', (folder) => folder.remove('config/tenants/acme.yaml')],
    ['a changed app', (folder) => folder.write('config/apps/acme.yaml', 'runtime: shared')],
    ['a changed gateway file', (folder) => folder.write('config/gateway.yaml', '{}')],
    ['a removed gateway file', (folder) => folder.remove('config/gateway.yaml')],
    ['a removed folder', (folder) => folder.remove('config/apps')],
    [
      'a file put in place by renaming, as editors do',
      async (folder) => {
        await folder.write('config/tenants/.acme.tmp', 'hosts: [b]')
        await rename(
          join(folder.configDir, 'tenants/.acme.tmp'),
          join(folder.configDir, 'tenants/acme.yaml'),
        )
      },
    ],
  ])('%s', async (_, act) => {
    await using folder = await createFolder(FILES)
    await using watched = startWatch(folder)
    expect(await watched.told(() => act(folder))).toBeLessThan(10_000)
  })
})

describe('what comes and goes is followed', () => {
  test.each(['apps', 'tenants'])('the folder %s', async (name) => {
    await using folder = await createFolder({ 'config/gateway.yaml': '{}' })
    await using watched = startWatch(folder)
    for (let round = 0; round < 2; round++) {
      await watched.told(() => folder.write(`config/${name}/`, ''))
      await watched.told(() => folder.write(`config/${name}/a.yaml`, 'a'))
      await watched.told(() => folder.write(`config/${name}/a.yaml`, 'b'))
      await watched.told(() => folder.remove(`config/${name}`))
    }
    expect(watched.calls()).toBeGreaterThan(1)
  })

  test('a folder that another takes the place of', async () => {
    await using folder = await createFolder({ ...FILES, 'next/acme.yaml': 'hosts: [b]' })
    await using watched = startWatch(folder)
    const tenants = join(folder.configDir, 'tenants')
    await watched.told(async () => {
      await rename(tenants, join(folder.root, 'old'))
      await rename(join(folder.root, 'next'), tenants)
    })
    await watched.told(() => folder.write('config/tenants/acme.yaml', 'hosts: [c]'))
    expect(watched.calls()).toBeGreaterThan(1)
  })

  test('the config folder itself', async () => {
    await using folder = await createFolder(FILES)
    await using watched = startWatch(folder)
    const away = join(folder.root, 'away')
    await watched.told(() => rename(folder.configDir, away))
    await watched.told(() => rename(away, folder.configDir))
    await watched.told(() => folder.write('config/tenants/acme.yaml', 'hosts: [c]'))
    expect(watched.calls()).toBeGreaterThan(1)
  })

  test('a config folder that is not there yet', async () => {
    await using folder = await createFolder({})
    await using watched = startWatch(folder)
    await watched.told(() => folder.write('config/tenants/acme.yaml', 'hosts: [a]'))
    await watched.told(() => folder.write('config/tenants/acme.yaml', 'hosts: [b]'))
    expect(watched.calls()).toBeGreaterThan(1)
  })

  test('the links of a Kubernetes volume', async () => {
    await using folder = await createFolder({
      'config/tenants/..1/a.yaml': 'one',
      'config/tenants/..2/a.yaml': 'two',
      'config/tenants/..data': { link: '..1' },
      'config/tenants/a.yaml': { link: '..data/a.yaml' },
    })
    await using watched = startWatch(folder)
    const tenants = join(folder.configDir, 'tenants')
    await watched.told(async () => {
      await symlink('..2', join(tenants, '..data_tmp'))
      await rename(join(tenants, '..data_tmp'), join(tenants, '..data'))
    })
    await watched.told(() => rm(join(tenants, '..1'), { recursive: true }))
    expect(watched.calls()).toBeGreaterThan(1)
  })

  test('a linked folder whose target is swapped', async () => {
    await using folder = await createFolder({
      'config/..1/tenants/a.yaml': 'one',
      'config/..2/tenants/a.yaml': 'two',
      'config/..data': { link: '..1' },
      'config/tenants': { link: '..data/tenants' },
    })
    await using watched = startWatch(folder)
    await watched.told(async () => {
      await symlink('..2', join(folder.configDir, '..data_tmp'))
      await rename(join(folder.configDir, '..data_tmp'), join(folder.configDir, '..data'))
    })
    await watched.told(() => appendFile(join(folder.configDir, '..2/tenants/a.yaml'), 'more'))
    expect(watched.calls()).toBeGreaterThan(1)
  })
})

test('other files of the folder are not told', async () => {
  await using folder = await createFolder(FILES)
  await using watched = startWatch(folder)
  for (const name of ['acme.yaml~', '.acme.yaml.swp', '4913', 'notes.md', 'acme.yaml.tmp']) {
    await folder.write(`config/tenants/${name}`, 'x')
  }
  await folder.write('config/schema/tenant.schema.json', '{}')
  await wait(400)
  expect(watched.calls()).toBe(0)
})

test('a hundred changes make few calls, and the last one is seen', async () => {
  await using folder = await createFolder(FILES)
  const path = join(folder.configDir, 'tenants/acme.yaml')
  let seen = ''
  await using watched = startWatch(folder, async () => {
    seen = await readFile(path, 'utf8')
  })
  const start = performance.now()
  for (let i = 0; i < 100; i++) {
    await folder.write(`config/tenants/${i % 2 === 0 ? 'acme' : `t${i}`}.yaml`, `# ${i}`)
    await wait(Math.max(0, start + i * 9 - performance.now()))
  }
  await watched.told(() => folder.write('config/tenants/acme.yaml', 'last'))
  const isSeen = (): boolean => seen === 'last'
  while (!isSeen()) await wait(10)
  await wait(300)
  expect(watched.calls()).toBeLessThan(20)
})

test('calls do not overlap, and a change during a call leads to one more', async () => {
  await using folder = await createFolder(FILES)
  let running = 0
  let most = 0
  let end: (() => void) | undefined
  const gate = new Promise<void>((resolve) => {
    end = resolve
  })
  await using watched = startWatch(folder, async () => {
    running += 1
    most = Math.max(most, running)
    await gate
    running -= 1
  })
  const write = (text: string): Promise<void> => folder.write('config/tenants/acme.yaml', text)
  await watched.told(() => write('one'))
  await write('two')
  await wait(250)
  expect(watched.calls()).toBe(1)
  await watched.told(async () => end?.())
  expect([watched.calls(), most]).toEqual([2, 1])
})

test('after close nothing is told', async () => {
  await using folder = await createFolder(FILES)
  const watched = startWatch(folder)
  await folder.write('config/tenants/acme.yaml', 'one')
  await watched.watch.close()
  const told = watched.calls()
  await folder.write('config/tenants/acme.yaml', 'two')
  await wait(300)
  expect(watched.calls()).toBe(told)
})

describe('files elsewhere', () => {
  test('are told when they change, come and go', async () => {
    await using folder = await createFolder({ ...FILES, 'env/a.env': 'A=1' })
    await using watched = startWatch(folder)
    watched.watch.watchFiles([join(folder.root, 'env/a.env'), join(folder.root, 'b.env')])
    await watched.told(() => folder.write('env/a.env', 'A=2'))
    await watched.told(() => folder.remove('env/a.env'))
    await watched.told(() => folder.write('env/a.env', 'A=3'))
    await watched.told(() => folder.write('b.env', 'B=1'))
    await watched.told(() => folder.write('config/tenants/acme.yaml', 'x'))
    expect(watched.calls()).toBeGreaterThanOrEqual(5)
  })

  test('are forgotten when others are named, and their neighbours never counted', async () => {
    await using folder = await createFolder({ ...FILES, 'env/a.env': 'A=1' })
    await using watched = startWatch(folder)
    watched.watch.watchFiles([join(folder.root, 'env/a.env')])
    watched.watch.watchFiles([join(folder.root, 'env/b.env')])
    await folder.write('env/a.env', 'A=2')
    await wait(300)
    expect(watched.calls()).toBe(0)
  })
})

const describeOnLinux = process.platform === 'linux' ? describe : describe.skip
describeOnLinux('on Linux', () => {
  test('three watches, however many tenants', async () => {
    const tenants = Array.from(
      { length: 200 },
      (_, i) => [`config/tenants/t${i}.yaml`, 'x'] as const,
    )
    await using folder = await createFolder({ ...FILES, ...Object.fromEntries(tenants) })
    const before = countWatches()
    await using watched = startWatch(folder)
    expect(countWatches() - before).toBe(3)
    await watched.told(() => folder.write('config/tenants/t0.yaml', 'y'))
    expect(countWatches() - before).toBe(3)
    await watched.watch.close()
    expect(countWatches() - before).toBe(0)
  })
})

function countWatches(): number {
  const texts = readdirSync('/proc/self/fdinfo').map((fd) => {
    try {
      return readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8')
    } catch {
      return ''
    }
  })
  return texts.join('').split('inotify wd:').length - 1
}
