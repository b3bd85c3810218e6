import { stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, jest, test } from '@jest/globals'
import {
  isConfigFileName,
  MAX_FILE_BYTES,
  readSources,
  type SourceFile,
  type TextCache,
} from '../../../gateway/src/config/source.ts'
import { createFolder, type Folder } from './support.ts'

async function tenantsIn(
  folder: Folder,
  known: TextCache = new Map(),
): Promise<readonly SourceFile[]> {
  return (await readSources(folder.configDir, folder.root, known)).tenants
}

test.each([
  ['acme.yaml', true],
  ['acme.yml', true],
  ['acme.json', true],
  ['a.b.yaml', true],
  ['.acme.yaml', false],
  ['.#acme.yaml', false],
  ['#acme.yaml#', false],
  ['~acme.yaml', false],
  ['acme.yaml~', false],
  ['.acme.yaml.swp', false],
  ['acme.yaml.tmp', false],
  ['acme.yaml.bak', false],
  ['acme.tmp', false],
  ['README.md', false],
  ['yaml', false],
  ['..data', false],
])('%s counts: %p', (name, expected) => {
  expect(isConfigFileName(name)).toBe(expected)
})

test('files come sorted by name, whatever their kind', async () => {
  await using folder = await createFolder({
    'config/tenants/b.yaml': 'b',
    'config/tenants/a.yml': 'a',
    'config/tenants/c.json': 'c',
    'config/tenants/notes.md': 'x',
    'config/tenants/folder.yaml/x.yaml': 'x',
    'config/apps/x.yaml': 'x',
    'config/gateway.json': 'g',
    'config/gateway.toml': 'x',
  })
  const { root } = folder
  const sources = await readSources(folder.configDir, root, new Map())
  const names = Object.values(sources).map((files: readonly SourceFile[]) =>
    files.map(({ file }) => file),
  )
  expect(names).toEqual([
    ['config/gateway.json'],
    ['config/apps/x.yaml'],
    ['config/tenants/a.yml', 'config/tenants/b.yaml', 'config/tenants/c.json'],
  ])
  expect(sources.tenants[0]).toEqual({
    path: join(root, 'config/tenants/a.yml'),
    file: 'config/tenants/a.yml',
    stem: 'a',
    reading: { text: 'a' },
  })
})

describe('one file', () => {
  test.each<[string, string | Uint8Array, object]>([
    ['a byte order mark', '\ufeffhosts: []', { text: 'hosts: []' }],
    [
      'bytes that are no UTF-8',
      Uint8Array.of(0x68, 0xff),
      { wrong: 'is not UTF-8 text: save it as UTF-8' },
    ],
    ['the most bytes', 'x'.repeat(MAX_FILE_BYTES), { text: 'x'.repeat(MAX_FILE_BYTES) }],
    [
      'a byte more',
      'x'.repeat(MAX_FILE_BYTES + 1),
      { wrong: 'has 262145 bytes: keep it to 262144' },
    ],
  ])('%s', async (_, content, reading) => {
    await using folder = await createFolder({ 'config/tenants/a.yaml': content })
    expect((await tenantsIn(folder)).map((file) => file.reading)).toEqual([reading])
  })
})

test('links to files are followed, as Kubernetes makes them; links to folders are not', async () => {
  await using folder = await createFolder({
    'config/tenants/..2026/a.yaml': 'a',
    'config/tenants/..data': { link: '..2026' },
    'config/tenants/a.yaml': { link: '..data/a.yaml' },
    'config/tenants/b.yaml': { link: '..data' },
    'config/tenants/c.yaml': { link: 'nowhere' },
  })
  expect((await tenantsIn(folder)).map(({ stem, reading }) => [stem, reading])).toEqual([
    ['a', { text: 'a' }],
    ['c', { wrong: 'links to a file that does not exist' }],
  ])
})

test('a file that vanishes between listing and reading is left out', async () => {
  const files = Array.from({ length: 300 }, (_, i) => [`config/tenants/t${i}.yaml`, 'x'] as const)
  await using folder = await createFolder(Object.fromEntries(files))
  const known: TextCache = new Map([['/elsewhere', { stamp: '', reading: { text: '' } }]])
  const reading = tenantsIn(folder, known)
  await folder.remove('config/tenants')
  expect((await reading).filter((file) => 'wrong' in file.reading)).toEqual([])
})

describe('a file that was read before', () => {
  const known: TextCache = new Map()
  const long = new Date(Date.now() - 60_000)

  test('is read again where it changed, though size and time of modification are the same', async () => {
    await using folder = await createFolder({ 'config/tenants/a.yaml': 'one' })
    const path = join(folder.configDir, 'tenants/a.yaml')
    await utimes(path, long, long)
    expect((await tenantsIn(folder, known))[0]?.reading).toEqual({ text: 'one' })
    await folder.write('config/tenants/a.yaml', 'two')
    await utimes(path, long, long)
    expect((await tenantsIn(folder, known))[0]?.reading).toEqual({ text: 'two' })
  })

  test('is not read again where its stamp is the same, and forgotten when it is gone', async () => {
    await using folder = await createFolder({ 'config/tenants/a.yaml': 'one' })
    const path = join(folder.configDir, 'tenants/a.yaml')
    const { dev, ino, size, mtimeMs, ctimeMs } = await stat(path)
    const clock = jest.spyOn(Date, 'now').mockReturnValue(ctimeMs + 2999)
    await tenantsIn(folder, known).finally(() => clock.mockRestore())
    expect(known.has(path)).toBe(false)
    known.set(path, {
      stamp: `${dev}:${ino}:${size}:${mtimeMs}:${ctimeMs}`,
      reading: { text: 'kept' },
    })
    expect((await tenantsIn(folder, known))[0]?.reading).toEqual({ text: 'kept' })
    await folder.remove('config/tenants/a.yaml')
    expect(await tenantsIn(folder, known)).toEqual([])
    expect(known.size).toBe(0)
  })
})
