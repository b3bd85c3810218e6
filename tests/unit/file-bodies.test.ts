import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { FileBodies } from '../../gateway/src/releases/file-bodies.ts'
import type { StaticFile } from '../../gateway/src/releases/files.ts'

// The memory for static files is bounded, and one app cannot take the others' share.

const SIZE = 10_000
/** What one of these files takes, heads included. */
const KEPT = SIZE + 2048
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tenantry-files-'))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

async function fileOf(name: string, text = 'x'.repeat(SIZE)): Promise<StaticFile> {
  const file = join(folder, name)
  await writeFile(file, text)
  return {
    file,
    size: text.length,
    modified: (await stat(file)).mtimeMs,
    type: 'text/plain',
    cacheControl: 'public, max-age=0',
    isCompressible: true,
    compressed: {},
  }
}

function filesOf(app: string, count: number): Promise<StaticFile[]> {
  return Promise.all(Array.from({ length: count }, (_, i) => fileOf(`${app}-${i}`)))
}

test('the app that has most makes room; the others lose nothing', async () => {
  const bodies = new FileBodies({ maxBytes: 5 * KEPT, maxFileBytes: SIZE })
  const [small, large] = [await filesOf('small', 2), await filesOf('large', 20)]
  for (const file of small) await bodies.load('small', file, 'identity', true)
  for (const file of large) await bodies.load('large', file, 'identity', true)
  expect(bodies.bytes).toBe(5 * KEPT)
  const kept = (app: string, files: StaticFile[]): number =>
    files.filter((file) => bodies.get(app, file, 'identity') !== undefined).length
  expect([kept('small', small), kept('large', large)]).toEqual([2, 3])
  expect(bodies.get('large', large.at(-1) as StaticFile, 'identity')).toBeDefined()
  expect(bodies.get('small', large.at(-1) as StaticFile, 'identity')).toBe(undefined)
})

test('with more apps each has less', async () => {
  const bodies = new FileBodies({ maxBytes: 6 * KEPT, maxFileBytes: SIZE })
  const [one, two, three] = [await filesOf('a', 6), await filesOf('b', 6), await filesOf('c', 2)]
  for (const file of one) await bodies.load('a', file, 'identity', true)
  for (const file of two) await bodies.load('b', file, 'identity', true)
  for (const file of three) await bodies.load('c', file, 'identity', true)
  const kept = [one, two, three].map(
    (files, i) => files.filter((file) => bodies.get('abc'[i] ?? '', file, 'identity')).length,
  )
  expect(kept).toEqual([2, 2, 2])
  bodies.retain(new Set(['a']))
  expect(bodies.bytes).toBe(2 * KEPT)
})

test('codings are kept beside each other, and count', async () => {
  const bodies = new FileBodies({ maxBytes: 100 * KEPT, maxFileBytes: SIZE })
  const file = await fileOf('codings')
  const plain = await bodies.load('a', file, 'identity', true)
  const gzip = await bodies.load('a', file, 'gzip', true)
  expect(gunzipSync(gzip.body)).toEqual(plain.body)
  expect(gzip.etag).toBe(plain.etag?.replace(/"$/, '-gzip"'))
  expect(bodies.get('a', file, 'identity')).toBe(plain)
  expect(bodies.bytes).toBe(KEPT + gzip.body.length + 2048)
})

test('the same content has the same ETag, whenever it was written', async () => {
  const bodies = new FileBodies({ maxBytes: 100 * KEPT, maxFileBytes: SIZE })
  const [a, b, c] = [await fileOf('e1'), await fileOf('e2'), await fileOf('e3', 'y'.repeat(SIZE))]
  const etags = await Promise.all(
    [a, b, c].map(async (file) => (await bodies.load('a', file, 'identity', true)).etag),
  )
  expect([etags[0] === etags[1], etags[0] === etags[2]]).toEqual([true, false])
  expect((await bodies.load('b', a, 'identity', false)).etag).toBe(undefined)
})

test('what does not get smaller is sent as it is', async () => {
  const bodies = new FileBodies({ maxBytes: 100 * KEPT, maxFileBytes: SIZE })
  const noise = Array.from({ length: 2000 }, (_, i) =>
    String.fromCharCode(((i * i * 7919) >> 3) & 127),
  )
  const file = await fileOf('noise', noise.join(''))
  const body = await bodies.load('a', { ...file, compressed: {} }, 'br', true)
  const heads = body.head.join()
  expect(heads.includes('content-encoding')).toBe(body.body.length < 2000 * 0.95)
})

test('a file that was changed since is not answered with', async () => {
  const bodies = new FileBodies({ maxBytes: 100 * KEPT, maxFileBytes: SIZE })
  const file = await fileOf('changed')
  await writeFile(file.file, 'shorter')
  await expect(bodies.load('a', file, 'identity', true)).rejects.toThrow('was changed')
  await rm(file.file)
  await expect(bodies.load('a', file, 'identity', true)).rejects.toThrow('ENOENT')
  expect(bodies.bytes).toBe(0)
})
